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
            options.AccessToken = Token(from);
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
            string path = from.Path ?? "";
            options.Path = path.Length > 0 && path[0] != '/' ? "/" + path : path;
            string token = Token(from);
            if (token != null && !from.UseSSL && !IsLoopback(from.Address))
            {
                throw new ArgumentException(
                    "Access Token would cross the network readable by anyone: turn on Use SSL, or clear it");
            }
#if UNITY_WEBGL && !UNITY_EDITOR
            // A browser sets no headers.
            if (token != null)
            {
                string query = path.IndexOf('?') < 0 ? "?" : "&";
                options.Path = (path.Length == 0 ? "/" : options.Path) + query + "token=" + Uri.EscapeDataString(token);
            }
#else
            options.AccessToken = token;
#endif
            options.AutoReconnect = from.AutoReconnect;
            options.ReconnectIntervalMs = (int)Math.Max(1, Math.Min(int.MaxValue, from.ReconnectIntervalSeconds * 1000.0));
            options.MaxReconnectAttempts = from.MaxReconnectAttempts;
        }

        private static string File(string path)
        {
            return string.IsNullOrEmpty(path) ? null : path;
        }

        private static string Token(WebsocketRealtimeInterface from)
        {
            return string.IsNullOrEmpty(from.AccessToken) ? null : from.AccessToken;
        }

        private static bool IsLoopback(string address)
        {
            IPAddress ip;
            return address == "localhost" || (IPAddress.TryParse(address, out ip) && IPAddress.IsLoopback(ip));
        }
    }
}
