using System.Text;

namespace RealvirtualWs.Unity
{
    /// <summary>What both signals with a text have in common.</summary>
    public abstract class TextSignal : PLCSignal<string>
    {
        private const int MaxBytes = 65536;

        /// <inheritdoc/>
        public override RvKind Kind
        {
            get { return RvKind.Text; }
        }

        internal override bool Receive(RvSignalChange change)
        {
            return Take(change.Text);
        }

        internal override uint Declare(RvInterface at, string wireName, RvSignalOptions options)
        {
            return at.AddText(wireName, (RvDirection)Direction, Access, Value, options).Id;
        }

        internal override void Load(RvInterface from, uint id)
        {
            string value;
            if (from.TryGetText(id, out value) >= 0)
            {
                Take(value);
            }
        }

        internal override int Write(RvValue[] batch, int count)
        {
            string text = Value ?? "";
            if (text.IndexOf('\0') >= 0)
            {
                Exchange.RefuseValue(this, "holds a NUL character");
                return count;
            }
            if (text.Length * 3 > MaxBytes && Encoding.UTF8.GetByteCount(text) > MaxBytes)
            {
                Exchange.RefuseValue(this, "is longer than 65536 bytes");
                return count;
            }
            batch[count++] = RvValue.Text(Id, text);
            Sent = Value;
            return count;
        }
    }
}
