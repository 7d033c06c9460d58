using System.Collections.Generic;
using MiniPlayer;
using NUnit.Framework;
using UnityEngine;

namespace RealvirtualWs.Unity.Tests
{
    /// <summary>What a frame is to signals: order, togetherness, handlers.</summary>
    [TestFixture]
    public class FrameTests : MirroredTest
    {
        [Test]
        public void What_a_frame_writes_arrives_together()
        {
            Mirror();
            var torn = new List<string>();
            PLCOutputInt parts = Signal<PLCOutputInt>(Panel, "Parts");
            PLCOutputFloat position = Signal<PLCOutputFloat>(Panel, "Position");
            parts.SignalChanged += signal =>
            {
                if (position.Value != parts.Value)
                {
                    torn.Add(parts.Value + " with " + position.Value);
                }
            };
            for (int i = 1; i <= 200; i++)
            {
                Signal<PLCInputFloat>(Cell, "Position").Value = i;
                Signal<PLCInputInt>(Cell, "Parts").Value = i;
                Player.Frame();
            }
            Until(() => parts.Value == 200, "the last value");
            Assert.AreEqual(0, torn.Count, string.Join("; ", torn.ToArray()));
        }

        [Test]
        public void A_pulse_within_a_frame_arrives()
        {
            Mirror();
            PLCOutputBool start = Signal<PLCOutputBool>(Cell, "Start");
            int rises = 0;
            int events = 0;
            start.SignalChanged += signal => events++;
            Signal<PLCInputBool>(Panel, "Start").Value = true;
            Signal<PLCInputBool>(Panel, "Start").Value = false;
            Until(() =>
            {
                rises += start.RisesThisFrame;
                return rises > 0 && !start.Value;
            }, "the pulse");
            Assert.AreEqual(1, rises);
            Assert.IsTrue(events >= 1);
        }

        [Test]
        public void A_handler_that_throws_hurts_no_other()
        {
            Mirror();
            Signal<PLCOutputInt>(Panel, "Parts").SignalChanged += signal => { throw new System.Exception("mine"); };
            int heard = 0;
            Signal<PLCOutputFloat>(Panel, "Position").SignalChanged += signal => heard++;
            Signal<PLCInputInt>(Cell, "Parts").Value = 1;
            Signal<PLCInputFloat>(Cell, "Position").Value = 1;
            Until(() => heard == 1, "the other handler");
            Assert.AreEqual(1, Logged(LogType.Exception).Count);
            Assert.IsTrue(Panel.IsOpen);
        }

        [Test]
        public void A_handler_may_close_and_destroy()
        {
            Mirror();
            Signal<PLCOutputInt>(Panel, "Parts").SignalChanged += signal =>
            {
                Object.DestroyImmediate(Signal<PLCOutputFloat>(Panel, "Position").gameObject);
                Panel.Close();
            };
            Signal<PLCInputInt>(Cell, "Parts").Value = 1;
            Signal<PLCInputFloat>(Cell, "Position").Value = 1;
            Until(() => !Panel.IsOpen, "closed");
            Frames(3);
            AssertNoErrors();
        }

        [Test]
        public void What_the_scene_writes_outlives_what_arrives_before_it_is_sent()
        {
            using (RvInterface plc = Controller(at => at.AddInt("Both", RvDirection.Output, RvAccess.ReadWrite)))
            {
                Panel = NewClient("Panel", plc.Port);
                Add<PLCOutputInt>(Panel, "Both").Access = RvAccess.ReadWrite;
                Player.Play();
                Panel = Interface("Panel");
                PLCOutputInt both = Signal<PLCOutputInt>(Panel, "Both");
                plc.TrySetInt(0, 4);
                Until(() => both.Value == 4, "the controller's first value");
                plc.TrySetInt(0, 5);
                long arrived = 0;
                for (int i = 0; i < 5000 && arrived != 5; i++)
                {
                    System.Threading.Thread.Sleep(1);
                    Panel.Interface.TryGetInt(both.Id, out arrived);
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
        public void The_last_values_go_out_when_it_closes()
        {
            using (RvInterface plc = Controller(at => at.AddText("Farewell", RvDirection.Input)))
            {
                Add<PLCInputText>(NewClient("Panel", plc.Port), "Farewell");
                Player.Play();
                Panel = Interface("Panel");
                Until(() => Panel.IsConnected && plc.IsConnected, "connected");
                Signal<PLCInputText>(Panel, "Farewell").Value = "bye";
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
            late.Target = Signal<PLCInputInt>(Cell, "Parts");
            late.Next = 77;
            Player.Frame();
            long handedOver;
            Assert.IsTrue(Cell.Interface.TryGetInt(late.Target.Id, out handedOver) >= 0);
            Assert.AreEqual(77L, handedOver, "with the same frame");
            late.Next = 0;
            Until(() => Signal<PLCOutputInt>(Panel, "Parts").Value == 77, "received");
        }

        [Test]
        public void What_arrives_is_there_before_physics()
        {
            Mirror();
            var physics = new GameObject("Physics").AddComponent<PhysicsReader>();
            physics.Source = Signal<PLCOutputInt>(Panel, "Parts");
            Signal<PLCInputInt>(Cell, "Parts").Value = 1;
            Until(() => physics.InUpdate == 1, "received");
            Assert.AreEqual(physics.FrameOfUpdate, physics.FrameOfFixedUpdate);
        }

        // Remembers the first frame in which each message saw the value.
        private sealed class PhysicsReader : MonoBehaviour
        {
            public PLCOutputInt Source;
            public long InUpdate;
            public int FrameOfFixedUpdate;
            public int FrameOfUpdate;

            private void FixedUpdate()
            {
                if (Source != null && Source.Value == 1 && FrameOfFixedUpdate == 0)
                {
                    FrameOfFixedUpdate = Time.frameCount;
                }
            }

            private void Update()
            {
                InUpdate = Source == null ? 0 : Source.Value;
                if (InUpdate == 1 && FrameOfUpdate == 0)
                {
                    FrameOfUpdate = Time.frameCount;
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
