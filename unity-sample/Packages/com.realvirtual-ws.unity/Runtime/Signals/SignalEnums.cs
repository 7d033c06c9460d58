namespace RealvirtualWs.Unity
{
    /// <summary>A signal's direction, from the PLC's point of view.</summary>
    public enum SignalDirection
    {
        /// <summary>The PLC reads it, Unity writes it.</summary>
        Input = 1,

        /// <summary>The PLC writes it, Unity reads it.</summary>
        Output = 2
    }

    /// <summary>How far a signal's value can be trusted.</summary>
    public enum SignalStatus
    {
        /// <summary>The interface is not open, or does not have the signal.</summary>
        NotConnected,

        /// <summary>Nobody has set it yet: the value is the scene's.</summary>
        NeverSet,

        /// <summary>Current, as far as the connection tells.</summary>
        Good,

        /// <summary>The connection to its last writer is lost.</summary>
        Stale
    }
}
