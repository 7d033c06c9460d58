using System;
using System.Diagnostics;
using System.Threading;
using NUnit.Framework;

namespace RealvirtualWs.Tests
{
    /// <summary>A server and a client in this process, connected through a real socket.</summary>
    internal sealed class Pair : IDisposable
    {
        internal readonly RvInterface Server;
        internal readonly RvInterface Client;

        internal Pair(Action<RvInterface> declare, RvOptions server = null, RvOptions client = null)
        {
            server = server ?? new RvOptions();
            server.Port = 0;
            Server = RvInterface.CreateServer(server);
            declare(Server);
            Server.Start();
            ClientOptions = client ?? new RvOptions();
            ClientOptions.Port = Server.Port;
            ClientOptions.ReconnectIntervalMs = 20;
            Client = RvInterface.CreateClient(ClientOptions);
            Client.Start();
            Client.WaitConnected(5000);
            Server.WaitConnected(5000);
        }

        internal RvOptions ClientOptions { get; private set; }

        /// <summary>The client with the server's signals.</summary>
        internal Pair Imported()
        {
            Client.Import();
            return this;
        }

        internal void Dispatch()
        {
            Server.Dispatch();
            Client.Dispatch();
        }

        /// <summary>Dispatches both until it is so.</summary>
        internal void Until(Func<bool> condition, string what)
        {
            Eventually(() =>
            {
                Dispatch();
                return condition();
            }, what);
        }

        /// <summary>Waits until it is so, and fails when it is not within 5 seconds.</summary>
        internal static void Eventually(Func<bool> condition, string what)
        {
            Stopwatch watch = Stopwatch.StartNew();
            while (!condition())
            {
                Assert.IsTrue(watch.ElapsedMilliseconds < 5000, "not within 5 s: " + what);
                Thread.Sleep(1);
            }
        }

        public void Dispose()
        {
            Client.Dispose();
            Server.Dispose();
        }
    }
}
