namespace RealvirtualWs
{
    /// <summary>
    /// What a call came to: 0 or more is success, less than 0 a failure. A code never changes its meaning; later versions
    /// of the library may return new ones, so treat an unknown negative number as a failure.
    /// </summary>
    public enum RvResult
    {
        /// <summary>Success.</summary>
        Ok = 0,
        /// <summary>The interface is destroyed.</summary>
        Handle = -1,
        /// <summary>Something that must be given is missing.</summary>
        Null = -2,
        /// <summary>An argument or an option is out of its range.</summary>
        Argument = -3,
        /// <summary>A string cannot be written as UTF-8: half of a surrogate pair stands in it.</summary>
        Utf8 = -4,
        /// <summary>A buffer is too small. The wrapper grows its buffers, so no caller gets this.</summary>
        Buffer = -5,
        /// <summary>A struct has a size that the library never knew.</summary>
        StructSize = -6,
        /// <summary>A defect in the library; this interface can only be disposed, the program lives.</summary>
        Panic = -7,
        /// <summary>The process was forked after the library was used; the child must not use it.</summary>
        Forked = -8,
        /// <summary>Not available on this platform or in this mode, or there is no native library that fits.</summary>
        Unsupported = -9,
        /// <summary>Not possible in the interface's present state.</summary>
        State = -10,
        /// <summary>The time ran out.</summary>
        Timeout = -11,
        /// <summary>Cancelled by this program.</summary>
        Cancelled = -12,
        /// <summary>A limit would be exceeded.</summary>
        Limit = -13,
        /// <summary>The operating system refused a resource.</summary>
        System = -14,
        /// <summary>No signal, client or token of that name or number.</summary>
        NotFound = -20,
        /// <summary>A signal of that name exists with another declaration.</summary>
        Exists = -21,
        /// <summary>The signal is of another kind.</summary>
        Kind = -22,
        /// <summary>The signal's access is <see cref="RvAccess.Read"/>: peers write it.</summary>
        NotWritable = -23,
        /// <summary>NaN and the infinities cannot be sent.</summary>
        NotFinite = -24,
        /// <summary>The name is empty, too long, or holds U+0000.</summary>
        Name = -25,
        /// <summary>The text is too long, or holds U+0000.</summary>
        Text = -26,
        /// <summary>A file cannot be read or written.</summary>
        File = -27,
        /// <summary>A file is not what it should be; the message tells the line.</summary>
        Format = -28,
        /// <summary>Another program listens on that port.</summary>
        PortInUse = -40,
        /// <summary>The address is malformed, or is none of this machine's.</summary>
        Address = -41,
        /// <summary>The host name does not resolve.</summary>
        Resolve = -42,
        /// <summary>Nothing listens there.</summary>
        Refused = -43,
        /// <summary>No route, or no answer.</summary>
        Unreachable = -44,
        /// <summary>The connection broke.</summary>
        Connection = -45,
        /// <summary>The other side answered, but not as a WebSocket server.</summary>
        Handshake = -46,
        /// <summary>TLS could not be set up.</summary>
        Tls = -47,
        /// <summary>The server's certificate is not trusted here, or ours not by the server.</summary>
        Certificate = -48,
        /// <summary>There is no connection.</summary>
        NotConnected = -49,
        /// <summary>Listening beyond this machine without any authentication was not allowed.</summary>
        InsecureBind = -50,
        /// <summary>The server refused us.</summary>
        Denied = -51,
        /// <summary>The operating system does not let this user have that port.</summary>
        Permission = -52,
    }
}
