namespace RealvirtualWs.Unity
{
    /// <summary>What both signals with an integer have in common.</summary>
    public abstract class IntSignal : PLCSignal<long>
    {
        /// <inheritdoc/>
        public override RvKind Kind
        {
            get { return RvKind.Int; }
        }

        internal override bool Receive(RvSignalChange change)
        {
            return Take(change.Record.Int);
        }

        internal override uint Declare(RvInterface at, string wireName, RvSignalOptions options)
        {
            return at.AddInt(wireName, (RvDirection)Direction, Access, Value, options).Id;
        }

        internal override void Load(RvInterface from, uint id)
        {
            long value;
            if (from.TryGetInt(id, out value) >= 0)
            {
                Take(value);
            }
        }

        internal override int Write(RvValue[] batch, int count)
        {
            batch[count++] = RvValue.Int(Id, Value);
            Sent = Value;
            return count;
        }
    }
}
