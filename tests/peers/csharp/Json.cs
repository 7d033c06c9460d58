// A stand-in for the part of System.Text.Json that the document's C# client uses, which Mono does not have.
// Reading is strict, as the original is: what is not JSON throws.

using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Reflection;
using System.Text;

namespace System.Text.Json
{
    public class JsonException : Exception
    {
        public JsonException(string message) : base(message) { }
    }

    public enum JsonValueKind { Object, Array, String, Number, True, False, Null }

    public struct JsonProperty
    {
        public string Name { get; private set; }
        public JsonElement Value { get; private set; }

        internal JsonProperty(string name, JsonElement value) : this()
        {
            Name = name;
            Value = value;
        }
    }

    /// A value of a document: a text, the characters of a number, or an object's properties. What is in an array is
    /// read and forgotten.
    public struct JsonElement
    {
        public JsonValueKind ValueKind { get; private set; }
        private readonly string text;
        private readonly List<JsonProperty> properties;

        internal JsonElement(JsonValueKind kind, string text, List<JsonProperty> properties) : this()
        {
            ValueKind = kind;
            this.text = text;
            this.properties = properties;
        }

        private void Expect(JsonValueKind kind)
        {
            if (ValueKind != kind)
                throw new InvalidOperationException("the element is " + ValueKind + ", not " + kind);
        }

        /// Of properties with the same name, the last.
        public JsonElement GetProperty(string name)
        {
            Expect(JsonValueKind.Object);
            for (int i = properties.Count - 1; i >= 0; i--)
                if (properties[i].Name == name)
                    return properties[i].Value;
            throw new KeyNotFoundException(name);
        }

        public IEnumerable<JsonProperty> EnumerateObject()
        {
            Expect(JsonValueKind.Object);
            return properties;
        }

        public string GetString()
        {
            if (ValueKind == JsonValueKind.Null)
                return null;
            Expect(JsonValueKind.String);
            return text;
        }

        /// For people, and as the original has it where a signal's value can be: a string, a number, True or False.
        public override string ToString()
        {
            return text ?? ValueKind.ToString();
        }
    }

    public static class JsonSerializer
    {
        public static T Deserialize<T>(string json)
        {
            return (T)(object)new Reader(json).Document();
        }

        public static string Serialize(object value)
        {
            var json = new StringBuilder();
            Write(json, value);
            return json.ToString();
        }

        private static void Write(StringBuilder json, object value)
        {
            if (value == null)
                json.Append("null");
            else if (value is bool)
                json.Append((bool)value ? "true" : "false");
            else if (value is string)
                Quote(json, (string)value);
            else if (value is double)
                json.Append(((double)value).ToString("R", CultureInfo.InvariantCulture));
            else if (value is int || value is long)
                json.Append(((IFormattable)value).ToString(null, CultureInfo.InvariantCulture));
            else if (value is IDictionary)
            {
                var members = new List<KeyValuePair<string, object>>();
                foreach (DictionaryEntry entry in (IDictionary)value)
                    members.Add(new KeyValuePair<string, object>((string)entry.Key, entry.Value));
                WriteObject(json, members);
            }
            else
            {
                var members = new List<KeyValuePair<string, object>>();
                foreach (PropertyInfo property in value.GetType().GetProperties())
                    members.Add(new KeyValuePair<string, object>(property.Name, property.GetValue(value, null)));
                WriteObject(json, members);
            }
        }

        private static void WriteObject(StringBuilder json, List<KeyValuePair<string, object>> members)
        {
            json.Append('{');
            for (int i = 0; i < members.Count; i++)
            {
                if (i > 0)
                    json.Append(',');
                Quote(json, members[i].Key);
                json.Append(':');
                Write(json, members[i].Value);
            }
            json.Append('}');
        }

        /// Everything but plain ASCII is escaped, as the original does by default.
        private static void Quote(StringBuilder json, string text)
        {
            json.Append('"');
            foreach (char c in text)
            {
                if (c >= ' ' && c < 0x7f && c != '"' && c != '\\')
                    json.Append(c);
                else
                    json.Append("\\u").Append(((int)c).ToString("x4"));
            }
            json.Append('"');
        }

        private sealed class Reader
        {
            private readonly string json;
            private int at;

            internal Reader(string json)
            {
                this.json = json;
            }

            internal JsonElement Document()
            {
                JsonElement value = Value();
                Blanks();
                if (at < json.Length)
                    throw Wrong("the end");
                return value;
            }

            private JsonException Wrong(string expected)
            {
                return new JsonException("expected " + expected + " at " + at + " of " + json.Length);
            }

            private void Blanks()
            {
                while (at < json.Length && " \t\r\n".IndexOf(json[at]) >= 0)
                    at++;
            }

            private char Next()
            {
                if (at >= json.Length)
                    throw Wrong("more");
                return json[at++];
            }

            private bool Take(char wanted)
            {
                Blanks();
                bool there = at < json.Length && json[at] == wanted;
                if (there)
                    at++;
                return there;
            }

            private void Need(char wanted)
            {
                if (!Take(wanted))
                    throw Wrong(wanted.ToString());
            }

            private JsonElement Word(string word, JsonValueKind kind)
            {
                if (string.CompareOrdinal(json, at, word, 0, word.Length) != 0)
                    throw Wrong("a value");
                at += word.Length;
                return new JsonElement(kind, null, null);
            }

            private JsonElement Value()
            {
                if (Take('{'))
                    return Object();
                if (Take('['))
                    return Array();
                if (Take('"'))
                    return new JsonElement(JsonValueKind.String, Text(), null);
                switch (at < json.Length ? json[at] : '\0')
                {
                    case 't': return Word("true", JsonValueKind.True);
                    case 'f': return Word("false", JsonValueKind.False);
                    case 'n': return Word("null", JsonValueKind.Null);
                    default: return Number();
                }
            }

            private JsonElement Object()
            {
                var properties = new List<JsonProperty>();
                if (!Take('}'))
                {
                    do
                    {
                        Need('"');
                        string name = Text();
                        Need(':');
                        properties.Add(new JsonProperty(name, Value()));
                    } while (Take(','));
                    Need('}');
                }
                return new JsonElement(JsonValueKind.Object, null, properties);
            }

            private JsonElement Array()
            {
                if (!Take(']'))
                {
                    do
                        Value();
                    while (Take(','));
                    Need(']');
                }
                return new JsonElement(JsonValueKind.Array, null, null);
            }

            private JsonElement Number()
            {
                int start = at;
                while (at < json.Length && "+-.eE0123456789".IndexOf(json[at]) >= 0)
                    at++;
                string number = json.Substring(start, at - start);
                double parsed;
                if (!double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out parsed))
                    throw Wrong("a value");
                return new JsonElement(JsonValueKind.Number, number, null);
            }

            private string Text()
            {
                var text = new StringBuilder();
                while (true)
                {
                    char c = Next();
                    if (c == '"')
                        return text.ToString();
                    if (c < ' ')
                        throw Wrong("no control character");
                    if (c != '\\')
                    {
                        text.Append(c);
                        continue;
                    }
                    c = Next();
                    int known = "\"\\/bfnrt".IndexOf(c);
                    if (known >= 0)
                        text.Append("\"\\/\b\f\n\r\t"[known]);
                    else if (c == 'u' && at + 4 <= json.Length)
                    {
                        text.Append((char)int.Parse(json.Substring(at, 4), NumberStyles.AllowHexSpecifier));
                        at += 4;
                    }
                    else
                        throw Wrong("an escape");
                }
            }
        }
    }
}
