using System;

namespace RealvirtualWs
{
    // Dispatch, and the events that it raises.
    public sealed unsafe partial class RvInterface
    {
        private RvChange[] _changes = new RvChange[64];
        private int _next;
        private int _count;

        /// <summary>Values or qualities have changed, and not by this program.</summary>
        public event Action<RvSignalChange> Changed;

        /// <summary>
        /// Client: connected (<see cref="RvEventType.Connected"/>), or the connection is gone
        /// (<see cref="RvEventType.Disconnected"/>, whose text says why).
        /// </summary>
        public event Action<RvEvent> ConnectionChanged;

        /// <summary><see cref="State"/> has changed; the argument is what it changed to. Each state is told once.</summary>
        public event Action<RvState> StateChanged;

        /// <summary>Server: a client has sent its first valid message; the text is its name and address.</summary>
        public event Action<RvEvent> ClientConnected;

        /// <summary>Server: a client has left; the text says who and why.</summary>
        public event Action<RvEvent> ClientDisconnected;

        /// <summary>
        /// Server: a client asks to apply a configuration. Needs <see cref="PublishConfig"/> first; without, the library
        /// refuses such requests. Answer with <see cref="RvConfigRequest.Reply"/>.
        /// </summary>
        public event Action<RvConfigRequest> ConfigSet;

        /// <summary>An import is complete, whoever began it.</summary>
        public event Action<RvImportReport> ImportDone;

        /// <summary>The peer's catalogue of signals has changed: import again to see how.</summary>
        public event Action<RvEvent> CatalogChanged;

        /// <summary>The peer speaks another protocol, which the text names.</summary>
        public event Action<RvEvent> ForeignProtocol;

        /// <summary>
        /// A message of a type that the library does not know; the text is the JSON. Needs <see cref="RvOptions.RawEvents"/>.
        /// </summary>
        public event Action<RvEvent> RawMessage;

        /// <summary>Anything that happened, also what has an event of its own, and what only a later version knows.</summary>
        public event Action<RvEvent> EventReceived;

        /// <summary>A log record, for people.</summary>
        public event Action<RvLogRecord> Log;

        /// <summary>
        /// Raises what has come since the last call, on this thread: completes tasks, then events in their order, then
        /// changes in theirs, then the log. To be called in each cycle or frame, by one thread at a time. Allocates nothing
        /// when there are only changes of bools and numbers.
        /// </summary>
        /// <remarks>
        /// What a handler throws comes out of here; what was not raised yet is raised by the next call. A handler may set
        /// signals, add some, stop and dispose.
        /// </remarks>
        /// <returns>How many changes were raised.</returns>
        public int Dispatch()
        {
            Pump();
            FinishRequests();
            Queued next;
            while (!IsDisposed && Dequeue(out next))
            {
                Raise(next.Event, next.Report);
            }
            int raised = DispatchChanges();
            DispatchLog();
            return raised;
        }

        private int DispatchChanges()
        {
            int raised = 0;
            bool more = true;
            while (!IsDisposed && (more || _next < _count))
            {
                if (_next == _count)
                {
                    // Room for every signal, so that what arrived together is raised together.
                    int signals = SignalCount;
                    if (_changes.Length < signals)
                    {
                        _changes = new RvChange[signals + signals / 4];
                    }
                    _next = 0;
                    _count = Poll(_changes);
                    more = _count == _changes.Length;
                }
                while (_next < _count && !IsDisposed)
                {
                    int record = _next++;
                    RaiseChange(record);
                    raised++;
                }
                more = more && !IsDisposed;
            }
            return raised;
        }

        private void RaiseChange(int record)
        {
            RvChange change = _changes[record];
            RvSignal signal = SignalAt(change.SignalId);
            Action<RvSignalChange> changed = Changed;
            string text = null;
            if (change.Kind == RvKind.Text && (changed != null || signal.HasHandlers))
            {
                text = GetChangeText(record, (RvTextSignal)signal);
            }
            RvSignalChange raised = new RvSignalChange(signal, change, text);
            signal.Raise(raised);
            if (changed != null)
            {
                changed(raised);
            }
        }

        private void Raise(RvEvent e, RvImportReport report)
        {
            switch (e.Type)
            {
                case RvEventType.Connected:
                case RvEventType.Disconnected:
                    Call(ConnectionChanged, e);
                    break;
                case RvEventType.ClientJoined:
                    Call(ClientConnected, e);
                    break;
                case RvEventType.ClientLeft:
                    Call(ClientDisconnected, e);
                    break;
                case RvEventType.CatalogChanged:
                    Call(CatalogChanged, e);
                    break;
                case RvEventType.ForeignProtocol:
                    Call(ForeignProtocol, e);
                    break;
                case RvEventType.Raw:
                    Call(RawMessage, e);
                    break;
                case RvEventType.State:
                    Call(StateChanged, (RvState)(int)e.Result);
                    break;
                case RvEventType.ConfigSet:
                    Call(ConfigSet, new RvConfigRequest(this, e));
                    break;
                case RvEventType.ImportDone:
                    Call(ImportDone, report);
                    break;
            }
            Call(EventReceived, e);
        }

        private static void Call<T>(Action<T> handlers, T argument)
        {
            if (handlers != null)
            {
                handlers(argument);
            }
        }

        private void DispatchLog()
        {
            RvLogRecord record;
            while (Log != null && !IsDisposed && TryPollLog(out record))
            {
                Call(Log, record);
            }
        }
    }
}
