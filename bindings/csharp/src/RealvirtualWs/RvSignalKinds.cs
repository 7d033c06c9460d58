using RealvirtualWs.Interop;

namespace RealvirtualWs
{
    internal sealed class RvBoolSignal : RvSignal<bool>
    {
        internal RvBoolSignal(RvInterface @interface, uint id, string name)
            : base(@interface, id, name, RvKind.Bool)
        {
        }

        internal override RvResult Read(out bool value)
        {
            return Interface.TryGetBool(Id, out value);
        }

        internal override RvResult Write(bool value)
        {
            return Interface.TrySetBool(Id, value);
        }

        internal override bool From(RvSignalChange change)
        {
            return change.Record.Bool;
        }
    }

    internal sealed class RvIntSignal : RvSignal<long>
    {
        internal RvIntSignal(RvInterface @interface, uint id, string name)
            : base(@interface, id, name, RvKind.Int)
        {
        }

        internal override RvResult Read(out long value)
        {
            return Interface.TryGetInt(Id, out value);
        }

        internal override RvResult Write(long value)
        {
            return Interface.TrySetInt(Id, value);
        }

        internal override long From(RvSignalChange change)
        {
            return change.Record.Int;
        }
    }

    internal sealed class RvFloatSignal : RvSignal<double>
    {
        internal RvFloatSignal(RvInterface @interface, uint id, string name)
            : base(@interface, id, name, RvKind.Float)
        {
        }

        internal override RvResult Read(out double value)
        {
            return Interface.TryGetFloat(Id, out value);
        }

        internal override RvResult Write(double value)
        {
            return Interface.TrySetFloat(Id, value);
        }

        internal override double From(RvSignalChange change)
        {
            return change.Record.Float;
        }
    }

    internal sealed class RvTextSignal : RvSignal<string>
    {
        private Seen _seen = new Seen(new byte[0], "");

        internal RvTextSignal(RvInterface @interface, uint id, string name)
            : base(@interface, id, name, RvKind.Text)
        {
        }

        internal override RvResult Read(out string value)
        {
            return Interface.ReadText(this, out value);
        }

        internal override RvResult Write(string value)
        {
            return Interface.TrySetText(Id, value);
        }

        internal override string From(RvSignalChange change)
        {
            return change.Text;
        }

        /// <summary>The text of these bytes; the same string as last time when they are the same.</summary>
        internal unsafe string Decode(byte* text)
        {
            Seen seen = _seen;
            int length = Utf8.Length(text);
            if (!seen.Is(text, length))
            {
                byte[] bytes = new byte[length];
                for (int i = 0; i < length; i++)
                {
                    bytes[i] = text[i];
                }
                seen = new Seen(bytes, Utf8.Decode(text, length));
                _seen = seen;
            }
            return seen.Text;
        }

        /// <summary>A text and its bytes, in one object so that threads see both or neither.</summary>
        private sealed class Seen
        {
            private readonly byte[] _bytes;

            internal readonly string Text;

            internal Seen(byte[] bytes, string text)
            {
                _bytes = bytes;
                Text = text;
            }

            internal unsafe bool Is(byte* text, int length)
            {
                if (length != _bytes.Length)
                {
                    return false;
                }
                for (int i = 0; i < length; i++)
                {
                    if (text[i] != _bytes[i])
                    {
                        return false;
                    }
                }
                return true;
            }
        }
    }
}
