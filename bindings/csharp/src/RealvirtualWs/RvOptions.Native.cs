using RealvirtualWs.Interop;

namespace RealvirtualWs
{
    public sealed partial class RvOptions
    {
        /// <summary>Fills in the native struct; its strings live as long as <paramref name="strings"/>.</summary>
        internal unsafe void Write(rv_options* native, rv_mode mode, NativeStrings strings)
        {
            RvLibrary.Check();
            RvLibrary.Throw(NativeMethods.rv_options_init(native, (uint)sizeof(rv_options), (uint)mode));
            native->address = strings.Add(Address, "Address");
            native->port = (ushort)Number(Port, "Port", ushort.MaxValue);
            native->path = strings.Add(Path, "Path");
            native->client_name = strings.Add(ClientName, "ClientName");
            native->own_perspective = (uint)OwnPerspective;
            native->peer_perspective = (uint)PeerPerspective;
            native->import_direction = (uint)ImportDirection;
            native->catalog_direction = (uint)CatalogDirection;
            native->default_direction = (uint)DefaultDirection;
            native->send_mode = (uint)SendMode;
            native->input_patterns = strings.AddLines(InputPatterns, "InputPatterns");
            native->output_patterns = strings.AddLines(OutputPatterns, "OutputPatterns");
            native->update_cycle_ms = Number(UpdateCycleMs, "UpdateCycleMs", int.MaxValue);
            native->reconnect_interval_ms = Number(ReconnectIntervalMs, "ReconnectIntervalMs", int.MaxValue);
            native->reconnect_backoff_max_ms = Number(ReconnectBackoffMaxMs, "ReconnectBackoffMaxMs", int.MaxValue);
            native->max_reconnect_attempts = MaxReconnectAttempts;
            native->connect_timeout_ms = Number(ConnectTimeoutMs, "ConnectTimeoutMs", int.MaxValue);
            native->ping_interval_ms = Number(PingIntervalMs, "PingIntervalMs", int.MaxValue);
            native->peer_timeout_ms = Number(PeerTimeoutMs, "PeerTimeoutMs", int.MaxValue);
            native->heartbeat_ms = Number(HeartbeatMs, "HeartbeatMs", int.MaxValue);
            native->fence_grace_ms = Number(FenceGraceMs, "FenceGraceMs", int.MaxValue);
            native->resync_wait_ms = Number(ResyncWaitMs, "ResyncWaitMs", int.MaxValue);
            native->first_state_wait_ms = Number(FirstStateWaitMs, "FirstStateWaitMs", int.MaxValue);
            native->max_clients = Number(MaxClients, "MaxClients", int.MaxValue);
            native->max_clients_per_address = Number(MaxClientsPerAddress, "MaxClientsPerAddress", int.MaxValue);
            native->max_message_bytes = Number(MaxMessageBytes, "MaxMessageBytes", int.MaxValue);
            native->max_signals = Number(MaxSignals, "MaxSignals", int.MaxValue);
            native->handshake_timeout_ms = Number(HandshakeTimeoutMs, "HandshakeTimeoutMs", int.MaxValue);
            native->max_pending_handshakes = Number(MaxPendingHandshakes, "MaxPendingHandshakes", int.MaxValue);
            native->max_data_frame_bytes = Number(MaxDataFrameBytes, "MaxDataFrameBytes", int.MaxValue);
            native->use_patterns = Byte(UsePatterns);
            native->only_transmit_changed = Byte(OnlyTransmitChanged);
            native->relay = Byte(Relay);
            native->accept_remote_writes = Byte(AcceptRemoteWrites);
            native->auto_import = Byte(AutoImport);
            native->strict_types = Byte(StrictTypes);
            native->auto_reconnect = Byte(AutoReconnect);
            native->allow_anonymous_network = Byte(AllowAnonymousNetwork);
            native->tls = Byte(Tls);
            native->tls_insecure_skip_verify = Byte(TlsInsecureSkipVerify);
            native->debug = Byte(Debug);
            native->catalog_push = Byte(CatalogPush);
            native->raw_events = Byte(RawEvents);
            native->log_to_stderr = Byte(LogToStderr);
            native->tls_ca_file = strings.Add(TlsCaFile, "TlsCaFile");
            native->tls_pin = strings.Add(TlsPin, "TlsPin");
            native->allowed_origins = strings.AddLines(AllowedOrigins, "AllowedOrigins");
            native->allowed_hosts = strings.AddLines(AllowedHosts, "AllowedHosts");
            native->prefix_collisions = Byte(PrefixCollisions);
            native->tls_certificate_file = strings.Add(TlsCertificateFile, "TlsCertificateFile");
            native->tls_key_file = strings.Add(TlsKeyFile, "TlsKeyFile");
            native->tls_client_ca_file = strings.Add(TlsClientCaFile, "TlsClientCaFile");
            native->access_token = strings.Add(AccessToken, "AccessToken");
            native->user = strings.Add(User, "User");
            native->password = strings.Add(Password, "Password");
            native->trusted_proxies = strings.AddLines(TrustedProxies, "TrustedProxies");
            native->token_transport = (uint)TokenTransport;
            native->allow_plain_credentials = Byte(AllowPlainCredentials);
        }

        private static byte Byte(bool value)
        {
            return value ? (byte)1 : (byte)0;
        }

        private static uint Number(int value, string name, int largest)
        {
            if (value < 0 || value > largest)
            {
                throw new RvArgumentException(
                    RvResult.Argument, "RvOptions." + name + " is " + value + ": it must be between 0 and " + largest + ".");
            }
            return (uint)value;
        }
    }
}
