using System;
using System.Net;

namespace RealvirtualWs.Unity
{
    /// <summary>From a component's fields to the library's options.</summary>
    internal static class InterfaceSettings
    {
        /// <summary>The options that the fields stand for.</summary>
        /// <exception cref="ArgumentException">The fields contradict each other; the message says what to change.</exception>
        internal static RvOptions Options(WebsocketRealtimeInterface from)
        {
            var options = new RvOptions
            {
                Address = from.Address,
                Port = from.Port,
                OwnPerspective = RvPerspective.Simulation,
                PeerPerspective = from.PeerIs,
                DefaultDirection = (RvDirection)from.DefaultSignalDirection,
                UpdateCycleMs = from.UpdateCycleMs,
                OnlyTransmitChanged = from.OnlyTransmitChangedInputs,
                UsePatterns = from.UsePatternMatching,
                InputPatterns = from.InputPatterns,
                OutputPatterns = from.OutputPatterns,
                MaxMessageBytes = from.MaxMessageBytes,
                MaxSignals = from.MaxSignals,
                StrictTypes = from.StrictTypes,
                AccessToken = Text(from.AccessToken),
                User = Text(from.User),
                Password = Text(from.Password),
                Debug = from.DebugMode
            };
            if (from.IsServer)
            {
                Server(from, options);
            }
            else
            {
                Client(from, options);
            }
            return options;
        }

        private static void Server(WebsocketRealtimeInterface from, RvOptions options)
        {
            // Also without Use SSL: the library then says that they have no effect.
            options.Tls = from.UseSSL;
            options.TlsCertificateFile = Text(from.CertificateFile);
            options.TlsKeyFile = Text(from.KeyFile);
            options.TlsClientCaFile = Text(from.CaFile);
            options.AllowedOrigins = from.AllowedOrigins;
            options.AllowedHosts = from.AllowedHosts;
            options.AllowAnonymousNetwork = from.AllowAnonymousNetwork;
            options.Path = FromSlash(from.ServedPath);
            options.MaxClients = from.MaxClients;
            options.MaxClientsPerAddress = from.MaxClientsPerAddress;
            options.TrustedProxies = from.TrustedProxies;
            options.HandshakeTimeoutMs = from.HandshakeTimeoutMs;
            options.MaxPendingHandshakes = from.MaxPendingHandshakes;
        }

        private static void Client(WebsocketRealtimeInterface from, RvOptions options)
        {
            options.ClientName = from.ClientName;
            options.Tls = from.UseSSL;
            if (from.UseSSL)
            {
                options.TlsCertificateFile = Text(from.CertificateFile);
                options.TlsKeyFile = Text(from.KeyFile);
                options.TlsCaFile = Text(from.CaFile);
                options.TlsPin = Text(from.TlsPin);
            }
            options.Path = FromSlash(from.Path);
            if ((options.AccessToken ?? options.User) != null && !from.UseSSL && !IsLoopback(from.Address))
            {
                throw new ArgumentException(
                    "Access Token or Password would cross the network readable by anyone: turn on Use SSL, or clear it");
            }
            options.AutoReconnect = from.AutoReconnect;
            options.ReconnectIntervalMs = (int)Math.Max(1, Math.Min(int.MaxValue, from.ReconnectIntervalSeconds * 1000.0));
            options.MaxReconnectAttempts = from.MaxReconnectAttempts;
        }

        // An empty field is an option that is not set.
        private static string Text(string field)
        {
            return string.IsNullOrEmpty(field) ? null : field;
        }

        private static string FromSlash(string path)
        {
            return string.IsNullOrEmpty(path) || path[0] == '/' ? path : "/" + path;
        }

        private static bool IsLoopback(string address)
        {
            IPAddress ip;
            return address == "localhost" || (IPAddress.TryParse(address, out ip) && IPAddress.IsLoopback(ip));
        }
    }
}
