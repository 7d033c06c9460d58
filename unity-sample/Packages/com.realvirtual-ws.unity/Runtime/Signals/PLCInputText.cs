using UnityEngine;

namespace RealvirtualWs.Unity
{
    /// <summary>A text that Unity writes and the PLC reads.</summary>
    [AddComponentMenu("realvirtual-ws/PLC Input Text")]
    public sealed class PLCInputText : TextSignal
    {
        /// <inheritdoc/>
        public override SignalDirection Direction
        {
            get { return SignalDirection.Input; }
        }
    }
}
