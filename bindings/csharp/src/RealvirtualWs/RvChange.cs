using System.Runtime.InteropServices;

namespace RealvirtualWs
{
    /// <summary>
    /// A signal's value and what became of it: what <see cref="RvInterface.Poll(RvChange[])"/> gives. 48 bytes without
    /// references, so that an array of them is filled by the library itself.
    /// </summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct RvChange
    {
        private readonly uint _signal;
        private readonly RvKind _kind;
        private readonly RvQuality _quality;
        private readonly RvChangeFlags _flags;
        private readonly long _integer;
        private readonly double _number;
        private readonly uint _changeCount;
        private readonly uint _riseCount;
        private readonly long _timeUs;
        private readonly uint _source;
        private readonly uint _reserved;

        /// <summary>The signal's id.</summary>
        public uint SignalId { get { return _signal; } }

        /// <summary>The signal's kind.</summary>
        public RvKind Kind { get { return _kind; } }

        /// <summary>How far the value can be trusted.</summary>
        public RvQuality Quality { get { return _quality; } }

        /// <summary>What else is to be said.</summary>
        public RvChangeFlags Flags { get { return _flags; } }

        /// <summary>The value of a bool; of a number, whether it is not 0.</summary>
        public bool Bool { get { return _kind == RvKind.Float ? _number != 0 : _integer != 0; } }

        /// <summary>The value of an int; of a bool, 0 or 1; of a text, its length in bytes of UTF-8.</summary>
        public long Int { get { return _integer; } }

        /// <summary>The value of a float; also set for a bool and an int.</summary>
        public double Float { get { return _number; } }

        /// <summary>
        /// How often the value changed since it was last polled; stays at the largest number. 0 when only the quality
        /// changed, and from <see cref="RvInterface.GetValues(uint[], RvChange[])"/>.
        /// </summary>
        public uint ChangeCount { get { return _changeCount; } }

        /// <summary>
        /// Of a bool: how many of these changes were from false to true. A pulse that was shorter than the time between
        /// two polls is false and has 1 here.
        /// </summary>
        public uint RiseCount { get { return _riseCount; } }

        /// <summary>
        /// When it arrived, or when the quality changed, in microseconds of a monotonic clock that starts anywhere. 0 for a
        /// value that this program has set: it knows when.
        /// </summary>
        public long TimeMicroseconds { get { return _timeUs; } }

        /// <summary>
        /// Server: the id of the client it came from. Client: 1 = the server. 0 = this program: fail-safe, connection
        /// lost.
        /// </summary>
        public uint Source { get { return _source; } }
    }

    /// <summary>A change as <see cref="RvInterface.Dispatch"/> raises it: the signal, its change record, and its text.</summary>
    public struct RvSignalChange
    {
        private readonly RvSignal _signal;
        private readonly RvChange _record;
        private readonly string _text;

        internal RvSignalChange(RvSignal signal, RvChange record, string text)
        {
            _signal = signal;
            _record = record;
            _text = text;
        }

        /// <summary>The signal.</summary>
        public RvSignal Signal { get { return _signal; } }

        /// <summary>The record with value, quality, flags and counters.</summary>
        public RvChange Record { get { return _record; } }

        /// <summary>The value of a text as it was when the record was made; null for other kinds.</summary>
        public string Text { get { return _text; } }
    }
}
