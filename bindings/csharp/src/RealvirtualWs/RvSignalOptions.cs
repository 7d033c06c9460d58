namespace RealvirtualWs
{
    /// <summary>What can be said about a signal besides its name, kind, direction, access and initial value.</summary>
    public sealed class RvSignalOptions
    {
        /// <summary>For people; null = none.</summary>
        public string Comment { get; set; }

        /// <summary>For people, to group signals, with <c>/</c> between levels; null = none.</summary>
        public string Folder { get; set; }

        /// <summary>For people, in the place of the name; null = none.</summary>
        public string DisplayName { get; set; }

        /// <summary>
        /// The value that this program sees <see cref="FailsafeAfterMs"/> after the connection to the signal's writer was
        /// lost, of the signal's own type (int, long, float and double for numbers); null = none. It is never sent, and
        /// its change carries <see cref="RvChangeFlags.Failsafe"/>.
        /// </summary>
        public object Failsafe { get; set; }

        /// <summary>See <see cref="Failsafe"/>.</summary>
        public int FailsafeAfterMs { get; set; }

        /// <summary>
        /// Every change is sent, kept and polled by itself, up to so many (at most 65536); 0 = the newest with counters.
        /// When it is full the oldest goes, which <see cref="RvChangeFlags.Overflow"/> and
        /// <see cref="RvStats.QueueOverflow"/> tell.
        /// </summary>
        public int FifoDepth { get; set; }

        /// <summary>
        /// Of a bool: how long a level lasts on the wire at least, for peers that sample; 0 = as set.
        /// </summary>
        public int MinHoldMs { get; set; }
    }
}
