using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using RealvirtualWs.Interop;

namespace RealvirtualWs
{
    // What waits for an answer of the other side.
    public sealed unsafe partial class RvInterface
    {
        /// <summary>How often a waiting thread looks for its answer, in milliseconds.</summary>
        private const int LookMs = 5;

        private readonly List<Request> _requests = new List<Request>();

        /// <summary>
        /// Asks for the signals of the other side and declares them here. Names that exist keep their id and kind; nothing
        /// is deleted. A client connects for this when it is not connected, and disconnects again afterwards; a server must
        /// be started, and asks all its clients. Store each signal's <see cref="RvSignal.Access"/> with it.
        /// </summary>
        /// <param name="timeoutMs">In milliseconds; what has arrived by then is declared.</param>
        /// <param name="cancellation">Gives it up.</param>
        /// <exception cref="RvConnectionException">Nobody answered in time, or there is no connection to be had.</exception>
        /// <exception cref="RvException">Another import is running, or a server is not started
        /// (<see cref="RvResult.State"/>).</exception>
        public RvImportReport Import(int timeoutMs = 10000, CancellationToken cancellation = default(CancellationToken))
        {
            return Await(new ImportRequest(), BeginImport(timeoutMs), cancellation);
        }

        /// <summary>
        /// As <see cref="Import"/>, without waiting. <see cref="Dispatch"/> completes the task, on its thread, also when it
        /// is cancelled.
        /// </summary>
        public Task<RvImportReport> ImportAsync(
            int timeoutMs = 10000, CancellationToken cancellation = default(CancellationToken))
        {
            return Async(new ImportRequest(), BeginImport(timeoutMs), cancellation);
        }

        /// <summary>As <see cref="ImportAsync(int, CancellationToken)"/>, with 10 seconds.</summary>
        public Task<RvImportReport> ImportAsync(CancellationToken cancellation)
        {
            return ImportAsync(10000, cancellation);
        }

        private Begin BeginImport(int timeoutMs)
        {
            uint time = RvLibrary.Milliseconds(timeoutMs, "timeoutMs");
            return token => NativeMethods.rv_import_begin(Pointer, time, token);
        }

        /// <summary>Client: asks the server for its configuration, a JSON object.</summary>
        /// <param name="timeoutMs">In milliseconds.</param>
        /// <param name="cancellation">Gives it up.</param>
        /// <exception cref="RvConnectionException">There is no connection, it broke, or no answer came in time.</exception>
        /// <exception cref="RvException">Another such request is not answered yet (<see cref="RvResult.State"/>), or this is
        /// a server (<see cref="RvResult.Unsupported"/>).</exception>
        public string GetConfig(int timeoutMs = 5000, CancellationToken cancellation = default(CancellationToken))
        {
            return Await(new ConfigRequest(), BeginGetConfig(timeoutMs), cancellation);
        }

        /// <summary>As <see cref="GetConfig"/>, without waiting; completed by <see cref="Dispatch"/>.</summary>
        public Task<string> GetConfigAsync(
            int timeoutMs = 5000, CancellationToken cancellation = default(CancellationToken))
        {
            return Async(new ConfigRequest(), BeginGetConfig(timeoutMs), cancellation);
        }

        private Begin BeginGetConfig(int timeoutMs)
        {
            uint time = RvLibrary.Milliseconds(timeoutMs, "timeoutMs");
            return token => NativeMethods.rv_config_get_begin(Pointer, time, token);
        }

        /// <summary>Client: asks the server to apply a configuration.</summary>
        /// <param name="json">A JSON object.</param>
        /// <param name="timeoutMs">In milliseconds. Servers made with this library answer within about 5 seconds.</param>
        /// <param name="cancellation">Gives it up; the server may have applied it.</param>
        /// <returns>What the server says to it, which may be empty.</returns>
        /// <exception cref="RvConnectionException">
        /// The server refused it (<see cref="RvResult.Denied"/>, with what it said), or there is no connection or no answer
        /// in time; then it may have been applied.
        /// </exception>
        /// <exception cref="RvArgumentException">It is no JSON object.</exception>
        public string SetConfig(
            string json, int timeoutMs = 10000, CancellationToken cancellation = default(CancellationToken))
        {
            return Await(new ConfigRequest(), BeginSetConfig(json, timeoutMs), cancellation);
        }

        /// <summary>As <see cref="SetConfig"/>, without waiting; completed by <see cref="Dispatch"/>.</summary>
        public Task<string> SetConfigAsync(
            string json, int timeoutMs = 10000, CancellationToken cancellation = default(CancellationToken))
        {
            return Async(new ConfigRequest(), BeginSetConfig(json, timeoutMs), cancellation);
        }

        private Begin BeginSetConfig(string json, int timeoutMs)
        {
            uint time = RvLibrary.Milliseconds(timeoutMs, "timeoutMs");
            byte[] bytes = Utf8.Encode(NotNull(json, "json"), "The configuration");
            return token =>
            {
                fixed (byte* text = bytes)
                {
                    return NativeMethods.rv_config_set_begin(Pointer, text, time, token);
                }
            };
        }

        /// <summary>
        /// Server: publishes its configuration, a JSON object: clients that ask get it as it is now. A server that has
        /// published one is also asked to change it: <see cref="ConfigSet"/>.
        /// </summary>
        /// <exception cref="RvArgumentException">It is no JSON object.</exception>
        /// <exception cref="RvException">This is a client.</exception>
        public void PublishConfig(string json)
        {
            fixed (byte* text = Utf8.Encode(NotNull(json, "json"), "The configuration"))
            {
                RvLibrary.Throw(NativeMethods.rv_config_publish(Pointer, text));
                GC.KeepAlive(this);
            }
        }

        internal bool ReplyConfig(uint token, bool success, string message)
        {
            fixed (byte* text = Utf8.Encode(message ?? "", "The message"))
            {
                int result = NativeMethods.rv_config_reply(Pointer, token, success ? (byte)1 : (byte)0, text);
                GC.KeepAlive(this);
                if (result == (int)RvResult.NotFound)
                {
                    return false;
                }
                RvLibrary.Throw(result);
                return true;
            }
        }

        private static string NotNull(string value, string parameter)
        {
            if (value == null)
            {
                throw new ArgumentNullException(parameter);
            }
            return value;
        }

        /// <summary>Begins a request: gives its result, and its number.</summary>
        private delegate int Begin(uint* token);

        private T BeginRequest<T>(T request, Begin begin)
            where T : Request
        {
            // Under the lock, so that nobody takes the event that completes it before it is known.
            lock (_pumpLock)
            {
                uint token;
                RvLibrary.Throw(begin(&token));
                request.Token = token;
                _requests.Add(request);
                return request;
            }
        }

        private T Await<T>(Request<T> request, Begin begin, CancellationToken cancellation)
        {
            MayBlock();
            cancellation.ThrowIfCancellationRequested();
            request = BeginRequest(request, begin);
            try
            {
                while (!request.IsDone)
                {
                    Pump();
                    if (!request.IsDone)
                    {
                        cancellation.ThrowIfCancellationRequested();
                        Thread.Sleep(LookMs);
                    }
                }
            }
            finally
            {
                Forget(request);
            }
            return request.Result();
        }

        private Task<T> Async<T>(Request<T> request, Begin begin, CancellationToken cancellation)
        {
            cancellation.ThrowIfCancellationRequested();
            request.Cancellation = cancellation;
            request.Source = new TaskCompletionSource<T>();
            return BeginRequest(request, begin).Source.Task;
        }

        /// <summary>In a browser nothing arrives while the only thread waits.</summary>
        private static void MayBlock()
        {
#if UNITY_WEBGL && !UNITY_EDITOR
            throw new RvException(
                RvResult.Unsupported, "A browser's only thread must not wait: use the form that ends in Async, and Dispatch.");
#endif
        }

        /// <summary>Takes a request off the list; one that is not done is given up.</summary>
        private void Forget(Request request)
        {
            bool given;
            lock (_pumpLock)
            {
                given = _requests.Remove(request) && !request.IsDone;
            }
            if (given && !IsDisposed)
            {
                NativeMethods.rv_cancel(Pointer, request.Token);
                GC.KeepAlive(this);
            }
        }

        /// <summary>Called with the lock held.</summary>
        private void NoteCompletion(Queued queued)
        {
            foreach (Request request in _requests)
            {
                if (request.Token == queued.Event.Token && request.Type == queued.Event.Type)
                {
                    request.Done(queued);
                }
            }
        }

        private RvImportReport FetchReport(RvEvent e)
        {
            rv_import_report native = default(rv_import_report);
            if (e.Result >= 0)
            {
                NativeMethods.rv_import_result(Pointer, e.Token, &native, (uint)sizeof(rv_import_report));
                GC.KeepAlive(this);
            }
            return new RvImportReport(e.Token, e.Result, native, e.Text);
        }

        /// <summary>Completes the tasks whose answer has come or that were cancelled.</summary>
        private void FinishRequests()
        {
            for (;;)
            {
                Request finished = null;
                lock (_pumpLock)
                {
                    for (int i = 0; i < _requests.Count && finished == null; i++)
                    {
                        Request request = _requests[i];
                        if (request.IsAsync && (request.IsDone || request.Cancellation.IsCancellationRequested))
                        {
                            finished = request;
                        }
                    }
                }
                if (finished == null)
                {
                    return;
                }
                Forget(finished);
                finished.Finish();
            }
        }

        /// <summary>Cancels every task; those that wait notice by themselves.</summary>
        private void CancelRequests()
        {
            Request[] all;
            lock (_pumpLock)
            {
                all = _requests.ToArray();
                _requests.Clear();
            }
            foreach (Request request in all)
            {
                if (request.IsAsync)
                {
                    request.Finish();
                }
            }
        }

        private abstract class Request
        {
            private volatile bool _isDone;

            internal uint Token;
            internal CancellationToken Cancellation;

            internal RvEvent Event { get; private set; }

            internal bool IsDone
            {
                get { return _isDone; }
            }

            internal abstract RvEventType Type { get; }

            internal abstract bool IsAsync { get; }

            internal virtual void Done(Queued queued)
            {
                Event = queued.Event;
                _isDone = true;
            }

            /// <summary>Completes the task: with the answer, or as cancelled when there is none.</summary>
            internal abstract void Finish();
        }

        private abstract class Request<T> : Request
        {
            internal TaskCompletionSource<T> Source;

            internal override bool IsAsync
            {
                get { return Source != null; }
            }

            protected abstract T Answer { get; }

            internal T Result()
            {
                if (Event.Result < 0)
                {
                    throw RvException.For(Event.Result, Event.Text);
                }
                return Answer;
            }

            internal override void Finish()
            {
                if (!IsDone || Event.Result == RvResult.Cancelled)
                {
                    Source.TrySetCanceled();
                }
                else if (Event.Result < 0)
                {
                    Source.TrySetException(RvException.For(Event.Result, Event.Text));
                }
                else
                {
                    Source.TrySetResult(Answer);
                }
            }
        }

        private sealed class ConfigRequest : Request<string>
        {
            internal override RvEventType Type
            {
                get { return RvEventType.ConfigDone; }
            }

            protected override string Answer
            {
                get { return Event.Text; }
            }
        }

        private sealed class ImportRequest : Request<RvImportReport>
        {
            private RvImportReport _report;

            internal override RvEventType Type
            {
                get { return RvEventType.ImportDone; }
            }

            protected override RvImportReport Answer
            {
                get { return _report; }
            }

            internal override void Done(Queued queued)
            {
                _report = queued.Report;
                base.Done(queued);
            }
        }
    }
}
