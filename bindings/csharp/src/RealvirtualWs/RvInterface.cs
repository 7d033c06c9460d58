using System;
using System.Diagnostics;
using System.Threading;
using RealvirtualWs.Interop;

namespace RealvirtualWs
{
    /// <summary>
    /// A server or a client of the WebSocket wire protocol v2 with its signals.
    /// </summary>
    /// <remarks>
    /// <para>
    /// Create it, add signals, <see cref="Start"/> it, call <see cref="Dispatch"/> in each cycle or frame, and
    /// <see cref="Dispose"/> it. Every member may be used from any thread at any time. Nothing calls back by itself: all
    /// events are raised by <see cref="Dispatch"/> on the thread that calls it, and one thread at a time should.
    /// </para>
    /// <para>
    /// Members that wait take a time-out in milliseconds and wait in the runtime, not in the library, in steps of at most
    /// 100 ms, so that an application domain with a waiting thread unloads quickly. After <see cref="Dispose"/>, members
    /// throw <see cref="ObjectDisposedException"/>, and those that return an <see cref="RvResult"/> return
    /// <see cref="RvResult.Handle"/>.
    /// </para>
    /// </remarks>
    public sealed unsafe partial class RvInterface : IDisposable
    {
        /// <summary>The longest time that a thread waits without looking whether it should go on.</summary>
        internal const int SliceMs = 100;

        private readonly RvHandle _handle;

        private RvInterface(RvHandle handle, bool isServer)
        {
            _handle = handle;
            IsServer = isServer;
        }

        /// <summary>Creates a server. It does nothing on the network before <see cref="Start"/>.</summary>
        /// <param name="options">Null for the defaults. They are copied.</param>
        /// <exception cref="RvArgumentException">An option is out of its range; the message names it.</exception>
        /// <exception cref="RvConnectionException">The address is malformed.</exception>
        /// <exception cref="RvLibraryException">The native library is missing or does not fit.</exception>
        public static RvInterface CreateServer(RvOptions options = null)
        {
            return Create(options, rv_mode.RV_MODE_SERVER);
        }

        /// <summary>
        /// Creates a client. It does nothing on the network before <see cref="Start"/> or <see cref="Import"/>.
        /// </summary>
        /// <param name="options">Null for the defaults. They are copied.</param>
        /// <exception cref="RvArgumentException">An option is out of its range; the message names it.</exception>
        /// <exception cref="RvLibraryException">The native library is missing or does not fit.</exception>
        public static RvInterface CreateClient(RvOptions options = null)
        {
            return Create(options, rv_mode.RV_MODE_CLIENT);
        }

        private static RvInterface Create(RvOptions options, rv_mode mode)
        {
            rv_options native;
            rv_interface* pointer = null;
            using (NativeStrings strings = new NativeStrings())
            {
                (options ?? new RvOptions()).Write(&native, mode, strings);
                RvLibrary.Throw(NativeMethods.rv_create(&native, &pointer));
            }
            return new RvInterface(new RvHandle(pointer), mode == rv_mode.RV_MODE_SERVER);
        }

        /// <summary>Whether it is a server.</summary>
        public bool IsServer { get; private set; }

        /// <summary>Whether <see cref="Dispose"/> was called.</summary>
        public bool IsDisposed
        {
            get { return _handle.IsClosed; }
        }

        /// <summary>
        /// Starts. A server has its port when this returns; a client has begun to connect (<see cref="WaitConnected"/>) and
        /// goes on trying. Starting what is started does nothing.
        /// </summary>
        /// <exception cref="RvConnectionException">Server: the port is in use or not permitted, the address is none of this
        /// machine's, or reaches beyond it without <see cref="RvOptions.AllowAnonymousNetwork"/>. Both: a file of the
        /// options <c>Tls…</c> cannot be used.</exception>
        public void Start()
        {
            RvLibrary.Throw(NativeMethods.rv_start(Pointer));
            GC.KeepAlive(this);
        }

        /// <summary>
        /// Reads the files of the options <c>Tls…</c> again: connections that are made from now on use what they hold
        /// now. Any thread, at any time; reads files, so it takes a moment.
        /// </summary>
        /// <exception cref="RvConnectionException">Something in them cannot be used; everything stays as it was.</exception>
        /// <exception cref="RvException"><see cref="RvResult.State"/>: TLS is off.</exception>
        public void ReloadTls()
        {
            RvLibrary.Throw(NativeMethods.rv_reload_tls(Pointer));
            GC.KeepAlive(this);
        }

        /// <summary>
        /// Stops: sends what is due, closes the connections, and gives the port back, which is free when this returns. It
        /// can be started again; signals and values stay. Waits inside the library, for at most that time.
        /// </summary>
        /// <param name="timeoutMs">In milliseconds.</param>
        /// <returns>False when something could not be sent in time; it is stopped all the same.</returns>
        public bool Stop(int timeoutMs = 1000)
        {
            int result = NativeMethods.rv_stop(Pointer, RvLibrary.Milliseconds(timeoutMs, "timeoutMs"));
            GC.KeepAlive(this);
            if (result == (int)RvResult.Timeout)
            {
                return false;
            }
            RvLibrary.Throw(result);
            return true;
        }

        /// <summary>
        /// Destroys it, from any thread, within half a second. It sends nothing any more: call <see cref="Stop"/> first
        /// where the last values matter. Calls that wait in other threads throw <see cref="ObjectDisposedException"/>, and
        /// tasks that are not complete are cancelled. Disposing again does nothing.
        /// </summary>
        public void Dispose()
        {
            _handle.Dispose();
            CancelRequests();
        }

        /// <summary>What it is doing, all of one moment.</summary>
        public RvInfo GetInfo()
        {
            rv_info info;
            RvLibrary.Throw(NativeMethods.rv_get_info(Pointer, &info, (uint)sizeof(rv_info)));
            GC.KeepAlive(this);
            return new RvInfo(info);
        }

        /// <summary>What it is doing.</summary>
        public RvState State
        {
            get { return GetInfo().State; }
        }

        /// <summary>The TCP port: a server's real one, also when the option was 0.</summary>
        public int Port
        {
            get { return GetInfo().Port; }
        }

        /// <summary>Whether a client is connected; of a server, whether it has a client.</summary>
        public bool IsConnected
        {
            get { return GetInfo().Clients > 0; }
        }

        /// <summary>What it has counted since it was created.</summary>
        public RvStats GetStats()
        {
            rv_stats stats;
            RvLibrary.Throw(NativeMethods.rv_get_stats(Pointer, &stats, (uint)sizeof(rv_stats)));
            GC.KeepAlive(this);
            return new RvStats(&stats);
        }

        /// <summary>Waits until there is a connection. Server: until a client has sent its first valid message.</summary>
        /// <param name="timeoutMs">In milliseconds; 0 only asks.</param>
        /// <param name="cancellation">Ends the waiting.</param>
        /// <exception cref="RvConnectionException">There was none in time, or the client has given up; it says why.</exception>
        /// <exception cref="RvException">It is not started (<see cref="RvResult.State"/>).</exception>
        public void WaitConnected(int timeoutMs, CancellationToken cancellation = default(CancellationToken))
        {
            Deadline deadline = new Deadline(timeoutMs);
            for (;;)
            {
                cancellation.ThrowIfCancellationRequested();
                int slice = deadline.Slice();
                int result = NativeMethods.rv_wait_connected(Pointer, (uint)slice);
                GC.KeepAlive(this);
                if (result >= 0)
                {
                    return;
                }
                string message = RvLibrary.LastError;
                if (deadline.IsOver || !IsTrying(result))
                {
                    if (result == (int)RvResult.Timeout)
                    {
                        message = (IsServer ? "No client has" : "The client has not") + " connected within " + timeoutMs + " ms.";
                    }
                    throw RvException.For((RvResult)result, message);
                }
            }
        }

        /// <summary>Whether waiting on after such a result makes sense.</summary>
        private bool IsTrying(int result)
        {
            if (result == (int)RvResult.Handle || result == (int)RvResult.State || result == (int)RvResult.Panic
                || result == (int)RvResult.Unsupported)
            {
                return false;
            }
            RvState state = State;
            return state != RvState.Failed && state != RvState.Stopped;
        }

        /// <summary>
        /// Waits until there is something for <see cref="Dispatch"/> or for polling: a change or an event. Log records
        /// wake nobody. For a thread of its own; a program with a cycle just dispatches.
        /// </summary>
        /// <param name="timeoutMs">In milliseconds; 0 only asks.</param>
        /// <param name="cancellation">Ends the waiting.</param>
        /// <returns>False when the time is up.</returns>
        public bool Wait(int timeoutMs, CancellationToken cancellation = default(CancellationToken))
        {
            Deadline deadline = new Deadline(timeoutMs);
            for (;;)
            {
                cancellation.ThrowIfCancellationRequested();
                if (HasQueued)
                {
                    return true;
                }
                int slice = deadline.Slice();
                int result = NativeMethods.rv_wait(Pointer, (uint)slice);
                GC.KeepAlive(this);
                RvLibrary.Throw(result);
                if (result > 0)
                {
                    return true;
                }
                if (deadline.IsOver)
                {
                    return false;
                }
            }
        }

        /// <summary>
        /// A file descriptor that is readable as long as there is a change or an event to poll, for <c>poll</c> or
        /// <c>epoll</c>. It belongs to the library: do not read from it, write to it or close it.
        /// </summary>
        /// <exception cref="RvException">On Windows (<see cref="RvResult.Unsupported"/>).</exception>
        public int GetEventFd()
        {
            int result = NativeMethods.rv_event_fd(Pointer);
            GC.KeepAlive(this);
            RvLibrary.Throw(result);
            return result;
        }

        /// <summary>NULL once disposed, which the library answers with its handle error.</summary>
        private rv_interface* Pointer
        {
            get { return _handle.Pointer; }
        }

        /// <summary>When a wait is over.</summary>
        internal struct Deadline
        {
            private readonly long _end;

            internal Deadline(int timeoutMs)
            {
                RvLibrary.Milliseconds(timeoutMs, "timeoutMs");
                _end = Now + timeoutMs;
            }

            internal bool IsOver
            {
                get { return Now >= _end; }
            }

            /// <summary>Milliseconds until then, at most <see cref="SliceMs"/>.</summary>
            internal int Slice()
            {
                return (int)Math.Max(0, Math.Min(SliceMs, _end - Now));
            }

            private static long Now
            {
                get { return (long)(Stopwatch.GetTimestamp() / (Stopwatch.Frequency / 1000.0)); }
            }
        }
    }
}
