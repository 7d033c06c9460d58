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
            for (int i = 0; i < All.Count; i++)
            {
                Messages messages = All[i];
                if (messages.Enabled && !messages.Started)
                {
                    messages.Started = true;
                    messages.Send("Start");
                }
            }
            for (int i = 0; i < All.Count; i++)
            {
                if (All[i].Enabled && All[i].FixedUpdate != null)
                {
                    All[i].Send(All[i].FixedUpdate);
                }
            }
            for (int i = 0; i < All.Count; i++)
            {
                if (All[i].Enabled && All[i].Update != null)
                {
                    All[i].Send(All[i].Update);
                }
            }
            for (int i = 0; i < All.Count; i++)
            {
                if (All[i].Enabled && All[i].LateUpdate != null)
                {
                    All[i].Send(All[i].LateUpdate);
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
            int place = All.FindIndex(other => other.Order > messages.Order);
            All.Insert(place < 0 ? All.Count : place, messages);
            Refresh(component);
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
        }
    }
}
