using RealvirtualWs.Unity;
using UnityEngine;

namespace RealvirtualWs.Samples
{
    /// <summary>What an operator sees and presses.</summary>
    public sealed class OperatorPanel : MonoBehaviour
    {
        private WebsocketRealtimeInterface gateway;
        private PLCInputBool start;
        private PLCInputBool stop;
        private PLCInputBool reset;
        private PLCInputBool emergencyStop;
        private PLCInputFloat speed;
        private PLCOutputText state;
        private PLCOutputText message;
        private PLCOutputInt partsOut;

        private void Awake()
        {
            gateway = GetComponent<ConveyorCell>().Gateway;
            start = Make.Signal<PLCInputBool>(gateway, "Cell.Start");
            stop = Make.Signal<PLCInputBool>(gateway, "Cell.Stop");
            reset = Make.Signal<PLCInputBool>(gateway, "Cell.Reset");
            emergencyStop = Make.Signal<PLCInputBool>(gateway, "Cell.EmergencyStop");
            speed = Make.Signal<PLCInputFloat>(gateway, "Cell.SpeedSetpoint");
            speed.Value = 250;
            state = Make.Signal<PLCOutputText>(gateway, "Cell.State");
            message = Make.Signal<PLCOutputText>(gateway, "Cell.Message");
            partsOut = Make.Signal<PLCOutputInt>(gateway, "Cell.PartsOut");
        }

        private void OnGUI()
        {
            GUILayout.BeginArea(new Rect(10, 10, 300, 230), GUI.skin.box);
            GUILayout.Label("Gateway: " + gateway.State);
            GUILayout.Label("Cell: " + state.Value + " - " + message.Value);
            GUILayout.Label("Parts out: " + partsOut.Value);
            GUILayout.BeginHorizontal();
            Button("Start", start);
            Button("Stop", stop);
            Button("Reset", reset);
            GUILayout.EndHorizontal();
            emergencyStop.Value = GUILayout.Toggle(emergencyStop.Value, "Emergency stop");
            GUILayout.Label("Speed: " + speed.Value.ToString("0") + " mm/s");
            speed.Value = GUILayout.HorizontalSlider(speed.Value, 0, 1000);
            GUILayout.EndArea();
        }

        // Down and up in one frame: the pulse arrives all the same.
        private static void Button(string label, PLCInputBool signal)
        {
            if (GUILayout.Button(label))
            {
                signal.Value = true;
                signal.Value = false;
            }
        }
    }
}
