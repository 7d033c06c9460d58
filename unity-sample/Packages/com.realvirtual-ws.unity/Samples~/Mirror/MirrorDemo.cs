using RealvirtualWs.Unity;
using UnityEngine;

namespace RealvirtualWs.Samples
{
    /// <summary>
    /// Two interfaces in one scene that mirror each other, as two instances of Unity on two machines would: put this on
    /// an empty GameObject and press Play. The left cube is moved here; the right one follows its mirrored signals, and
    /// its button stops and starts the left one.
    /// </summary>
    public sealed class MirrorDemo : MonoBehaviour
    {
        [Tooltip("The server's port on this machine; 0 = any free one")]
        public int Port;

        private PLCInputFloat position;
        private PLCOutputBool halt;
        private Transform left;
        private Transform right;
        private PLCOutputFloat mirroredPosition;
        private bool asked;

        /// <summary>The instance that has the signals.</summary>
        public WebsocketRealtimeInterface Server { get; private set; }

        /// <summary>The instance that imports them.</summary>
        public WebsocketRealtimeInterface Client { get; private set; }

        /// <summary>The mirrored halt signal, once it is imported.</summary>
        public PLCInputBool MirroredHalt { get; private set; }

        private void Awake()
        {
            left = Cube("Left", -1);
            right = Cube("Right", 1);

            Server = Interface("Server");
            Server.IsServer = true;
            Server.Port = Port;
            position = Signal<PLCInputFloat>("Position");
            halt = Signal<PLCOutputBool>("Halt");
            Server.gameObject.SetActive(true);

            Client = Interface("Client");
            Client.ClientName = "Mirror";
            Client.PeerIs = RvPerspective.Simulation;
            if (Server.IsOpen)
            {
                Client.Port = Server.Interface.Port;
                Client.gameObject.SetActive(true);
            }
        }

        // Inactive, so that it opens when it is complete.
        private WebsocketRealtimeInterface Interface(string name)
        {
            var item = new GameObject(name);
            item.SetActive(false);
            item.transform.SetParent(transform, false);
            return item.AddComponent<WebsocketRealtimeInterface>();
        }

        private T Signal<T>(string name) where T : PLCSignal
        {
            var item = new GameObject(name);
            item.transform.SetParent(Server.transform, false);
            return item.AddComponent<T>();
        }

        private Transform Cube(string name, float x)
        {
            GameObject cube = GameObject.CreatePrimitive(PrimitiveType.Cube);
            cube.name = name;
            cube.transform.SetParent(transform, false);
            cube.transform.localPosition = new Vector3(x, 0, 0);
            return cube.transform;
        }

        private void Update()
        {
            if (!asked && Client.IsConnected)
            {
                asked = true;
                Client.ImportSignals(Imported);
            }
            if (!halt.Value)
            {
                position.Value = Mathf.Repeat(position.Value + Time.deltaTime, 2);
            }
            left.localPosition = new Vector3(-1, position.Value, 0);
            if (mirroredPosition != null)
            {
                right.localPosition = new Vector3(1, mirroredPosition.Value, 0);
            }
        }

        // The server's PLCInput is a PLCOutput here, and the other way round.
        private void Imported(SignalImportResult result)
        {
            mirroredPosition = Client.GetComponentInChildren<PLCOutputFloat>();
            MirroredHalt = Client.GetComponentInChildren<PLCInputBool>();
        }

        private void OnGUI()
        {
            GUILayout.BeginArea(new Rect(10, 10, 200, 60), GUI.skin.box);
            if (MirroredHalt == null)
            {
                GUILayout.Label("waiting for the mirror");
            }
            else if (GUILayout.Button(MirroredHalt.Value ? "Go" : "Halt"))
            {
                MirroredHalt.Value = !MirroredHalt.Value;
            }
            GUILayout.EndArea();
        }
    }
}
