using System.Collections.Generic;
using UnityEditor;
using UnityEngine;

namespace RealvirtualWs.Unity.Editor
{
    /// <summary>The Inspector of <see cref="WebsocketRealtimeInterface"/>.</summary>
    [CustomEditor(typeof(WebsocketRealtimeInterface))]
    internal sealed class WebsocketRealtimeInterfaceEditor : UnityEditor.Editor
    {
        private const int MaxRows = 200;

        private static readonly HashSet<string> Folded = new HashSet<string>();

        // One state for all events of a GUI frame: what is drawn must be what was laid out.
        private IList<RvClientInfo> clients = new RvClientInfo[0];

        private WebsocketRealtimeInterface Target
        {
            get { return (WebsocketRealtimeInterface)target; }
        }

        public override bool RequiresConstantRepaint()
        {
            return Application.isPlaying || EditorTask.For(Target) != null;
        }

        public override void OnInspectorGUI()
        {
            serializedObject.Update();
            using (new EditorGUI.DisabledScope(Target.IsOpen))
            {
                foreach (PropertyGroups.Group group in PropertyGroups.All)
                {
                    if (Fold(group.Title))
                    {
                        foreach (string field in group.Fields)
                        {
                            EditorGUILayout.PropertyField(serializedObject.FindProperty(field), true);
                        }
                    }
                }
            }
            serializedObject.ApplyModifiedProperties();
            if (Fold("Status"))
            {
                DrawStatus();
            }
            DrawButtons();
            if (Fold("Signals"))
            {
                DrawSignals();
            }
        }

        private static bool Fold(string title)
        {
            bool open = EditorGUILayout.Foldout(!Folded.Contains(title), title, true);
            if (open)
            {
                Folded.Remove(title);
            }
            else
            {
                Folded.Add(title);
            }
            return open;
        }

        private void DrawStatus()
        {
            EditorGUILayout.LabelField("Connection State", Target.State.ToString());
            if (!Target.IsServer)
            {
                return;
            }
            EditorGUILayout.LabelField("Connected Clients", Target.ConnectedClients.ToString());
            if (Event.current.type == EventType.Layout)
            {
                clients = Target.IsOpen ? Target.Interface.GetClients() : new RvClientInfo[0];
            }
            foreach (RvClientInfo client in clients)
            {
                EditorGUILayout.LabelField("  " + client.Name, client.Address);
            }
        }

        private void DrawButtons()
        {
            EditorTask task = EditorTask.For(Target);
            if (task != null || Target.IsImporting)
            {
                EditorGUILayout.HelpBox((task == null ? "import" : task.Title) + " is under way ...", MessageType.Info);
            }
            bool idle = task == null && !Target.IsImporting;
            if (Target.IsServer)
            {
                using (new EditorGUI.DisabledScope(!idle || !Target.IsOpen))
                {
                    if (GUILayout.Button(new GUIContent(
                        "Import Signals from Clients", "In play mode: asks all connected clients for their signals")))
                    {
                        Target.ImportSignals();
                    }
                }
                return;
            }
            using (new EditorGUI.DisabledScope(!idle))
            {
                if (GUILayout.Button(new GUIContent(
                    "Import Signals", "Asks the server for its signals and creates those that are missing")))
                {
                    Import();
                }
                if (GUILayout.Button(new GUIContent("Test Connection", "Connects, measures one round trip, disconnects")))
                {
                    ConnectionTest.Begin(Target);
                }
            }
        }

        private void Import()
        {
            if (Target.IsOpen)
            {
                Target.ImportSignals();
            }
            else
            {
                EditModeImport.Begin(Target);
            }
        }

        private void DrawSignals()
        {
            List<PLCSignal> signals = Target.Signals();
            for (int i = 0; i < signals.Count && i < MaxRows; i++)
            {
                PLCSignal signal = signals[i];
                EditorGUILayout.BeginHorizontal();
                EditorGUILayout.LabelField(signal.WireName, signal.ValueText);
                EditorGUILayout.LabelField(SignalEditor.Describe(signal));
                EditorGUILayout.EndHorizontal();
            }
            if (signals.Count > MaxRows)
            {
                EditorGUILayout.LabelField("and " + (signals.Count - MaxRows) + " more");
            }
        }
    }
}
