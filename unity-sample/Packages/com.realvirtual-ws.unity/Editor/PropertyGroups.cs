namespace RealvirtualWs.Unity.Editor
{
    /// <summary>The Inspector's foldouts and the fields in them, as the protocol's document orders them.</summary>
    internal static class PropertyGroups
    {
        internal struct Group
        {
            internal readonly string Title;
            internal readonly string[] Fields;

            internal Group(string title, params string[] fields)
            {
                Title = title;
                Fields = fields;
            }
        }

        internal static readonly Group[] All =
        {
            new Group(
                "Configuration", "UpdateCycleMs", "OnlyTransmitChangedInputs", "AutoReconnect", "ReconnectIntervalSeconds",
                "MaxReconnectAttempts", "DebugMode"),
            new Group(
                "Connection Settings", "IsServer", "Address", "Port", "UseSSL", "Path", "ClientName", "ConnectOnPlay"),
            new Group(
                "Signal Import", "DefaultSignalDirection", "UsePatternMatching", "InputPatterns", "OutputPatterns", "PeerIs"),
            new Group(
                "Security", "AccessToken", "User", "Password", "AllowedOrigins", "AllowedHosts", "AllowAnonymousNetwork",
                "CertificateFile", "KeyFile", "CaFile", "TlsPin"),
            new Group(
                "Limits", "ServedPath", "MaxClients", "MaxClientsPerAddress", "TrustedProxies", "MaxMessageBytes",
                "MaxSignals", "HandshakeTimeoutMs", "MaxPendingHandshakes", "StrictTypes")
        };
    }
}
