using System;

namespace RealvirtualWs.Unity
{
    /// <summary>What both signals with a number have in common.</summary>
    public abstract class FloatSignal : PLCSignal<float>
    {
        /// <inheritdoc/>
        public override RvKind Kind
        {
            get { return RvKind.Float; }
        }

        internal override bool Receive(RvSignalChange change)
        {
            return Take(Narrow(change.Record.Float));
        }

        internal override uint Declare(RvInterface at, string wireName, RvSignalOptions options)
        {
            return at.AddFloat(wireName, (RvDirection)Direction, Access, IsFinite(Value) ? Widen(Value) : 0, options).Id;
        }

        internal override void Load(RvInterface from, uint id)
        {
            double value;
            if (from.TryGetFloat(id, out value) >= 0)
            {
                Take(Narrow(value));
            }
        }

        internal override int Write(RvValue[] batch, int count)
        {
            if (!IsFinite(Value))
            {
                Exchange.RefuseValue(this, "is not finite");
                return count;
            }
            batch[count++] = RvValue.Float(Id, Widen(Value));
            Sent = Value;
            return count;
        }

        private static bool IsFinite(float value)
        {
            return !float.IsNaN(value) && !float.IsInfinity(value);
        }

        /// <summary>A finite number stays finite.</summary>
        private static float Narrow(double number)
        {
            return (float)Math.Max(-float.MaxValue, Math.Min(float.MaxValue, number));
        }

        /// <summary>
        /// The number that is written with the fewest decimal digits among those that become this float: 0.1f travels as
        /// 0.1 and not as 0.10000000149011612. Makes no garbage.
        /// </summary>
        internal static double Widen(float value)
        {
            double exact = value;
            double size = Math.Abs(exact);
            if (exact == Math.Floor(exact) && size < 1e15)
            {
                return exact;
            }
            int magnitude = (int)Math.Floor(Math.Log10(size));
            for (int digits = 1; digits <= 9; digits++)
            {
                int decimals = digits - 1 - magnitude;
                double power = Math.Pow(10, Math.Abs(decimals));
                double shorter = decimals < 0 ? Math.Round(exact / power) * power : Math.Round(exact * power) / power;
                if ((float)shorter == value)
                {
                    return shorter;
                }
            }
            return exact;
        }
    }
}
