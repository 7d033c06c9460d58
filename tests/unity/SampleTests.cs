using System;
using System.Collections.Generic;
using MiniPlayer;
using NUnit.Framework;
using RealvirtualWs.Samples;
using UnityEngine;

// Signal components as another asset might have them.
namespace Foreign
{
    public sealed class PLCOutputFloat : MonoBehaviour
    {
        public float Value;
    }

    public sealed class PLCInputInt : MonoBehaviour
    {
        public int Value { get; set; }
    }

    public sealed class PLCInputBool : MonoBehaviour
    {
        public bool Other;
    }
}

namespace RealvirtualWs.Unity.Tests
{
    [TestFixture]
    public class SampleTests : MiniPlayerTest
    {
        private static T Foreign<T>(Transform below, string name) where T : MonoBehaviour
        {
            var item = new GameObject(name);
            item.transform.SetParent(below, false);
            return item.AddComponent<T>();
        }

        [Test]
        public void The_mirror_follows_and_halts_the_original()
        {
            Player.Start();
            var demo = new GameObject("Demo").AddComponent<MirrorDemo>();
            Until(() => demo.MirroredHalt != null, "imported");
            Transform left = demo.transform.GetChild(0);
            Transform right = demo.transform.GetChild(1);
            Until(() => right.localPosition.y > 0.1f, "the right cube moves");
            GUILayout.Press = "Halt";
            Player.OnGui();
            Until(() => demo.Server.GetComponentInChildren<PLCOutputBool>().Value, "halted");
            Frames(2);
            float y = left.localPosition.y;
            Until(() => right.localPosition.y == y, "both stand at the same place");
            AssertNoErrors();
            Player.Stop();
        }

        // The example gateway itself, as examples/c/gateway.c builds it.
        [Test]
        public void The_conveyor_cell_plays_with_the_example_gateway()
        {
            using (var gateway = new Gateway())
            {
                Player.Start();
                var item = new GameObject("Cell");
                item.SetActive(false);
                var cell = item.AddComponent<ConveyorCell>();
                cell.Port = gateway.Port;
                item.SetActive(true);
                Until(() => cell.Gateway.IsConnected, "connected");
                Frames(2);
                GUILayout.Press = "Start";
                Player.OnGui();
                Until(() => cell.Belts[0].Speed > 0.1f, "the belts turn");
                Until(() => cell.GetComponent<PartFlow>().Count > 0, "a part comes in");
                Player.OnGui();
                Assert.IsTrue(GUILayout.Drawn.Contains("Cell: Running - Producing"), string.Join("\n", GUILayout.Drawn.ToArray()));
                GUILayout.Press = "Stop";
                Player.OnGui();
                Until(() => cell.Belts[0].Speed == 0, "the belts stand");
                AssertNoErrors();
                Player.Stop();
            }
        }

        [Test]
        public void The_adapter_carries_values_to_and_from_another_assets_signals()
        {
            using (RvInterface plc = Controller(at =>
            {
                at.AddFloat("Speed", RvDirection.Output);
                at.AddInt("Parts", RvDirection.Input);
            }))
            {
                Player.Start();
                var asset = new GameObject("Asset");
                var speed = Foreign<Foreign.PLCOutputFloat>(asset.transform, "Speed");
                var parts = Foreign<Foreign.PLCInputInt>(asset.transform, "Parts");
                Foreign<Foreign.PLCInputBool>(asset.transform, "Odd");

                WebsocketRealtimeInterface own = NewClient("Interface", plc.Port);
                own.Close();
                Add<PLCOutputFloat>(own, "Speed");
                Add<PLCInputInt>(own, "Parts");
                own.Open();
                own.gameObject.SetActive(false);
                own.gameObject.AddComponent<RealvirtualAdapter>().ForeignSignals = asset.transform;
                own.gameObject.SetActive(true);
                Assert.AreEqual(2, own.GetComponent<RealvirtualAdapter>().Count);
                AssertError("Odd", "Value");

                plc.TrySetFloat(0, 12.5);
                Until(() => speed.Value == 12.5f, "from the wire to the asset");
                parts.Value = 9;
                long received = 0;
                Until(() => plc.TryGetInt(1, out received) >= 0 && received == 9, "from the asset to the wire");
                Player.Stop();
            }
        }

        /// <summary>The example's process; ends with the test.</summary>
        private sealed class Gateway : IDisposable
        {
            private readonly System.Diagnostics.Process process;

            internal readonly int Port;

            internal Gateway()
            {
                string program = Environment.GetEnvironmentVariable("GATEWAY");
                var start = new System.Diagnostics.ProcessStartInfo(program, "--port 0 --seconds 60");
                start.UseShellExecute = false;
                start.RedirectStandardOutput = true;
                process = System.Diagnostics.Process.Start(start);
                string line = process.StandardOutput.ReadLine() ?? "";
                int at = line.IndexOf(" port ", StringComparison.Ordinal);
                Assert.IsTrue(at > 0, "the gateway says: " + line);
                Port = int.Parse(line.Substring(at + 6).Split(',')[0]);
            }

            public void Dispose()
            {
                process.Kill();
                process.WaitForExit();
                process.Dispose();
            }
        }
    }
}
