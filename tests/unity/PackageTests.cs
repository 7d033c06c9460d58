using System;
using System.Collections;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Reflection;
using System.Threading;
using MiniPlayer;
using NUnit.Framework;
using RealvirtualWs.Unity.Editor;
using UnityEngine;
using UnityEngine.TestTools;

namespace RealvirtualWs.Unity.Tests
{
    /// <summary>The package's own tests for Unity's Test Framework, its prefab and its Inspector.</summary>
    [TestFixture]
    public class PackageTests : MiniPlayerTest
    {
        [Test]
        public void The_packages_play_mode_tests_pass_in_the_mini_player()
        {
            int run = 0;
            foreach (MethodInfo method in typeof(MirrorTests).GetMethods())
            {
                if (!method.IsDefined(typeof(UnityTestAttribute), false))
                {
                    continue;
                }
                Player.Start();
                var steps = (IEnumerator)method.Invoke(new MirrorTests(), null);
                while (steps.MoveNext())
                {
                    Player.Frame();
                    Thread.Sleep(1);
                }
                run++;
                AssertNoErrors();
                Player.Stop();
            }
            Assert.IsTrue(run > 0, "there are none");
        }

        // The prefab was written by hand: it must name the component's fields with their defaults.
        [Test]
        public void The_prefab_has_the_components_fields_and_defaults()
        {
            string package = Environment.GetEnvironmentVariable("UNITY_PACKAGE");
            string prefab = File.ReadAllText(Path.Combine(package, "Prefabs/WebsocketRealtimeInterface.prefab"));
            string meta = File.ReadAllText(Path.Combine(package, "Runtime/WebsocketRealtimeInterface.cs.meta"));
            string guid = meta.Substring(meta.IndexOf("guid: ", StringComparison.Ordinal) + 6, 32);
            Assert.IsTrue(prefab.Contains("m_Script: {fileID: 11500000, guid: " + guid + ", type: 3}"), "the script's guid");

            string wanted = "";
            var fresh = new GameObject("Fresh").AddComponent<WebsocketRealtimeInterface>();
            foreach (FieldInfo field in Serialization.Fields(typeof(WebsocketRealtimeInterface)))
            {
                object value = field.GetValue(fresh);
                string text = value is bool ? ((bool)value ? "1" : "0")
                    : value is Enum ? Convert.ToInt32(value).ToString()
                    : value is Array ? "[]" : "" + value;
                wanted += "  " + field.Name + ": " + text + "\n";
            }
            string fields = prefab.Substring(prefab.IndexOf("  UpdateCycleMs", StringComparison.Ordinal));
            Assert.AreEqual(wanted, fields);
        }

        [Test]
        public void The_menu_creates_the_interface_and_every_signal_with_undo()
        {
            const string Folder = "Packages/com.realvirtual-ws.unity/";
            Assert.IsTrue(CreationMenu.Prefab.StartsWith(Folder, StringComparison.Ordinal));
            string package = Environment.GetEnvironmentVariable("UNITY_PACKAGE");
            Assert.IsTrue(File.Exists(Path.Combine(package, CreationMenu.Prefab.Substring(Folder.Length))), "the prefab");

            var made = new List<string>();
            foreach (MethodInfo method in typeof(CreationMenu).GetMethods(BindingFlags.Static | BindingFlags.NonPublic))
            {
                object[] items = method.GetCustomAttributes(typeof(UnityEditor.MenuItem), false);
                if (items.Length == 0)
                {
                    continue;
                }
                Assert.IsTrue(((UnityEditor.MenuItem)items[0]).menuItem.StartsWith(
                    "GameObject/realvirtual-ws/", StringComparison.Ordinal));
                var parent = new GameObject("Parent");
                method.Invoke(null, new object[] { new UnityEditor.MenuCommand(parent) });
                Transform child = parent.transform.GetChild(0);
                Assert.AreSame(child.gameObject, UnityEditor.Selection.activeGameObject);
                made.Add(child.GetComponent<MonoBehaviour>().GetType().Name);
                UnityEditor.Undo.PerformUndo();
                Assert.AreEqual(0, parent.transform.childCount);
            }
            made.Sort(StringComparer.Ordinal);
            var wanted = new List<string> { typeof(WebsocketRealtimeInterface).Name };
            wanted.AddRange(Array.ConvertAll(SignalTypes.All, type => type.Name));
            wanted.Sort(StringComparer.Ordinal);
            Assert.AreEqual(string.Join(", ", wanted.ToArray()), string.Join(", ", made.ToArray()));
        }

        [Test]
        public void The_inspector_shows_groups_state_clients_and_signals()
        {
            WebsocketRealtimeInterface cell = NewServer("Cell");
            Add<PLCInputInt>(cell, "Parts");
            Player.Play();
            cell = Interface("Cell");
            var options = new RvOptions { Port = cell.Interface.Port, ClientName = "Visitor" };
            using (RvInterface visitor = RvInterface.CreateClient(options))
            {
                visitor.Start();
                Until(() => cell.IsConnected, "connected");
                Signal<PLCInputInt>(cell, "Parts").OverrideValue = 41;
                Signal<PLCInputInt>(cell, "Parts").Override = true;
                UnityEditor.Editor.For<WebsocketRealtimeInterfaceEditor>(cell).OnInspectorGUI();
                string drawn = string.Join("\n", GUILayout.Drawn.ToArray());
                foreach (string line in new[]
                {
                    "Configuration", "Update Cycle Ms", "Connection State: Listening", "Connected Clients: 1", "  Visitor: 127.0.0.1",
                    "Import Signals from Clients", "Parts: 41", "PLCInputInt, Good, override"
                })
                {
                    Assert.IsTrue(drawn.Contains(line), line + " is not in:\n" + drawn);
                }
                UnityEditor.Editor.For<SignalEditor>(Signal<PLCInputInt>(cell, "Parts")).OnInspectorGUI();
                Assert.IsTrue(GUILayout.Drawn.Contains("Override Active"));
            }
        }

        [Test]
        public void Import_from_clients_is_for_play_mode()
        {
            UnityEditor.Editor.For<WebsocketRealtimeInterfaceEditor>(NewServer("Cell")).OnInspectorGUI();
            Assert.IsTrue(GUILayout.Disabled.Contains("Import Signals from Clients"));
        }
    }
}
