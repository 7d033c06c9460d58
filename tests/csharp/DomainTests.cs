using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using NUnit.Framework;

namespace RealvirtualWs.Tests
{
    /// <summary>An application domain with running interfaces is unloaded, as the Unity editor does before each play.</summary>
    [TestFixture]
    public class DomainTests
    {
        private const int Times = 10;
        private const int LimitMs = 2000;

        [Test]
        public void F20_a_domain_with_a_running_interface_is_unloaded()
        {
            if (Type.GetType("Mono.Runtime") == null)
            {
                Assert.Ignore("this runtime has no application domains");
            }
            int live = RvLibrary.LiveCount;
            for (int i = 0; i < Times; i++)
            {
                AppDomain domain = AppDomain.CreateDomain("play " + i);
                Player player = (Player)domain.CreateInstanceAndUnwrap(typeof(Player).Assembly.FullName, typeof(Player).FullName);
                int port = player.Play();
                Assert.IsTrue(RvLibrary.LiveCount > live, "the library serves both domains");
                Stopwatch watch = Stopwatch.StartNew();
                Exception failure = null;
                Thread unload = new Thread(() =>
                {
                    try
                    {
                        AppDomain.Unload(domain);
                    }
                    catch (Exception e)
                    {
                        failure = e;
                    }
                });
                unload.IsBackground = true; // one that hangs must not keep the process
                unload.Start();
                Assert.IsTrue(unload.Join(LimitMs), "unload " + i + " hangs");
                Assert.IsNull(failure);
                Assert.IsTrue(watch.ElapsedMilliseconds < LimitMs, watch.ElapsedMilliseconds + " ms");
                Pair.Eventually(() => RvLibrary.LiveCount <= live, "the domain's interfaces are destroyed");
                TcpListener listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start(); // throws when the port is in use
                listener.Stop();
            }
        }

        /// <summary>
        /// What runs in the domain: a server, a client, and threads that dispatch and wait. The interfaces are left
        /// running; the threads end with the domain, because Mono 6.8 now and then aborts the process when it unloads
        /// a domain while a thread of it comes back from a native call, of whatever library.
        /// </summary>
        public sealed class Player : MarshalByRefObject
        {
            private static readonly List<Thread> Threads = new List<Thread>();
            private static volatile bool _ending;
            private static RvInterface _server;
            private static RvInterface _client;
            private static RvInterface _lonely;

            public int Play()
            {
                AppDomain.CurrentDomain.DomainUnload += End;
                _server = RvInterface.CreateServer(new RvOptions { Port = 0 });
                RvSignal<long> count = _server.AddInt("Count", RvDirection.Input);
                _server.Start();
                int port = _server.Port;
                _client = RvInterface.CreateClient(new RvOptions { Port = port });
                _client.Start();
                _client.Import();
                _lonely = RvInterface.CreateClient(new RvOptions { Port = 1 });
                _lonely.Start();
                Run(() =>
                {
                    count.Value++;
                    _server.Dispatch();
                });
                Run(() => _client.Wait(50)); // changes are not taken, so it spins
                Run(() => _server.Wait(50));
                Run(() =>
                {
                    try
                    {
                        _lonely.WaitConnected(50);
                    }
                    catch (RvConnectionException)
                    {
                        // Nothing listens there, as it should be.
                    }
                });
                _server.WaitConnected(5000);
                return port;
            }

            private static void End(object sender, EventArgs e)
            {
                _ending = true;
                foreach (Thread thread in Threads)
                {
                    thread.Join();
                }
            }

            private static void Run(Action action)
            {
                Thread thread = new Thread(() =>
                {
                    while (!_ending)
                    {
                        action();
                    }
                });
                thread.IsBackground = true;
                Threads.Add(thread);
                thread.Start();
            }
        }
    }
}
