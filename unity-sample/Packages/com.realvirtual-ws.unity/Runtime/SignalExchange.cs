using System;
using System.Collections.Generic;

namespace RealvirtualWs.Unity
{
    /// <summary>
    /// Between the signals of a scene and an interface: once a frame what has arrived is applied, and what the scene has
    /// written goes out together. Makes no garbage but for texts that change.
    /// </summary>
    internal sealed class SignalExchange
    {
        private readonly RvInterface at;
        private readonly InterfaceLog log;
        private readonly Dictionary<string, PLCSignal> byName = new Dictionary<string, PLCSignal>(StringComparer.Ordinal);
        private readonly HashSet<PLCSignal> complainedAbout = new HashSet<PLCSignal>();

        // By the interface's ids, which are dense; null = not in the scene.
        private PLCSignal[] byId = new PLCSignal[0];
        private PLCSignal[] raised = new PLCSignal[0];
        private PLCSignal[] waiting = new PLCSignal[0];
        private RvValue[] batch = new RvValue[0];
        private int raisedCount;
        private int waitingCount;
        private bool closed;

        internal SignalExchange(RvInterface at, InterfaceLog log)
        {
            this.at = at;
            this.log = log;
        }

        /// <summary>Declares a scene's signals and binds them; what cannot be a signal is said and left out.</summary>
        internal void Declare(List<PLCSignal> signals)
        {
            foreach (PLCSignal signal in signals)
            {
                string name = signal.WireName;
                PLCSignal other;
                if (byName.TryGetValue(name, out other))
                {
                    log.Error("two signals have the name \"" + name + "\", " + Types(other, signal)
                        + ": the first one is used. Rename one of the GameObjects, or give it a Signal Name", signal);
                    continue;
                }
                try
                {
                    var options = new RvSignalOptions { Comment = signal.Comment };
                    Bind(signal, name, signal.Declare(at, name, options));
                }
                catch (RvException error)
                {
                    log.Error("the signal \"" + name + "\" cannot be used: " + error.Message, signal);
                }
            }
        }

        private static string Types(PLCSignal first, PLCSignal second)
        {
            return "a " + first.GetType().Name + " and a " + second.GetType().Name;
        }

        /// <summary>Connects a scene's signal to the interface's signal of that id.</summary>
        internal void Bind(PLCSignal signal, string name, uint id)
        {
            int size = (int)id + 1;
            if (byId.Length < size)
            {
                // Room for every signal at once, and for a pulse of each in the batch.
                int room = Math.Max(size, byId.Length * 2);
                Array.Resize(ref byId, room);
                Array.Resize(ref raised, room);
                Array.Resize(ref waiting, room);
                Array.Resize(ref batch, room * 2);
            }
            Dequeue(signal);
            byName[name] = signal;
            byId[id] = signal;
            RvSignalInfo info = at.SignalAt(id).Info;
            signal.Bind(this, id, name, info);
        }

        /// <summary>The scene's signal of a name, or null.</summary>
        internal PLCSignal Find(string name)
        {
            PLCSignal found;
            return byName.TryGetValue(name, out found) ? found : null;
        }

        /// <summary>A signal's GameObject is gone.</summary>
        internal void Forget(PLCSignal signal)
        {
            Dequeue(signal);
            byId[signal.Id] = null;
            byName.Remove(signal.BoundName);
            complainedAbout.Remove(signal);
            signal.Unbind();
        }

        /// <summary>Lets go of all signals.</summary>
        internal void Close()
        {
            closed = true;
            foreach (PLCSignal signal in byId)
            {
                if (!ReferenceEquals(signal, null))
                {
                    signal.Unbind();
                }
            }
        }

        /// <summary>Takes a value that has arrived; the handlers hear of it from <see cref="RaiseAll"/>.</summary>
        internal void Take(RvSignalChange change)
        {
            uint id = change.Record.SignalId;
            PLCSignal signal = id < byId.Length ? byId[id] : null;
            if (ReferenceEquals(signal, null))
            {
                return;
            }
            signal.SetQuality(change.Record.Quality);
            if (signal.Receive(change) && !signal.WillRaise)
            {
                signal.WillRaise = true;
                raised[raisedCount++] = signal;
            }
        }

        /// <summary>Tells the handlers, which so see all that arrived together.</summary>
        internal void RaiseAll()
        {
            for (int i = 0; i < raisedCount && !closed; i++)
            {
                raised[i].WillRaise = false;
                if (raised[i].IsBound)
                {
                    raised[i].Raise();
                }
            }
            raisedCount = 0;
        }

        /// <summary>Remembers that a signal has something to send.</summary>
        internal void Enqueue(PLCSignal signal)
        {
            if (!signal.InBatch)
            {
                signal.SetInBatch(true);
                waiting[waitingCount++] = signal;
            }
        }

        private void Dequeue(PLCSignal signal)
        {
            if (signal.InBatch)
            {
                int place = Array.IndexOf(waiting, signal, 0, waitingCount);
                waitingCount--;
                waiting[place] = waiting[waitingCount];
                signal.SetInBatch(false);
            }
        }

        /// <summary>Sends what the scene has written since the last frame, in one message.</summary>
        internal void Collect()
        {
            int count = 0;
            for (int i = 0; i < waitingCount; i++)
            {
                PLCSignal signal = waiting[i];
                int before = count;
                count = signal.Write(batch, count);
                if (count > before)
                {
                    signal.SetQuality(RvQuality.Good);
                }
                signal.SetInBatch(false);
                waiting[i] = null;
            }
            waitingCount = 0;
            if (count > 0 && at.TrySetValues(batch, count) < 0)
            {
                SetOneByOne(count);
            }
        }

        // One value that is refused takes all of a batch with it: the others go out without it.
        private void SetOneByOne(int count)
        {
            var one = new RvValue[1];
            for (int i = 0; i < count; i++)
            {
                one[0] = batch[i];
                RvResult result = at.TrySetValues(one, 1);
                if (result < 0)
                {
                    string why = result == RvResult.Utf8 ? "is no valid Unicode" : "was refused: " + RvLibrary.LastError;
                    RefuseValue(byId[batch[i].SignalId], why);
                }
            }
        }

        /// <summary>Says, once for a signal, that its value cannot be sent.</summary>
        internal void RefuseValue(PLCSignal signal, string why)
        {
            if (complainedAbout.Add(signal))
            {
                log.Error("the value of \"" + signal.BoundName + "\" " + why + "; it is not sent", signal);
            }
        }

        /// <summary>Says, once for a signal, that only the other side writes it.</summary>
        internal void RefuseWrite(PLCSignal signal)
        {
            if (complainedAbout.Add(signal))
            {
                log.Error("\"" + signal.BoundName + "\" is written by the other side: a " + signal.GetType().Name
                    + " with the access " + signal.Access + " keeps its value. To try values in the scene use Override; "
                    + "to write it set Access to Write or Read Write, and check that the direction is meant so", signal);
            }
        }
    }
}
