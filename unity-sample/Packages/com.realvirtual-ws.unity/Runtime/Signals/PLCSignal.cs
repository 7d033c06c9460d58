using System;
using UnityEngine;

namespace RealvirtualWs.Unity
{
    /// <summary>
    /// A signal: a component on a child of a <see cref="WebsocketRealtimeInterface"/>. Everything here is for Unity's
    /// main thread.
    /// </summary>
    public abstract class PLCSignal : MonoBehaviour
    {
        /// <summary>The name on the wire; empty = the GameObject's. Read when the interface opens.</summary>
        [Tooltip("The name on the wire, compared letter by letter. Empty = the name of the GameObject")]
        public string SignalName = "";

        /// <summary>For people; it is not sent.</summary>
        [Tooltip("For people; it is not sent")]
        public string Comment = "";

        /// <summary>
        /// Who writes the signal. Default = by its direction: Unity writes PLCInput and reads PLCOutput. An import fills
        /// it in. Read when the interface opens.
        /// </summary>
        [Tooltip("Who writes the signal. Default = by its direction: Unity writes PLCInput and reads PLCOutput. "
            + "Read Write = both sides. An import fills it in")]
        public RvAccess Access = RvAccess.Default;

        [SerializeField]
        [Tooltip("Use the override value instead of the value: the scene sees it, and for signals that Unity writes it "
            + "is what is sent")]
        private bool overrideActive;

        [NonSerialized]
        private SignalExchange exchange;

        [NonSerialized]
        private RvQuality quality;

        // Set to another value and back again since the last frame was sent.
        [NonSerialized]
        private bool undone;

        /// <summary>
        /// The value that the scene sees has changed; a bool that rose and fell again between two frames counts too.
        /// Raised on the main thread, after all values that arrived together are in place.
        /// </summary>
        public event Action<PLCSignal> SignalChanged;

        /// <summary>What it holds.</summary>
        public abstract RvKind Kind { get; }

        /// <summary>Its direction, from the PLC's point of view.</summary>
        public abstract SignalDirection Direction { get; }

        /// <summary>The name on the wire. Makes a new string: not for every frame.</summary>
        public string WireName
        {
            get { return string.IsNullOrEmpty(SignalName) ? name : SignalName; }
        }

        /// <summary>How far the value can be trusted.</summary>
        public SignalStatus Status
        {
            get { return exchange == null ? SignalStatus.NotConnected : (SignalStatus)((int)quality + 1); }
        }

        /// <summary>Whether the override value replaces the value.</summary>
        public bool Override
        {
            get { return overrideActive; }
            set
            {
                overrideActive = value;
                Written();
            }
        }

        /// <summary>The value as text, for people.</summary>
        public abstract string ValueText { get; }

        /// <summary>Whether an open interface has it.</summary>
        internal bool IsBound
        {
            get { return exchange != null; }
        }

        /// <summary>Whether it may be set while the interface is open: Access is Write or Read Write.</summary>
        public bool IsWritable { get; private set; }

        /// <summary>Its handlers are to hear of what has arrived.</summary>
        internal bool WillRaise { get; set; }

        /// <summary>Waits for the end of the frame, to be sent.</summary>
        internal bool InBatch { get; private set; }

        /// <summary>Whether this frame's writes have ended where they began.</summary>
        protected bool IsUndone
        {
            get { return undone && !IsUnsent; }
        }

        internal uint Id { get; private set; }

        /// <summary>The name under which the interface knows it.</summary>
        internal string BoundName { get; private set; }

        internal SignalExchange Exchange
        {
            get { return exchange; }
        }

        internal void Bind(SignalExchange to, uint id, string wireName, RvSignalInfo info)
        {
            exchange = to;
            Id = id;
            BoundName = wireName;
            IsWritable = info.Access != RvAccess.Read;
            quality = info.Quality;
            WillRaise = false;
            SetInBatch(false);
            Bound();
        }

        internal void Unbind()
        {
            exchange = null;
            SetInBatch(false);
        }

        internal void SetInBatch(bool waits)
        {
            InBatch = waits;
            undone = false;
        }

        internal void SetQuality(RvQuality now)
        {
            quality = now;
        }

        /// <summary>A script has written to the signal: also what it has is sent if nobody has set it so far.</summary>
        protected void Written()
        {
            if (exchange != null && IsWritable && quality == RvQuality.Never)
            {
                exchange.Enqueue(this);
            }
            Notice();
        }

        // What the scene sees may have changed: it goes out, and the handlers hear of it.
        private void Notice()
        {
            bool changed = Look();
            if (exchange != null && IsWritable)
            {
                if (IsUnsent)
                {
                    exchange.Enqueue(this);
                }
                else
                {
                    undone = undone || (InBatch && changed);
                }
            }
            if (changed)
            {
                Raise();
            }
        }

        /// <summary>Raises <see cref="SignalChanged"/>; a handler that throws hurts no other signal.</summary>
        internal void Raise()
        {
            Action<PLCSignal> handlers = SignalChanged;
            if (handlers == null)
            {
                return;
            }
            try
            {
                handlers(this);
            }
            catch (Exception error)
            {
                Debug.LogException(error, this);
            }
        }

        /// <summary>Whether what the scene sees is another value than the one that was sent or received last.</summary>
        internal abstract bool IsUnsent { get; }

        /// <summary>Takes what the scene sees now for the last thing seen; whether it is something new.</summary>
        internal abstract bool Look();

        /// <summary>The value that the interface starts with is the scene's.</summary>
        internal abstract void Bound();

        /// <summary>Takes a value from the other side; whether the scene sees a change.</summary>
        internal abstract bool Receive(RvSignalChange change);

        /// <summary>Appends what is to be sent; returns the new count. A pulse takes two places.</summary>
        internal abstract int Write(RvValue[] batch, int count);

        /// <summary>Declares the signal, with the scene's value as its initial one; returns its id.</summary>
        internal abstract uint Declare(RvInterface at, string wireName, RvSignalOptions options);

        /// <summary>Takes the value that the interface has, as an import does for new signals.</summary>
        internal abstract void Load(RvInterface from, uint id);

        // A person has changed a field in the Inspector.
        private void OnValidate()
        {
            Notice();
        }

        private void OnDestroy()
        {
            if (exchange != null)
            {
                exchange.Forget(this);
            }
        }
    }
}
