using UnityEngine;

namespace RealvirtualWs.Unity
{
    /// <summary>An integer that the PLC writes and Unity reads.</summary>
    [AddComponentMenu("realvirtual-ws/PLC Output Int")]
    public sealed class PLCOutputInt : IntSignal
    {
        /// <inheritdoc/>
        public override SignalDirection Direction
        {
            get { return SignalDirection.Output; }
        }
    }
}
