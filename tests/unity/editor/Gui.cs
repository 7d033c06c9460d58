using System;
using System.Reflection;
using UnityEngine;
using Object = UnityEngine.Object;

namespace UnityEditor
{
    public enum MessageType
    {
        None,
        Info,
        Warning,
        Error
    }

    public sealed class SerializedObject
    {
        public Object targetObject { get; private set; }

        public SerializedObject(Object target)
        {
            targetObject = target;
        }

        public void Update()
        {
        }

        public bool ApplyModifiedProperties()
        {
            return false;
        }

        public SerializedProperty FindProperty(string propertyPath)
        {
            FieldInfo field = MiniPlayer.Serialization.Fields(targetObject.GetType()).Find(known => known.Name == propertyPath);
            return field == null ? null : new SerializedProperty(field);
        }
    }

    public sealed class SerializedProperty
    {
        private readonly FieldInfo field;

        internal SerializedProperty(FieldInfo field)
        {
            this.field = field;
        }

        public string displayName
        {
            get { return ObjectNames.NicifyVariableName(field.Name); }
        }
    }

    public static class ObjectNames
    {
        /// <summary>"updateCycleMs" becomes "Update Cycle Ms", "UseSSL" becomes "Use SSL".</summary>
        public static string NicifyVariableName(string name)
        {
            string nice = "" + char.ToUpperInvariant(name[0]);
            for (int i = 1; i < name.Length; i++)
            {
                nice += char.IsUpper(name[i]) && !char.IsUpper(name[i - 1]) ? " " + name[i] : "" + name[i];
            }
            return nice;
        }
    }

    public static class EditorGUI
    {
        public struct DisabledScope : IDisposable
        {
            private readonly bool before;

            public DisabledScope(bool disabled)
            {
                before = GUI.enabled;
                GUI.enabled = before && !disabled;
            }

            public void Dispose()
            {
                GUI.enabled = before;
            }
        }
    }

    public static class EditorGUILayout
    {
        public static bool PropertyField(SerializedProperty property)
        {
            return PropertyField(property, true);
        }

        public static bool PropertyField(SerializedProperty property, bool includeChildren)
        {
            GUILayout.Drawn.Add(property.displayName);
            return true;
        }

        public static void LabelField(string label, params GUILayoutOption[] options)
        {
            GUILayout.Drawn.Add(label);
        }

        public static void LabelField(string label, string label2, params GUILayoutOption[] options)
        {
            GUILayout.Drawn.Add(label + ": " + label2);
        }

        public static void HelpBox(string message, MessageType type)
        {
            GUILayout.Drawn.Add(type + ": " + message);
        }

        public static bool Foldout(bool foldout, string content, bool toggleOnLabelClick)
        {
            GUILayout.Drawn.Add(content);
            return foldout;
        }

        public static void BeginHorizontal(params GUILayoutOption[] options)
        {
        }

        public static void EndHorizontal()
        {
        }

        public static void Space()
        {
        }
    }
}
