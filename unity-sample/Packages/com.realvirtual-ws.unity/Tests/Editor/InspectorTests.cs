using System;
using System.Collections.Generic;
using System.Reflection;
using NUnit.Framework;
using UnityEditor;
using UnityEngine;
using Object = UnityEngine.Object;

namespace RealvirtualWs.Unity.Editor.Tests
{
    /// <summary>What a person sees in the Inspector is what the protocol's document describes.</summary>
    [TestFixture]
    public class InspectorTests
    {
        // Title, then label = default, in the document's order; what the document lacks is last.
        private static readonly string[][] Expected =
        {
            new[]
            {
                "Configuration", "Update Cycle Ms = 10", "Only Transmit Changed Inputs = True", "Auto Reconnect = True",
                "Reconnect Interval Seconds = 2", "Max Reconnect Attempts = -1", "Debug Mode = False"
            },
            new[]
            {
                "Connection Settings", "Is Server = False", "Address = 127.0.0.1", "Port = 1234", "Use SSL = False",
                "Path = ", "Client Name = Unity", "Connect On Play = True"
            },
            new[]
            {
                "Signal Import", "Default Signal Direction = Input", "Use Pattern Matching = False", "Input Patterns = []",
                "Output Patterns = []", "Peer Is = Unknown"
            },
            new[]
            {
                "Security", "Access Token = ", "User = ", "Password = ", "Allowed Origins = []", "Allowed Hosts = []",
                "Allow Anonymous Network = False", "Certificate File = ", "Key File = ", "Ca File = ", "Tls Pin = "
            },
            new[]
            {
                "Limits", "Served Path = ", "Max Clients = 512", "Max Clients Per Address = 64", "Trusted Proxies = []",
                "Max Message Bytes = 0", "Max Signals = 100000", "Handshake Timeout Ms = 5000",
                "Max Pending Handshakes = 64", "Strict Types = False"
            }
        };

        private static FieldInfo Field(string name)
        {
            FieldInfo field = typeof(WebsocketRealtimeInterface).GetField(name);
            Assert.IsNotNull(field, name + " is no public field");
            return field;
        }

        private static string Text(object value)
        {
            var array = value as Array;
            return array == null ? Convert.ToString(value) : array.Length == 0 ? "[]" : "[...]";
        }

        [Test]
        public void Groups_labels_and_defaults_are_the_documents()
        {
            var item = new GameObject("Interface");
            var component = item.AddComponent<WebsocketRealtimeInterface>();
            try
            {
                Assert.AreEqual(Expected.Length, PropertyGroups.All.Length);
                for (int i = 0; i < Expected.Length; i++)
                {
                    PropertyGroups.Group group = PropertyGroups.All[i];
                    var lines = new List<string> { group.Title };
                    foreach (string field in group.Fields)
                    {
                        lines.Add(ObjectNames.NicifyVariableName(field) + " = " + Text(Field(field).GetValue(component)));
                    }
                    Assert.AreEqual(string.Join("\n", Expected[i]), string.Join("\n", lines.ToArray()));
                }
            }
            finally
            {
                Object.DestroyImmediate(item);
            }
        }

        [Test]
        public void Every_public_field_is_in_one_group_and_has_a_tooltip()
        {
            var drawn = new List<string>();
            foreach (PropertyGroups.Group group in PropertyGroups.All)
            {
                drawn.AddRange(group.Fields);
            }
            foreach (FieldInfo field in typeof(WebsocketRealtimeInterface).GetFields(
                BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly))
            {
                Assert.IsTrue(drawn.Remove(field.Name), field.Name + " is not drawn");
                AssertTooltip(field);
            }
            Assert.AreEqual(0, drawn.Count, string.Join(", ", drawn.ToArray()));
        }

        private static void AssertTooltip(FieldInfo field)
        {
            object[] tooltips = field.GetCustomAttributes(typeof(TooltipAttribute), false);
            Assert.AreEqual(1, tooltips.Length, field.Name + " has no tooltip");
            Assert.IsTrue(((TooltipAttribute)tooltips[0]).tooltip.Length > 10, field.Name);
        }

        [Test]
        public void Every_signal_has_its_fields_with_tooltips()
        {
            foreach (Type type in SignalTypes.All)
            {
                foreach (string name in SignalEditor.Fields)
                {
                    FieldInfo field = null;
                    for (Type at = type; field == null && at != null; at = at.BaseType)
                    {
                        field = at.GetField(
                            name,
                            BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly);
                    }
                    Assert.IsNotNull(field, type.Name + " has no field " + name);
                    AssertTooltip(field);
                }
            }
        }

        [Test]
        public void Each_component_is_what_its_name_says()
        {
            foreach (Type type in SignalTypes.All)
            {
                var item = new GameObject("Signal");
                try
                {
                    var signal = (PLCSignal)item.AddComponent(type);
                    Assert.AreEqual(type.Name, "PLC" + signal.Direction + signal.Kind);
                    Assert.AreEqual(type, SignalTypes.Of(signal.Kind, signal.Direction));
                    Assert.AreEqual("Signal", signal.WireName);
                    signal.SignalName = "Other";
                    Assert.AreEqual("Other", signal.WireName);
                    Assert.AreEqual(SignalStatus.NotConnected, signal.Status);
                }
                finally
                {
                    Object.DestroyImmediate(item);
                }
            }
        }
    }
}
