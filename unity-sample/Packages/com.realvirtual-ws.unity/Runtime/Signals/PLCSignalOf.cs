using System;
using System.Collections.Generic;
using System.Globalization;
using UnityEngine;

namespace RealvirtualWs.Unity
{
    /// <summary>A signal whose value is a <typeparamref name="T"/>.</summary>
    public abstract class PLCSignal<T> : PLCSignal
    {
        [SerializeField]
        [Tooltip("The signal's value: what is received, or what the scene sends")]
        private T value;

        [SerializeField]
        [Tooltip("Replaces the value while Override Active is on")]
        private T overrideValue;

        [NonSerialized]
        private T seen;

        [NonSerialized]
        private T sent;

        /// <summary>
        /// What the scene sees: the value, or the override value while <see cref="PLCSignal.Override"/> is on. Setting it
        /// while the interface is open sends it with this frame; a signal that only the other side writes keeps its
        /// value, and the console says so once.
        /// </summary>
        public T Value
        {
            get { return Override ? overrideValue : value; }
            set
            {
                if (Exchange != null && !IsWritable)
                {
                    Exchange.RefuseWrite(this);
                    return;
                }
                this.value = value;
                Written();
            }
        }

        /// <summary>What replaces the value while <see cref="PLCSignal.Override"/> is on.</summary>
        public T OverrideValue
        {
            get { return overrideValue; }
            set
            {
                overrideValue = value;
                Written();
            }
        }

        /// <summary>As text, for people.</summary>
        public override string ValueText
        {
            get { return Convert.ToString(Value, CultureInfo.InvariantCulture); }
        }

        internal override bool IsUnsent
        {
            get { return !Same(Value, sent); }
        }

        /// <summary>The value that was sent or received last.</summary>
        protected T Sent
        {
            get { return sent; }
            set { sent = value; }
        }

        internal override bool Look()
        {
            T now = Value;
            bool changed = !Same(now, seen);
            seen = now;
            return changed;
        }

        internal override void Bound()
        {
            sent = Value;
            seen = sent;
        }

        /// <summary>
        /// Takes a value from the other side; whether the scene sees a change. What the scene has written meanwhile
        /// stays, and goes out with this frame.
        /// </summary>
        protected bool Take(T received)
        {
            if (!InBatch || Override)
            {
                value = received;
            }
            sent = received;
            return Look();
        }

        /// <summary>Whether two values are the same on the wire.</summary>
        protected static bool Same(T left, T right)
        {
            return EqualityComparer<T>.Default.Equals(left, right);
        }
    }
}
