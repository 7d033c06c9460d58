using System;
using RealvirtualWs.Interop;

namespace RealvirtualWs
{
    /// <summary>
    /// A connection test that a program looks after in its own cycle: <see cref="Poll"/> until it is true, then
    /// <see cref="Report"/>, then <see cref="Dispose"/>, which before that gives the test up.
    /// </summary>
    public sealed unsafe class RvConnectionTest : IDisposable
    {
        private readonly RvHandle _handle;

        private RvConnectionTest(RvHandle handle)
        {
            _handle = handle;
        }

        /// <summary>Begins a test of whether a client with these options would reach its server.</summary>
        /// <param name="options">Null for the defaults.</param>
        /// <param name="timeoutMs">In milliseconds.</param>
        /// <exception cref="RvArgumentException">An option is out of its range; the message names it.</exception>
        public static RvConnectionTest Begin(RvOptions options = null, int timeoutMs = 5000)
        {
            rv_options native;
            rv_interface* pointer = null;
            using (NativeStrings strings = new NativeStrings())
            {
                (options ?? new RvOptions()).Write(&native, rv_mode.RV_MODE_CLIENT, strings);
                RvLibrary.Throw(NativeMethods.rv_test_connection_begin(
                    &native, RvLibrary.Milliseconds(timeoutMs, "timeoutMs"), &pointer));
            }
            return new RvConnectionTest(new RvHandle(pointer));
        }

        /// <summary>What it found; null until it is complete.</summary>
        public RvConnectionReport Report { get; private set; }

        /// <summary>Looks whether it is complete. Does not wait.</summary>
        public bool Poll()
        {
            while (Report == null)
            {
                rv_event native;
                byte[] buffer = Utf8.Scratch(2048);
                fixed (byte* text = buffer)
                {
                    int result = NativeMethods.rv_poll_event(
                        _handle.Pointer, &native, text, (UIntPtr)(uint)buffer.Length, null);
                    GC.KeepAlive(this);
                    RvLibrary.Throw(result);
                    if (result == 0)
                    {
                        return false;
                    }
                    if (native.type == (uint)rv_event_type.RV_EVENT_TEST_DONE)
                    {
                        Report = Read((RvResult)native.result, Utf8.Decode(text));
                    }
                }
            }
            return true;
        }

        /// <summary>The numbers that belong to the event.</summary>
        private RvConnectionReport Read(RvResult result, string text)
        {
            rv_connection_report native = default(rv_connection_report);
            if (result >= 0)
            {
                RvLibrary.Throw(NativeMethods.rv_test_connection_result(
                    _handle.Pointer, &native, (uint)sizeof(rv_connection_report)));
                GC.KeepAlive(this);
            }
            return new RvConnectionReport(result, native, text);
        }

        /// <summary>The report of a test that found a connection; otherwise throws why not.</summary>
        internal RvConnectionReport Result()
        {
            if (Report.Result < 0)
            {
                throw RvException.For(Report.Result, Report.Text);
            }
            return Report;
        }

        /// <summary>Ends it.</summary>
        public void Dispose()
        {
            _handle.Dispose();
        }
    }
}
