using RealvirtualWs.Unity;
using UnityEngine;

namespace RealvirtualWs.Samples
{
    /// <summary>
    /// A cell of three belts, built by this script: put it on an empty GameObject and press Play. It is the client of the
    /// example gateway (examples/c/gateway.c), a controller that runs the belts; what moves here follows its signals.
    /// </summary>
    public sealed class ConveyorCell : MonoBehaviour
    {
        [Tooltip("The machine on which the gateway runs")]
        public string Address = "127.0.0.1";

        [Tooltip("The gateway's port")]
        public int Port = 7000;

        /// <summary>The connection to the gateway.</summary>
        public WebsocketRealtimeInterface Gateway { get; private set; }

        /// <summary>The three belts, in the direction of flow.</summary>
        public Belt[] Belts { get; private set; }

        private void Awake()
        {
            // Inactive while it is built: the interface opens when it is complete.
            var item = new GameObject("Gateway");
            item.SetActive(false);
            item.transform.SetParent(transform, false);
            Gateway = item.AddComponent<WebsocketRealtimeInterface>();
            Gateway.Address = Address;
            Gateway.Port = Port;
            Gateway.ClientName = "Unity conveyor cell";

            Belts = new Belt[3];
            for (int i = 0; i < Belts.Length; i++)
            {
                Belts[i] = Belt.Build(transform, Gateway, "Conveyor" + (i + 1), i * Belt.Length);
            }
            gameObject.AddComponent<PartFlow>();
            gameObject.AddComponent<OperatorPanel>();
            item.SetActive(true);
        }
    }

    /// <summary>Makes signals and shapes.</summary>
    internal static class Make
    {
        internal static T Signal<T>(WebsocketRealtimeInterface below, string name) where T : PLCSignal
        {
            var item = new GameObject(name);
            item.transform.SetParent(below.transform, false);
            return item.AddComponent<T>();
        }

        internal static GameObject Shape(PrimitiveType type, Transform below, string name, Vector3 position, Vector3 size)
        {
            GameObject shape = GameObject.CreatePrimitive(type);
            shape.name = name;
            shape.transform.SetParent(below, false);
            shape.transform.localPosition = position;
            shape.transform.localScale = size;
            return shape;
        }
    }
}
