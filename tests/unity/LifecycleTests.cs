using System.Net;
using System.Net.Sockets;
using MiniPlayer;
using NUnit.Framework;
using UnityEngine;

namespace RealvirtualWs.Unity.Tests
{
    [TestFixture]
    public class LifecycleTests : MiniPlayerTest
    {
        [Test]
        public void Edit_mode_opens_nothing()
        {
            NewServer("Cell");
            Assert.IsFalse(Interface("Cell").IsOpen);
            Assert.AreEqual(0, RvLibrary.LiveCount);
        }

        [Test]
        public void Play_opens_and_stop_closes()
        {
            NewServer("Cell");
            Player.Play();
            Assert.IsTrue(Interface("Cell").IsOpen);
            Assert.AreEqual(RvState.Listening, Interface("Cell").State);
            Player.Stop();
            Assert.IsFalse(Interface("Cell").IsOpen);
            Assert.AreEqual(0, RvLibrary.LiveCount);
            AssertNoErrors();
        }

        [Test]
        public void Without_connect_on_play_it_opens_when_asked()
        {
            NewServer("Cell").ConnectOnPlay = false;
            Player.Play();
            WebsocketRealtimeInterface cell = Interface("Cell");
            Frames(3);
            Assert.IsFalse(cell.IsOpen);
            Assert.IsTrue(cell.Open());
            Assert.IsTrue(cell.Open(), "opening twice does nothing");
            Assert.AreEqual(1, RvLibrary.LiveCount);
            cell.Close();
            cell.Close();
            Assert.AreEqual(0, RvLibrary.LiveCount);
        }

        [Test]
        public void Disabling_closes_and_enabling_opens()
        {
            NewServer("Cell");
            Player.Play();
            WebsocketRealtimeInterface cell = Interface("Cell");
            cell.enabled = false;
            Assert.IsFalse(cell.IsOpen);
            cell.enabled = true;
            Assert.IsTrue(cell.IsOpen);
            cell.gameObject.SetActive(false);
            Assert.IsFalse(cell.IsOpen);
            Object.DestroyImmediate(cell.gameObject);
            Assert.AreEqual(0, RvLibrary.LiveCount);
            AssertNoErrors();
        }

        [Test]
        public void Ten_times_play_and_stop_leave_nothing_behind()
        {
            int port = FreePort();
            WebsocketRealtimeInterface cell = NewServer("Cell");
            cell.Port = port;
            Add<PLCInputBool>(cell, "Sensor");
            WebsocketRealtimeInterface panel = NewClient("Panel", port);
            Add<PLCOutputBool>(panel, "Sensor");
            for (int round = 0; round < 10; round++)
            {
                Player.Play();
                Signal<PLCInputBool>(Interface("Cell"), "Sensor").Value = true;
                Until(() => Signal<PLCOutputBool>(Interface("Panel"), "Sensor").Value, "round " + round);
                Player.Stop();
                Assert.AreEqual(0, RvLibrary.LiveCount, "round " + round);
                Assert.AreEqual(0, OpenInterfaces.Count);
                Assert.IsFalse(Signal<PLCInputBool>(Interface("Cell"), "Sensor").Value, "the stored scene is back");
                var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                listener.Stop();
            }
            AssertNoErrors();
        }

        [Test]
        public void The_collector_beside_an_interface_is_never_stored()
        {
            NewServer("Cell");
            Player.Play();
            Assert.IsNotNull(Interface("Cell").GetComponent<SignalCollector>());
            Assert.IsFalse(Scene.Save().Contains("SignalCollector"));
        }

        [Test]
        public void Play_without_a_domain_reload_starts_clean()
        {
            WebsocketRealtimeInterface cell = NewServer("Cell");
            Player.Start();
            cell.Open();
            // The next play mode, as if the last one had ended without any message.
            Player.Start();
            Assert.AreEqual(0, OpenInterfaces.Count);
            Assert.AreEqual(0, RvLibrary.LiveCount);
        }

        [Test]
        public void A_reload_of_assemblies_and_the_editors_end_close_what_is_open()
        {
            System.Runtime.CompilerServices.RuntimeHelpers.RunClassConstructor(
                typeof(Editor.EditorReloadGuard).TypeHandle);
            NewServer("Cell");
            Player.Play();
            UnityEditor.AssemblyReloadEvents.Reload();
            Assert.AreEqual(0, RvLibrary.LiveCount);
            Interface("Cell").Open();
            UnityEditor.EditorApplication.Quit();
            Assert.AreEqual(0, RvLibrary.LiveCount);
        }

        [Test]
        public void The_client_follows_a_server_that_starts_again()
        {
            RvInterface plc = Controller(at => at.AddInt("Count", RvDirection.Output));
            int port = plc.Port;
            Add<PLCOutputInt>(NewClient("Panel", port), "Count");
            Player.Play();
            PLCOutputInt count = Signal<PLCOutputInt>(Interface("Panel"), "Count");
            plc.TrySetInt(0, 1);
            Until(() => count.Value == 1, "the first value");
            plc.Dispose();
            Until(() => count.Status == SignalStatus.Stale && Logged(LogType.Error).Count > 0, "its writer is lost");
            AssertError("Panel");
            plc = Controller(at => at.AddInt("Count", RvDirection.Output), port);
            plc.TrySetInt(0, 2);
            Until(() => count.Value == 2 && count.Status == SignalStatus.Good, "the value of the new server");
            Assert.AreEqual(1, Logged(LogType.Error).Count, "one error an outage");
            Player.Stop();
            plc.Dispose();
        }

        [Test]
        public void A_paused_phone_leaves_and_comes_back()
        {
            Application.isMobilePlatform = true;
            using (RvInterface plc = Controller(at => at.AddInt("Count", RvDirection.Output)))
            {
                Add<PLCOutputInt>(NewClient("Panel", plc.Port), "Count");
                Player.Play();
                WebsocketRealtimeInterface panel = Interface("Panel");
                Until(() => panel.IsConnected && plc.IsConnected, "connected");
                Player.Pause(true);
                Until(() => !plc.IsConnected, "gone");
                Assert.IsTrue(Assert.Throws<System.InvalidOperationException>(() => panel.ImportSignals()).Message
                    .Contains("in the background"));
                plc.TrySetInt(0, 7);
                Player.Pause(false);
                Until(() => Signal<PLCOutputInt>(panel, "Count").Value == 7, "back, with what was missed");
                AssertNoErrors();
                Player.Stop();
            }
        }

        [Test]
        public void An_interface_that_was_disposed_by_a_script_is_closed_with_one_error()
        {
            NewServer("Cell");
            Player.Play();
            Interface("Cell").Interface.Dispose();
            Frames(5);
            AssertError("Cell", "closed after an error");
            Assert.IsFalse(Interface("Cell").IsOpen);
            Assert.IsTrue(Interface("Cell").Open(), "it can be opened again");
            Player.Stop();
            Assert.AreEqual(0, RvLibrary.LiveCount);
        }

        [Test]
        public void A_paused_desktop_stays_connected()
        {
            using (RvInterface plc = Controller(at => at.AddInt("Count", RvDirection.Output)))
            {
                NewClient("Panel", plc.Port);
                Player.Play();
                Until(() => plc.IsConnected, "connected");
                Player.Pause(true);
                Assert.IsTrue(plc.IsConnected);
                Player.Pause(false);
                Player.Stop();
            }
        }

        [Test]
        public void A_signal_that_moves_to_another_interface_belongs_to_that_one()
        {
            WebsocketRealtimeInterface from = NewServer("From");
            Add<PLCInputInt>(from, "Parts");
            NewServer("To").ConnectOnPlay = false;
            Player.Play();
            from = Interface("From");
            WebsocketRealtimeInterface to = Interface("To");
            PLCInputInt parts = Signal<PLCInputInt>(from, "Parts");
            parts.Value = 1; // waits for the end of the frame
            parts.transform.SetParent(to.transform, false);
            Assert.IsTrue(to.Open());
            from.Close();
            parts.Value = 2;
            Player.Frame();
            long sent = 0;
            Assert.AreEqual(RvResult.Ok, to.Interface.TryGetInt(0, out sent));
            Assert.AreEqual(2, sent);
            AssertNoErrors();
        }
    }
}
