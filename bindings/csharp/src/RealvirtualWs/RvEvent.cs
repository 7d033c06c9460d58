namespace RealvirtualWs
{
    /// <summary>Something that happened.</summary>
    public struct RvEvent
    {
        internal RvEvent(RvEventType type, uint client, uint token, RvResult result, long time, uint signal, string text)
        {
            Type = type;
            ClientId = client;
            Token = token;
            Result = result;
            TimeMicroseconds = time;
            SignalId = signal;
            Text = text;
        }

        /// <summary>What happened.</summary>
        public RvEventType Type { get; private set; }

        /// <summary>Server: the id of the client that it is about, or 0.</summary>
        public uint ClientId { get; private set; }

        /// <summary>The number of the request that this completes, or the one to answer with, or 0.</summary>
        public uint Token { get; private set; }

        /// <summary>Success, or what failed.</summary>
        public RvResult Result { get; private set; }

        /// <summary>When it happened, on the clock of <see cref="RvChange.TimeMicroseconds"/>.</summary>
        public long TimeMicroseconds { get; private set; }

        /// <summary>The id of the signal that it is about, or 0.</summary>
        public uint SignalId { get; private set; }

        /// <summary>It in words, or the JSON that it carries.</summary>
        public string Text { get; private set; }
    }

    /// <summary>One entry of the log.</summary>
    public struct RvLogRecord
    {
        internal RvLogRecord(RvLogLevel level, uint client, long time, string text)
        {
            Level = level;
            ClientId = client;
            TimeMicroseconds = time;
            Text = text;
        }

        /// <summary>How much it matters.</summary>
        public RvLogLevel Level { get; private set; }

        /// <summary>Server: the id of the client that it is about, or 0.</summary>
        public uint ClientId { get; private set; }

        /// <summary>When it was written, on the clock of <see cref="RvChange.TimeMicroseconds"/>.</summary>
        public long TimeMicroseconds { get; private set; }

        /// <summary>What it says, in one line.</summary>
        public string Text { get; private set; }
    }

    /// <summary>
    /// A client asks this server to apply a configuration. To be answered with <see cref="Reply"/> within 5 seconds, from
    /// any thread; after that the library refuses it.
    /// </summary>
    public sealed class RvConfigRequest
    {
        private readonly RvInterface _interface;

        internal RvConfigRequest(RvInterface @interface, RvEvent e)
        {
            _interface = @interface;
            ClientId = e.ClientId;
            Token = e.Token;
            Json = e.Text;
        }

        /// <summary>The id of the client that asks.</summary>
        public uint ClientId { get; private set; }

        /// <summary>The number that the answer carries.</summary>
        public uint Token { get; private set; }

        /// <summary>The configuration, a JSON object.</summary>
        public string Json { get; private set; }

        /// <summary>
        /// Answers. What clients get to read stays what <see cref="RvInterface.PublishConfig"/> has published.
        /// </summary>
        /// <param name="success">Whether the configuration was applied.</param>
        /// <param name="message">For a person at the client; null or "" for nothing to say.</param>
        /// <returns>False when nobody waits for it any more: it was answered, is too old, or the client left.</returns>
        public bool Reply(bool success, string message = null)
        {
            return _interface.ReplyConfig(Token, success, message);
        }
    }
}
