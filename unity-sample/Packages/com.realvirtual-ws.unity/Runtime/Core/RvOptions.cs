namespace RealvirtualWs
{
    /// <summary>
    /// Everything that can be chosen for an interface; a new one has the protocol document's defaults. The interface
    /// copies what it is given: a later change of the options changes nothing there. Times are in milliseconds.
    /// </summary>
    public sealed partial class RvOptions
    {
        /// <summary>Server: the IP address to listen on. Client: the server's address or host name.</summary>
        public string Address { get; set; } = "127.0.0.1";

        /// <summary>
        /// TCP port, 0 to 65535. A server may use 0 to get a free one, which <see cref="RvInterface.Port"/> tells.
        /// </summary>
        public int Port { get; set; } = 1234;

        /// <summary>Client: the URL's path and query, null = "/". Server: if set, other paths get HTTP 404.</summary>
        public string Path { get; set; }

        /// <summary>Client: the name it gives itself.</summary>
        public string ClientName { get; set; } = "realvirtual-ws";

        /// <summary>The side that this program stands on; decides the access of declared signals.</summary>
        public RvPerspective OwnPerspective { get; set; } = RvPerspective.Simulation;

        /// <summary>The side the peer stands on, if known; gives imported signals strict access.</summary>
        public RvPerspective PeerPerspective { get; set; }

        /// <summary>What import does with the peer's directions.</summary>
        public RvImportDirection ImportDirection { get; set; }

        /// <summary>How directions appear in the catalogue that peers get.</summary>
        public RvCatalogDirection CatalogDirection { get; set; }

        /// <summary>
        /// Direction of a signal that has none and that no pattern matches; not <see cref="RvDirection.Auto"/>.
        /// </summary>
        public RvDirection DefaultDirection { get; set; } = RvDirection.Input;

        /// <summary>When changed values go out.</summary>
        public RvSendMode SendMode { get; set; }

        /// <summary>Substrings of names that mark a signal as <see cref="RvDirection.Input"/>; null = none.</summary>
        public string[] InputPatterns { get; set; }

        /// <summary>Substrings of names that mark a signal as <see cref="RvDirection.Output"/>; null = none.</summary>
        public string[] OutputPatterns { get; set; }

        /// <summary>The cycle of <see cref="RvSendMode.Cycle"/>, 1 to 3600000.</summary>
        public int UpdateCycleMs { get; set; } = 10;

        /// <summary>Client: time between attempts to connect, ±10 %.</summary>
        public int ReconnectIntervalMs { get; set; } = 2000;

        /// <summary>Client: the interval doubles up to this; 0 = it stays fixed.</summary>
        public int ReconnectBackoffMaxMs { get; set; }

        /// <summary>Client: attempts before giving up; -1 = unlimited.</summary>
        public int MaxReconnectAttempts { get; set; } = -1;

        /// <summary>Client: time for one attempt, from looking the name up to the WebSocket handshake.</summary>
        public int ConnectTimeoutMs { get; set; } = 10000;

        /// <summary>Time between keep-alive pings; 0 = none.</summary>
        public int PingIntervalMs { get; set; } = 5000;

        /// <summary>A peer that has answered a ping before is dead after this long without a byte; 0 = never.</summary>
        public int PeerTimeoutMs { get; set; } = 15000;

        /// <summary>A peer that has got no values for this long gets an empty message; 0 = never.</summary>
        public int HeartbeatMs { get; set; } = 1000;

        /// <summary>
        /// How much longer a peer that is not this library may take until its values no longer count as crossing
        /// ours.
        /// </summary>
        public int FenceGraceMs { get; set; } = 100;

        /// <summary>
        /// Client: how long signals that both sides write wait for the server's state after a connect.
        /// </summary>
        public int ResyncWaitMs { get; set; } = 500;

        /// <summary>Server: how long a new client may stay silent before it gets the whole state.</summary>
        public int FirstStateWaitMs { get; set; } = 250;

        /// <summary>Server: connected clients in all; the next one gets HTTP 503.</summary>
        public int MaxClients { get; set; } = 512;

        /// <summary>
        /// Server: connected clients from one address (of IPv6: from one /64), when listening beyond this machine or through
        /// a trusted proxy.
        /// </summary>
        public int MaxClientsPerAddress { get; set; } = 64;

        /// <summary>The largest message accepted, in bytes; 0 = 4 MiB for a server, 64 MiB for a client.</summary>
        public int MaxMessageBytes { get; set; }

        /// <summary>Signals in all, 1 to 10000000.</summary>
        public int MaxSignals { get; set; } = 100000;

        /// <summary>Server: time for TLS and the HTTP upgrade together.</summary>
        public int HandshakeTimeoutMs { get; set; } = 5000;

        /// <summary>
        /// Server: connections that are still in their handshake; for one more the oldest is cut, of the address that has
        /// most.
        /// </summary>
        public int MaxPendingHandshakes { get; set; } = 64;

        /// <summary>
        /// Larger messages with values are split into several of about this size; 0 = never. The values of one
        /// message are applied together, those of several are not.
        /// </summary>
        public int MaxDataFrameBytes { get; set; }

        /// <summary>Use the patterns.</summary>
        public bool UsePatterns { get; set; }

        /// <summary>
        /// Send only what changed. False = every cycle carries every signal that this program has set.
        /// </summary>
        public bool OnlyTransmitChanged { get; set; } = true;

        /// <summary>Server: pass values that one client sent on to the others.</summary>
        public bool Relay { get; set; } = true;

        /// <summary>Apply a peer's value even to a signal whose access is <see cref="RvAccess.Write"/>.</summary>
        public bool AcceptRemoteWrites { get; set; }

        /// <summary>Create signals from a catalogue that was not asked for.</summary>
        public bool AutoImport { get; set; }

        /// <summary>Refuse received values that lose something when converted, such as 1.5 for an int.</summary>
        public bool StrictTypes { get; set; }

        /// <summary>Client: connect again when the connection is lost or cannot be made.</summary>
        public bool AutoReconnect { get; set; } = true;

        /// <summary>Server: allow listening beyond this machine although nothing authenticates clients.</summary>
        public bool AllowAnonymousNetwork { get; set; }

        /// <summary>
        /// Speak TLS (<c>wss://</c>). A server then needs <see cref="TlsCertificateFile"/> and <see cref="TlsKeyFile"/>.
        /// </summary>
        public bool Tls { get; set; }

        /// <summary>Client: accept any certificate. Nothing then protects against an attacker in between.</summary>
        public bool TlsInsecureSkipVerify { get; set; }

        /// <summary>Log every frame.</summary>
        public bool Debug { get; set; }

        /// <summary>Peers that asked for the catalogue get a fresh one when signals were added.</summary>
        public bool CatalogPush { get; set; }

        /// <summary>Messages of unknown types become events: <see cref="RvInterface.RawMessage"/>.</summary>
        public bool RawEvents { get; set; }

        /// <summary>
        /// Write the log to standard error, too. The environment variable <c>RV_LOG</c> (<c>error warn info
        /// debug</c>) does so for every interface.
        /// </summary>
        public bool LogToStderr { get; set; }

        /// <summary>Client: a PEM file with authorities to trust besides the platform's.</summary>
        public string TlsCaFile { get; set; }

        /// <summary>
        /// Client: the SHA-256 of the server's public key (SubjectPublicKeyInfo), as hexadecimal digits or Base64: a
        /// server with another key is refused, whoever vouches for it.
        /// </summary>
        public string TlsPin { get; set; }

        /// <summary>
        /// Server: web pages (values of <c>Origin</c>) that may connect, exactly; "*" = any; null = none.
        /// </summary>
        public string[] AllowedOrigins { get; set; }

        /// <summary>
        /// Server: names that may stand in <c>Host</c>, besides IP addresses, <c>localhost</c> and this machine's
        /// name.
        /// </summary>
        public string[] AllowedHosts { get; set; }

        /// <summary>
        /// Server: when two clients bring signals of one name that differ in kind or direction, keep the later one as
        /// <c>client/name</c>; false = the first one stands, and the other is reported as a conflict.
        /// </summary>
        public bool PrefixCollisions { get; set; }

        /// <summary>
        /// A PEM file with the certificate that this side shows, followed by those that lead to its authority. A server
        /// needs one for TLS; a client for servers that ask for it. Needs <see cref="TlsKeyFile"/>.
        /// </summary>
        public string TlsCertificateFile { get; set; }

        /// <summary>A PEM file with the private key of that certificate, not encrypted.</summary>
        public string TlsKeyFile { get; set; }

        /// <summary>
        /// Server: a PEM file with authorities; clients must show a certificate of one of them. Null = clients need none.
        /// </summary>
        public string TlsClientCaFile { get; set; }

        /// <summary>
        /// Server: clients must present this token, and may do everything with it; more of them, and roles, with
        /// <see cref="RvInterface.AddToken"/>. Client: the token that it presents. Visible ASCII; null = none, and an
        /// empty one is an error.
        /// </summary>
        public string AccessToken { get; set; }

        /// <summary>
        /// Server: clients may present this user and <see cref="Password"/> (HTTP Basic) instead of a token. Client: the
        /// user that it presents. null = none.
        /// </summary>
        public string User { get; set; }

        /// <summary>See <see cref="User"/>.</summary>
        public string Password { get; set; }

        /// <summary>
        /// Server: addresses and networks (<c>10.0.0.0/8</c>) of proxies. The address of a client that these tell in
        /// <c>X-Forwarded-For</c>, or else in <c>Forwarded</c>, is the one that counts for limits, wrong tokens and the log.
        /// </summary>
        public string[] TrustedProxies { get; set; }

        /// <summary>Client: how it presents the token.</summary>
        public RvTokenTransport TokenTransport { get; set; }

        /// <summary>Client: present token or password without TLS to another machine, too.</summary>
        public bool AllowPlainCredentials { get; set; }

        /// <summary>Another object with the same choices.</summary>
        public RvOptions Clone()
        {
            return (RvOptions)MemberwiseClone();
        }
    }
}
