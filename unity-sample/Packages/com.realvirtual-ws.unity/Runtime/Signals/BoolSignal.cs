using System;
using UnityEngine;

namespace RealvirtualWs.Unity
{
    /// <summary>What both signals with a bool have in common.</summary>
    public abstract class BoolSignal : PLCSignal<bool>
    {
        [NonSerialized]
        private int rises;

        [NonSerialized]
        private int riseFrame;

        /// <inheritdoc/>
        public override RvKind Kind
        {
            get { return RvKind.Bool; }
        }

        /// <summary>
        /// How often the other side has raised the signal since the last frame. A pulse that was shorter than a frame
        /// leaves <see cref="PLCSignal{T}.Value"/> false and this at 1.
        /// </summary>
        public int RisesThisFrame
        {
            get { return riseFrame == Time.frameCount ? rises : 0; }
        }

        internal override bool Receive(RvSignalChange change)
        {
            rises = (int)change.Record.RiseCount;
            riseFrame = Time.frameCount;
            bool changed = Take(change.Record.Bool);
            return changed || (rises > 0 && !Override);
        }

        internal override uint Declare(RvInterface at, string wireName, RvSignalOptions options)
        {
            return at.AddBool(wireName, (RvDirection)Direction, Access, Value, options).Id;
        }

        internal override void Load(RvInterface from, uint id)
        {
            bool value;
            if (from.TryGetBool(id, out value) >= 0)
            {
                Take(value);
            }
        }

        internal override int Write(RvValue[] batch, int count)
        {
            if (IsUndone)
            {
                batch[count++] = RvValue.Bool(Id, !Value);
            }
            batch[count++] = RvValue.Bool(Id, Value);
            Sent = Value;
            return count;
        }
    }
}
