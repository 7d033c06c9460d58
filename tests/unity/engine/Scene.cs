// Scenes, stored and loaded by Unity's rules of serialization, so that only what Unity would keep survives.

using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Reflection;
using System.Text;
using UnityEngine;
using Object = UnityEngine.Object;

namespace MiniPlayer
{
    public static class Serialization
    {
        /// <summary>The fields that Unity stores of a component: public ones and [SerializeField], of types it knows.</summary>
        public static List<FieldInfo> Fields(Type type)
        {
            var found = new List<FieldInfo>();
            for (; type != typeof(MonoBehaviour) && type != typeof(object); type = type.BaseType)
            {
                var own = new List<FieldInfo>();
                foreach (FieldInfo field in type.GetFields(
                    BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
                {
                    bool wanted = field.IsPublic || field.IsDefined(typeof(SerializeField), false);
                    if (wanted && !field.IsNotSerialized && !field.IsInitOnly && IsStored(field.FieldType))
                    {
                        own.Add(field);
                    }
                }
                found.InsertRange(0, own);
            }
            return found;
        }

        private static bool IsStored(Type type)
        {
            Type element = Element(type);
            if (element != null)
            {
                return Element(element) == null && IsStored(element);
            }
            return type.IsPrimitive || type.IsEnum || type == typeof(string) || typeof(Object).IsAssignableFrom(type);
        }

        internal static Type Element(Type type)
        {
            if (type.IsArray)
            {
                return type.GetElementType();
            }
            bool list = type.IsGenericType && type.GetGenericTypeDefinition() == typeof(List<>);
            return list ? type.GetGenericArguments()[0] : null;
        }
    }

    public static class Scene
    {
        internal static readonly List<GameObject> Roots = new List<GameObject>();

        internal static bool Loading { get; private set; }

        internal static string Stored { get; set; }

        /// <summary>The number of objects without a parent.</summary>
        public static int RootCount
        {
            get { return Roots.Count; }
        }

        public static void Clear()
        {
            foreach (GameObject root in Roots.ToArray())
            {
                Object.DestroyImmediate(root);
            }
        }

        /// <summary>The scene as text; what is marked DontSave is left out.</summary>
        public static string Save()
        {
            var text = new StringBuilder();
            foreach (GameObject root in Roots)
            {
                Save(root, 0, text);
            }
            return text.ToString();
        }

        private static void Save(GameObject item, int depth, StringBuilder text)
        {
            if ((item.hideFlags & HideFlags.DontSaveInEditor) != 0)
            {
                return;
            }
            text.Append("object\t" + depth + "\t" + item.activeSelf + "\t" + Escape(item.name) + "\n");
            foreach (Component component in item.Components)
            {
                var script = component as MonoBehaviour;
                if (script == null || (script.hideFlags & HideFlags.DontSaveInEditor) != 0)
                {
                    continue;
                }
                text.Append("script\t" + script.GetType().AssemblyQualifiedName + "\t" + script.enabled + "\n");
                foreach (FieldInfo field in Serialization.Fields(script.GetType()))
                {
                    SaveField(field, field.GetValue(script), text);
                }
            }
            for (int i = 0; i < item.transform.childCount; i++)
            {
                Save(item.transform.GetChild(i).gameObject, depth + 1, text);
            }
        }

        private static void SaveField(FieldInfo field, object value, StringBuilder text)
        {
            if (typeof(Object).IsAssignableFrom(field.FieldType))
            {
                // Tests have no references between objects to keep.
                return;
            }
            text.Append("field\t" + field.Name);
            if (Serialization.Element(field.FieldType) == null)
            {
                text.Append("\t" + Escape(Convert.ToString(value, CultureInfo.InvariantCulture)));
            }
            else if (value != null)
            {
                foreach (object element in (IEnumerable)value)
                {
                    text.Append("\t" + Escape(Convert.ToString(element, CultureInfo.InvariantCulture)));
                }
            }
            text.Append("\n");
        }

        private static string Escape(string text)
        {
            return Uri.EscapeDataString(text ?? "");
        }

        /// <summary>Replaces the scene by a stored one and wakes it up.</summary>
        public static void Load(string stored)
        {
            Clear();
            Loading = true;
            try
            {
                Build(stored);
            }
            finally
            {
                Loading = false;
            }
            foreach (GameObject root in Roots)
            {
                foreach (MonoBehaviour script in root.GetComponentsInChildren<MonoBehaviour>(true))
                {
                    Player.Validate(script);
                }
            }
            Player.Awaken();
        }

        private static void Build(string stored)
        {
            var path = new List<GameObject>();
            MonoBehaviour script = null;
            foreach (string line in stored.Split(new[] { '\n' }, StringSplitOptions.RemoveEmptyEntries))
            {
                string[] parts = line.Split('\t');
                if (parts[0] == "object")
                {
                    int depth = int.Parse(parts[1], CultureInfo.InvariantCulture);
                    var item = new GameObject(Uri.UnescapeDataString(parts[3]));
                    path.RemoveRange(depth, path.Count - depth);
                    item.transform.SetParent(depth == 0 ? null : path[depth - 1].transform, false);
                    item.SetActive(bool.Parse(parts[2]));
                    path.Add(item);
                }
                else if (parts[0] == "script")
                {
                    script = (MonoBehaviour)path[path.Count - 1].AddComponent(Type.GetType(parts[1], true));
                    script.enabled = bool.Parse(parts[2]);
                }
                else
                {
                    FieldInfo field = Serialization.Fields(script.GetType()).Find(known => known.Name == parts[1]);
                    field.SetValue(script, Value(field.FieldType, parts));
                }
            }
        }

        private static object Value(Type type, string[] parts)
        {
            Type element = Serialization.Element(type);
            if (element == null)
            {
                return Parse(type, parts[2]);
            }
            Array array = Array.CreateInstance(element, parts.Length - 2);
            for (int i = 0; i < array.Length; i++)
            {
                array.SetValue(Parse(element, parts[i + 2]), i);
            }
            return type.IsArray ? array : Activator.CreateInstance(type, array);
        }

        private static object Parse(Type type, string text)
        {
            text = Uri.UnescapeDataString(text);
            return type.IsEnum ? Enum.Parse(type, text) : Convert.ChangeType(text, type, CultureInfo.InvariantCulture);
        }
    }
}
