using System;
using RealvirtualWs.Interop;

namespace RealvirtualWs
{
    /// <summary>What an interface is doing.</summary>
    public struct RvInfo
    {
        internal RvInfo(rv_info native)
        {
            State = (RvState)native.state;
            Port = (int)native.port;
            Clients = (int)native.clients;
            Signals = (int)native.signals;
            LastError = (RvResult)native.last_error;
            ReconnectAttempts = (int)native.reconnect_attempts;
            LastClient = native.last_client;
        }

        /// <summary>What it is doing.</summary>
        public RvState State { get; private set; }

        /// <summary>The TCP port: a server's real one, also when the option was 0.</summary>
        public int Port { get; private set; }

        /// <summary>Server: connected clients. Client: 1 while connected, else 0.</summary>
        public int Clients { get; private set; }

        /// <summary>Number of signals.</summary>
        public int Signals { get; private set; }

        /// <summary>The last failure of the connection or the listener; Ok if there was none.</summary>
        public RvResult LastError { get; private set; }

        /// <summary>Client: attempts since the last stable connection.</summary>
        public int ReconnectAttempts { get; private set; }

        /// <summary>Server: the id of the client that connected last, or 0.</summary>
        public uint LastClient { get; private set; }

        /// <summary>State, port, clients and signals, in words.</summary>
        public override string ToString()
        {
            return State + ", port " + Port + ", " + Clients + " connected, " + Signals + " signals";
        }
    }

    /// <summary>What is known of a signal, besides its value, all of one moment.</summary>
    public struct RvSignalInfo
    {
        internal RvSignalInfo(rv_signal_info native)
        {
            Kind = (RvKind)native.kind;
            Direction = (RvDirection)native.direction;
            Access = (RvAccess)native.access;
            Quality = (RvQuality)native.quality;
            Source = native.source;
            IsImported = native.imported != 0;
            AgeMicroseconds = native.age_us;
        }

        /// <summary>Its kind.</summary>
        public RvKind Kind { get; private set; }

        /// <summary>Its direction; <see cref="RvDirection.Auto"/> = it has none.</summary>
        public RvDirection Direction { get; private set; }

        /// <summary>
        /// What this program may do, never <see cref="RvAccess.Default"/>. Store it with an imported signal and declare
        /// the signal with it next time.
        /// </summary>
        public RvAccess Access { get; private set; }

        /// <summary>How far its value can be trusted.</summary>
        public RvQuality Quality { get; private set; }

        /// <summary>
        /// Server: the id of the client that wrote it last. Client: 1 = the server. 0 = this program.
        /// </summary>
        public uint Source { get; private set; }

        /// <summary>Whether an import created it.</summary>
        public bool IsImported { get; private set; }

        /// <summary>
        /// Microseconds since a value came from a peer; -1 = none has, or this program has set it since.
        /// </summary>
        public long AgeMicroseconds { get; private set; }
    }

    /// <summary>What is known of a server's client.</summary>
    public sealed class RvClientInfo
    {
        internal unsafe RvClientInfo(rv_client_info* native, string name)
        {
            Id = native->id;
            Name = name;
            IsLibrary = native->library != 0;
            IsSubscribed = native->subscribed != 0;
            ConnectedFor = RvLibrary.Microseconds(native->connected_us);
            FramesIn = native->frames_in;
            FramesOut = native->frames_out;
            Address = Utf8.Decode(native->address);
        }

        /// <summary>The client's id; ids start at 1 and are never used again.</summary>
        public uint Id { get; private set; }

        /// <summary>The name it gave itself.</summary>
        public string Name { get; private set; }

        /// <summary>Its address and port.</summary>
        public string Address { get; private set; }

        /// <summary>Whether it is known to be this library.</summary>
        public bool IsLibrary { get; private set; }

        /// <summary>Whether it gets only the signals it has subscribed to.</summary>
        public bool IsSubscribed { get; private set; }

        /// <summary>Time since it connected.</summary>
        public TimeSpan ConnectedFor { get; private set; }

        /// <summary>Messages received from it.</summary>
        public ulong FramesIn { get; private set; }

        /// <summary>Messages sent to it.</summary>
        public ulong FramesOut { get; private set; }

        /// <summary>Its name, address and id.</summary>
        public override string ToString()
        {
            return Name + " (" + Address + "), client " + Id;
        }
    }

    /// <summary>What an import did.</summary>
    public sealed class RvImportReport
    {
        internal RvImportReport(uint token, RvResult result, rv_import_report native, string text)
        {
            Token = token;
            Result = result;
            Added = (int)native.added;
            Updated = (int)native.updated;
            Unchanged = (int)native.unchanged;
            Conflicting = (int)native.conflicting;
            Refused = (int)native.refused;
            Answered = (int)native.answered;
            Unanswered = (int)native.unanswered;
            Text = text;
        }

        /// <summary>The number of the request.</summary>
        public uint Token { get; private set; }

        /// <summary>Ok, or why there was no import; the counts are 0 then.</summary>
        public RvResult Result { get; private set; }

        /// <summary>Signals created.</summary>
        public int Added { get; private set; }

        /// <summary>Signals that existed and got a new value, direction or access.</summary>
        public int Updated { get; private set; }

        /// <summary>Signals that existed and are as the answer says.</summary>
        public int Unchanged { get; private set; }

        /// <summary>Signals that exist with another kind; they stay as they are.</summary>
        public int Conflicting { get; private set; }

        /// <summary>Entries of the answer that cannot be signals, or are too many.</summary>
        public int Refused { get; private set; }

        /// <summary>Peers that answered.</summary>
        public int Answered { get; private set; }

        /// <summary>Peers that did not.</summary>
        public int Unanswered { get; private set; }

        /// <summary>
        /// What a person should read: a line for each signal that was refused or conflicts and for each client that did
        /// not answer (the first hundred), or why there was no import.
        /// </summary>
        public string Text { get; private set; }

        /// <summary>The counts, or why there was no import, and what a person should read.</summary>
        public override string ToString()
        {
            string first = Result != RvResult.Ok
                ? Result.ToString()
                : Added + " added, " + Updated + " updated, " + Unchanged + " unchanged, " + Conflicting + " conflicting, "
                    + Refused + " refused, " + Unanswered + " not answered";
            return string.IsNullOrEmpty(Text) ? first : first + ": " + Text;
        }
    }

    /// <summary>What a connection test found.</summary>
    public sealed class RvConnectionReport
    {
        internal RvConnectionReport(RvResult result, rv_connection_report native, string text)
        {
            Result = result;
            ConnectTime = RvLibrary.Microseconds(native.connect_us);
            RoundTrip = RvLibrary.Microseconds(native.round_trip_us);
            IsLibrary = native.library != 0;
            Text = text;
        }

        /// <summary>Ok when there was a connection, otherwise why not.</summary>
        public RvResult Result { get; private set; }

        /// <summary>
        /// From the start of the test to the end of the WebSocket handshake: name, TCP, TLS and upgrade.
        /// </summary>
        public TimeSpan ConnectTime { get; private set; }

        /// <summary>From a ping to its pong; zero = the server does not answer pings, which many do not.</summary>
        public TimeSpan RoundTrip { get; private set; }

        /// <summary>Whether the server is known to be this library.</summary>
        public bool IsLibrary { get; private set; }

        /// <summary>How long it took, or why there was no connection.</summary>
        public override string ToString()
        {
            return Result == RvResult.Ok
                ? "connected in " + Milliseconds(ConnectTime) + ", round trip " + Milliseconds(RoundTrip)
                : Result + ": " + Text;
        }

        private static string Milliseconds(TimeSpan time)
        {
            return time.TotalMilliseconds.ToString("0.0", System.Globalization.CultureInfo.InvariantCulture) + " ms";
        }

        /// <summary>What was measured, or what failed and what to do about it, in words.</summary>
        public string Text { get; private set; }
    }
}
