using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;

namespace RealvirtualWs.Interop
{
    /// <summary>Strings in native memory for as long as a call takes.</summary>
    internal sealed unsafe class NativeStrings : IDisposable
    {
        private readonly List<IntPtr> _blocks = new List<IntPtr>();

        /// <summary>A copy of the text; null stays null.</summary>
        internal byte* Add(string text, string what)
        {
            if (text == null)
            {
                return null;
            }
            byte[] bytes = Utf8.Encode(text, what);
            IntPtr block = Marshal.AllocHGlobal(bytes.Length);
            _blocks.Add(block);
            Marshal.Copy(bytes, 0, block, bytes.Length);
            return (byte*)block;
        }

        /// <summary>The entries as one text with an entry on each line; none and null are null.</summary>
        internal byte* AddLines(string[] entries, string what)
        {
            if (entries == null || entries.Length == 0)
            {
                return null;
            }
            foreach (string entry in entries)
            {
                if (entry == null || entry.IndexOf('\n') >= 0)
                {
                    throw new RvArgumentException(
                        RvResult.Argument, what + ": an entry must not be null and not hold a line end.");
                }
            }
            return Add(string.Join("\n", entries), what);
        }

        public void Dispose()
        {
            foreach (IntPtr block in _blocks)
            {
                Marshal.FreeHGlobal(block);
            }
            _blocks.Clear();
        }
    }
}
