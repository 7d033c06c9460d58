using RealvirtualWs.Unity;
using UnityEngine;

namespace RealvirtualWs.Samples
{
    /// <summary>A belt with a light barrier at both ends and a drive whose roller turns with the belt's speed.</summary>
    public sealed class Belt : MonoBehaviour
    {
        /// <summary>In metres.</summary>
        public const float Length = 1;

        private const float RollerRadius = 0.05f;

        private PLCOutputFloat speed;
        private Transform roller;
        private float angle;

        /// <summary>In metres a second; the signal has millimetres.</summary>
        public float Speed
        {
            get { return speed.Value / 1000; }
        }

        /// <summary>The light barrier at the beginning.</summary>
        public PLCOutputBool Entry { get; private set; }

        internal static Belt Build(Transform cell, WebsocketRealtimeInterface gateway, string name, float start)
        {
            var item = new GameObject(name);
            item.transform.SetParent(cell, false);
            item.transform.localPosition = new Vector3(start, 0, 0);
            var belt = item.AddComponent<Belt>();
            belt.speed = Make.Signal<PLCOutputFloat>(gateway, name + ".Speed");
            belt.Entry = belt.Barrier(gateway, name + ".SensorEntry", 0.05f);
            belt.Barrier(gateway, name + ".SensorExit", Length - 0.05f);
            Make.Shape(
                PrimitiveType.Cube, item.transform, "Bed", new Vector3(Length / 2, 0, 0), new Vector3(Length - 0.02f, 0.05f, 0.4f));
            belt.roller = Make.Shape(
                PrimitiveType.Cylinder, item.transform, "Roller", new Vector3(Length, -0.05f, 0), new Vector3(0.1f, 0.2f, 0.1f)).transform;
            return belt;
        }

        // A lamp that is green while a part is in the beam.
        private PLCOutputBool Barrier(WebsocketRealtimeInterface gateway, string name, float at)
        {
            GameObject lamp = Make.Shape(
                PrimitiveType.Sphere, transform, name, new Vector3(at, 0.15f, 0.25f), new Vector3(0.05f, 0.05f, 0.05f));
            Material material = lamp.GetComponent<Renderer>().material;
            material.color = Color.gray;
            var signal = Make.Signal<PLCOutputBool>(gateway, name);
            signal.SignalChanged += changed => material.color = signal.Value ? Color.green : Color.gray;
            return signal;
        }

        private void Update()
        {
            angle = Mathf.Repeat(angle + Speed * Time.deltaTime / RollerRadius * 57.29578f, 360);
            roller.localEulerAngles = new Vector3(90, angle, 0);
        }
    }
}
