using System;
using System.Collections.Generic;
using RealvirtualWs.Interop;

namespace RealvirtualWs
{
    // Polling by hand: what Dispatch does with events, for programs that want no events.
    public sealed unsafe partial class RvInterface
    {
        /// <summary>How many events are kept that nobody has taken; then the oldest goes.</summary>
        private const int MaxQueued = 4096;

        private readonly object _pumpLock = new object();
        private readonly List<Queued> _queued = new List<Queued>();

        /// <summary>
        /// Copies the signals that changed since the last poll, in the order of their first change, one record for a
        /// signal. Only what comes from outside is reported. Allocates nothing and waits for nothing. There is one change
        /// log: what this takes, <see cref="Dispatch"/> does not raise.
        /// </summary>
        /// <param name="changes">
        /// Gets the records. With at least <see cref="SignalCount"/> elements, values that arrived in one message are never
        /// torn apart; with fewer, <see cref="RvChangeFlags.More"/> says so.
        /// </param>
        /// <returns>How many there are.</returns>
        public int Poll(RvChange[] changes)
        {
            if (changes == null)
            {
                throw new ArgumentNullException("changes");
            }
            fixed (RvChange* to = changes)
            {
                return Poll(to, changes.Length);
            }
        }

        /// <summary>As <see cref="Poll(RvChange[])"/>, into memory that does not move.</summary>
        public int Poll(RvChange* changes, int capacity)
        {
            if (capacity == 0)
            {
                return 0;
            }
            int count = NativeMethods.rv_poll_changes(Pointer, (rv_change*)changes, checked((uint)capacity));
            GC.KeepAlive(this);
            RvLibrary.Throw(count);
            return count;
        }

#if NETCOREAPP || NETSTANDARD2_1_OR_GREATER || NET_STANDARD_2_1
        /// <summary>As <see cref="Poll(RvChange[])"/>.</summary>
        public int Poll(Span<RvChange> changes)
        {
            fixed (RvChange* to = &System.Runtime.InteropServices.MemoryMarshal.GetReference(changes))
            {
                return Poll(to, changes.Length);
            }
        }
#endif

        /// <summary>
        /// The text of a record of the last poll as it was when the record was made: of a signal with a FIFO, that entry's.
        /// The next poll forgets it.
        /// </summary>
        /// <param name="record">The record's number in the last poll, from 0.</param>
        /// <exception cref="RvArgumentException">The last poll gave no such record.</exception>
        public string GetChangeText(int record)
        {
            return GetChangeText(record, null);
        }

        private string GetChangeText(int record, RvTextSignal signal)
        {
            byte[] buffer = Utf8.Scratch(256);
            for (;;)
            {
                UIntPtr required = UIntPtr.Zero;
                fixed (byte* text = buffer)
                {
                    int result = NativeMethods.rv_get_change_text(
                        Pointer, (uint)record, text, (UIntPtr)(uint)buffer.Length, &required);
                    GC.KeepAlive(this);
                    if (result != (int)RvResult.Buffer)
                    {
                        RvLibrary.Throw(result);
                        return signal == null ? Utf8.Decode(text) : signal.Decode(text);
                    }
                }
                buffer = Utf8.Scratch(required);
            }
        }

        /// <summary>
        /// Takes the oldest event, or gives false. What this takes, <see cref="Dispatch"/> does not raise; a request that it
        /// completes is completed by the next <see cref="Dispatch"/> all the same.
        /// </summary>
        public bool TryPollEvent(out RvEvent e)
        {
            Pump();
            Queued queued;
            bool any = Dequeue(out queued);
            e = queued.Event;
            return any;
        }

        /// <summary>Takes the oldest log record, or gives false.</summary>
        public bool TryPollLog(out RvLogRecord record)
        {
            byte[] buffer = Utf8.Scratch(1024);
            for (;;)
            {
                rv_log_record native;
                UIntPtr required = UIntPtr.Zero;
                fixed (byte* text = buffer)
                {
                    int result = NativeMethods.rv_poll_log(
                        Pointer, &native, (uint)sizeof(rv_log_record), text, (UIntPtr)(uint)buffer.Length, &required);
                    GC.KeepAlive(this);
                    if (result != (int)RvResult.Buffer)
                    {
                        RvLibrary.Throw(result);
                        record = result == 0
                            ? default(RvLogRecord)
                            : new RvLogRecord((RvLogLevel)native.level, native.client, native.time_us, Utf8.Decode(text));
                        return result > 0;
                    }
                }
                buffer = Utf8.Scratch(required);
            }
        }

        private bool HasQueued
        {
            get
            {
                lock (_pumpLock)
                {
                    return _queued.Count > 0;
                }
            }
        }

        private bool Dequeue(out Queued first)
        {
            lock (_pumpLock)
            {
                bool any = _queued.Count > 0;
                first = any ? _queued[0] : default(Queued);
                if (any)
                {
                    _queued.RemoveAt(0);
                }
                return any;
            }
        }

        /// <summary>Takes all events out of the library, and notes which requests they complete.</summary>
        private void Pump()
        {
            lock (_pumpLock)
            {
                RvEvent e;
                while (TakeEvent(out e))
                {
                    Queued queued;
                    queued.Event = e;
                    queued.Report = e.Type == RvEventType.ImportDone ? FetchReport(e) : null;
                    NoteCompletion(queued);
                    if (_queued.Count == MaxQueued)
                    {
                        _queued.RemoveAt(0);
                    }
                    _queued.Add(queued);
                }
            }
        }

        /// <summary>An event that was not raised yet, and the report of the import that it completes.</summary>
        private struct Queued
        {
            internal RvEvent Event;
            internal RvImportReport Report;
        }

        private bool TakeEvent(out RvEvent e)
        {
            byte[] buffer = Utf8.Scratch(1024);
            for (;;)
            {
                rv_event native;
                UIntPtr required = UIntPtr.Zero;
                fixed (byte* text = buffer)
                {
                    int result = NativeMethods.rv_poll_event(
                        Pointer, &native, text, (UIntPtr)(uint)buffer.Length, &required);
                    GC.KeepAlive(this);
                    if (result != (int)RvResult.Buffer)
                    {
                        RvLibrary.Throw(result);
                        e = result == 0
                            ? default(RvEvent)
                            : new RvEvent(
                                (RvEventType)native.type, native.client, native.token, (RvResult)native.result,
                                native.time_us, native.signal, Utf8.Decode(text));
                        return result > 0;
                    }
                }
                buffer = Utf8.Scratch(required);
            }
        }
    }
}
