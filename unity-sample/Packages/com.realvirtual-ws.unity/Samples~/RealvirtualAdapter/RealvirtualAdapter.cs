using System;
using System.Collections.Generic;
using System.Globalization;
using RealvirtualWs.Unity;
using UnityEngine;

namespace RealvirtualWs.Samples
{
    /// <summary>
    /// Carries values between this package's signals and those of an asset that has its own signal components, such as
    /// realvirtual: put it beside a <see cref="WebsocketRealtimeInterface"/>. Signals belong together when their
    /// GameObjects have the same name.
    /// </summary>
    /// <remarks>
    /// What the asset's components look like is in <see cref="ForeignSignal"/> alone: read there what is assumed, and
    /// change it where your asset's version differs.
    /// </remarks>
    [RequireComponent(typeof(WebsocketRealtimeInterface))]
    public sealed class RealvirtualAdapter : MonoBehaviour
    {
        [Tooltip("Where the asset's signals are; empty = below this GameObject's parent, else in the interface itself")]
        public Transform ForeignSignals;

        [Tooltip("The public field or property of the asset's signals that holds the value")]
        public string ValueMember = "Value";

        private readonly List<Link> links = new List<Link>();

        /// <summary>How many signals are linked.</summary>
        public int Count
        {
            get { return links.Count; }
        }

        private void OnEnable()
        {
            Transform below = ForeignSignals != null ? ForeignSignals : transform.parent != null ? transform.parent : transform;
            var foreign = ForeignSignal.Find(below, ValueMember);
            foreach (PLCSignal own in GetComponent<WebsocketRealtimeInterface>().Signals())
            {
                ForeignSignal other;
                if (foreign.TryGetValue(own.WireName, out other))
                {
                    links.Add(new Link(own, other));
                }
            }
        }

        private void OnDisable()
        {
            foreach (Link link in links)
            {
                link.Cut();
            }
            links.Clear();
        }

        // What Unity writes is picked up after the scripts and before it is sent.
        private void LateUpdate()
        {
            foreach (Link link in links)
            {
                link.PickUp();
            }
        }

        private sealed class Link
        {
            private readonly PLCSignal own;
            private readonly ForeignSignal foreign;

            internal Link(PLCSignal own, ForeignSignal foreign)
            {
                this.own = own;
                this.foreign = foreign;
                own.SignalChanged += HandOver;
                if (own.Direction == SignalDirection.Output)
                {
                    HandOver(own);
                }
            }

            internal void Cut()
            {
                own.SignalChanged -= HandOver;
            }

            private void HandOver(PLCSignal changed)
            {
                if (own.Direction == SignalDirection.Output)
                {
                    foreign.Value = Boxed(own);
                }
            }

            internal void PickUp()
            {
                if (own.Direction == SignalDirection.Input)
                {
                    Set(own, foreign.Value);
                }
            }

            private static object Boxed(PLCSignal signal)
            {
                switch (signal.Kind)
                {
                    case RvKind.Bool: return ((BoolSignal)signal).Value;
                    case RvKind.Int: return ((IntSignal)signal).Value;
                    case RvKind.Float: return ((FloatSignal)signal).Value;
                    default: return ((TextSignal)signal).Value;
                }
            }

            private static void Set(PLCSignal signal, object value)
            {
                switch (signal.Kind)
                {
                    case RvKind.Bool: ((BoolSignal)signal).Value = Convert.ToBoolean(value); break;
                    case RvKind.Int: ((IntSignal)signal).Value = Convert.ToInt64(value); break;
                    case RvKind.Float: ((FloatSignal)signal).Value = Convert.ToSingle(value); break;
                    default: ((TextSignal)signal).Value = Convert.ToString(value, CultureInfo.InvariantCulture); break;
                }
            }
        }
    }
}
