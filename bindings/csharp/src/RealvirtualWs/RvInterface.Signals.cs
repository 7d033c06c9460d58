using System;
using System.Collections.Generic;
using System.Threading;
using RealvirtualWs.Interop;

namespace RealvirtualWs
{
    // Declaring, finding and describing signals.
    public sealed unsafe partial class RvInterface
    {
        private readonly object _signalsLock = new object();
        private readonly Dictionary<string, RvSignal> _byName = new Dictionary<string, RvSignal>(StringComparer.Ordinal);

        // Longer than there are signals, so that declaring many copies little; null behind the last one known.
        private RvSignal[] _signals = new RvSignal[0];
        private int _known;

        /// <summary>Declares a bool. As <see cref="AddSignal"/>.</summary>
        public RvSignal<bool> AddBool(
            string name, RvDirection direction = RvDirection.Auto, RvAccess access = RvAccess.Default, bool initial = false,
            RvSignalOptions options = null)
        {
            return (RvSignal<bool>)Add(name, direction, access, RvValue.Bool(0, initial), options);
        }

        /// <summary>Declares an int. As <see cref="AddSignal"/>.</summary>
        public RvSignal<long> AddInt(
            string name, RvDirection direction = RvDirection.Auto, RvAccess access = RvAccess.Default, long initial = 0,
            RvSignalOptions options = null)
        {
            return (RvSignal<long>)Add(name, direction, access, RvValue.Int(0, initial), options);
        }

        /// <summary>Declares a float. As <see cref="AddSignal"/>.</summary>
        public RvSignal<double> AddFloat(
            string name, RvDirection direction = RvDirection.Auto, RvAccess access = RvAccess.Default, double initial = 0,
            RvSignalOptions options = null)
        {
            return (RvSignal<double>)Add(name, direction, access, RvValue.Float(0, initial), options);
        }

        /// <summary>Declares a text. As <see cref="AddSignal"/>.</summary>
        public RvSignal<string> AddText(
            string name, RvDirection direction = RvDirection.Auto, RvAccess access = RvAccess.Default, string initial = "",
            RvSignalOptions options = null)
        {
            return (RvSignal<string>)Add(name, direction, access, RvValue.Text(0, initial), options);
        }

        /// <summary>
        /// Declares a signal of a kind that is known only at run time. Signals can be added at any time. Declaring a signal
        /// once more in the same way gives the same object.
        /// </summary>
        /// <param name="name">1 to 512 bytes of UTF-8; case matters.</param>
        /// <param name="kind">What it holds.</param>
        /// <param name="direction">The PLC's point of view; Auto = the patterns, then the default direction.</param>
        /// <param name="access">What this program may do; Default = by direction and perspective.</param>
        /// <param name="initial">The value before anybody sets it; null = false, 0 or "".</param>
        /// <param name="options">What else is to be said; null = nothing.</param>
        /// <exception cref="RvArgumentException">
        /// The name is empty or too long, is declared in another way (<see cref="RvResult.Exists"/>), or a value does not
        /// fit.
        /// </exception>
        public RvSignal AddSignal(
            string name, RvKind kind, RvDirection direction = RvDirection.Auto, RvAccess access = RvAccess.Default,
            object initial = null, RvSignalOptions options = null)
        {
            return Add(name, direction, access, ValueOf(kind, initial, name), options);
        }

        private RvSignal Add(
            string name, RvDirection direction, RvAccess access, RvValue initial, RvSignalOptions options)
        {
            if (name == null)
            {
                throw new ArgumentNullException("name");
            }
            rv_signal_options native = default(rv_signal_options);
            uint id;
            using (NativeStrings strings = new NativeStrings())
            {
                native.struct_size = (uint)sizeof(rv_signal_options);
                native.kind = (uint)initial.Kind;
                native.direction = (uint)direction;
                native.access = (uint)access;
                native.name = strings.Add(name, "The name of a signal");
                native.initial = Native(initial, strings);
                if (options != null)
                {
                    native.comment = strings.Add(options.Comment, "Comment");
                    native.folder = strings.Add(options.Folder, "Folder");
                    native.display_name = strings.Add(options.DisplayName, "DisplayName");
                    if (options.Failsafe != null)
                    {
                        native.failsafe = Native(ValueOf(initial.Kind, options.Failsafe, name), strings);
                    }
                    native.failsafe_after_ms = RvLibrary.Milliseconds(options.FailsafeAfterMs, "FailsafeAfterMs");
                    native.fifo_depth = RvLibrary.Milliseconds(options.FifoDepth, "FifoDepth");
                    native.min_hold_ms = RvLibrary.Milliseconds(options.MinHoldMs, "MinHoldMs");
                }
                RvLibrary.Throw(NativeMethods.rv_add_signal_with(Pointer, &native, &id));
                GC.KeepAlive(this);
            }
            return SignalAt(id);
        }

        private static rv_value Native(RvValue value, NativeStrings strings)
        {
            rv_value native = default(rv_value);
            native.signal = value.SignalId;
            native.kind = (uint)value.Kind;
            native.integer = value.Integer;
            native.number = value.Number;
            native.text = strings.Add(value.String, "The value of a text");
            return native;
        }

        private static RvValue ValueOf(RvKind kind, object value, string name)
        {
            string what = "signal \"" + name + "\" of kind " + kind;
            switch (kind)
            {
                case RvKind.Bool: return RvValue.Bool(0, (bool)RvSignal.Fit(value ?? false, typeof(bool), what));
                case RvKind.Int: return RvValue.Int(0, (long)RvSignal.Fit(value ?? 0L, typeof(long), what));
                case RvKind.Float: return RvValue.Float(0, (double)RvSignal.Fit(value ?? 0.0, typeof(double), what));
                case RvKind.Text: return RvValue.Text(0, (string)RvSignal.Fit(value ?? "", typeof(string), what));
                default: throw new RvArgumentException(RvResult.Argument, "There is no kind of signals " + (int)kind + ".");
            }
        }

        /// <summary>How many signals there are; their ids are 0 up to one less.</summary>
        public int SignalCount
        {
            get
            {
                int count = NativeMethods.rv_signal_count(Pointer);
                GC.KeepAlive(this);
                RvLibrary.Throw(count);
                return count;
            }
        }

        /// <summary>
        /// All signals as they are now, declared and imported, in the order of their ids. The list that it returns never
        /// changes; after an import, ask again.
        /// </summary>
        public IReadOnlyList<RvSignal> Signals
        {
            get
            {
                int count = SignalCount;
                Learn(count);
                RvSignal[] signals = new RvSignal[count];
                Array.Copy(_signals, signals, count);
                return signals;
            }
        }

        /// <summary>The signal of that name. Case matters.</summary>
        /// <exception cref="RvArgumentException">There is none (<see cref="RvResult.NotFound"/>).</exception>
        public RvSignal this[string name]
        {
            get
            {
                RvSignal signal;
                if (!TryGetSignal(name, out signal))
                {
                    throw new RvArgumentException(
                        RvResult.NotFound,
                        "There is no signal \"" + name + "\": declare it, or import it from the other side. Case matters.");
                }
                return signal;
            }
        }

        /// <summary>The signal of that name, or false.</summary>
        public bool TryGetSignal(string name, out RvSignal signal)
        {
            if (name == null)
            {
                throw new ArgumentNullException("name");
            }
            lock (_signalsLock)
            {
                if (_byName.TryGetValue(name, out signal))
                {
                    return true;
                }
            }
            uint id;
            int result;
            fixed (byte* bytes = Utf8.Encode(name, "The name of a signal"))
            {
                result = NativeMethods.rv_find_signal(Pointer, bytes, &id);
                GC.KeepAlive(this);
            }
            if (result == (int)RvResult.NotFound)
            {
                return false;
            }
            RvLibrary.Throw(result);
            signal = SignalAt(id);
            return true;
        }

        /// <summary>The signal of that name if its values have that type (bool, long, double or string), or false.</summary>
        public bool TryGetSignal<T>(string name, out RvSignal<T> signal)
        {
            RvSignal found;
            signal = TryGetSignal(name, out found) ? found as RvSignal<T> : null;
            return signal != null;
        }

        /// <summary>The signal of that id.</summary>
        /// <exception cref="RvArgumentException">There is none (<see cref="RvResult.NotFound"/>).</exception>
        public RvSignal SignalAt(uint id)
        {
            RvSignal signal = Known(id);
            if (signal == null)
            {
                int count = SignalCount;
                if (id >= count)
                {
                    throw new RvArgumentException(
                        RvResult.NotFound, "There is no signal " + id + ": the ids are 0 to " + (count - 1) + ".");
                }
                Learn(count);
                signal = Known(id);
            }
            return signal;
        }

        /// <summary>The object of a signal, if it was made already.</summary>
        private RvSignal Known(uint id)
        {
            RvSignal[] signals = _signals;
            return id < (uint)signals.Length ? Volatile.Read(ref signals[id]) : null;
        }

        /// <summary>Makes the objects of the first so many signals, as far as they are missing.</summary>
        private void Learn(int count)
        {
            lock (_signalsLock)
            {
                if (_signals.Length < count)
                {
                    RvSignal[] signals = new RvSignal[Math.Max(count, _signals.Length * 2)];
                    _signals.CopyTo(signals, 0);
                    _signals = signals;
                }
                for (; _known < count; _known++)
                {
                    uint id = (uint)_known;
                    RvSignal signal = RvSignal.Create(this, id, NameOf(id), GetSignalInfo(id).Kind);
                    _byName.Add(signal.Name, signal);
                    Volatile.Write(ref _signals[id], signal);
                }
            }
        }

        private string NameOf(uint id)
        {
            fixed (byte* name = Utf8.Scratch(513)) // always enough
            {
                RvLibrary.Throw(NativeMethods.rv_get_signal_name(Pointer, id, name, (UIntPtr)513, null));
                GC.KeepAlive(this);
                return Utf8.Decode(name);
            }
        }

        /// <summary>
        /// Declares every signal of the list in a file: all of them, or none. Signals that exist already in the same way get
        /// the list's comment, folder and display name. Reads the file inside the library.
        /// </summary>
        /// <returns>The number of signals in the list.</returns>
        /// <exception cref="RvException">The file cannot be read (<see cref="RvResult.File"/>).</exception>
        /// <exception cref="RvArgumentException">It is no such list, or a signal in it cannot be declared; the message has
        /// the line.</exception>
        public int LoadSignals(string path, RvListFormat format = RvListFormat.Auto)
        {
            fixed (byte* bytes = Utf8.Encode(NotNull(path, "path"), "The path"))
            {
                int count = NativeMethods.rv_load_signals(Pointer, bytes, (uint)format);
                GC.KeepAlive(this);
                RvLibrary.Throw(count);
                return count;
            }
        }

        /// <summary>
        /// Writes every signal to a file as a signal list, imported ones too. The file is replaced at once, when all of it is
        /// written. Writes it inside the library.
        /// </summary>
        /// <returns>The number of signals.</returns>
        /// <exception cref="RvException">The file cannot be written (<see cref="RvResult.File"/>).</exception>
        public int SaveSignals(string path, RvListFormat format = RvListFormat.Auto)
        {
            fixed (byte* bytes = Utf8.Encode(NotNull(path, "path"), "The path"))
            {
                int count = NativeMethods.rv_save_signals(Pointer, bytes, (uint)format);
                GC.KeepAlive(this);
                RvLibrary.Throw(count);
                return count;
            }
        }

        internal string GetNote(uint id, RvNote note)
        {
            byte[] buffer = Utf8.Scratch(256);
            for (;;)
            {
                UIntPtr required = UIntPtr.Zero;
                fixed (byte* text = buffer)
                {
                    int result = NativeMethods.rv_get_signal_note(
                        Pointer, id, (uint)note, text, (UIntPtr)(uint)buffer.Length, &required);
                    GC.KeepAlive(this);
                    if (result != (int)RvResult.Buffer)
                    {
                        RvLibrary.Throw(result);
                        return Utf8.Decode(text);
                    }
                }
                buffer = Utf8.Scratch(required);
            }
        }

        internal RvSignalInfo GetSignalInfo(uint id)
        {
            rv_signal_info info;
            RvLibrary.Throw(NativeMethods.rv_get_signal_info(Pointer, id, &info, (uint)sizeof(rv_signal_info)));
            GC.KeepAlive(this);
            return new RvSignalInfo(info);
        }

        internal void SetAccess(uint id, RvAccess access)
        {
            RvLibrary.Throw(NativeMethods.rv_set_access(Pointer, id, (uint)access));
            GC.KeepAlive(this);
        }
    }
}
