using RealvirtualWs.Interop;

namespace RealvirtualWs
{
    /// <summary>
    /// What an interface has counted since it was created. Every value that was lost or refused is in one of these.
    /// </summary>
    public sealed class RvStats
    {
        internal unsafe RvStats(rv_stats* native)
        {
            FramesIn = native->frames_in;
            FramesOut = native->frames_out;
            BytesIn = native->bytes_in;
            BytesOut = native->bytes_out;
            ValuesIn = native->values_in;
            ValuesOut = native->values_out;
            Changes = native->changes;
            Coalesced = native->coalesced;
            PulsesCollapsed = native->pulses_collapsed;
            QueueOverflow = native->queue_overflow;
            UnknownSignal = native->unknown_signal;
            RejectedType = native->rejected_type;
            RejectedDirection = native->rejected_direction;
            Lossy = native->lossy;
            Denied = native->denied;
            Malformed = native->malformed;
            UnknownMessage = native->unknown_message;
            SlowPeerClosed = native->slow_peer_closed;
            Connects = native->connects;
            Disconnects = native->disconnects;
            RefusedConnections = native->refused_connections;
            Echoes = native->echoes;
            Corrections = native->corrections;
            Resends = native->resends;
            Cycles = native->cycles;
            CyclesSkipped = native->cycles_skipped;
            CycleMicrosecondsTotal = native->cycle_us_total;
            CycleMicrosecondsMax = native->cycle_us_max;
            LogDropped = native->log_dropped;
            EventsDropped = native->events_dropped;
            SendLatency = new ulong[24];
            for (int i = 0; i < SendLatency.Length; i++)
            {
                SendLatency[i] = native->send_latency[i];
            }
            CrowdedClosed = native->crowded_closed;
        }

        /// <summary>Messages received.</summary>
        public ulong FramesIn { get; private set; }

        /// <summary>Messages sent.</summary>
        public ulong FramesOut { get; private set; }

        /// <summary>Bytes of messages received.</summary>
        public ulong BytesIn { get; private set; }

        /// <summary>Bytes of messages sent.</summary>
        public ulong BytesOut { get; private set; }

        /// <summary>Values received.</summary>
        public ulong ValuesIn { get; private set; }

        /// <summary>Values sent.</summary>
        public ulong ValuesOut { get; private set; }

        /// <summary>Received values that changed a signal.</summary>
        public ulong Changes { get; private set; }

        /// <summary>Values that a newer one replaced before they were sent, or before they were polled.</summary>
        public ulong Coalesced { get; private set; }

        /// <summary>Bool pulses that were set but not sent: rises made minus rises sent.</summary>
        public ulong PulsesCollapsed { get; private set; }

        /// <summary>Entries that a signal's full queue dropped.</summary>
        public ulong QueueOverflow { get; private set; }

        /// <summary>Received values for names that are no signal.</summary>
        public ulong UnknownSignal { get; private set; }

        /// <summary>Received values that do not fit their signal's kind.</summary>
        public ulong RejectedType { get; private set; }

        /// <summary>Received values for signals that only the host writes.</summary>
        public ulong RejectedDirection { get; private set; }

        /// <summary>Received values that lost something when they were converted, such as 1.5 for an int.</summary>
        public ulong Lossy { get; private set; }

        /// <summary>Requests refused because the peer may not make them.</summary>
        public ulong Denied { get; private set; }

        /// <summary>Messages that are not what the protocol asks for.</summary>
        public ulong Malformed { get; private set; }

        /// <summary>Messages of unknown types.</summary>
        public ulong UnknownMessage { get; private set; }

        /// <summary>Peers disconnected because they did not read.</summary>
        public ulong SlowPeerClosed { get; private set; }

        /// <summary>Connections made.</summary>
        public ulong Connects { get; private set; }

        /// <summary>Connections lost or closed.</summary>
        public ulong Disconnects { get; private set; }

        /// <summary>Connections refused or failed.</summary>
        public ulong RefusedConnections { get; private set; }

        /// <summary>
        /// Received values that told nothing new: equal to the present one, echoes of what was sent, repeats.
        /// </summary>
        public ulong Echoes { get; private set; }

        /// <summary>Values sent to correct a refused or converted one.</summary>
        public ulong Corrections { get; private set; }

        /// <summary>Values sent once more because both sides had written at the same time.</summary>
        public ulong Resends { get; private set; }

        /// <summary>Send cycles that ran.</summary>
        public ulong Cycles { get; private set; }

        /// <summary>Send cycles that were left out because the machine was late.</summary>
        public ulong CyclesSkipped { get; private set; }

        /// <summary>What all send cycles took together, in microseconds.</summary>
        public ulong CycleMicrosecondsTotal { get; private set; }

        /// <summary>What the longest send cycle took, in microseconds.</summary>
        public ulong CycleMicrosecondsMax { get; private set; }

        /// <summary>Log records dropped because nobody polled them.</summary>
        public ulong LogDropped { get; private set; }

        /// <summary>Events dropped because nobody polled them.</summary>
        public ulong EventsDropped { get; private set; }

        /// <summary>
        /// From the first set after a message went out to the next message: entry n counts times of 2^n up to 2^(n+1)
        /// microseconds; the first also shorter, the last also longer.
        /// </summary>
        public ulong[] SendLatency { get; private set; }

        /// <summary>Clients closed because all of them together had sent too much of unfinished messages.</summary>
        public ulong CrowdedClosed { get; private set; }
    }
}
