using System;
using UnityEngine;

namespace RealvirtualWs.Unity
{
    /// <summary>
    /// The end of an interface's frame: runs after all other scripts. It stands beside an open interface by itself and is
    /// never saved.
    /// </summary>
    [AddComponentMenu("")]
    [DefaultExecutionOrder(9000)]
    internal sealed class SignalCollector : MonoBehaviour
    {
        [NonSerialized]
        private WebsocketRealtimeInterface served;

        internal static void Serve(WebsocketRealtimeInterface owner)
        {
            var collector = owner.GetComponent<SignalCollector>();
            if (collector == null)
            {
                collector = owner.gameObject.AddComponent<SignalCollector>();
                collector.hideFlags = HideFlags.DontSave | HideFlags.HideInInspector;
            }
            collector.served = owner;
        }

        private void LateUpdate()
        {
            if (served != null)
            {
                served.Collect();
            }
        }
    }
}
