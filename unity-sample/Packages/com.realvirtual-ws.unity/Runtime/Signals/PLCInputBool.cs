using UnityEngine;

namespace RealvirtualWs.Unity
{
    /// <summary>A bool that Unity writes and the PLC reads.</summary>
    [AddComponentMenu("realvirtual-ws/PLC Input Bool")]
    public sealed class PLCInputBool : BoolSignal
    {
        /// <inheritdoc/>
        public override SignalDirection Direction
        {
            get { return SignalDirection.Input; }
        }
    }
}
