namespace RealvirtualWs
{
    /// <summary>A value that goes in with others in one message: see <see cref="RvInterface.SetValues(RvValue[], int)"/>.</summary>
    public struct RvValue
    {
        private readonly uint _signal;
        private readonly RvKind _kind;
        private readonly long _integer;
        private readonly double _number;
        private readonly string _text;

        private RvValue(uint signal, RvKind kind, long integer, double number, string text)
        {
            _signal = signal;
            _kind = kind;
            _integer = integer;
            _number = number;
            _text = text;
        }

        /// <summary>A bool for the signal of that id.</summary>
        public static RvValue Bool(uint signal, bool value)
        {
            return new RvValue(signal, RvKind.Bool, value ? 1 : 0, 0, null);
        }

        /// <summary>An int for the signal of that id.</summary>
        public static RvValue Int(uint signal, long value)
        {
            return new RvValue(signal, RvKind.Int, value, 0, null);
        }

        /// <summary>A float for the signal of that id.</summary>
        public static RvValue Float(uint signal, double value)
        {
            return new RvValue(signal, RvKind.Float, 0, value, null);
        }

        /// <summary>A text for the signal of that id; null is the empty text.</summary>
        public static RvValue Text(uint signal, string value)
        {
            return new RvValue(signal, RvKind.Text, 0, 0, value ?? "");
        }

        /// <summary>The signal's id.</summary>
        public uint SignalId { get { return _signal; } }

        /// <summary>Which kind of value it is.</summary>
        public RvKind Kind { get { return _kind; } }

        internal long Integer { get { return _integer; } }

        internal double Number { get { return _number; } }

        internal string String { get { return _text; } }
    }
}
