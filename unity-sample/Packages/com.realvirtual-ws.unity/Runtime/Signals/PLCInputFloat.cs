using UnityEngine;

namespace RealvirtualWs.Unity
{
    /// <summary>A number that Unity writes and the PLC reads.</summary>
    [AddComponentMenu("realvirtual-ws/PLC Input Float")]
    public sealed class PLCInputFloat : FloatSignal
    {
        /// <inheritdoc/>
        public override SignalDirection Direction
        {
            get { return SignalDirection.Input; }
        }
    }
}
