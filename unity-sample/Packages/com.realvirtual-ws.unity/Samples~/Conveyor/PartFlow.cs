using System.Collections.Generic;
using RealvirtualWs.Unity;
using UnityEngine;

namespace RealvirtualWs.Samples
{
    /// <summary>The parts: one appears when the first light barrier sees it, and all ride on the belts.</summary>
    public sealed class PartFlow : MonoBehaviour
    {
        private const float Size = 0.15f;

        private readonly List<Transform> parts = new List<Transform>();
        private Belt[] belts;

        /// <summary>How many there are.</summary>
        public int Count
        {
            get { return parts.Count; }
        }

        private void Start()
        {
            belts = GetComponent<ConveyorCell>().Belts;
            belts[0].Entry.SignalChanged += Entered;
        }

        private void Entered(PLCSignal signal)
        {
            if (!((PLCOutputBool)signal).Value)
            {
                return;
            }
            GameObject part = Make.Shape(
                PrimitiveType.Cube, transform, "Part", new Vector3(0.05f - Size / 2, 0.1f, 0), new Vector3(Size, Size, Size));
            part.GetComponent<Renderer>().material.color = new Color(0.9f, 0.6f, 0.2f);
            parts.Add(part.transform);
        }

        private void Update()
        {
            for (int i = parts.Count - 1; i >= 0; i--)
            {
                Transform part = parts[i];
                float x = part.localPosition.x;
                int at = (int)Mathf.Max(0, x / Belt.Length);
                if (at >= belts.Length)
                {
                    Destroy(part.gameObject);
                    parts.RemoveAt(i);
                    continue;
                }
                part.localPosition = part.localPosition + new Vector3(belts[at].Speed * Time.deltaTime, 0, 0);
            }
        }
    }
}
