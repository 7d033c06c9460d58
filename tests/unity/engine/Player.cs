// The mini player: sends Unity's messages to components in Unity's order, with real frames but no picture.

using System;
using System.Collections.Generic;
using System.Reflection;
using UnityEngine;
using Object = UnityEngine.Object;

namespace MiniPlayer
{
    /// <summary>A component's messages, found once.</summary>
    internal sealed class Messages
    {
        private const BindingFlags Any = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

        internal readonly MonoBehaviour Component;
        internal readonly int Order;
        internal readonly Action FixedUpdate;
        internal readonly Action Update;
        internal readonly Action LateUpdate;
        internal bool Awake;
        internal bool Enabled;
        internal bool Started;

        internal Messages(MonoBehaviour component)
        {
            Component = component;
            object[] order = component.GetType().GetCustomAttributes(typeof(DefaultExecutionOrder), true);
            Order = order.Length == 0 ? 0 : ((DefaultExecutionOrder)order[0]).order;
            FixedUpdate = Find("FixedUpdate");
            Update = Find("Update");
            LateUpdate = Find("LateUpdate");
        }

        internal bool HasFrames
        {
            get { return FixedUpdate != null || Update != null || LateUpdate != null || Method("Start") != null; }
        }

        private MethodInfo Method(string name)
        {
            for (Type type = Component.GetType(); type != typeof(MonoBehaviour); type = type.BaseType)
            {
                MethodInfo method = type.GetMethod(name, Any | BindingFlags.DeclaredOnly);
                if (method != null)
                {
                    return method;
                }
            }
            return null;
        }

        private Action Find(string name)
        {
            MethodInfo method = Method(name);
            return method == null ? null : (Action)Delegate.CreateDelegate(typeof(Action), Component, method);
        }

        internal void Send(string name, params object[] arguments)
        {
            MethodInfo method = Method(name);
            if (method == null)
            {
                return;
            }
            try
            {
                method.Invoke(Component, arguments);
            }
            catch (TargetInvocationException error)
            {
                Debug.LogException(error.InnerException, Component);
            }
        }

        internal void Send(Action message)
        {
            try
            {
                message();
            }
            catch (Exception error)
            {
                Debug.LogException(error, Component);
            }
        }
    }

    public static class Player
    {
        private static readonly List<Messages> All = new List<Messages>();

        // Those that have anything to do with frames, in their order.
        private static readonly List<Messages> Active = new List<Messages>();
        private static readonly List<Object> Doomed = new List<Object>();

        /// <summary>
        /// Enters play mode as the editor does: the scene is stored, loaded anew, and woken up.
        /// </summary>
        public static void Play()
        {
            string stored = Scene.Save();
            Scene.Stored = stored;
            Start();
            Scene.Load(stored);
        }

        /// <summary>Play mode without a stored scene, for objects that are made while it runs.</summary>
        public static void Start()
        {
            Application.isPlaying = true;
            InitializeStatics();
        }

        /// <summary>Leaves play mode: the objects end, and the stored scene is back.</summary>
        public static void Stop()
        {
            SendToAll("OnApplicationQuit");
            string stored = Scene.Stored;
            Scene.Clear();
            Application.isPlaying = false;
            if (stored != null)
            {
                Scene.Load(stored);
            }
            Scene.Stored = null;
        }

        private static void InitializeStatics()
        {
            foreach (Assembly assembly in AppDomain.CurrentDomain.GetAssemblies())
            {
                foreach (Type type in assembly.GetTypes())
                {
                    if (type.Namespace == null || !type.Namespace.StartsWith("RealvirtualWs", StringComparison.Ordinal))
                    {
                        continue;
                    }
                    foreach (MethodInfo method in type.GetMethods(
                        BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
                    {
                        if (method.IsDefined(typeof(RuntimeInitializeOnLoadMethodAttribute), false))
                        {
                            method.Invoke(null, null);
                        }
                    }
                }
            }
        }

        /// <summary>One frame with one physics step.</summary>
        public static void Frame()
        {
            Time.frameCount++;
            Time.deltaTime = 1f / 60;
            Time.time += Time.deltaTime;
            for (int i = 0; i < Active.Count; i++)
            {
                Messages messages = Active[i];
                if (messages.Enabled && !messages.Started)
                {
                    messages.Started = true;
                    messages.Send("Start");
                }
            }
            for (int i = 0; i < Active.Count; i++)
            {
                if (Active[i].Enabled && Active[i].FixedUpdate != null)
                {
                    Active[i].Send(Active[i].FixedUpdate);
                }
            }
            for (int i = 0; i < Active.Count; i++)
            {
                if (Active[i].Enabled && Active[i].Update != null)
                {
                    Active[i].Send(Active[i].Update);
                }
            }
            for (int i = 0; i < Active.Count; i++)
            {
                if (Active[i].Enabled && Active[i].LateUpdate != null)
                {
                    Active[i].Send(Active[i].LateUpdate);
                }
            }
            foreach (Object victim in Doomed)
            {
                Destroy(victim);
            }
            Doomed.Clear();
        }

        public static void Pause(bool paused)
        {
            SendToAll("OnApplicationPause", paused);
        }

        public static void OnGui()
        {
            SendToAll("OnGUI");
        }

        private static void SendToAll(string message, params object[] arguments)
        {
            foreach (Messages messages in All.ToArray())
            {
                if (messages.Enabled)
                {
                    messages.Send(message, arguments);
                }
            }
        }

        public static void Validate(MonoBehaviour component)
        {
            Of(component).Send("OnValidate");
        }

        private static Messages Of(Component component)
        {
            return All.Find(messages => ReferenceEquals(messages.Component, component));
        }

        internal static void Added(Component component)
        {
            var script = component as MonoBehaviour;
            if (script == null)
            {
                return;
            }
            var messages = new Messages(script);
            Insert(All, messages);
            if (messages.HasFrames)
            {
                Insert(Active, messages);
            }
            Refresh(component);
        }

        private static void Insert(List<Messages> list, Messages messages)
        {
            int place = list.FindIndex(other => other.Order > messages.Order);
            list.Insert(place < 0 ? list.Count : place, messages);
        }

        internal static void Refresh(Component component)
        {
            Messages messages = Of(component);
            if (messages != null && !Scene.Loading)
            {
                Refresh(messages);
            }
        }

        /// <summary>Outside play mode components sleep, as Unity's do unless they ask for more.</summary>
        private static void Refresh(Messages messages)
        {
            bool wanted = Application.isPlaying && messages.Component.isActiveAndEnabled;
            if (Application.isPlaying && messages.Component.gameObject.activeInHierarchy && !messages.Awake)
            {
                messages.Awake = true;
                messages.Send("Awake");
            }
            if (wanted != messages.Enabled)
            {
                messages.Enabled = wanted;
                messages.Send(wanted ? "OnEnable" : "OnDisable");
            }
        }

        internal static void RefreshTree(GameObject top)
        {
            foreach (MonoBehaviour script in top.GetComponentsInChildren<MonoBehaviour>(true))
            {
                Refresh(script);
            }
        }

        /// <summary>Wakes what the scene has, in the order of execution.</summary>
        public static void Awaken()
        {
            foreach (Messages messages in All.ToArray())
            {
                Refresh(messages);
            }
        }

        internal static void DestroyAtEndOfFrame(Object victim)
        {
            Doomed.Add(victim);
        }

        internal static void Destroy(Object victim)
        {
            var whole = victim as GameObject;
            if (victim == null)
            {
                return;
            }
            if (whole == null)
            {
                End((Component)victim);
                ((Component)victim).gameObject.Components.Remove((Component)victim);
                victim.Destroyed = true;
                return;
            }
            foreach (Component component in whole.GetComponentsInChildren<Component>(true))
            {
                End(component);
            }
            whole.transform.Detach();
            foreach (Component component in whole.GetComponentsInChildren<Component>(true))
            {
                component.Destroyed = true;
                component.gameObject.Destroyed = true;
            }
        }

        private static void End(Component component)
        {
            Messages messages = Of(component);
            if (messages == null)
            {
                return;
            }
            if (messages.Enabled)
            {
                messages.Enabled = false;
                messages.Send("OnDisable");
            }
            if (messages.Awake)
            {
                messages.Send("OnDestroy");
            }
            All.Remove(messages);
            Active.Remove(messages);
        }
    }
}
