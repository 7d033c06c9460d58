using UnityEngine;

namespace RealvirtualWs.Unity
{
    /// <summary>A bool that the PLC writes and Unity reads.</summary>
    [AddComponentMenu("realvirtual-ws/PLC Output Bool")]
    public sealed class PLCOutputBool : BoolSignal
    {
        /// <inheritdoc/>
        public override SignalDirection Direction
        {
            get { return SignalDirection.Output; }
        }
    }
}
