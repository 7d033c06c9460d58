using System;
using System.Reflection;
using System.Runtime.InteropServices;
using NUnit.Framework;
using RealvirtualWs.Interop;

namespace RealvirtualWs.Tests
{
    [TestFixture]
    public unsafe class OptionsTests
    {
        private static string Native(string property)
        {
            string name = "";
            foreach (char c in property)
            {
                name += (char.IsUpper(c) && name != "" ? "_" : "") + char.ToLowerInvariant(c);
            }
            return name;
        }

        /// <summary>A field of the struct in memory, a string as its text.</summary>
        private static object Field(rv_options* options, string property)
        {
            FieldInfo field = typeof(rv_options).GetField(Native(property));
            Assert.IsNotNull(field, "rv_options has no " + Native(property));
            byte* at = (byte*)options + (int)Marshal.OffsetOf(typeof(rv_options), field.Name);
            return field.FieldType == typeof(byte) ? *at
                : field.FieldType == typeof(ushort) ? *(ushort*)at
                : field.FieldType == typeof(int) ? *(int*)at
                : field.FieldType == typeof(uint) ? (object)*(uint*)at
                : Utf8.Decode(*(byte**)at);
        }

        private static long Number(object value)
        {
            return value is bool ? ((bool)value ? 1 : 0) : Convert.ToInt64(value);
        }

        [Test]
        public void DefaultsAreTheLibrarysForServersAndClients()
        {
            foreach (rv_mode mode in new[] { rv_mode.RV_MODE_CLIENT, rv_mode.RV_MODE_SERVER })
            {
                rv_options native;
                Assert.AreEqual(0, NativeMethods.rv_options_init(&native, (uint)sizeof(rv_options), (uint)mode));
                RvOptions options = new RvOptions();
                foreach (PropertyInfo property in typeof(RvOptions).GetProperties())
                {
                    object found = property.GetValue(options, null);
                    object expected = Field(&native, property.Name);
                    if (property.PropertyType.IsValueType)
                    {
                        Assert.AreEqual(Number(expected), Number(found), property.Name);
                    }
                    else
                    {
                        Assert.AreEqual(expected, found, property.Name);
                    }
                }
            }
        }

        [Test]
        public void EveryOptionOfTheLibraryCanBeChosenAndArrives()
        {
            RvOptions options = new RvOptions();
            foreach (PropertyInfo property in typeof(RvOptions).GetProperties())
            {
                property.SetValue(options, Other(property.PropertyType, property.GetValue(options, null)), null);
            }
            rv_options native;
            using (NativeStrings strings = new NativeStrings())
            {
                options.Write(&native, rv_mode.RV_MODE_CLIENT, strings);
                int known = 0;
                foreach (FieldInfo field in typeof(rv_options).GetFields())
                {
                    known += field.Name.StartsWith("reserved") || field.Name == "struct_size" || field.Name == "mode" ? 0 : 1;
                }
                Assert.AreEqual(known, typeof(RvOptions).GetProperties().Length, "one property for each field");
                foreach (PropertyInfo property in typeof(RvOptions).GetProperties())
                {
                    object chosen = property.GetValue(options, null);
                    object found = Field(&native, property.Name);
                    string[] lines = chosen as string[];
                    if (property.PropertyType.IsValueType)
                    {
                        Assert.AreEqual(Number(chosen), Number(found), property.Name);
                    }
                    else
                    {
                        Assert.AreEqual(lines == null ? chosen : string.Join("\n", lines), found, property.Name);
                    }
                }
            }
        }

        private static object Other(Type type, object value)
        {
            return type == typeof(string) ? "ä 信号 😀"
                : type == typeof(string[]) ? new[] { "ä", "信号" }
                : type == typeof(bool) ? !(bool)value
                : type == typeof(int) ? (int)value + 7
                : Enum.ToObject(type, (int)value == 1 ? 2 : 1);
        }

        [Test]
        public void AnOptionOutOfItsRangeIsNamed()
        {
            RvArgumentException e = Assert.Throws<RvArgumentException>(
                () => RvInterface.CreateServer(new RvOptions { Port = 70000 }));
            Assert.IsTrue(e.Message.Contains("Port") && e.Message.Contains("70000"), e.Message);
            e = Assert.Throws<RvArgumentException>(() => RvInterface.CreateClient(new RvOptions { UpdateCycleMs = 0 }));
            Assert.AreEqual(RvResult.Argument, e.Code);
            Assert.IsTrue(e.Message.Contains("update_cycle_ms"), e.Message);
            e = Assert.Throws<RvArgumentException>(() => RvInterface.CreateClient(new RvOptions { HeartbeatMs = -1 }));
            Assert.IsTrue(e.Message.Contains("HeartbeatMs"), e.Message);
        }

        [Test]
        public void AListEntryWithALineEndIsRefused()
        {
            RvOptions options = new RvOptions { InputPatterns = new[] { "a\nb" } };
            Assert.IsTrue(
                Assert.Throws<RvArgumentException>(() => RvInterface.CreateServer(options)).Message.Contains("InputPatterns"));
        }

        [Test]
        public void ACloneIsAnotherObjectWithTheSameChoices()
        {
            RvOptions options = new RvOptions { Port = 4 };
            RvOptions clone = options.Clone();
            clone.Port = 5;
            clone.Address = "::1";
            Assert.AreEqual(4, options.Port);
            Assert.AreEqual("127.0.0.1", options.Address);
        }
    }
}
