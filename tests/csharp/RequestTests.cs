using System;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using NUnit.Framework;

namespace RealvirtualWs.Tests
{
    [TestFixture]
    public class RequestTests
    {
        private static Pair Pair()
        {
            return new Pair(s => s.AddInt("A", RvDirection.Input));
        }

        /// <summary>Dispatches until the task ends, and gives its exception.</summary>
        private static Exception End(Pair pair, Task task)
        {
            pair.Until(() => task.IsCompleted, "the task ends");
            return task.Exception == null ? null : task.Exception.InnerException;
        }

        [Test]
        public void AnImportReportsWhatItDid()
        {
            using (Pair pair = Pair())
            {
                RvImportReport report = pair.Client.Import(3000);
                Assert.AreEqual(RvResult.Ok, report.Result);
                Assert.AreEqual(1, report.Added);
                Assert.AreEqual(1, report.Answered);
                Assert.AreEqual(
                    "1 added, 0 updated, 0 unchanged, 0 conflicting, 0 refused, 0 not answered", report.ToString());
                RvClientInfo client = pair.Server.GetClients()[0];
                Assert.AreEqual(client.Name + " (" + client.Address + "), client 1", client.ToString());
                report = pair.Client.Import(3000);
                Assert.AreEqual(0, report.Added);
                Assert.AreEqual(1, report.Unchanged);
                pair.Client.AddText("B");
                pair.Server.AddInt("B");
                report = pair.Client.Import(3000);
                Assert.AreEqual(1, report.Conflicting);
                Assert.IsTrue(report.Text.Contains("B"), report.Text);
            }
        }

        [Test]
        public void AnImportEndsInDispatchOnItsThread()
        {
            using (Pair pair = Pair())
            {
                int thread = 0;
                RvImportReport told = null;
                pair.Client.ImportDone += report => told = report;
                Task<RvImportReport> import = pair.Client.ImportAsync(3000);
                import.ContinueWith(
                    t => thread = Thread.CurrentThread.ManagedThreadId, TaskContinuationOptions.ExecuteSynchronously);
                Tests.Pair.Eventually(() => pair.Client.Wait(0) && pair.Client.SignalCount == 1, "the answer");
                Assert.IsFalse(import.IsCompleted, "nothing ends without Dispatch");
                Assert.IsNull(End(pair, import));
                Assert.AreEqual(1, import.Result.Added);
                Assert.AreEqual(Thread.CurrentThread.ManagedThreadId, thread);
                Assert.AreSame(import.Result, told);
            }
        }

        [Test]
        public void AServerImportsFromItsClients()
        {
            using (Pair pair = Pair())
            {
                pair.Client.AddFloat("FromClient", RvDirection.Output);
                Assert.AreEqual(1, pair.Server.Import(3000).Answered);
                Assert.AreEqual(RvKind.Float, pair.Server["FromClient"].Kind);
            }
        }

        [Test]
        public void ARequestThatNobodyAnswersEndsInTime()
        {
            TcpListener silent = new TcpListener(IPAddress.Loopback, 0);
            silent.Start();
            int port = ((IPEndPoint)silent.LocalEndpoint).Port;
            using (RvInterface client = RvInterface.CreateClient(new RvOptions { Port = port }))
            {
                Stopwatch watch = Stopwatch.StartNew();
                Assert.AreEqual(RvResult.Timeout, Assert.Throws<RvConnectionException>(() => client.Import(150)).Code);
                Assert.AreEqual(
                    RvResult.Timeout,
                    Assert.Throws<RvConnectionException>(
                        () => RvInterface.TestConnection(new RvOptions { Port = port }, 150)).Code);
                client.Start();
                Assert.Throws<RvConnectionException>(() => client.WaitConnected(150));
                Assert.IsTrue(watch.ElapsedMilliseconds >= 450, "not before its time");
                Assert.IsTrue(watch.ElapsedMilliseconds < 4000, watch.ElapsedMilliseconds + " ms");
            }
            silent.Stop();
        }

        [Test]
        public void WaitingIsCancelled()
        {
            TcpListener silent = new TcpListener(IPAddress.Loopback, 0);
            silent.Start();
            RvOptions options = new RvOptions { Port = ((IPEndPoint)silent.LocalEndpoint).Port };
            using (RvInterface client = RvInterface.CreateClient(options))
            {
                client.Start();
                Action<CancellationToken>[] waits =
                {
                    token => client.Import(60000, token),
                    token => client.WaitConnected(60000, token),
                    token => RvInterface.TestConnection(options, 60000, token),
                    token => RvInterface.TestConnectionAsync(options, 60000, token).GetAwaiter().GetResult(),
                };
                foreach (Action<CancellationToken> wait in waits)
                {
                    CancellationTokenSource source = new CancellationTokenSource();
                    Stopwatch watch = Stopwatch.StartNew();
                    source.CancelAfter(30);
                    try
                    {
                        wait(source.Token);
                        Assert.Fail("it was not cancelled");
                    }
                    catch (OperationCanceledException)
                    {
                        Assert.IsTrue(watch.ElapsedMilliseconds < 2000, watch.ElapsedMilliseconds + " ms");
                    }
                }
                CancellationTokenSource cancelled = new CancellationTokenSource();
                Task<RvImportReport> import = client.ImportAsync(60000, cancelled.Token);
                client.Dispatch();
                Assert.IsFalse(import.IsCompleted, "it is under way");
                cancelled.Cancel();
                Assert.IsFalse(import.IsCompleted, "it ends in Dispatch");
                client.Dispatch();
                Assert.IsTrue(import.IsCanceled, "cancelled");
            }
            silent.Stop();
        }

        [Test]
        public void AWaitingThreadIsWokenByDispose()
        {
            TcpListener silent = new TcpListener(IPAddress.Loopback, 0);
            silent.Start();
            RvInterface client = RvInterface.CreateClient(new RvOptions { Port = ((IPEndPoint)silent.LocalEndpoint).Port });
            client.Start();
            Task<RvImportReport> async = client.ImportAsync(60000);
            Exception seen = null;
            Thread waiting = new Thread(() =>
            {
                try
                {
                    client.WaitConnected(60000);
                }
                catch (Exception e)
                {
                    seen = e;
                }
            });
            waiting.Start();
            client.Dispose();
            Assert.IsTrue(waiting.Join(5000), "it still waits");
            Assert.IsTrue(seen is ObjectDisposedException, seen + "");
            Assert.IsTrue(async.IsCanceled, "a task is cancelled");
            silent.Stop();
        }

        [Test]
        public void AConfigurationIsReadAndSet()
        {
            using (Pair pair = Pair())
            {
                Assert.AreEqual("{}", pair.Client.GetConfig());
                RvConnectionException refused = Assert.Throws<RvConnectionException>(() => pair.Client.SetConfig("{\"a\":1}"));
                Assert.AreEqual(RvResult.Denied, refused.Code);
                pair.Server.PublishConfig("{\"name\":\"Zelle ä 信号\"}");
                Task<string> get = pair.Client.GetConfigAsync();
                Assert.IsNull(End(pair, get));
                Assert.AreEqual("{\"name\":\"Zelle ä 信号\"}", get.Result);

                RvConfigRequest asked = null;
                pair.Server.ConfigSet += request =>
                {
                    asked = request;
                    request.Reply(request.Json.Contains("1"), "gesehen: ä");
                };
                Task<string> set = pair.Client.SetConfigAsync("{\"a\":1}");
                Assert.IsNull(End(pair, set));
                Assert.AreEqual("gesehen: ä", set.Result);
                Assert.AreEqual("{\"a\":1}", asked.Json);
                Assert.IsFalse(asked.Reply(true), "it was answered");
                set = pair.Client.SetConfigAsync("{\"a\":2}");
                RvException e = (RvException)End(pair, set);
                Assert.AreEqual(RvResult.Denied, e.Code);
                Assert.IsTrue(e.Message.Contains("gesehen: ä"), e.Message);
                Assert.AreEqual(
                    RvResult.Argument, Assert.Throws<RvArgumentException>(() => pair.Client.SetConfig("[1]")).Code);
                Assert.AreEqual(RvResult.Unsupported, Assert.Throws<RvException>(() => pair.Server.GetConfig()).Code);
                Assert.AreEqual(
                    RvResult.Unsupported, Assert.Throws<RvException>(() => pair.Client.PublishConfig("{}")).Code);
            }
        }

        [Test]
        public void AConnectionTestMeasuresOrSaysWhyNot()
        {
            using (Pair pair = Pair())
            {
                RvConnectionReport report = RvInterface.TestConnection(pair.ClientOptions);
                Assert.IsTrue(report.IsLibrary && report.Result == RvResult.Ok, report.Text);
                Assert.IsTrue(report.ConnectTime > TimeSpan.Zero && report.RoundTrip > TimeSpan.Zero, report.Text);
                report = RvInterface.TestConnectionAsync(pair.ClientOptions).GetAwaiter().GetResult();
                Assert.IsTrue(report.ConnectTime > TimeSpan.Zero, report.Text);

                int port = pair.Server.Port;
                pair.Server.Stop();
                RvConnectionException e = Assert.Throws<RvConnectionException>(
                    () => RvInterface.TestConnection(new RvOptions { Port = port }));
                Assert.AreEqual(RvResult.Refused, e.Code);
                Assert.IsTrue(e.Message.Contains(port.ToString()), e.Message);
                using (RvConnectionTest test = RvConnectionTest.Begin(new RvOptions { Port = port }))
                {
                    Tests.Pair.Eventually(test.Poll, "the test ends");
                    Assert.AreEqual(RvResult.Refused, test.Report.Result);
                    Assert.IsTrue(test.Report.Text.Length > 0, "it says why");
                }
            }
        }

        [Test]
        public void AConnectionTestMindsNoMessageOfThePeersOwn()
        {
            TcpListener listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            try
            {
                RvOptions options = new RvOptions
                {
                    Port = ((IPEndPoint)listener.LocalEndpoint).Port, RawEvents = true,
                };
                using (RvConnectionTest test = RvConnectionTest.Begin(options))
                using (Peer peer = Peer.Accept(listener))
                {
                    peer.SendText("{\"type\":\"own\",\"text\":\"" + new string('x', 5000) + "\"}");
                    // It answers no pings, so the test looks on for a while after the message.
                    Tests.Pair.Eventually(test.Poll, "the test ends");
                    Assert.AreEqual(RvResult.Ok, test.Report.Result, test.Report.Text);
                }
            }
            finally
            {
                listener.Stop();
            }
        }

        [Test]
        public void WhatOthersWaitForIsNotTakenAway()
        {
            using (Pair pair = Pair())
            {
                // One thread dispatches while another waits for its import: each gets what it waits for.
                int done = 0;
                pair.Client.ImportDone += report => done++;
                for (int i = 0; i < 5; i++)
                {
                    Task<RvImportReport> import = Task.Run(() => pair.Client.Import(3000));
                    Assert.IsNull(End(pair, import));
                    int expected = i + 1;
                    pair.Until(() => done == expected, "the event");
                }
            }
        }
    }
}
