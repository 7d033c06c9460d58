using System;
using System.Net;
using System.Net.Sockets;
using System.Reflection;
using System.Threading;
using NUnit.Framework;

namespace RealvirtualWs.Tests
{
    [TestFixture]
    public class LifetimeTests
    {
        private static void Collect()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            GC.Collect();
        }

        /// <summary>In a frame of its own, so that nothing on the stack keeps it.</summary>
        private static int Leak()
        {
            RvInterface server = RvInterface.CreateServer(new RvOptions { Port = 0 });
            server.AddBool("A");
            server.Start();
            return server.Port;
        }

        private static bool IsFree(int port)
        {
            try
            {
                TcpListener listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                listener.Stop();
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        }

        [Test]
        public void AForgottenInterfaceIsDestroyedByItsFinalizer()
        {
            int live = RvLibrary.LiveCount;
            int[] ports = new int[10];
            Thread thread = new Thread(() =>
            {
                for (int i = 0; i < ports.Length; i++)
                {
                    ports[i] = Leak();
                }
            });
            thread.Start();
            thread.Join(); // its stack is gone, and with it what a conservative collector would find there
            Pair.Eventually(() =>
            {
                Collect();
                return RvLibrary.LiveCount <= live;
            }, "all are destroyed");
            foreach (int port in ports)
            {
                Pair.Eventually(() => IsFree(port), "port " + port + " is free");
            }
        }

        [Test]
        public void AfterDisposeEveryMemberSaysSo()
        {
            RvInterface server = RvInterface.CreateServer(new RvOptions { Port = 0 });
            RvSignal<bool> signal = server.AddBool("A", RvDirection.Input);
            RvSignal<string> text = server.AddText("T", RvDirection.Input);
            server.Start();
            int port = server.Port;
            server.Dispose();
            server.Dispose();
            Assert.IsTrue(server.IsDisposed);
            Pair.Eventually(() => IsFree(port), "the port is free");
            Assert.AreEqual(RvResult.Handle, server.TrySetBool(0, true));
            Assert.AreEqual(RvResult.Handle, server.TrySetValues(new RvValue[1], 1));
            Assert.IsFalse(signal.TrySet(true));
            RvEvent e;
            RvLogRecord record;
            TestDelegate[] calls =
            {
                () => server.Start(), () => server.Stop(), () => server.Dispatch(), () => server.Flush(),
                () => server.GetInfo(), () => server.GetStats(), () => server.AddBool("B"), () => server.Import(10),
                () => server.ImportAsync(10), () => server.Poll(new RvChange[4]), () => server.Wait(10),
                () => server.WaitConnected(10), () => server.PublishConfig("{}"), () => server.SendRaw("{\"type\":\"x\"}"),
                () => server.GetClients(), () => server.SetValues(RvValue.Bool(0, true)), () => signal.Value = true,
                () => text.Value.ToString(), () => signal.Access.ToString(), () => server.TryPollEvent(out e),
                () => server.TryPollLog(out record), () => server.Signals.ToString(), () => server.GetConfig(10),
                () => server["unknown"].ToString(), () => server.GetEventFd(), () => server.Subscribe("a"),
            };
            foreach (TestDelegate call in calls)
            {
                string said = Assert.Throws<ObjectDisposedException>(call).Message;
                Assert.IsTrue(said.StartsWith("This interface is disposed"), said);
            }
        }

        [Test]
        public void DisposingFromAHandlerEndsTheDispatch()
        {
            using (Pair pair = new Pair(s =>
            {
                s.AddBool("A", RvDirection.Output);
                s.AddBool("B", RvDirection.Output);
            }).Imported())
            {
                int raised = 0;
                pair.Server.Changed += c =>
                {
                    raised++;
                    pair.Server.Dispose();
                };
                pair.Client.SetValues(RvValue.Bool(0, true), RvValue.Bool(1, true));
                Pair.Eventually(() =>
                {
                    if (!pair.Server.IsDisposed)
                    {
                        pair.Server.Dispatch();
                    }
                    return raised > 0;
                }, "a change");
                Assert.AreEqual(1, raised);
            }
        }

        [Test]
        public void AServerStopsAndStartsAndItsPortIsFreeInBetween()
        {
            using (RvInterface server = RvInterface.CreateServer(new RvOptions { Port = 0 }))
            {
                server.Start();
                int port = server.Port;
                RvOptions taken = new RvOptions { Port = port };
                using (RvInterface second = RvInterface.CreateServer(taken))
                {
                    RvConnectionException e = Assert.Throws<RvConnectionException>(() => second.Start());
                    Assert.AreEqual(RvResult.PortInUse, e.Code);
                    Assert.IsTrue(e.Message.Contains(port.ToString()), e.Message);
                    Assert.AreEqual(RvState.Listening, server.State);
                    Assert.IsTrue(server.Stop());
                    Assert.AreEqual(RvState.Stopped, server.State);
                    second.Start();
                    Assert.AreEqual(port, second.Port);
                }
                server.Start();
                Assert.AreEqual(RvState.Listening, server.State);
            }
        }

        [Test]
        public void ManyThreadsUseOneInterfaceWhileItIsDisposed()
        {
            for (int round = 0; round < 5; round++)
            {
                RvInterface server = RvInterface.CreateServer(new RvOptions { Port = 0 });
                RvSignal<string> text = server.AddText("T", RvDirection.Input);
                server.Start();
                Exception wrong = null;
                Thread[] threads = new Thread[4];
                for (int i = 0; i < threads.Length; i++)
                {
                    int number = i;
                    threads[i] = new Thread(() =>
                    {
                        try
                        {
                            for (int n = 0; ; n++)
                            {
                                text.Value = "thread " + number + " ä " + n;
                                string value = text.Value;
                                if (value.IndexOf("ä") < 0)
                                {
                                    throw new InvalidOperationException("half a text: " + value);
                                }
                            }
                        }
                        catch (ObjectDisposedException)
                        {
                        }
                        catch (Exception e)
                        {
                            wrong = e;
                        }
                    });
                    threads[i].Start();
                }
                Thread.Sleep(10);
                server.Dispose();
                foreach (Thread thread in threads)
                {
                    Assert.IsTrue(thread.Join(5000), "a thread goes on");
                }
                Assert.IsNull(wrong);
            }
        }
    }
}
