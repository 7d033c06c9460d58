using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace RealvirtualWs.Tests
{
    /// <summary>
    /// A JSON reader for the vectors: objects keep their order, numbers stay text, since which number it is depends on
    /// the signal's kind.
    /// </summary>
    internal sealed class Json
    {
        private readonly string _text;
        private int _at;

        private Json(string text)
        {
            _text = text;
        }

        /// <summary>
        /// null, a bool, a string, a <see cref="Number"/>, a list of objects, or a list of pairs.
        /// </summary>
        internal static object Parse(string text)
        {
            Json json = new Json(text);
            object value = json.Value();
            json.Blank();
            if (json._at != text.Length)
            {
                throw new FormatException("text after the JSON at " + json._at);
            }
            return value;
        }

        private object Value()
        {
            Blank();
            switch (_text[_at])
            {
                case '{': return Object();
                case '[': return List();
                case '"': return String();
                case 't': return Word("true", true);
                case 'f': return Word("false", false);
                case 'n': return Word("null", null);
                default: return Digits();
            }
        }

        private JsonObject Object()
        {
            JsonObject members = new JsonObject();
            _at++;
            for (Blank(); _text[_at] != '}'; Blank())
            {
                Skip(',');
                Blank();
                string name = String();
                Blank();
                if (!Skip(':'))
                {
                    throw new FormatException("no colon at " + _at);
                }
                members.Add(new KeyValuePair<string, object>(name, Value()));
            }
            _at++;
            return members;
        }

        private List<object> List()
        {
            List<object> items = new List<object>();
            _at++;
            for (Blank(); _text[_at] != ']'; Blank())
            {
                Skip(',');
                items.Add(Value());
            }
            _at++;
            return items;
        }

        private string String()
        {
            StringBuilder text = new StringBuilder();
            for (_at++; _text[_at] != '"'; _at++)
            {
                if (_text[_at] != '\\')
                {
                    text.Append(_text[_at]);
                    continue;
                }
                char escaped = _text[++_at];
                int simple = "nrtbf".IndexOf(escaped);
                if (escaped == 'u')
                {
                    text.Append((char)int.Parse(_text.Substring(_at + 1, 4), NumberStyles.HexNumber));
                    _at += 4;
                }
                else
                {
                    text.Append(simple < 0 ? escaped : "\n\r\t\b\f"[simple]);
                }
            }
            _at++;
            return text.ToString();
        }

        private object Word(string word, object value)
        {
            if (string.CompareOrdinal(_text, _at, word, 0, word.Length) != 0)
            {
                throw new FormatException("no JSON at " + _at);
            }
            _at += word.Length;
            return value;
        }

        private Number Digits()
        {
            int from = _at;
            while (_at < _text.Length && "+-.eE0123456789".IndexOf(_text[_at]) >= 0)
            {
                _at++;
            }
            if (from == _at)
            {
                throw new FormatException("no JSON at " + _at);
            }
            return new Number(_text.Substring(from, _at - from));
        }

        private bool Skip(char c)
        {
            bool there = _text[_at] == c;
            _at += there ? 1 : 0;
            return there;
        }

        private void Blank()
        {
            while (_at < _text.Length && char.IsWhiteSpace(_text[_at]))
            {
                _at++;
            }
        }
    }

    /// <summary>The members of a JSON object, in their order.</summary>
    internal sealed class JsonObject : List<KeyValuePair<string, object>>
    {
        internal object this[string name]
        {
            get
            {
                foreach (KeyValuePair<string, object> member in this)
                {
                    if (member.Key == name)
                    {
                        return member.Value;
                    }
                }
                return null;
            }
        }
    }

    /// <summary>A number as it is written.</summary>
    internal sealed class Number
    {
        private readonly string _text;

        internal Number(string text)
        {
            _text = text;
        }

        internal long Int
        {
            get { return long.Parse(_text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture); }
        }

        internal double Float
        {
            get
            {
                double value = double.Parse(_text, NumberStyles.Float, CultureInfo.InvariantCulture);
                return value == 0 && _text[0] == '-' ? -0.0 : value; // which old runtimes forget
            }
        }
    }
}
