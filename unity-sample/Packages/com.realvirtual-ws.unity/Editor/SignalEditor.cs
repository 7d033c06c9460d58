using UnityEditor;
using UnityEngine;

namespace RealvirtualWs.Unity.Editor
{
    /// <summary>The Inspector of all signals: their fields, and their status while playing.</summary>
    [CustomEditor(typeof(PLCSignal), true)]
    internal sealed class SignalEditor : UnityEditor.Editor
    {
        internal static readonly string[] Fields =
        {
            "SignalName", "Comment", "Access", "value", "overrideActive", "overrideValue"
        };

        public override bool RequiresConstantRepaint()
        {
            return Application.isPlaying;
        }

        public override void OnInspectorGUI()
        {
            var signal = (PLCSignal)target;
            serializedObject.Update();
            foreach (string field in Fields)
            {
                // The other side's value is not ours to type in; Override is.
                bool theirs = field == "value" && signal.IsBound && !signal.IsWritable;
                using (new EditorGUI.DisabledScope(theirs))
                {
                    EditorGUILayout.PropertyField(serializedObject.FindProperty(field), true);
                }
            }
            serializedObject.ApplyModifiedProperties();
            EditorGUILayout.LabelField("Status", Describe(signal));
        }

        /// <summary>"PLCInputBool, Good, override", for people.</summary>
        internal static string Describe(PLCSignal signal)
        {
            string text = signal.GetType().Name + ", " + ObjectNames.NicifyVariableName(signal.Status.ToString());
            return signal.Override ? text + ", override" : text;
        }
    }
}
