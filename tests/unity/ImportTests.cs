using MiniPlayer;
using NUnit.Framework;
using RealvirtualWs.Unity.Editor;
using UnityEditor;
using UnityEngine;

namespace RealvirtualWs.Unity.Tests
{
    [TestFixture]
    public class ImportTests : MiniPlayerTest
    {
        // A controller without a stated perspective: both sides may write what is imported.
        private static RvInterface Cell()
        {
            return Controller(at =>
            {
                at.AddBool("Running", RvDirection.Output);
                at.AddFloat("Speed", RvDirection.Output, RvAccess.Default, 2.5);
                at.AddText("Order", RvDirection.Input);
            });
        }

        private static void PressInInspector(WebsocketRealtimeInterface target, string button)
        {
            GUILayout.Press = button;
            UnityEditor.Editor.For<WebsocketRealtimeInterfaceEditor>(target).OnInspectorGUI();
            Assert.IsNull(GUILayout.Press, "the button " + button + " was not drawn, or is disabled");
        }

        private static void ImportInEditMode(WebsocketRealtimeInterface panel)
        {
            PressInInspector(panel, "Import Signals");
            TickUntil(() => EditorTask.For(panel) == null, "the import");
        }

        [Test]
        public void What_edit_mode_imports_survives_storing_and_play_with_its_access()
        {
            using (RvInterface plc = Cell())
            {
                WebsocketRealtimeInterface panel = NewClient("Panel", plc.Port);
                ImportInEditMode(panel);
                AssertNoErrors();
                Assert.AreEqual(1, RvLibrary.LiveCount, "only the controller is left");
                Assert.AreEqual(3, panel.Signals().Count);
                Assert.AreEqual(2.5f, Signal<PLCInputFloat>(panel, "Speed").Value, "the catalogue's value");
                Assert.AreEqual(RvAccess.ReadWrite, Signal<PLCInputFloat>(panel, "Speed").Access);

                Scene.Load(Scene.Save());
                Player.Play();
                panel = Interface("Panel");
                Until(() => panel.IsConnected, "connected");
                foreach (RvSignal signal in panel.Interface.Signals)
                {
                    Assert.AreEqual(RvAccess.ReadWrite, signal.Access, signal.Name);
                }
                // PLCInput, but the controller writes it: without the stored access the scene would refuse this.
                plc.TrySetBool(0, true);
                plc.TrySetFloat(1, 9.0);
                Until(() => Signal<PLCInputBool>(panel, "Running").Value
                    && Signal<PLCInputFloat>(panel, "Speed").Value == 9, "from the controller");
                Signal<PLCOutputText>(panel, "Order").Value = "A-17";
                string order = "";
                Until(() => plc.TryGetText(2, out order) >= 0 && order == "A-17", "to the controller");
                AssertNoErrors();
                Player.Stop();
            }
        }

        [Test]
        public void Undo_takes_an_import_back()
        {
            using (RvInterface plc = Cell())
            {
                WebsocketRealtimeInterface panel = NewClient("Panel", plc.Port);
                ImportInEditMode(panel);
                Undo.PerformUndo();
                Assert.AreEqual(0, panel.Signals().Count);
            }
        }

        [Test]
        public void A_second_import_adds_what_is_new_and_leaves_the_rest()
        {
            using (RvInterface plc = Cell())
            {
                WebsocketRealtimeInterface panel = NewClient("Panel", plc.Port);
                ImportInEditMode(panel);
                Signal<PLCInputFloat>(panel, "Speed").Comment = "mine";
                plc.AddInt("Count", RvDirection.Output);
                ImportInEditMode(panel);
                Assert.AreEqual(4, panel.Signals().Count);
                Assert.AreEqual("mine", Signal<PLCInputFloat>(panel, "Speed").Comment);
                AssertNoErrors();
            }
        }

        [Test]
        public void A_conflict_in_edit_mode_is_an_error_with_the_objects_name()
        {
            using (RvInterface plc = Cell())
            {
                WebsocketRealtimeInterface panel = NewClient("Panel 3", plc.Port);
                Add<PLCInputBool>(panel, "Speed");
                ImportInEditMode(panel);
                AssertError("Panel 3", "Speed", "conflicting");
                Assert.AreEqual(3, panel.Signals().Count);
            }
        }

        [Test]
        public void An_import_without_a_server_says_so_and_ends()
        {
            WebsocketRealtimeInterface panel = NewClient("Panel 3", FreePort());
            panel.AutoReconnect = false;
            ImportInEditMode(panel);
            AssertError("Panel 3", "import");
            Assert.AreEqual(0, RvLibrary.LiveCount);
        }

        [Test]
        public void An_import_is_given_up_when_its_object_goes_or_code_is_reloaded()
        {
            System.Runtime.CompilerServices.RuntimeHelpers.RunClassConstructor(typeof(EditorReloadGuard).TypeHandle);
            WebsocketRealtimeInterface panel = NewClient("Panel", FreePort());
            PressInInspector(panel, "Import Signals");
            Assert.AreEqual(1, RvLibrary.LiveCount);
            Object.DestroyImmediate(panel.gameObject);
            EditorApplication.Tick();
            Assert.AreEqual(0, RvLibrary.LiveCount);

            panel = NewClient("Panel", FreePort());
            PressInInspector(panel, "Import Signals");
            AssemblyReloadEvents.Reload();
            Assert.AreEqual(0, RvLibrary.LiveCount);
            Assert.IsNull(EditorTask.For(panel));
        }

        [Test]
        public void A_task_that_never_ends_is_given_up_at_its_deadline()
        {
            WebsocketRealtimeInterface panel = NewClient("Panel 3", FreePort());
            PressInInspector(panel, "Import Signals");
            EditorApplication.timeSinceStartup += 60;
            EditorApplication.Tick();
            AssertError("Panel 3", "gave up");
            Assert.IsNull(EditorTask.For(panel));
            Assert.AreEqual(0, RvLibrary.LiveCount);
        }

        [Test]
        public void A_connection_test_says_what_it_found()
        {
            using (RvInterface plc = Cell())
            {
                WebsocketRealtimeInterface panel = NewClient("Panel 3", plc.Port);
                PressInInspector(panel, "Test Connection");
                Assert.IsNotNull(EditorTask.For(panel));
                TickUntil(() => EditorTask.For(panel) == null, "the test");
                AssertNoErrors();
                Assert.AreEqual(1, Logged(LogType.Log).Count);
                Assert.AreEqual(0, panel.Signals().Count, "nothing is imported");

                panel.Port = FreePort();
                PressInInspector(panel, "Test Connection");
                TickUntil(() => EditorTask.For(panel) == null, "the second test");
                AssertError("Panel 3", "connection test");
            }
        }

        [Test]
        public void A_server_imports_from_its_clients_in_play_mode()
        {
            NewServer("Cell");
            Player.Play();
            WebsocketRealtimeInterface cell = Interface("Cell");
            var options = new RvOptions { Port = cell.Interface.Port, OwnPerspective = RvPerspective.Controller };
            using (RvInterface plc = RvInterface.CreateClient(options))
            {
                plc.AddBool("Running", RvDirection.Output);
                plc.Start();
                Until(() => cell.IsConnected, "connected");
                PressInInspector(cell, "Import Signals from Clients");
                Until(() => !cell.IsImporting && cell.Signals().Count == 1, "imported");
                plc.TrySetBool(0, true);
                Until(() => Signal<PLCInputBool>(cell, "Running").Value, "a value of the new signal");
                AssertNoErrors();
            }
        }

        [Test]
        public void A_stated_peer_gives_each_signal_one_writer()
        {
            using (RvInterface plc = Cell())
            {
                WebsocketRealtimeInterface panel = NewClient("Panel", plc.Port);
                panel.PeerIs = RvPerspective.Controller;
                ImportInEditMode(panel);
                Assert.AreEqual(RvAccess.Read, Signal<PLCInputBool>(panel, "Running").Access);
                Assert.AreEqual(RvAccess.Write, Signal<PLCOutputText>(panel, "Order").Access);
            }
        }

        [Test]
        public void Names_decide_where_the_catalogue_has_no_directions()
        {
            var options = new RvOptions { Port = 0, CatalogDirection = RvCatalogDirection.Neutral };
            using (RvInterface peer = RvInterface.CreateServer(options))
            {
                peer.AddBool("Unity.Start", RvDirection.Output);
                peer.AddBool("Plc.Run", RvDirection.Output);
                peer.AddBool("Other", RvDirection.Output);
                peer.Start();
                WebsocketRealtimeInterface panel = NewClient("Panel", peer.Port);
                panel.UsePatternMatching = true;
                panel.InputPatterns = new[] { "Unity" };
                panel.OutputPatterns = new[] { "Plc" };
                panel.DefaultSignalDirection = SignalDirection.Output;
                ImportInEditMode(panel);
                Assert.AreEqual(RvAccess.Write, Signal<PLCInputBool>(panel, "Unity.Start").Access);
                Assert.AreEqual(RvAccess.Read, Signal<PLCOutputBool>(panel, "Plc.Run").Access);
                Assert.AreEqual(RvAccess.ReadWrite, Signal<PLCOutputBool>(panel, "Other").Access);
            }
        }
    }
}
