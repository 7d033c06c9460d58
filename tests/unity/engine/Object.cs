// What the package uses of UnityEngine, from Unity's public scripting reference: enough to compile against and to run
// in the mini player. Never shipped.

using System;
using System.Collections.Generic;
using MiniPlayer;

namespace UnityEngine
{
    [Flags]
    public enum HideFlags
    {
        None = 0,
        HideInHierarchy = 1,
        HideInInspector = 2,
        DontSaveInEditor = 4,
        NotEditable = 8,
        DontSaveInBuild = 16,
        DontUnloadUnusedAsset = 32,
        DontSave = 52,
        HideAndDontSave = 61
    }

    public class Object
    {
        private static int lastId;
        private readonly int id = ++lastId;
        private string ownName = "";

        internal bool Destroyed { get; set; }

        public virtual string name
        {
            get { return ownName; }
            set { ownName = value; }
        }

        public HideFlags hideFlags { get; set; }

        public int GetInstanceID()
        {
            return id;
        }

        public static void Destroy(Object victim)
        {
            Player.DestroyAtEndOfFrame(victim);
        }

        public static void DestroyImmediate(Object victim)
        {
            Player.Destroy(victim);
        }

        public static T[] FindObjectsOfType<T>() where T : Object
        {
            var found = new List<T>();
            foreach (GameObject root in Scene.Roots)
            {
                root.Collect(found, false);
            }
            return found.ToArray();
        }

        public static bool operator ==(Object left, Object right)
        {
            bool noLeft = ReferenceEquals(left, null) || left.Destroyed;
            bool noRight = ReferenceEquals(right, null) || right.Destroyed;
            return noLeft || noRight ? noLeft && noRight : ReferenceEquals(left, right);
        }

        public static bool operator !=(Object left, Object right)
        {
            return !(left == right);
        }

        public static implicit operator bool(Object exists)
        {
            return exists != null;
        }

        public override bool Equals(object other)
        {
            return ReferenceEquals(this, other);
        }

        public override int GetHashCode()
        {
            return id;
        }
    }

    public class Component : Object
    {
        public GameObject gameObject { get; internal set; }

        public Transform transform
        {
            get { return gameObject.transform; }
        }

        public override string name
        {
            get { return gameObject.name; }
            set { gameObject.name = value; }
        }

        public T GetComponent<T>()
        {
            return gameObject.GetComponent<T>();
        }

        public T GetComponentInChildren<T>()
        {
            return gameObject.GetComponentInChildren<T>();
        }

        public T GetComponentInParent<T>()
        {
            return gameObject.GetComponentInParent<T>();
        }

        public T[] GetComponentsInChildren<T>(bool includeInactive)
        {
            return gameObject.GetComponentsInChildren<T>(includeInactive);
        }

        public void GetComponentsInChildren<T>(bool includeInactive, List<T> result)
        {
            result.Clear();
            gameObject.Collect(result, includeInactive);
        }
    }

    public class Behaviour : Component
    {
        private bool on = true;

        public bool enabled
        {
            get { return on; }
            set
            {
                on = value;
                Player.Refresh(this);
            }
        }

        public bool isActiveAndEnabled
        {
            get { return on && gameObject.activeInHierarchy; }
        }
    }

    public class MonoBehaviour : Behaviour
    {
    }

    public class ScriptableObject : Object
    {
    }
}
