using MiniPlayer;
using NUnit.Framework;
using RealvirtualWs.Tests;
using UnityEngine;

namespace RealvirtualWs.Unity.Tests
{
    /// <summary>Values from one end to the other.</summary>
    [TestFixture]
    public class ExchangeTests : MirroredTest
    {
        [Test]
        public void Two_instances_mirror_each_other_both_ways()
        {
            Mirror();
            Signal<PLCInputBool>(Cell, "Sensor").Value = true;
            Signal<PLCInputInt>(Cell, "Parts").Value = long.MaxValue;
            Signal<PLCInputFloat>(Cell, "Position").Value = -0.1f;
            Signal<PLCInputText>(Cell, "State").Value = "läuft 信号 🙂";
            Signal<PLCInputBool>(Panel, "Start").Value = true;
            Signal<PLCInputInt>(Panel, "Lot").Value = -3;
            Signal<PLCInputFloat>(Panel, "Speed").Value = 1e20f;
            Signal<PLCInputText>(Panel, "Order").Value = "A-17";
            Until(() => Signal<PLCOutputBool>(Panel, "Sensor").Value
                && Signal<PLCOutputInt>(Panel, "Parts").Value == long.MaxValue
                && Signal<PLCOutputFloat>(Panel, "Position").Value == -0.1f
                && Signal<PLCOutputText>(Panel, "State").Value == "läuft 信号 🙂", "cell to panel");
            Until(() => Signal<PLCOutputBool>(Cell, "Start").Value
                && Signal<PLCOutputInt>(Cell, "Lot").Value == -3
                && Signal<PLCOutputFloat>(Cell, "Speed").Value == 1e20f
                && Signal<PLCOutputText>(Cell, "Order").Value == "A-17", "panel to cell");
            Assert.AreEqual(1, Cell.ConnectedClients);
            AssertNoErrors();
        }

        [Test]
        public void With_ssl_and_certificates_of_both()
        {
            using (var files = new Certificates())
            {
                Mirror(side =>
                {
                    string own = side.IsServer ? "server" : "client";
                    side.UseSSL = true;
                    side.CertificateFile = files[own];
                    side.KeyFile = files[own + "-key"];
                    side.CaFile = files["ca"];
                });
                Signal<PLCInputInt>(Cell, "Parts").Value = 7;
                Signal<PLCInputInt>(Panel, "Lot").Value = 8;
                Until(() => Signal<PLCOutputInt>(Panel, "Parts").Value == 7, "cell to panel");
                Until(() => Signal<PLCOutputInt>(Cell, "Lot").Value == 8, "panel to cell");
                AssertNoErrors();
            }
        }

        [Test]
        public void An_override_of_a_written_signal_is_what_is_sent()
        {
            Mirror();
            PLCInputFloat position = Signal<PLCInputFloat>(Cell, "Position");
            PLCOutputFloat seen = Signal<PLCOutputFloat>(Panel, "Position");
            position.Value = 1;
            Until(() => seen.Value == 1, "the value");
            position.OverrideValue = 50;
            position.Override = true;
            Assert.AreEqual(50f, position.Value);
            Until(() => seen.Value == 50, "the override");
            position.Value = 2;
            Frames(5);
            Assert.AreEqual(50f, position.Value, "the scene's value waits");
            position.Override = false;
            Until(() => seen.Value == 2, "the scene's value");
            AssertNoErrors();
        }

        [Test]
        public void An_override_of_a_read_signal_is_what_the_scene_sees()
        {
            Mirror();
            PLCOutputFloat speed = Signal<PLCOutputFloat>(Cell, "Speed");
            int changes = 0;
            speed.SignalChanged += signal => changes++;
            speed.OverrideValue = 7;
            speed.Override = true;
            Assert.AreEqual(7f, speed.Value);
            Assert.AreEqual(1, changes);
            Signal<PLCInputFloat>(Panel, "Speed").Value = 3;
            Signal<PLCInputInt>(Panel, "Lot").Value = 1;
            Until(() => Signal<PLCOutputInt>(Cell, "Lot").Value == 1, "what came with it");
            Assert.AreEqual(7f, speed.Value);
            Assert.AreEqual(1, changes, "the scene sees no change");
            Assert.AreEqual(3f, Signal<PLCInputFloat>(Panel, "Speed").Value, "the other side keeps its own");
            speed.Override = false;
            Assert.AreEqual(3f, speed.Value);
            Assert.AreEqual(2, changes);
        }

        [Test]
        public void Values_that_the_inspector_changes_go_out()
        {
            Mirror();
            PLCInputInt parts = Signal<PLCInputInt>(Cell, "Parts");
            System.Reflection.FieldInfo field = Serialization.Fields(typeof(PLCInputInt)).Find(known => known.Name == "value");
            field.SetValue(parts, 12L);
            Player.Validate(parts);
            Until(() => Signal<PLCOutputInt>(Panel, "Parts").Value == 12, "the typed value");
        }

        [Test]
        public void A_signal_that_the_other_side_writes_keeps_its_value()
        {
            Mirror();
            PLCOutputFloat speed = Signal<PLCOutputFloat>(Cell, "Speed");
            speed.Value = 5;
            speed.Value = 6;
            Assert.AreEqual(0f, speed.Value);
            AssertError("Cell", "Speed", "Override");
            Assert.AreEqual(1, Logged(LogType.Error).Count, "said once");
        }

        [Test]
        public void A_value_that_cannot_be_sent_hurts_no_other()
        {
            Mirror();
            Signal<PLCInputFloat>(Cell, "Position").Value = float.NaN;
            Signal<PLCInputText>(Cell, "State").Value = "a\0b";
            Signal<PLCInputInt>(Cell, "Parts").Value = 4;
            Until(() => Signal<PLCOutputInt>(Panel, "Parts").Value == 4, "the good value");
            AssertError("Cell", "Position", "finite");
            AssertError("Cell", "State", "NUL");
            Signal<PLCInputText>(Cell, "State").Value = new string('x', 65537);
            Signal<PLCInputFloat>(Cell, "Position").Value = 2;
            Until(() => Signal<PLCOutputFloat>(Panel, "Position").Value == 2, "a number again");
        }

        [Test]
        public void A_text_that_is_no_unicode_hurts_no_other()
        {
            Mirror();
            Signal<PLCInputText>(Cell, "State").Value = "half a pair: \ud800";
            Signal<PLCInputInt>(Cell, "Parts").Value = 5;
            Until(() => Signal<PLCOutputInt>(Panel, "Parts").Value == 5, "the good value");
            AssertError("Cell", "State", "Unicode");
        }

        [Test]
        public void A_destroyed_signal_is_forgotten()
        {
            Mirror();
            PLCInputInt parts = Signal<PLCInputInt>(Cell, "Parts");
            parts.Value = 9;
            Object.DestroyImmediate(parts.gameObject);
            Signal<PLCInputBool>(Cell, "Sensor").Value = true;
            Until(() => Signal<PLCOutputBool>(Panel, "Sensor").Value, "the others go on");
            AssertNoErrors();
        }

        [Test]
        public void The_first_value_counts_also_when_it_is_the_default()
        {
            using (RvInterface plc = Controller(at => at.AddBool("Enable", RvDirection.Input)))
            {
                Add<PLCOutputBool>(NewClient("Panel", plc.Port), "Enable").Access = RvAccess.ReadWrite;
                Player.Play();
                Panel = Interface("Panel");
                PLCOutputBool enable = Signal<PLCOutputBool>(Panel, "Enable");
                Until(() => Panel.IsConnected && plc.IsConnected, "connected");
                Frames(5);
                Assert.AreEqual(SignalStatus.NeverSet, enable.Status);
                Assert.AreEqual(RvQuality.Never, plc["Enable"].Quality);
                Player.Validate(enable); // a comment was typed: no value is set by that
                Frames(5);
                Assert.AreEqual(SignalStatus.NeverSet, enable.Status);
                enable.Value = false;
                Until(() => plc["Enable"].Quality == RvQuality.Good, "false at the controller");
                Assert.AreEqual(SignalStatus.Good, enable.Status);
                Player.Stop();
            }
        }

        [Test]
        public void Floats_travel_in_their_shortest_form()
        {
            Assert.AreEqual(0.1, FloatSignal.Widen(0.1f));
            Assert.AreEqual(-123.456, FloatSignal.Widen(-123.456f));
            Assert.AreEqual(3.0, FloatSignal.Widen(3f));
            Assert.AreEqual(0.0, FloatSignal.Widen(0f));
            Assert.AreEqual(1e-7, FloatSignal.Widen(1e-7f));
            var random = new System.Random(1);
            var bytes = new byte[4];
            for (int i = 0; i < 100000; i++)
            {
                random.NextBytes(bytes);
                float value = System.BitConverter.ToSingle(bytes, 0);
                if (!float.IsNaN(value) && !float.IsInfinity(value))
                {
                    Assert.AreEqual(value, (float)FloatSignal.Widen(value));
                }
            }
        }
    }
}
