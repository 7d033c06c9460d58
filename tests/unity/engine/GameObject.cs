using System;
using System.Collections.Generic;
using MiniPlayer;

namespace UnityEngine
{
    public enum PrimitiveType
    {
        Sphere,
        Capsule,
        Cylinder,
        Cube,
        Plane,
        Quad
    }

    public sealed class GameObject : Object
    {
        private readonly List<Component> components = new List<Component>();
        private bool active = true;

        public GameObject() : this("New Game Object")
        {
        }

        public GameObject(string name, params Type[] types)
        {
            this.name = name;
            transform = new Transform { gameObject = this };
            components.Add(transform);
            Scene.Roots.Add(this);
            foreach (Type type in types)
            {
                AddComponent(type);
            }
        }

        public Transform transform { get; private set; }

        internal List<Component> Components
        {
            get { return components; }
        }

        public bool activeSelf
        {
            get { return active; }
        }

        public bool activeInHierarchy
        {
            get { return active && (transform.parent == null || transform.parent.gameObject.activeInHierarchy); }
        }

        public void SetActive(bool value)
        {
            active = value;
            Player.RefreshTree(this);
        }

        public Component AddComponent(Type type)
        {
            if (type.IsDefined(typeof(DisallowMultipleComponent), true) && GetComponent(type) != null)
            {
                return null;
            }
            var component = (Component)Activator.CreateInstance(type);
            component.gameObject = this;
            components.Add(component);
            Player.Added(component);
            return component;
        }

        public T AddComponent<T>() where T : Component
        {
            return (T)AddComponent(typeof(T));
        }

        public Component GetComponent(Type type)
        {
            return components.Find(type.IsInstanceOfType);
        }

        public T GetComponent<T>()
        {
            foreach (Component component in components)
            {
                if (component is T)
                {
                    return (T)(object)component;
                }
            }
            return default(T);
        }

        public T GetComponentInChildren<T>()
        {
            T[] found = GetComponentsInChildren<T>(false);
            return found.Length == 0 ? default(T) : found[0];
        }

        public T GetComponentInParent<T>()
        {
            for (Transform at = transform; at != null; at = at.parent)
            {
                T found = at.gameObject.GetComponent<T>();
                if (found != null)
                {
                    return found;
                }
            }
            return default(T);
        }

        public T[] GetComponentsInChildren<T>(bool includeInactive)
        {
            var found = new List<T>();
            Collect(found, includeInactive);
            return found.ToArray();
        }

        internal void Collect<T>(List<T> found, bool includeInactive)
        {
            if (!includeInactive && !activeInHierarchy)
            {
                return;
            }
            foreach (Component component in components)
            {
                if (component is T)
                {
                    found.Add((T)(object)component);
                }
            }
            for (int i = 0; i < transform.childCount; i++)
            {
                transform.GetChild(i).gameObject.Collect(found, includeInactive);
            }
        }

        public static GameObject CreatePrimitive(PrimitiveType type)
        {
            var made = new GameObject(type.ToString());
            made.AddComponent<Renderer>();
            return made;
        }
    }

    public sealed class Transform : Component
    {
        private readonly List<Transform> children = new List<Transform>();
        private Transform above;

        public Vector3 localPosition { get; set; }

        /// <summary>Without rotation and scale of what is above.</summary>
        public Vector3 position
        {
            get { return above == null ? localPosition : above.position + localPosition; }
            set { localPosition = above == null ? value : value + above.position * -1; }
        }

        public Vector3 localScale { get; set; }

        public Vector3 localEulerAngles { get; set; }

        public Transform parent
        {
            get { return above; }
            set { SetParent(value); }
        }

        public int childCount
        {
            get { return children.Count; }
        }

        public Transform()
        {
            localScale = new Vector3(1, 1, 1);
        }

        public Transform GetChild(int index)
        {
            return children[index];
        }

        public void SetParent(Transform to)
        {
            SetParent(to, true);
        }

        public void SetParent(Transform to, bool worldPositionStays)
        {
            Detach();
            above = to;
            if (to == null)
            {
                Scene.Roots.Add(gameObject);
            }
            else
            {
                to.children.Add(this);
            }
            Player.RefreshTree(gameObject);
        }

        internal void Detach()
        {
            if (above == null)
            {
                Scene.Roots.Remove(gameObject);
            }
            else
            {
                above.children.Remove(this);
            }
            above = null;
        }
    }

    public class Renderer : Component
    {
        private readonly Material own = new Material();

        public Material material
        {
            get { return own; }
        }
    }

    public class Material : Object
    {
        public Color color { get; set; }
    }
}
