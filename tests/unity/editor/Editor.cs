// What the package uses of UnityEditor, from Unity's public scripting reference. Never shipped.

using System;
using System.Collections.Generic;
using UnityEngine;
using Object = UnityEngine.Object;

namespace UnityEditor
{
    public sealed class CustomEditor : Attribute
    {
        public CustomEditor(Type inspectedType)
        {
        }

        public CustomEditor(Type inspectedType, bool editorForChildClasses)
        {
        }
    }

    public sealed class CanEditMultipleObjects : Attribute
    {
    }

    public sealed class InitializeOnLoadAttribute : Attribute
    {
    }

    public sealed class MenuItem : Attribute
    {
        public readonly string menuItem;

        public MenuItem(string itemName, bool isValidateFunction, int priority)
        {
            menuItem = itemName;
        }
    }

    public sealed class MenuCommand
    {
        public readonly Object context;

        public MenuCommand(Object context)
        {
            this.context = context;
        }
    }

    public class Editor : ScriptableObject
    {
        public Object target { get; private set; }

        public SerializedObject serializedObject { get; private set; }

        /// <summary>An editor as the Inspector would make it.</summary>
        public static T For<T>(Object target) where T : Editor, new()
        {
            return new T { target = target, serializedObject = new SerializedObject(target) };
        }

        public virtual void OnInspectorGUI()
        {
        }

        public virtual bool RequiresConstantRepaint()
        {
            return false;
        }

        public void Repaint()
        {
        }
    }

    public static class EditorApplication
    {
        public delegate void CallbackFunction();

        public static CallbackFunction update;

        public static event Action quitting;

        public static double timeSinceStartup { get; set; }

        /// <summary>One round of the editor, as it comes many times a second.</summary>
        public static void Tick()
        {
            timeSinceStartup += 0.01;
            if (update != null)
            {
                update();
            }
        }

        public static void Quit()
        {
            if (quitting != null)
            {
                quitting();
            }
        }
    }

    public static class AssemblyReloadEvents
    {
        public delegate void AssemblyReloadCallback();

        public static event AssemblyReloadCallback beforeAssemblyReload;

        public static void Reload()
        {
            if (beforeAssemblyReload != null)
            {
                beforeAssemblyReload();
            }
        }
    }

    public static class Selection
    {
        public static GameObject activeGameObject { get; set; }
    }

    public static class EditorUtility
    {
        public static void SetDirty(Object target)
        {
        }
    }

    public static class GameObjectUtility
    {
        public static void SetParentAndAlign(GameObject child, GameObject parent)
        {
            if (parent != null)
            {
                child.transform.SetParent(parent.transform, false);
            }
        }
    }

    public static class AssetDatabase
    {
        public static T LoadAssetAtPath<T>(string assetPath) where T : Object
        {
            return null;
        }
    }

    public static class PrefabUtility
    {
        public static Object InstantiatePrefab(Object assetComponentOrGameObject)
        {
            throw new NotSupportedException();
        }
    }

    /// <summary>Undo steps: what was created in a group goes with it, what was changed is as it was.</summary>
    public static class Undo
    {
        private static readonly List<Action> Steps = new List<Action>();

        public static void SetCurrentGroupName(string name)
        {
        }

        public static int GetCurrentGroup()
        {
            return 0;
        }

        public static void IncrementCurrentGroup()
        {
            Steps.Clear();
        }

        public static void CollapseUndoOperations(int groupIndex)
        {
        }

        public static void RegisterCreatedObjectUndo(Object objectToUndo, string name)
        {
            Steps.Add(() => Object.DestroyImmediate(objectToUndo));
        }

        public static void RecordObject(Object objectToUndo, string name)
        {
            foreach (System.Reflection.FieldInfo field in MiniPlayer.Serialization.Fields(objectToUndo.GetType()))
            {
                System.Reflection.FieldInfo kept = field;
                object value = field.GetValue(objectToUndo);
                Steps.Add(() => kept.SetValue(objectToUndo, value));
            }
        }

        public static void PerformUndo()
        {
            for (int i = Steps.Count - 1; i >= 0; i--)
            {
                Steps[i]();
            }
            Steps.Clear();
        }
    }
}
