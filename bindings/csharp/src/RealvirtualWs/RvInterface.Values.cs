using System;
using RealvirtualWs.Interop;

namespace RealvirtualWs
{
    // Setting and reading values, one by one and together.
    public sealed unsafe partial class RvInterface
    {
        /// <summary>Sets the bool of that id without throwing.</summary>
        public RvResult TrySetBool(uint id, bool value)
        {
            int result = NativeMethods.rv_set_bool(Pointer, id, value ? (byte)1 : (byte)0);
            GC.KeepAlive(this);
            return (RvResult)result;
        }

        /// <summary>Sets the int of that id without throwing.</summary>
        public RvResult TrySetInt(uint id, long value)
        {
            // By pointer: the twin of the library for browsers takes no 64-bit integer by value.
            rv_value native = default(rv_value);
            native.signal = id;
            native.kind = (uint)RvKind.Int;
            native.integer = value;
            int result = NativeMethods.rv_set_values(Pointer, &native, 1);
            GC.KeepAlive(this);
            return (RvResult)result;
        }

        /// <summary>Sets the float of that id without throwing.</summary>
        public RvResult TrySetFloat(uint id, double value)
        {
            int result = NativeMethods.rv_set_float(Pointer, id, value);
            GC.KeepAlive(this);
            return (RvResult)result;
        }

        /// <summary>
        /// Sets the float of that id from a 32-bit one, by its shortest decimal form, without throwing: 0.1f travels as 0.1.
        /// </summary>
        public RvResult TrySetFloat(uint id, float value)
        {
            int result = NativeMethods.rv_set_float32(Pointer, id, value);
            GC.KeepAlive(this);
            return (RvResult)result;
        }

        /// <summary>Sets the text of that id without throwing; null is the empty text.</summary>
        public RvResult TrySetText(uint id, string value)
        {
            value = value ?? "";
            fixed (byte* text = Utf8.Scratch(Utf8.Room(value)))
            {
                int length = Utf8.Write(value, text);
                if (length < 0)
                {
                    return Utf8.Failure(length);
                }
                int result = NativeMethods.rv_set_text(Pointer, id, text);
                GC.KeepAlive(this);
                return (RvResult)result;
            }
        }

        /// <summary>Gives the value of the bool of that id without throwing.</summary>
        public RvResult TryGetBool(uint id, out bool value)
        {
            byte native = 0;
            int result = NativeMethods.rv_get_bool(Pointer, id, &native);
            GC.KeepAlive(this);
            value = native != 0;
            return (RvResult)result;
        }

        /// <summary>Gives the value of the int of that id without throwing.</summary>
        public RvResult TryGetInt(uint id, out long value)
        {
            long native = 0;
            int result = NativeMethods.rv_get_int(Pointer, id, &native);
            GC.KeepAlive(this);
            value = native;
            return (RvResult)result;
        }

        /// <summary>Gives the value of the float of that id without throwing.</summary>
        public RvResult TryGetFloat(uint id, out double value)
        {
            double native = 0;
            int result = NativeMethods.rv_get_float(Pointer, id, &native);
            GC.KeepAlive(this);
            value = native;
            return (RvResult)result;
        }

        /// <summary>
        /// Gives the value of the text of that id without throwing. The string is new only when the text has changed.
        /// </summary>
        public RvResult TryGetText(uint id, out string value)
        {
            return ReadText(id, Known(id) as RvTextSignal, out value);
        }

        internal RvResult ReadText(RvTextSignal signal, out string value)
        {
            return ReadText(signal.Id, signal, out value);
        }

        private RvResult ReadText(uint id, RvTextSignal signal, out string value)
        {
            byte[] buffer = Utf8.Scratch(256);
            for (;;)
            {
                UIntPtr required = UIntPtr.Zero;
                fixed (byte* text = buffer)
                {
                    int result = NativeMethods.rv_get_text(Pointer, id, text, (UIntPtr)(uint)buffer.Length, &required);
                    GC.KeepAlive(this);
                    if (result != (int)RvResult.Buffer)
                    {
                        value = result < 0 ? null : signal == null ? Utf8.Decode(text) : signal.Decode(text);
                        return (RvResult)result;
                    }
                }
                buffer = Utf8.Scratch(required);
            }
        }

        /// <summary>What setting a signal has failed with, as an exception that names the signal.</summary>
        internal Exception SetFailed(RvResult result, RvSignal signal)
        {
            if (result == RvResult.Utf8 || result == RvResult.Text)
            {
                // What Utf8 finds never reaches the library, whose last error is another one then.
                return new RvArgumentException(
                    result, "The value for \"" + signal.Name + "\" is no text of at most 65536 bytes of UTF-8 without U+0000.");
            }
            return RvException.For(result, RvLibrary.LastError);
        }

        /// <summary>
        /// Sets several signals together: all or, if one of them fails, none. They go out in one message, and no peer ever
        /// sees half of them. Allocates nothing once its buffers have grown to what is set.
        /// </summary>
        /// <param name="values">The values; the array may be larger.</param>
        /// <param name="count">How many of them.</param>
        /// <exception cref="RvArgumentException">As setting one signal; the message names the index that failed.</exception>
        public void SetValues(RvValue[] values, int count)
        {
            RvResult result = TrySetValues(values, count);
            if (result == RvResult.Utf8 || result == RvResult.Text)
            {
                throw new RvArgumentException(
                    result, "One of the values is no text of at most 65536 bytes of UTF-8 without U+0000.");
            }
            RvLibrary.Throw((int)result);
        }

        /// <summary>Sets all of these signals together. As <see cref="SetValues(RvValue[], int)"/>.</summary>
        public void SetValues(params RvValue[] values)
        {
            if (values == null)
            {
                throw new ArgumentNullException("values");
            }
            SetValues(values, values.Length);
        }

        /// <summary>
        /// As <see cref="SetValues(RvValue[], int)"/>, without throwing for a value: <see cref="RvLibrary.LastError"/> names
        /// the index that failed.
        /// </summary>
        public RvResult TrySetValues(RvValue[] values, int count)
        {
            CheckRange(values, count, "values");
            return Batch.Mine.Set(Pointer, values, count, this);
        }

        /// <summary>
        /// Copies the current values of these signals, in the order of the ids, all of one moment. The counts in the records
        /// are 0: reading takes nothing away from polling. Texts come one by one.
        /// </summary>
        /// <param name="ids">The signals' ids.</param>
        /// <param name="values">Gets the records; at least as long as <paramref name="ids"/>.</param>
        /// <exception cref="RvArgumentException">An id is none.</exception>
        public void GetValues(uint[] ids, RvChange[] values)
        {
            CheckRange(ids, ids == null ? 0 : ids.Length, "ids");
            CheckRange(values, ids.Length, "values");
            fixed (uint* from = ids)
            fixed (RvChange* to = values)
            {
                RvLibrary.Throw((int)TryGetValues(from, to, ids.Length));
            }
        }

        /// <summary>
        /// As <see cref="GetValues(uint[], RvChange[])"/>, between arrays of <paramref name="count"/> elements in memory
        /// that does not move, without throwing.
        /// </summary>
        public RvResult TryGetValues(uint* ids, RvChange* values, int count)
        {
            int result = NativeMethods.rv_get_values(Pointer, ids, (rv_change*)values, checked((uint)count));
            GC.KeepAlive(this);
            return (RvResult)result;
        }

        /// <summary>
        /// Sends what is due now instead of with the next cycle. With <see cref="RvSendMode.Manual"/> nothing goes out
        /// without it, and no peer sees what is set after it before the next. It starts the sending and does not wait for
        /// the network.
        /// </summary>
        public void Flush()
        {
            RvLibrary.Throw(NativeMethods.rv_flush(Pointer));
            GC.KeepAlive(this);
        }

        private static void CheckRange(Array array, int count, string parameter)
        {
            if (array == null)
            {
                throw new ArgumentNullException(parameter);
            }
            if (count < 0 || count > array.Length)
            {
                throw new ArgumentOutOfRangeException(parameter, array.Length, "There are not " + count + " elements.");
            }
        }
    }
}
