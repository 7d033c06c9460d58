using System;

namespace RealvirtualWs.Interop
{
    /// <summary>Values on their way in, with one pair of buffers for each thread, which grow and stay.</summary>
    internal sealed unsafe class Batch
    {
        [ThreadStatic]
        private static Batch _mine;

        private rv_value[] _values = new rv_value[64];
        private byte[] _texts = new byte[1024];

        /// <summary>This thread's.</summary>
        internal static Batch Mine
        {
            get { return _mine ?? (_mine = new Batch()); }
        }

        /// <summary>Sets them; <paramref name="owner"/> lives until that is done.</summary>
        internal RvResult Set(rv_interface* pointer, RvValue[] values, int count, object owner)
        {
            long room = 0;
            for (int i = 0; i < count; i++)
            {
                if (values[i].String != null)
                {
                    room += Utf8.Room(values[i].String);
                }
            }
            if (_values.Length < count)
            {
                _values = new rv_value[count];
            }
            if (_texts.Length < room)
            {
                _texts = new byte[room];
            }
            fixed (rv_value* native = _values)
            fixed (byte* texts = _texts)
            {
                byte* text = texts;
                for (int i = 0; i < count; i++)
                {
                    native[i].signal = values[i].SignalId;
                    native[i].kind = (uint)values[i].Kind;
                    native[i].integer = values[i].Integer;
                    native[i].number = values[i].Number;
                    native[i].text = null;
                    if (values[i].String != null)
                    {
                        int length = Utf8.Write(values[i].String, text);
                        if (length < 0)
                        {
                            return Utf8.Failure(length);
                        }
                        native[i].text = text;
                        text += length + 1;
                    }
                }
                int result = NativeMethods.rv_set_values(pointer, native, (uint)count);
                GC.KeepAlive(owner);
                return (RvResult)result;
            }
        }
    }
}
