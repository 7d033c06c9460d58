using System;
using System.Text;

namespace RealvirtualWs.Interop
{
    /// <summary>
    /// Strings across the border: UTF-8 with a NUL at the end. By hand, because old runtimes have no marshaller for it,
    /// and because a set must not allocate.
    /// </summary>
    internal static unsafe class Utf8
    {
        /// <summary>Instead of a length: half of a surrogate pair stands in the text.</summary>
        internal const int LoneSurrogate = -1;

        /// <summary>Instead of a length: U+0000 stands in the text, where C would see its end.</summary>
        internal const int Nul = -2;

        [ThreadStatic]
        private static byte[] _scratch;

        /// <summary>This thread's buffer, with room for so many bytes. The next use of it overwrites it.</summary>
        internal static byte[] Scratch(int capacity)
        {
            byte[] scratch = _scratch;
            if (scratch == null || scratch.Length < capacity)
            {
                scratch = new byte[Math.Max(capacity, 1024)];
                _scratch = scratch;
            }
            return scratch;
        }

        /// <summary>A larger buffer after the library has asked for <paramref name="required"/> bytes.</summary>
        internal static byte[] Scratch(UIntPtr required)
        {
            return Scratch(checked((int)required.ToUInt64()));
        }

        /// <summary>How many bytes the text takes at most, with its NUL.</summary>
        internal static int Room(string text)
        {
            return checked(text.Length * 3 + 1);
        }

        /// <summary>
        /// Writes the text and a NUL; there must be <see cref="Room"/>. Gives its length without the NUL, or why it cannot
        /// be written.
        /// </summary>
        internal static int Write(string text, byte* to)
        {
            byte* next = to;
            for (int i = 0; i < text.Length; i++)
            {
                int c = text[i];
                if (c < 0x80)
                {
                    if (c == 0)
                    {
                        return Nul;
                    }
                    *next++ = (byte)c;
                }
                else if (c < 0x800)
                {
                    *next++ = (byte)(0xC0 | c >> 6);
                    *next++ = (byte)(0x80 | c & 0x3F);
                }
                else if (c < 0xD800 || c > 0xDFFF)
                {
                    *next++ = (byte)(0xE0 | c >> 12);
                    *next++ = (byte)(0x80 | c >> 6 & 0x3F);
                    *next++ = (byte)(0x80 | c & 0x3F);
                }
                else
                {
                    if (c > 0xDBFF || i + 1 == text.Length || text[i + 1] < 0xDC00 || text[i + 1] > 0xDFFF)
                    {
                        return LoneSurrogate;
                    }
                    c = 0x10000 + ((c - 0xD800) << 10) + (text[++i] - 0xDC00);
                    *next++ = (byte)(0xF0 | c >> 18);
                    *next++ = (byte)(0x80 | c >> 12 & 0x3F);
                    *next++ = (byte)(0x80 | c >> 6 & 0x3F);
                    *next++ = (byte)(0x80 | c & 0x3F);
                }
            }
            *next = 0;
            return (int)(next - to);
        }

        /// <summary>The result that a negative length of <see cref="Write"/> stands for.</summary>
        internal static RvResult Failure(int length)
        {
            return length == Nul ? RvResult.Text : RvResult.Utf8;
        }

        /// <summary>The text with its NUL in an array of its own; throws when it cannot be written.</summary>
        internal static byte[] Encode(string text, string what)
        {
            byte[] bytes = new byte[Room(text)];
            fixed (byte* to = bytes)
            {
                int length = Write(text, to);
                if (length < 0)
                {
                    throw new RvArgumentException(Failure(length), Problem(length, what));
                }
                Array.Resize(ref bytes, length + 1);
            }
            return bytes;
        }

        /// <summary>What is wrong with a text that cannot be written.</summary>
        internal static string Problem(int length, string what)
        {
            return length == Nul
                ? what + " holds the character U+0000, which no text can have."
                : what + " is no text: half of a surrogate pair stands in it.";
        }

        /// <summary>A text of that many bytes.</summary>
        internal static string Decode(byte* text, int length)
        {
            return length == 0 ? "" : Encoding.UTF8.GetString(text, length);
        }

        /// <summary>A text up to its NUL; null for null.</summary>
        internal static string Decode(byte* text)
        {
            return text == null ? null : Decode(text, Length(text));
        }

        /// <summary>How many bytes stand before the NUL.</summary>
        internal static int Length(byte* text)
        {
            byte* end = text;
            while (*end != 0)
            {
                end++;
            }
            return (int)(end - text);
        }
    }
}
