// The part of NUnit's interface that these tests use, which is what NUnit 2.6 and 3 have in common. With the real one,
// as in Unity's Test Framework, this file and Runner.cs are left out.

using System;
using System.Collections;

namespace NUnit.Framework
{
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class TestFixtureAttribute : Attribute
    {
    }

    [AttributeUsage(AttributeTargets.Method)]
    public sealed class TestAttribute : Attribute
    {
    }

    public sealed class AssertionException : Exception
    {
        public AssertionException(string message)
            : base(message)
        {
        }
    }

    public sealed class IgnoreException : Exception
    {
        public IgnoreException(string message)
            : base(message)
        {
        }
    }

    public delegate void TestDelegate();

    public static class Assert
    {
        public static void AreEqual(object expected, object actual, string message = "")
        {
            if (!Same(expected, actual))
            {
                Fail("expected " + Text(expected) + ", got " + Text(actual) + " " + message);
            }
        }

        public static void AreSame(object expected, object actual, string message = "")
        {
            IsTrue(ReferenceEquals(expected, actual), "not the same object " + message);
        }

        public static void IsTrue(bool condition, string message = "it is false")
        {
            if (!condition)
            {
                Fail(message);
            }
        }

        public static void IsFalse(bool condition, string message = "it is true")
        {
            IsTrue(!condition, message);
        }

        public static void IsNull(object value, string message = "")
        {
            IsTrue(value == null, "not null: " + Text(value) + " " + message);
        }

        public static void IsNotNull(object value, string message = "it is null")
        {
            IsTrue(value != null, message);
        }

        public static T Throws<T>(TestDelegate code)
            where T : Exception
        {
            try
            {
                code();
            }
            catch (Exception e)
            {
                if (e.GetType() == typeof(T))
                {
                    return (T)e;
                }
                throw new AssertionException("threw " + e);
            }
            throw new AssertionException("threw nothing, not " + typeof(T).Name);
        }

        public static void Fail(string message)
        {
            throw new AssertionException(message);
        }

        public static void Ignore(string message)
        {
            throw new IgnoreException(message);
        }

        private static bool Same(object a, object b)
        {
            if (a is IList && b is IList)
            {
                IList first = (IList)a, second = (IList)b;
                bool same = first.Count == second.Count;
                for (int i = 0; same && i < first.Count; i++)
                {
                    same = Same(first[i], second[i]);
                }
                return same;
            }
            if (IsInteger(a) && IsInteger(b))
            {
                return Convert.ToDecimal(a) == Convert.ToDecimal(b);
            }
            return Equals(a, b);
        }

        private static bool IsInteger(object value)
        {
            return value is int || value is uint || value is long || value is ulong || value is byte;
        }

        private static string Text(object value)
        {
            IList list = value as IList;
            if (list == null)
            {
                return value == null ? "null" : "\"" + value + "\"";
            }
            string all = "";
            foreach (object item in list)
            {
                all += "\n    " + Text(item);
            }
            return all + "\n   ";
        }
    }
}
