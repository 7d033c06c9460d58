using System;
using MiniPlayer;
using NUnit.Framework;

namespace RealvirtualWs.Unity.Tests
{
    [TestFixture]
    public class AllocationTests : MiniPlayerTest
    {
        private const int Signals = 1000;
        private const int ChangesPerFrame = 50;
        private const int FramesMeasured = 100000;

        private readonly PLCSignal[] signals = new PLCSignal[Signals];
        private RvInterface plc;
        private int frame;

        // Half of the signals are the scene's, half the controller's; bools, integers and numbers take turns.
        private void Step()
        {
            frame++;
            for (int i = 0; i < ChangesPerFrame; i++)
            {
                int index = (frame * ChangesPerFrame + i) % Signals;
                if (index < Signals / 2)
                {
                    Write(signals[index]);
                }
                else
                {
                    WriteAtController((uint)index);
                }
            }
            Player.Frame();
        }

        private void Write(PLCSignal signal)
        {
            var asBool = signal as PLCInputBool;
            var asInt = signal as PLCInputInt;
            if (asBool != null)
            {
                asBool.Value = !asBool.Value;
            }
            else if (asInt != null)
            {
                asInt.Value = frame;
            }
            else
            {
                ((PLCInputFloat)signal).Value = frame * 0.1f;
            }
        }

        private void WriteAtController(uint index)
        {
            switch (index % 3)
            {
                case 0: plc.TrySetBool(index, frame % 2 == 0); break;
                case 1: plc.TrySetInt(index, frame); break;
                default: plc.TrySetFloat(index, frame * 0.1); break;
            }
        }

        private static string Name(int index)
        {
            return "Signal" + index.ToString("0000");
        }

        private static void Declare(RvInterface at)
        {
            for (int i = 0; i < Signals; i++)
            {
                RvKind kind = (RvKind)(i % 3 + 1);
                at.AddSignal(Name(i), kind, i < Signals / 2 ? RvDirection.Input : RvDirection.Output);
            }
        }

        [Test]
        public void A_hundred_thousand_frames_make_no_garbage()
        {
            plc = Controller(Declare);
            WebsocketRealtimeInterface panel = NewClient("Panel", plc.Port);
            for (int i = 0; i < Signals; i++)
            {
                SignalDirection direction = i < Signals / 2 ? SignalDirection.Input : SignalDirection.Output;
                var item = new UnityEngine.GameObject(Name(i));
                item.transform.SetParent(panel.transform, false);
                item.AddComponent(SignalTypes.Of((RvKind)(i % 3 + 1), direction));
            }
            Player.Start();
            Player.Awaken();
            panel.Signals().CopyTo(signals);
            Until(() => panel.IsConnected, "connected");
            for (int i = 0; i < 2000; i++)
            {
                Step();
            }
            RvStats before = panel.Interface.GetStats();
            long bytes = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < FramesMeasured; i++)
            {
                Step();
            }
            long allocated = GC.GetAllocatedBytesForCurrentThread() - bytes;
            RvStats after = panel.Interface.GetStats();
            Assert.AreEqual(0, allocated, "bytes in " + FramesMeasured + " frames");
            Assert.IsTrue(after.ValuesOut > before.ValuesOut + 1000, "values went out");
            Assert.IsTrue(after.Changes > before.Changes + 1000, "values came in");
            AssertNoErrors();
            Player.Stop();
            plc.Dispose();
        }
    }
}
