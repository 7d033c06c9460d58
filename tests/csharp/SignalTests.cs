using System;
using System.Collections.Generic;
using System.IO;
using NUnit.Framework;

namespace RealvirtualWs.Tests
{
    [TestFixture]
    public class SignalTests
    {
        private static RvInterface Server()
        {
            return RvInterface.CreateServer(new RvOptions { Port = 0 });
        }

        [Test]
        public void NamesAndTextsOfAnyScriptComeBackAsTheyWere()
        {
            string[] texts =
            {
                "", "plain", "ä ö ü ß", "信号", "😀 emoji 👩‍🏭", "\u007F\u0080\u07FF\u0800\uFFFF", "\U00010000\U0010FFFF",
                new string('信', 20000),
            };
            using (RvInterface server = Server())
            {
                RvSignal<string> text = server.AddText("ä信号😀", access: RvAccess.ReadWrite, initial: "grün");
                Assert.AreEqual("grün", text.Value);
                Assert.AreEqual("ä信号😀", text.Name);
                Assert.AreSame(text, server["ä信号😀"]);
                foreach (string value in texts)
                {
                    text.Value = value;
                    Assert.AreEqual(value, text.Value);
                    Assert.AreSame(text.Value, text.Value, "an unchanged text is the same string");
                    server.SetValues(RvValue.Text(text.Id, value + "x"));
                    Assert.AreEqual(value + "x", text.Value);
                }
                text.Value = null;
                Assert.AreEqual("", text.Value);
            }
        }

        [Test]
        public void WhatIsNoTextIsRefusedAndChangesNothing()
        {
            using (RvInterface server = Server())
            {
                RvSignal<string> text = server.AddText("Text", access: RvAccess.Write, initial: "as it was");
                foreach (string bad in new[] { "\uD800", "a\uDC00b", "\uD800\uD800", "half \uD83D" })
                {
                    RvResult result;
                    Assert.IsFalse(text.TrySet(bad, out result));
                    Assert.AreEqual(RvResult.Utf8, result);
                    Assert.AreEqual(RvResult.Utf8, Assert.Throws<RvArgumentException>(() => text.Value = bad).Code);
                    Assert.AreEqual(RvResult.Utf8, server.TrySetValues(new[] { RvValue.Text(text.Id, bad) }, 1));
                    Assert.Throws<RvArgumentException>(() => server.AddBool(bad));
                }
                Assert.AreEqual(RvResult.Text, Assert.Throws<RvArgumentException>(() => text.Value = "a\0b").Code);
                Assert.AreEqual(
                    RvResult.Text, Assert.Throws<RvArgumentException>(() => text.Value = new string('x', 65537)).Code);
                Assert.AreEqual("as it was", text.Value);
            }
        }

        [Test]
        public void ASignalHasTheTypeOfItsKind()
        {
            using (RvInterface server = Server())
            {
                server.AddBool("Bool", RvDirection.Input);
                server.AddInt("Int", RvDirection.Output);
                server.AddFloat("Float", RvDirection.Input, initial: 2.5);
                server.AddSignal("Text", RvKind.Text, RvDirection.Output, initial: "a");
                RvSignal<double> real;
                RvSignal<bool> wrong;
                Assert.IsTrue(server.TryGetSignal("Float", out real));
                Assert.AreEqual(2.5, real.Value);
                Assert.IsFalse(server.TryGetSignal("Float", out wrong));
                Assert.AreEqual(4, server.SignalCount);
                List<string> names = new List<string>();
                foreach (RvSignal signal in server.Signals)
                {
                    Assert.AreEqual(names.Count, signal.Id);
                    Assert.AreSame(signal, server.SignalAt(signal.Id));
                    names.Add(signal.Name + " " + signal.Kind + " " + signal.Direction + " " + signal.Access);
                }
                Assert.AreEqual(
                    new[] { "Bool Bool Input Write", "Int Int Output Read", "Float Float Input Write", "Text Text Output Read" },
                    names);
                Assert.AreEqual("a", server["Text"].BoxedValue);
                server["Float"].BoxedValue = 3;
                Assert.AreEqual(3.0, real.Value);
                foreach (object none in new object[] { "yes", null, new object() })
                {
                    RvArgumentException refused =
                        Assert.Throws<RvArgumentException>(() => server["Bool"].BoxedValue = none);
                    Assert.AreEqual(RvResult.Kind, refused.Code);
                    Assert.IsTrue(refused.Message.Contains("does not fit the signal \"Bool\" of kind Bool"), refused.Message);
                }
                Assert.IsTrue(Assert.Throws<RvArgumentException>(() => server["Float"].BoxedValue = "3,5 m").Message
                    .Contains("\"3,5 m\""));
                Assert.Throws<RvArgumentException>(
                    () => server.AddSignal("Bad", RvKind.Int, RvDirection.Output, initial: "many"));
                Assert.AreEqual(4, server.SignalCount);
                Assert.AreEqual("Stopped, port 0, 0 connected, 4 signals", server.GetInfo().ToString());
            }
        }

        [Test]
        public void DeclaringTwiceGivesOneObjectAndDeclaringOtherwiseFails()
        {
            using (RvInterface server = Server())
            {
                RvSignal<bool> first = server.AddBool("A", RvDirection.Input);
                Assert.AreSame(first, server.AddBool("A", RvDirection.Input));
                Assert.AreEqual(
                    RvResult.Exists, Assert.Throws<RvArgumentException>(() => server.AddInt("A", RvDirection.Input)).Code);
                Assert.AreEqual(RvResult.Name, Assert.Throws<RvArgumentException>(() => server.AddBool("")).Code);
                Assert.AreEqual(
                    RvResult.Name, Assert.Throws<RvArgumentException>(() => server.AddBool(new string('x', 513))).Code);
                Assert.Throws<ArgumentNullException>(() => server.AddBool(null));
                Assert.AreEqual(RvResult.NotFound, Assert.Throws<RvArgumentException>(() => server["a"].ToString()).Code);
                Assert.AreEqual(RvResult.NotFound, Assert.Throws<RvArgumentException>(() => server.SignalAt(1)).Code);
                Assert.AreEqual(1, server.SignalCount);
            }
        }

        [Test]
        public void WhatPeersWriteIsNotWritableUntilItsAccessSaysSo()
        {
            using (RvInterface server = Server())
            {
                RvSignal<double> motor = server.AddFloat("Motor", RvDirection.Output);
                Assert.IsFalse(motor.IsWritable);
                RvArgumentException e = Assert.Throws<RvArgumentException>(() => motor.Value = 1);
                Assert.AreEqual(RvResult.NotWritable, e.Code);
                Assert.IsTrue(e.Message.Contains("\"Motor\""), e.Message);
                Assert.IsFalse(motor.TrySet(1));
                motor.Access = RvAccess.ReadWrite;
                Assert.AreEqual(RvAccess.ReadWrite, motor.Access);
                motor.Value = 1;
                Assert.AreEqual(1.0, motor.Value);
                motor.Access = RvAccess.Default;
                Assert.AreEqual(RvAccess.Read, motor.Access);
                Assert.AreEqual(
                    RvResult.NotFinite,
                    Assert.Throws<RvArgumentException>(
                        () => server.AddFloat("Other", RvDirection.Input).Value = double.NaN).Code);
            }
        }

        [Test]
        public void ValuesGoInAndOutTogetherOrNotAtAll()
        {
            using (RvInterface server = Server())
            {
                uint flag = server.AddBool("Bool", RvDirection.Input).Id;
                uint number = server.AddInt("Int", RvDirection.Input).Id;
                uint real = server.AddFloat("Float", RvDirection.Input).Id;
                uint text = server.AddText("Text", RvDirection.Input).Id;
                server.SetValues(
                    RvValue.Bool(flag, true), RvValue.Int(number, long.MinValue), RvValue.Float(real, -0.5),
                    RvValue.Text(text, "信号"));
                RvChange[] values = new RvChange[5];
                server.GetValues(new[] { text, real, number, flag }, values);
                Assert.AreEqual(6, values[0].Int, "a text's length in bytes");
                Assert.AreEqual(-0.5, values[1].Float);
                Assert.AreEqual(long.MinValue, values[2].Int);
                Assert.IsTrue(values[3].Bool);
                Assert.AreEqual(RvQuality.Good, values[3].Quality);
                Assert.AreEqual("信号", server["Text"].BoxedValue);

                RvArgumentException e = Assert.Throws<RvArgumentException>(
                    () => server.SetValues(RvValue.Int(number, 5), RvValue.Bool(real, true)));
                Assert.AreEqual(RvResult.Kind, e.Code);
                Assert.IsTrue(e.Message.Contains("[1]"), e.Message);
                Assert.AreEqual(long.MinValue, server["Int"].BoxedValue);
                Assert.Throws<ArgumentOutOfRangeException>(() => server.SetValues(new RvValue[1], 2));
                Assert.AreEqual(
                    RvResult.NotFound, Assert.Throws<RvArgumentException>(() => server.GetValues(new uint[] { 9 }, values)).Code);
            }
        }

        [Test]
        public void ASignalListIsWrittenAndReadWithWhatPeopleReadInIt()
        {
            string path = Path.Combine(Path.GetTempPath(), "rv-ä-" + Guid.NewGuid() + ".json");
            try
            {
                using (RvInterface server = Server())
                {
                    server.AddText("Auftrag ä", RvDirection.Output, options: new RvSignalOptions
                    {
                        Comment = "信号", Folder = "Zelle/Band",
                    });
                    server.AddBool("Sensor", RvDirection.Input, options: new RvSignalOptions { DisplayName = "Fühler" });
                    Assert.AreEqual(2, server.SaveSignals(path));
                    Assert.AreEqual("", server["Sensor"].Comment);
                }
                using (RvInterface server = Server())
                {
                    Assert.AreEqual(2, server.LoadSignals(path));
                    Assert.AreEqual(RvDirection.Output, server["Auftrag ä"].Direction);
                    Assert.AreEqual("信号", server["Auftrag ä"].Comment);
                    Assert.AreEqual("Zelle/Band", server["Auftrag ä"].Folder);
                    Assert.AreEqual("Fühler", server["Sensor"].DisplayName);
                    Assert.AreEqual("", server["Auftrag ä"].DisplayName, "what is the name again is nothing");
                    File.WriteAllText(path, "no list");
                    Assert.AreEqual(
                        RvResult.Format, Assert.Throws<RvArgumentException>(() => server.LoadSignals(path)).Code);
                    File.Delete(path);
                    Assert.AreEqual(RvResult.File, Assert.Throws<RvException>(() => server.LoadSignals(path)).Code);
                }
            }
            finally
            {
                File.Delete(path);
            }
        }

        [Test]
        public void EverythingThatCanBeSaidAboutASignalIsChecked()
        {
            using (RvInterface server = Server())
            {
                server.AddText("Fifo", RvDirection.Output, options: new RvSignalOptions
                {
                    FifoDepth = 8, Comment = "ä", Folder = "信号", Failsafe = "lost", FailsafeAfterMs = 5,
                });
                server.AddBool("Held", RvDirection.Input, options: new RvSignalOptions { MinHoldMs = 20 });
                Assert.AreEqual(
                    RvResult.Limit,
                    Assert.Throws<RvException>(
                        () => server.AddInt("Deep", options: new RvSignalOptions { FifoDepth = 65537 })).Code);
                Assert.AreEqual(
                    RvResult.Kind,
                    Assert.Throws<RvArgumentException>(
                        () => server.AddInt("Int", options: new RvSignalOptions { MinHoldMs = 1 })).Code);
                Assert.Throws<RvArgumentException>(
                    () => server.AddInt("Int", options: new RvSignalOptions { Failsafe = "no number" }));
                Assert.AreEqual(2, server.SignalCount);
            }
        }
    }
}
