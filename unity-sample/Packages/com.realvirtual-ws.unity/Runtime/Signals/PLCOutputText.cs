using UnityEngine;

namespace RealvirtualWs.Unity
{
    /// <summary>A text that the PLC writes and Unity reads.</summary>
    [AddComponentMenu("realvirtual-ws/PLC Output Text")]
    public sealed class PLCOutputText : TextSignal
    {
        /// <inheritdoc/>
        public override SignalDirection Direction
        {
            get { return SignalDirection.Output; }
        }
    }
}
