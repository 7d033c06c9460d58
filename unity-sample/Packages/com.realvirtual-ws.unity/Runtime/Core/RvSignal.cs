using System;

namespace RealvirtualWs
{
    /// <summary>
    /// A signal of an interface. There is one object for each signal as long as its interface lives. Everything may be
    /// used from any thread; the events are raised by <see cref="RvInterface.Dispatch"/>.
    /// </summary>
    public abstract class RvSignal
    {
        internal RvSignal(RvInterface @interface, uint id, string name, RvKind kind)
        {
            Interface = @interface;
            Id = id;
            Name = name;
            Kind = kind;
        }

        /// <summary>
        /// The value or the quality has changed, and not by this program. Raised by <see cref="RvInterface.Dispatch"/>, on
        /// its thread.
        /// </summary>
        public event Action<RvSignalChange> Changed;

        /// <summary>The interface that it belongs to.</summary>
        public RvInterface Interface { get; private set; }

        /// <summary>Its number in the interface: from 0, in the order of declaration. It never changes.</summary>
        public uint Id { get; private set; }

        /// <summary>Its name.</summary>
        public string Name { get; private set; }

        /// <summary>Its kind, which never changes.</summary>
        public RvKind Kind { get; private set; }

        /// <summary>
        /// Its value, boxed. Setting takes what <see cref="Convert.ChangeType(object, Type)"/> can make the type of; for
        /// anything else it throws an <see cref="RvArgumentException"/>.
        /// </summary>
        public abstract object BoxedValue { get; set; }

        /// <summary>
        /// The last change that <see cref="RvInterface.Dispatch"/> has raised: flags, quality, and how often the value
        /// changed and rose since the change before.
        /// </summary>
        public RvChange LastChange { get; private set; }

        /// <summary>Direction, access, quality, source and age, all of one moment.</summary>
        public RvSignalInfo Info
        {
            get { return Interface.GetSignalInfo(Id); }
        }

        /// <summary>Its direction; <see cref="RvDirection.Auto"/> = it has none.</summary>
        public RvDirection Direction
        {
            get { return Info.Direction; }
        }

        /// <summary>
        /// What this program may do with it. Setting <see cref="RvAccess.Default"/> makes it what direction and perspective
        /// say.
        /// </summary>
        public RvAccess Access
        {
            get { return Info.Access; }
            set { Interface.SetAccess(Id, value); }
        }

        /// <summary>Whether this program may set it.</summary>
        public bool IsWritable
        {
            get { return Info.Access != RvAccess.Read; }
        }

        /// <summary>How far its value can be trusted.</summary>
        public RvQuality Quality
        {
            get { return Info.Quality; }
        }

        /// <summary>Whether an import created it.</summary>
        public bool IsImported
        {
            get { return Info.IsImported; }
        }

        /// <summary>Its comment, from its declaration or from a signal list; "" = none.</summary>
        public string Comment
        {
            get { return Interface.GetNote(Id, RvNote.Comment); }
        }

        /// <summary>The group it stands in, with <c>/</c> between levels; "" = none.</summary>
        public string Folder
        {
            get { return Interface.GetNote(Id, RvNote.Folder); }
        }

        /// <summary>What a signal list gives people to read in the place of its name; "" = nothing.</summary>
        public string DisplayName
        {
            get { return Interface.GetNote(Id, RvNote.DisplayName); }
        }

        /// <summary>Time since a value came from a peer; null = none has, or this program has set it since.</summary>
        public TimeSpan? Age
        {
            get
            {
                long age = Info.AgeMicroseconds;
                return age < 0 ? (TimeSpan?)null : RvLibrary.Microseconds((ulong)age);
            }
        }

        /// <summary>A value as that type.</summary>
        /// <param name="value">What is to be it.</param>
        /// <param name="type">The type of a kind of signals.</param>
        /// <param name="what">Whose value, for the message.</param>
        internal static object Fit(object value, Type type, string what)
        {
            try
            {
                return Convert.ChangeType(value, type, System.Globalization.CultureInfo.InvariantCulture);
            }
            catch (Exception e)
            {
                if (!(e is FormatException || e is InvalidCastException || e is OverflowException))
                {
                    throw;
                }
                string given = value == null ? "null" : value is string ? "\"" + value + "\"" : value.ToString();
                throw new RvArgumentException(RvResult.Kind, "The value " + given + " does not fit the " + what + ".");
            }
        }

        /// <summary>Its name, kind and value.</summary>
        public override string ToString()
        {
            return Name + " (" + Kind + ") = " + BoxedValue;
        }

        /// <summary>Tells the handlers of a change.</summary>
        internal virtual void Raise(RvSignalChange change)
        {
            LastChange = change.Record;
            Action<RvSignalChange> changed = Changed;
            if (changed != null)
            {
                changed(change);
            }
        }

        /// <summary>Whether somebody wants to be told of changes of it.</summary>
        internal virtual bool HasHandlers
        {
            get { return Changed != null; }
        }

        internal static RvSignal Create(RvInterface @interface, uint id, string name, RvKind kind)
        {
            switch (kind)
            {
                case RvKind.Bool: return new RvBoolSignal(@interface, id, name);
                case RvKind.Int: return new RvIntSignal(@interface, id, name);
                case RvKind.Float: return new RvFloatSignal(@interface, id, name);
                default: return new RvTextSignal(@interface, id, name);
            }
        }
    }

    /// <summary>A signal whose value has the type <typeparamref name="T"/>: bool, long, double or string.</summary>
    public abstract class RvSignal<T> : RvSignal
    {
        internal RvSignal(RvInterface @interface, uint id, string name, RvKind kind)
            : base(@interface, id, name, kind)
        {
        }

        /// <summary>
        /// The value has changed, and not by this program. Raised by <see cref="RvInterface.Dispatch"/>, on its thread, with
        /// the value as it was when the change was taken.
        /// </summary>
        public event Action<T> ValueChanged;

        /// <summary>
        /// The current value. Getting never waits for the network. Setting sends it with the next cycle; a value that is
        /// equal to the current one is nothing new.
        /// </summary>
        /// <exception cref="RvArgumentException">
        /// Peers write the signal (<see cref="RvResult.NotWritable"/>), or the value cannot be sent.
        /// </exception>
        public T Value
        {
            get
            {
                T value;
                RvLibrary.Throw((int)Read(out value));
                return value;
            }
            set
            {
                RvResult result = Write(value);
                if (result < 0)
                {
                    throw Interface.SetFailed(result, this);
                }
            }
        }

        /// <summary>As <see cref="Value"/>, boxed.</summary>
        public override object BoxedValue
        {
            get { return Value; }
            set { Value = (T)Fit(value, typeof(T), "signal \"" + Name + "\" of kind " + Kind); }
        }

        /// <summary>
        /// Sets the value without throwing: false when it cannot be set, which <paramref name="result"/> explains.
        /// </summary>
        public bool TrySet(T value, out RvResult result)
        {
            result = Write(value);
            return result >= 0;
        }

        /// <summary>Sets the value without throwing: false when it cannot be set.</summary>
        public bool TrySet(T value)
        {
            return Write(value) >= 0;
        }

        /// <summary>Gives the current value without throwing: false when the interface is disposed.</summary>
        public bool TryGet(out T value)
        {
            return Read(out value) >= 0;
        }

        internal abstract RvResult Read(out T value);

        internal abstract RvResult Write(T value);

        internal abstract T From(RvSignalChange change);

        internal override bool HasHandlers
        {
            get { return ValueChanged != null || base.HasHandlers; }
        }

        internal override void Raise(RvSignalChange change)
        {
            base.Raise(change);
            Action<T> changed = ValueChanged;
            if (changed != null && (change.Record.Flags & RvChangeFlags.Quality) == 0)
            {
                changed(From(change));
            }
        }
    }

    /// <summary>What only some kinds of signals can do.</summary>
    public static class RvSignalExtensions
    {
        /// <summary>
        /// Sets a 32-bit float, as the protocol sends it best: by its shortest decimal form, so that 0.1f travels as 0.1
        /// and not as 0.10000000149011612.
        /// </summary>
        /// <exception cref="RvArgumentException">As setting <see cref="RvSignal{T}.Value"/>.</exception>
        public static void SetSingle(this RvSignal<double> signal, float value)
        {
            RvResult result = signal.Interface.TrySetFloat(signal.Id, value);
            if (result < 0)
            {
                throw signal.Interface.SetFailed(result, signal);
            }
        }
    }
}
