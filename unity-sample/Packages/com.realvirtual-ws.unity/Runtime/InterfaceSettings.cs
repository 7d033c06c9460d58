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
            if (!string.IsNullOrEmpty(from.AccessToken))
            {
                throw new ArgumentException(
                    "Access Token is for clients: this version's server cannot ask for one. Clear it, and keep Address at "
                    + "127.0.0.1 or put a reverse proxy in front that authenticates clients");
            }
            // Also without Use SSL: the library then says that they have no effect.
            options.Tls = from.UseSSL;
            options.TlsCertificateFile = File(from.CertificateFile);
            options.TlsKeyFile = File(from.KeyFile);
            options.TlsClientCaFile = File(from.CaFile);
            options.AllowedOrigins = from.AllowedOrigins;
            options.AllowedHosts = from.AllowedHosts;
            options.AllowAnonymousNetwork = from.AllowAnonymousNetwork;
        }

        private static void Client(WebsocketRealtimeInterface from, RvOptions options)
        {
            options.ClientName = from.ClientName;
            options.Tls = from.UseSSL;
            if (from.UseSSL)
            {
                options.TlsCertificateFile = File(from.CertificateFile);
                options.TlsKeyFile = File(from.KeyFile);
                options.TlsCaFile = File(from.CaFile);
            }
            options.Path = Path(from);
            options.AutoReconnect = from.AutoReconnect;
            options.ReconnectIntervalMs = (int)Math.Max(1, Math.Min(int.MaxValue, from.ReconnectIntervalSeconds * 1000.0));
            options.MaxReconnectAttempts = from.MaxReconnectAttempts;
        }

        private static string File(string path)
        {
            return string.IsNullOrEmpty(path) ? null : path;
        }

        // Browsers and plain hosts have no place for a token but the query.
        private static string Path(WebsocketRealtimeInterface from)
        {
            string path = from.Path ?? "";
            if (path.Length > 0 && path[0] != '/')
            {
                path = "/" + path;
            }
            if (string.IsNullOrEmpty(from.AccessToken))
            {
                return path.Length == 0 ? null : path;
            }
            if (!from.UseSSL && !IsLoopback(from.Address))
            {
                throw new ArgumentException(
                    "Access Token would cross the network readable by anyone: turn on Use SSL, or clear it");
            }
            string query = path.IndexOf('?') < 0 ? "?" : "&";
            return (path.Length == 0 ? "/" : path) + query + "token=" + Uri.EscapeDataString(from.AccessToken);
        }

        private static bool IsLoopback(string address)
        {
            IPAddress ip;
            return address == "localhost" || (IPAddress.TryParse(address, out ip) && IPAddress.IsLoopback(ip));
        }
    }
}
