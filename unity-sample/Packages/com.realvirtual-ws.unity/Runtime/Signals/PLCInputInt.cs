using UnityEngine;

namespace RealvirtualWs.Unity
{
    /// <summary>An integer that Unity writes and the PLC reads.</summary>
    [AddComponentMenu("realvirtual-ws/PLC Input Int")]
    public sealed class PLCInputInt : IntSignal
    {
        /// <inheritdoc/>
        public override SignalDirection Direction
        {
            get { return SignalDirection.Input; }
        }
    }
}
