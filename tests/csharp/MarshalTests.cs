using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection;
using System.Runtime.InteropServices;
using NUnit.Framework;
using RealvirtualWs.Interop;

namespace RealvirtualWs.Tests
{
    [TestFixture]
    public unsafe class MarshalTests
    {
        private const BindingFlags Static = BindingFlags.Static | BindingFlags.NonPublic;

        private static List<MethodInfo> Functions()
        {
            List<MethodInfo> functions = new List<MethodInfo>();
            foreach (MethodInfo method in typeof(NativeMethods).GetMethods(Static))
            {
                if ((method.Attributes & MethodAttributes.PinvokeImpl) != 0)
                {
                    functions.Add(method);
                }
            }
            return functions;
        }

        /// <summary>What tests/abi.rs compares with the header, here on the runtime that runs the tests.</summary>
        [Test]
        public void EveryFunctionIsBoundAndEveryStructHasALayout()
        {
            StringWriter listing = new StringWriter();
            Abi.Print(listing);
            int bound = listing.ToString().Split(new[] { "\nbound rv_" }, StringSplitOptions.None).Length - 1;
            Assert.AreEqual(Functions().Count, bound);
            Assert.IsTrue(bound > 50, "only " + bound + " functions");
            foreach (string size in new[] { "rv_change) == 48", "rv_event) == 32", "rv_value) == 32" })
            {
                Assert.IsTrue(listing.ToString().Contains("sizeof(" + size), size);
            }
        }

        [Test]
        public void EveryFunctionAnswersANullHandleWithItsCode()
        {
            int called = 0;
            foreach (MethodInfo function in Functions())
            {
                ParameterInfo[] parameters = function.GetParameters();
                if (parameters.Length == 0 || parameters[0].ParameterType != typeof(rv_interface*))
                {
                    continue;
                }
                object[] arguments = new object[parameters.Length];
                for (int i = 0; i < parameters.Length; i++)
                {
                    Type type = parameters[i].ParameterType;
                    arguments[i] = type.IsPointer ? null : Activator.CreateInstance(type);
                }
                Assert.AreEqual((int)RvResult.Handle, function.Invoke(null, arguments), function.Name);
                called++;
            }
            Assert.IsTrue(called > 40, "only " + called + " functions");
        }

        [Test]
        public void NumbersAndPointersOfEverySizeCrossAsTheyAre()
        {
            using (RvInterface server = RvInterface.CreateServer(new RvOptions { Port = 0 }))
            {
                RvSignal<long> number = server.AddInt("int", access: RvAccess.ReadWrite);
                foreach (long value in new[] { 0, -1, 1L << 32, long.MaxValue, long.MinValue })
                {
                    number.Value = value;
                    Assert.AreEqual(value, number.Value);
                }
                RvSignal<double> real = server.AddFloat("float", access: RvAccess.ReadWrite);
                foreach (double value in new[] { 0, -1.5, double.MaxValue, double.Epsilon, 1 / 3.0 })
                {
                    real.Value = value;
                    Assert.AreEqual(value, real.Value);
                }
                real.SetSingle(0.1f);
                Assert.AreEqual(0.1, real.Value, "the shortest form of a 32-bit float");
                RvSignal<bool> flag = server.AddBool("bool", access: RvAccess.ReadWrite);
                flag.Value = true;
                Assert.AreEqual(true, flag.Value);
            }
        }

        /// <summary>By number, so that a cast between them is right.</summary>
        [Test]
        public void ThePublicEnumerationsAreTheLibrarys()
        {
            int compared = 0;
            foreach (Type native in typeof(NativeMethods).Assembly.GetTypes())
            {
                if (!native.IsEnum || native.Namespace != "RealvirtualWs.Interop" || native == typeof(rv_mode))
                {
                    continue;
                }
                string name = Pascal(native.Name) + (native == typeof(rv_change_flag) ? "s" : "");
                Type ours = typeof(RvInterface).Assembly.GetType("RealvirtualWs." + name);
                Assert.IsNotNull(ours, "no " + name);
                Dictionary<long, string> values = new Dictionary<long, string>();
                foreach (object value in Enum.GetValues(ours))
                {
                    values.Add(Convert.ToInt64(value), value.ToString());
                }
                foreach (object value in Enum.GetValues(native))
                {
                    string theirs = value.ToString().Replace("_", "").ToLowerInvariant();
                    string found;
                    Assert.IsTrue(values.TryGetValue(Convert.ToInt64(value), out found), name + " lacks " + value);
                    Assert.IsTrue(theirs.EndsWith(found.ToLowerInvariant()), value + " is called " + found);
                    values.Remove(Convert.ToInt64(value));
                    compared++;
                }
                values.Remove(0); // RvChangeFlags.None
                Assert.AreEqual(0, values.Count, name + " has values that the library does not");
            }
            Assert.IsTrue(compared > 70, "only " + compared + " values");
        }

        [Test]
        public void AChangeLiesInMemoryAsTheLibraryWritesIt()
        {
            Assert.AreEqual(sizeof(rv_change), sizeof(RvChange));
            FieldInfo[] native = typeof(rv_change).GetFields();
            FieldInfo[] ours = typeof(RvChange).GetFields(BindingFlags.Instance | BindingFlags.NonPublic);
            Assert.AreEqual(native.Length, ours.Length);
            for (int i = 0; i < native.Length; i++)
            {
                Assert.AreEqual(
                    ("_" + native[i].Name).Replace("_", ""), ours[i].Name.Replace("_", "").ToLowerInvariant());
                Assert.AreEqual(
                    (int)Marshal.OffsetOf(typeof(rv_change), native[i].Name),
                    (int)Marshal.OffsetOf(typeof(RvChange), ours[i].Name),
                    native[i].Name);
            }
        }

        /// <summary>Every counter and every field that the library reports has a property.</summary>
        [Test]
        public void TheReportsLeaveNothingOut()
        {
            Covers(typeof(rv_stats), typeof(RvStats));
            Covers(typeof(rv_info), typeof(RvInfo), "mode");
            Covers(typeof(rv_import_report), typeof(RvImportReport));
            Covers(typeof(rv_signal_info), typeof(RvSignalInfo));
            Covers(typeof(rv_client_info), typeof(RvClientInfo));
            Covers(typeof(rv_connection_report), typeof(RvConnectionReport));
            Covers(typeof(rv_event), typeof(RvEvent));
            Covers(typeof(rv_log_record), typeof(RvLogRecord));
        }

        private static void Covers(Type native, Type ours, params string[] without)
        {
            foreach (FieldInfo field in native.GetFields())
            {
                if (field.Name.StartsWith("reserved") || Array.IndexOf(without, field.Name) >= 0)
                {
                    continue;
                }
                string name = Pascal(field.Name.Replace("_us", ""));
                bool found = false;
                foreach (PropertyInfo property in ours.GetProperties())
                {
                    string plain = property.Name.Replace("Microseconds", "");
                    found |= plain == name || plain == "Is" + name || plain == name + "Id" || plain == name + "Time"
                        || plain == name + "For";
                }
                Assert.IsTrue(found, ours.Name + " lacks " + field.Name);
            }
        }

        private static string Pascal(string name)
        {
            string pascal = "";
            foreach (string word in name.Split('_'))
            {
                pascal += char.ToUpperInvariant(word[0]) + word.Substring(1);
            }
            return pascal;
        }
    }
}
