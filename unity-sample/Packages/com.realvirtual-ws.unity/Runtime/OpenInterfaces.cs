using System.Collections.Generic;
using UnityEngine;

namespace RealvirtualWs.Unity
{
    /// <summary>The interfaces that are open, for those who have to close all of them.</summary>
    internal static class OpenInterfaces
    {
        private static readonly List<WebsocketRealtimeInterface> All = new List<WebsocketRealtimeInterface>();

        internal static int Count
        {
            get { return All.Count; }
        }

        internal static void Add(WebsocketRealtimeInterface opened)
        {
            All.Add(opened);
        }

        internal static void Remove(WebsocketRealtimeInterface closed)
        {
            All.Remove(closed);
        }

        /// <summary>Closes them all: before the editor reloads assemblies or quits.</summary>
        internal static void CloseAll()
        {
            foreach (WebsocketRealtimeInterface open in All.ToArray())
            {
                open.Close();
            }
        }

        // The editor may enter play mode without a domain reload: then statics are as the last play mode left them.
        [RuntimeInitializeOnLoadMethod(RuntimeInitializeLoadType.SubsystemRegistration)]
        private static void Reset()
        {
            CloseAll();
            All.Clear();
        }
    }
}
