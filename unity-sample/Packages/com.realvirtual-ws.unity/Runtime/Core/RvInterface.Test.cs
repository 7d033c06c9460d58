using System.Threading;
using System.Threading.Tasks;

namespace RealvirtualWs
{
    // The connection test. A part of its own, since a method cannot be both unsafe and async.
    public sealed partial class RvInterface
    {
        /// <summary>
        /// Tries whether a client with these options would reach its server: connects, measures one round trip, and
        /// disconnects. Needs no interface.
        /// </summary>
        /// <param name="options">Null for the defaults.</param>
        /// <param name="timeoutMs">In milliseconds.</param>
        /// <param name="cancellation">Gives it up.</param>
        /// <returns>What was measured.</returns>
        /// <exception cref="RvConnectionException">There was no connection; it says why and what to do.</exception>
        public static RvConnectionReport TestConnection(
            RvOptions options = null, int timeoutMs = 5000, CancellationToken cancellation = default(CancellationToken))
        {
            MayBlock();
            using (RvConnectionTest test = RvConnectionTest.Begin(options, timeoutMs))
            {
                while (!test.Poll())
                {
                    cancellation.ThrowIfCancellationRequested();
                    Thread.Sleep(LookMs);
                }
                return test.Result();
            }
        }

        /// <summary>
        /// As <see cref="TestConnection"/>, without waiting. There is no interface to dispatch, so the task looks by itself;
        /// where there are no timers, as in a browser, use <see cref="RvConnectionTest"/>.
        /// </summary>
        public static async Task<RvConnectionReport> TestConnectionAsync(
            RvOptions options = null, int timeoutMs = 5000, CancellationToken cancellation = default(CancellationToken))
        {
            using (RvConnectionTest test = RvConnectionTest.Begin(options, timeoutMs))
            {
                while (!test.Poll())
                {
                    await Task.Delay(LookMs, cancellation);
                }
                return test.Result();
            }
        }
    }
}
