using System.Collections.Generic;
using MiniPlayer;
using NUnit.Framework;
using UnityEngine;

namespace RealvirtualWs.Unity.Tests
{
    /// <summary>Two components in one player, a server and a client, as two instances of Unity would be.</summary>
    [TestFixture]
    public class ExchangeTests : MiniPlayerTest
    {
        private WebsocketRealtimeInterface cell;
        private WebsocketRealtimeInterface panel;

        // The server's signals, and the client with what it imports of them.
        private void Mirror()
        {
            cell = NewServer("Cell");
            Add<PLCInputBool>(cell, "Sensor");
            Add<PLCInputInt>(cell, "Parts");
            Add<PLCInputFloat>(cell, "Position");
            Add<PLCInputText>(cell, "State");
            Add<PLCOutputBool>(cell, "Start");
            Add<PLCOutputInt>(cell, "Lot");
            Add<PLCOutputFloat>(cell, "Speed");
            Add<PLCOutputText>(cell, "Order");
            NewClient("Panel", 0).ConnectOnPlay = false;
            Player.Play();
            cell = Interface("Cell");
            panel = Interface("Panel");
            panel.Port = cell.Interface.Port;
            panel.Open();
            Until(() => panel.IsConnected && cell.IsConnected, "connected");
            SignalImportResult result = null;
            panel.ImportSignals(done => result = done);
            Until(() => result != null, "imported");
            Assert.IsTrue(result.Success, result.Message);
            Assert.AreEqual(8, result.Created);
        }

        [Test]
        public void Two_instances_mirror_each_other_both_ways()
        {
            Mirror();
            Signal<PLCInputBool>(cell, "Sensor").Value = true;
            Signal<PLCInputInt>(cell, "Parts").Value = long.MaxValue;
            Signal<PLCInputFloat>(cell, "Position").Value = -0.1f;
            Signal<PLCInputText>(cell, "State").Value = "läuft 信号 🙂";
            Signal<PLCInputBool>(panel, "Start").Value = true;
            Signal<PLCInputInt>(panel, "Lot").Value = -3;
            Signal<PLCInputFloat>(panel, "Speed").Value = 1e20f;
            Signal<PLCInputText>(panel, "Order").Value = "A-17";
            Until(() => Signal<PLCOutputBool>(panel, "Sensor").Value
                && Signal<PLCOutputInt>(panel, "Parts").Value == long.MaxValue
                && Signal<PLCOutputFloat>(panel, "Position").Value == -0.1f
                && Signal<PLCOutputText>(panel, "State").Value == "läuft 信号 🙂", "cell to panel");
            Until(() => Signal<PLCOutputBool>(cell, "Start").Value
                && Signal<PLCOutputInt>(cell, "Lot").Value == -3
                && Signal<PLCOutputFloat>(cell, "Speed").Value == 1e20f
                && Signal<PLCOutputText>(cell, "Order").Value == "A-17", "panel to cell");
            Assert.AreEqual(1, cell.ConnectedClients);
            AssertNoErrors();
        }

        [Test]
        public void What_a_frame_writes_arrives_together()
        {
            Mirror();
            var torn = new List<string>();
            PLCOutputInt parts = Signal<PLCOutputInt>(panel, "Parts");
            PLCOutputFloat position = Signal<PLCOutputFloat>(panel, "Position");
            parts.SignalChanged += signal =>
            {
                if (position.Value != parts.Value)
                {
                    torn.Add(parts.Value + " with " + position.Value);
                }
            };
            for (int i = 1; i <= 200; i++)
            {
                Signal<PLCInputFloat>(cell, "Position").Value = i;
                Signal<PLCInputInt>(cell, "Parts").Value = i;
                Player.Frame();
            }
            Until(() => parts.Value == 200, "the last value");
            Assert.AreEqual(0, torn.Count, string.Join("; ", torn.ToArray()));
        }

        [Test]
        public void A_pulse_within_a_frame_arrives()
        {
            Mirror();
            PLCOutputBool start = Signal<PLCOutputBool>(cell, "Start");
            int rises = 0;
            int events = 0;
            start.SignalChanged += signal => events++;
            Signal<PLCInputBool>(panel, "Start").Value = true;
            Signal<PLCInputBool>(panel, "Start").Value = false;
            Until(() =>
            {
                rises += start.RisesThisFrame;
                return rises > 0 && !start.Value;
            }, "the pulse");
            Assert.AreEqual(1, rises);
            Assert.IsTrue(events >= 1);
        }

        [Test]
        public void An_override_of_a_written_signal_is_what_is_sent()
        {
            Mirror();
            PLCInputFloat position = Signal<PLCInputFloat>(cell, "Position");
            PLCOutputFloat seen = Signal<PLCOutputFloat>(panel, "Position");
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
            PLCOutputFloat speed = Signal<PLCOutputFloat>(cell, "Speed");
            int changes = 0;
            speed.SignalChanged += signal => changes++;
            speed.OverrideValue = 7;
            speed.Override = true;
            Assert.AreEqual(7f, speed.Value);
            Assert.AreEqual(1, changes);
            Signal<PLCInputFloat>(panel, "Speed").Value = 3;
            Signal<PLCInputInt>(panel, "Lot").Value = 1;
            Until(() => Signal<PLCOutputInt>(cell, "Lot").Value == 1, "what came with it");
            Assert.AreEqual(7f, speed.Value);
            Assert.AreEqual(1, changes, "the scene sees no change");
            Assert.AreEqual(3f, Signal<PLCInputFloat>(panel, "Speed").Value, "the other side keeps its own");
            speed.Override = false;
            Assert.AreEqual(3f, speed.Value);
            Assert.AreEqual(2, changes);
        }

        [Test]
        public void Values_that_the_inspector_changes_go_out()
        {
            Mirror();
            PLCInputInt parts = Signal<PLCInputInt>(cell, "Parts");
            System.Reflection.FieldInfo field = Serialization.Fields(typeof(PLCInputInt)).Find(known => known.Name == "value");
            field.SetValue(parts, 12L);
            Player.Validate(parts);
            Until(() => Signal<PLCOutputInt>(panel, "Parts").Value == 12, "the typed value");
        }

        [Test]
        public void A_signal_that_the_other_side_writes_keeps_its_value()
        {
            Mirror();
            PLCOutputFloat speed = Signal<PLCOutputFloat>(cell, "Speed");
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
            Signal<PLCInputFloat>(cell, "Position").Value = float.NaN;
            Signal<PLCInputText>(cell, "State").Value = "a\0b";
            Signal<PLCInputInt>(cell, "Parts").Value = 4;
            Until(() => Signal<PLCOutputInt>(panel, "Parts").Value == 4, "the good value");
            AssertError("Cell", "Position", "finite");
            AssertError("Cell", "State", "NUL");
            Signal<PLCInputText>(cell, "State").Value = new string('x', 65537);
            Signal<PLCInputFloat>(cell, "Position").Value = 2;
            Until(() => Signal<PLCOutputFloat>(panel, "Position").Value == 2, "a number again");
        }

        [Test]
        public void A_text_that_is_no_unicode_hurts_no_other()
        {
            Mirror();
            Signal<PLCInputText>(cell, "State").Value = "half a pair: \ud800";
            Signal<PLCInputInt>(cell, "Parts").Value = 5;
            Until(() => Signal<PLCOutputInt>(panel, "Parts").Value == 5, "the good value");
            AssertError("Cell", "State", "Unicode");
        }

        [Test]
        public void A_handler_that_throws_hurts_no_other()
        {
            Mirror();
            Signal<PLCOutputInt>(panel, "Parts").SignalChanged += signal => { throw new System.Exception("mine"); };
            int heard = 0;
            Signal<PLCOutputFloat>(panel, "Position").SignalChanged += signal => heard++;
            Signal<PLCInputInt>(cell, "Parts").Value = 1;
            Signal<PLCInputFloat>(cell, "Position").Value = 1;
            Until(() => heard == 1, "the other handler");
            Assert.AreEqual(1, Logged(LogType.Exception).Count);
            Assert.IsTrue(panel.IsOpen);
        }

        [Test]
        public void A_handler_may_close_and_destroy()
        {
            Mirror();
            Signal<PLCOutputInt>(panel, "Parts").SignalChanged += signal =>
            {
                Object.DestroyImmediate(Signal<PLCOutputFloat>(panel, "Position").gameObject);
                panel.Close();
            };
            Signal<PLCInputInt>(cell, "Parts").Value = 1;
            Signal<PLCInputFloat>(cell, "Position").Value = 1;
            Until(() => !panel.IsOpen, "closed");
            Frames(3);
            AssertNoErrors();
        }

        [Test]
        public void A_destroyed_signal_is_forgotten()
        {
            Mirror();
            PLCInputInt parts = Signal<PLCInputInt>(cell, "Parts");
            parts.Value = 9;
            Object.DestroyImmediate(parts.gameObject);
            Signal<PLCInputBool>(cell, "Sensor").Value = true;
            Until(() => Signal<PLCOutputBool>(panel, "Sensor").Value, "the others go on");
            AssertNoErrors();
        }

        [Test]
        public void What_the_scene_writes_outlives_what_arrives_before_it_is_sent()
        {
            using (RvInterface plc = Controller(at => at.AddInt("Both", RvDirection.Output, RvAccess.ReadWrite)))
            {
                panel = NewClient("Panel", plc.Port);
                Add<PLCOutputInt>(panel, "Both").Access = RvAccess.ReadWrite;
                Player.Play();
                panel = Interface("Panel");
                PLCOutputInt both = Signal<PLCOutputInt>(panel, "Both");
                plc.TrySetInt(0, 4);
                Until(() => both.Value == 4, "the controller's first value");
                plc.TrySetInt(0, 5);
                long arrived = 0;
                for (int i = 0; i < 5000 && arrived != 5; i++)
                {
                    System.Threading.Thread.Sleep(1);
                    panel.Interface.TryGetInt(both.Id, out arrived);
                }
                both.Value = 7;
                Player.Frame();
                Assert.AreEqual(7L, both.Value);
                Until(() => plc.TryGetInt(0, out arrived) >= 0 && arrived == 7, "the scene's value at the controller");
                Assert.AreEqual(7L, both.Value);
                Player.Stop();
            }
        }

        [Test]
        public void The_first_value_counts_also_when_it_is_the_default()
        {
            using (RvInterface plc = Controller(at => at.AddBool("Enable", RvDirection.Input)))
            {
                Add<PLCOutputBool>(NewClient("Panel", plc.Port), "Enable").Access = RvAccess.ReadWrite;
                Player.Play();
                panel = Interface("Panel");
                PLCOutputBool enable = Signal<PLCOutputBool>(panel, "Enable");
                Until(() => panel.IsConnected && plc.IsConnected, "connected");
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
        public void The_last_values_go_out_when_it_closes()
        {
            using (RvInterface plc = Controller(at => at.AddText("Farewell", RvDirection.Input)))
            {
                Add<PLCInputText>(NewClient("Panel", plc.Port), "Farewell");
                Player.Play();
                panel = Interface("Panel");
                Until(() => panel.IsConnected && plc.IsConnected, "connected");
                Signal<PLCInputText>(panel, "Farewell").Value = "bye";
                Player.Stop();
                string text = "";
                Until(() => plc.TryGetText(0, out text) >= 0 && text == "bye", "the last value");
            }
        }

        [Test]
        public void What_a_frame_sets_in_LateUpdate_goes_out_with_it()
        {
            Mirror();
            var late = new GameObject("Late").AddComponent<LateWriter>();
            late.Target = Signal<PLCInputInt>(cell, "Parts");
            ulong before = cell.Interface.GetStats().ValuesOut;
            late.Next = 77;
            Player.Frame();
            late.Next = 0;
            Until(() => cell.Interface.GetStats().ValuesOut > before, "sent");
            Until(() => Signal<PLCOutputInt>(panel, "Parts").Value == 77, "received");
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

        private sealed class LateWriter : MonoBehaviour
        {
            public PLCInputInt Target;
            public long Next;

            private void LateUpdate()
            {
                if (Next != 0)
                {
                    Target.Value = Next;
                }
            }
        }
    }
}
