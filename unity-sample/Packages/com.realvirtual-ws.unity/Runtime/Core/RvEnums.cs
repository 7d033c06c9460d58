using System;

namespace RealvirtualWs
{
    /// <summary>When changed values go out.</summary>
    public enum RvSendMode
    {
        /// <summary>Every <see cref="RvOptions.UpdateCycleMs"/>.</summary>
        Cycle = 0,
        /// <summary>As soon as something changes; what changes meanwhile is gathered.</summary>
        OnChange = 1,
        /// <summary>Only on <see cref="RvInterface.Flush"/>.</summary>
        Manual = 2,
    }

    /// <summary>How a client presents its token.</summary>
    public enum RvTokenTransport
    {
        /// <summary><c>Authorization: Bearer</c>.</summary>
        Auto = 0,
        /// <summary><c>X-API-Key</c>.</summary>
        XApiKey = 1,
        /// <summary>
        /// <c>?token=</c> behind the path. Servers and proxies write paths into their logs: take another where there is one.
        /// </summary>
        Query = 2,
        /// <summary>The subprotocol <c>rv.token.</c> with the token in base64url, beside <c>rv.v2</c>.</summary>
        Subprotocol = 3,
    }

    /// <summary>The kind of value that a signal holds. It never changes once the signal is declared.</summary>
    public enum RvKind : byte
    {
        /// <summary>A <see cref="bool"/>.</summary>
        Bool = 1,
        /// <summary>A <see cref="long"/>.</summary>
        Int = 2,
        /// <summary>A finite <see cref="double"/>.</summary>
        Float = 3,
        /// <summary>A <see cref="string"/> of at most 65536 bytes in UTF-8, without U+0000.</summary>
        Text = 4,
    }

    /// <summary>A signal's direction, from the PLC's point of view.</summary>
    public enum RvDirection
    {
        /// <summary>
        /// For a declaration: the patterns decide, then <see cref="RvOptions.DefaultDirection"/>. Of a signal: it has no
        /// direction.
        /// </summary>
        Auto = 0,
        /// <summary><c>PLCInput</c>: the PLC reads it, the simulation writes it.</summary>
        Input = 1,
        /// <summary><c>PLCOutput</c>: the PLC writes it, the simulation reads it.</summary>
        Output = 2,
    }

    /// <summary>What this program may do with a signal.</summary>
    public enum RvAccess
    {
        /// <summary>For a declaration: decided by direction and perspective.</summary>
        Default = 0,
        /// <summary>Peers write it, this program reads it.</summary>
        Read = 1,
        /// <summary>This program writes it; values from peers are refused.</summary>
        Write = 2,
        /// <summary>Both write it.</summary>
        ReadWrite = 3,
    }

    /// <summary>Which side of the PLC's interface a program stands on.</summary>
    public enum RvPerspective
    {
        /// <summary>Not stated. Only for the peer's.</summary>
        Unknown = 0,
        /// <summary>The digital twin: writes <c>PLCInput</c>, reads <c>PLCOutput</c>.</summary>
        Simulation = 1,
        /// <summary>The controller or its gateway: writes <c>PLCOutput</c>, reads <c>PLCInput</c>.</summary>
        Controller = 2,
    }

    /// <summary>What import does with the direction in a peer's types.</summary>
    public enum RvImportDirection
    {
        /// <summary>Inverts it, as the protocol's document says.</summary>
        Invert = 0,
        /// <summary>Keeps it, for peers that already speak of our direction.</summary>
        Keep = 1,
    }

    /// <summary>How directions appear in the catalogue that peers get.</summary>
    public enum RvCatalogDirection
    {
        /// <summary>As declared.</summary>
        Keep = 0,
        /// <summary>Inverted.</summary>
        Invert = 1,
        /// <summary>Without direction.</summary>
        Neutral = 2,
    }

    /// <summary>What an interface is doing.</summary>
    public enum RvState
    {
        /// <summary>Not started, or stopped.</summary>
        Stopped = 0,
        /// <summary>Client: the first attempt is under way.</summary>
        Connecting = 1,
        /// <summary>Client: connected.</summary>
        Connected = 2,
        /// <summary>Server: the port is open.</summary>
        Listening = 3,
        /// <summary>Client: the connection was lost or could not be made, and is tried again.</summary>
        Reconnecting = 4,
        /// <summary>Given up; <see cref="RvInfo.LastError"/> has the reason.</summary>
        Failed = 5,
    }

    /// <summary>How far a signal's value can be trusted.</summary>
    public enum RvQuality : byte
    {
        /// <summary>Nobody has set it yet; the value is the declared initial one.</summary>
        Never = 0,
        /// <summary>Current, as far as the connection tells.</summary>
        Good = 1,
        /// <summary>The connection to its last writer is lost.</summary>
        Stale = 2,
    }

    /// <summary>What else is to be said about a change. Ignore bits you do not know.</summary>
    [Flags]
    public enum RvChangeFlags : ushort
    {
        /// <summary>Nothing.</summary>
        None = 0,
        /// <summary>Entries of this signal's queue were lost.</summary>
        Overflow = 1,
        /// <summary>The buffer ended in the middle of what arrived together; the rest comes with the next poll.</summary>
        More = 2,
        /// <summary>The value is the fail-safe one.</summary>
        Failsafe = 4,
        /// <summary>An import has created the signal.</summary>
        Imported = 8,
        /// <summary>Only the quality changed.</summary>
        Quality = 16,
    }

    /// <summary>What happened. Ignore values you do not know.</summary>
    public enum RvEventType
    {
        /// <summary>Client: connected to the server.</summary>
        Connected = 1,
        /// <summary>Client: the connection is gone; the result and the text say why.</summary>
        Disconnected = 2,
        /// <summary>Server: a client has sent its first valid message; the text is its name and address.</summary>
        ClientJoined = 3,
        /// <summary>Server: a client that had joined has left; the text says who and why.</summary>
        ClientLeft = 4,
        /// <summary>An import is complete; the text says what a person should know of it.</summary>
        ImportDone = 5,
        /// <summary>Server: a client asks for a configuration change; the text is the JSON.</summary>
        ConfigSet = 6,
        /// <summary>A configuration request is complete; the text is the answer, or says what failed.</summary>
        ConfigDone = 7,
        /// <summary>A connection test is complete; the text says what was measured or what failed.</summary>
        TestDone = 8,
        /// <summary>The peer's catalogue of signals has changed: import again to see how.</summary>
        CatalogChanged = 9,
        /// <summary>The peer speaks another protocol, which the text names.</summary>
        ForeignProtocol = 10,
        /// <summary>A message of a type that the library does not know; the text is the JSON.</summary>
        Raw = 11,
        /// <summary><see cref="RvInterface.State"/> has changed.</summary>
        State = 12,
    }

    /// <summary>How a signal list is written.</summary>
    public enum RvListFormat
    {
        /// <summary>CSV for a file whose name ends in <c>.csv</c>, otherwise the exchange file.</summary>
        Auto = 0,
        /// <summary>realvirtual's exchange file, a JSON object.</summary>
        Json = 1,
        /// <summary>A header line, then a line for each signal.</summary>
        Csv = 2,
    }

    /// <summary>What people read of a signal.</summary>
    public enum RvNote
    {
        /// <summary>Its comment.</summary>
        Comment = 1,
        /// <summary>The group it stands in, with <c>/</c> between levels.</summary>
        Folder = 2,
        /// <summary>What stands in the place of its name.</summary>
        DisplayName = 3,
    }

    /// <summary>How much a log record matters.</summary>
    public enum RvLogLevel
    {
        /// <summary>Something does not work.</summary>
        Error = 1,
        /// <summary>Something works otherwise than one might think.</summary>
        Warn = 2,
        /// <summary>What happens, in the large.</summary>
        Info = 3,
        /// <summary>Every frame; only with <see cref="RvOptions.Debug"/>.</summary>
        Debug = 4,
    }
}
