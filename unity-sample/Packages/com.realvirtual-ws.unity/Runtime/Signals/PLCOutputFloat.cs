using UnityEngine;

namespace RealvirtualWs.Unity
{
    /// <summary>A number that the PLC writes and Unity reads.</summary>
    [AddComponentMenu("realvirtual-ws/PLC Output Float")]
    public sealed class PLCOutputFloat : FloatSignal
    {
        /// <inheritdoc/>
        public override SignalDirection Direction
        {
            get { return SignalDirection.Output; }
        }
    }
}
