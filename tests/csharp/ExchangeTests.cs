using System;
using System.Collections.Generic;
using System.Threading;
using NUnit.Framework;

namespace RealvirtualWs.Tests
{
    [TestFixture]
    public class ExchangeTests
    {
        private static Pair Pair(RvOptions server = null)
        {
            return new Pair(s =>
            {
                s.AddBool("Sensor", RvDirection.Input);
                s.AddInt("Count", RvDirection.Input);
                s.AddFloat("Motor", RvDirection.Output);
                s.AddText("Order", RvDirection.Output, options: new RvSignalOptions { FifoDepth = 16 });
                s.AddBool("Start", RvDirection.Output);
            }, server).Imported();
        }

        [Test]
        public void ValuesCrossInBothDirections()
        {
            using (Pair pair = Pair())
            {
                pair.Until(() => pair.Client.SignalCount == 5, "all signals");
                Assert.IsTrue(pair.Client["Motor"].IsImported);
                Assert.AreEqual(RvAccess.ReadWrite, pair.Client["Motor"].Access);
                ((RvSignal<bool>)pair.Server["Sensor"]).Value = true;
                ((RvSignal<long>)pair.Server["Count"]).Value = -7;
                ((RvSignal<double>)pair.Client["Motor"]).Value = 12.5;
                ((RvSignal<string>)pair.Client["Order"]).Value = "grün 信号 😀";
                pair.Until(() => Equals(pair.Client["Sensor"].BoxedValue, true), "Sensor");
                pair.Until(() => Equals(pair.Client["Count"].BoxedValue, -7L), "Count");
                pair.Until(() => Equals(pair.Server["Motor"].BoxedValue, 12.5), "Motor");
                pair.Until(() => Equals(pair.Server["Order"].BoxedValue, "grün 信号 😀"), "Order");
                RvSignalInfo info = pair.Server["Motor"].Info;
                Assert.AreEqual(RvQuality.Good, info.Quality);
                Assert.AreEqual(pair.Server.GetClientIds()[0], info.Source);
                Assert.IsTrue(pair.Server["Motor"].Age < TimeSpan.FromSeconds(10), "Age");
                Assert.IsNull(pair.Server["Sensor"].Age, "of what this program has set");
            }
        }

        [Test]
        public void APulseThatIsOverIsSeenInItsRiseCount()
        {
            using (Pair pair = Pair())
            {
                RvSignal<bool> start = (RvSignal<bool>)pair.Client["Start"];
                for (int i = 0; i < 3; i++)
                {
                    uint rises = 0;
                    start.Value = true;
                    start.Value = false;
                    RvChange[] changes = new RvChange[16];
                    int seen = 0;
                    Tests.Pair.Eventually(() =>
                    {
                        int count = pair.Server.Poll(changes);
                        for (int c = 0; c < count; c++)
                        {
                            if (changes[c].SignalId == pair.Server["Start"].Id)
                            {
                                rises += changes[c].RiseCount;
                                seen += (int)changes[c].ChangeCount;
                            }
                        }
                        return seen >= 2;
                    }, "the pulse");
                    Assert.AreEqual(1, rises);
                    Assert.AreEqual(false, pair.Server["Start"].BoxedValue);
                }
            }
        }

        [Test]
        public void EveryEntryOfAFifoArrivesWithItsText()
        {
            using (Pair pair = Pair())
            {
                RvSignal<string> order = (RvSignal<string>)pair.Client["Order"];
                List<string> got = new List<string>();
                List<string> sent = new List<string>();
                ((RvSignal<string>)pair.Server["Order"]).ValueChanged += got.Add;
                for (int i = 0; i < 5; i++)
                {
                    string text = "Auftrag ä" + i;
                    sent.Add(text);
                    order.Value = text;
                    pair.Client.Flush();
                    int before = i;
                    // The client's signal has no FIFO: it sends the newest. The server's keeps what arrives.
                    Tests.Pair.Eventually(
                        () => pair.Server.GetStats().Changes > (ulong)before, "entry " + i + " arrives without being taken");
                }
                pair.Until(() => got.Count == 5, "all entries");
                Assert.AreEqual(sent, got);
            }
        }

        [Test]
        public void EventsComeOnTheThreadThatDispatchesAndOnNoOther()
        {
            using (Pair pair = Pair())
            {
                int raised = 0, here = Thread.CurrentThread.ManagedThreadId, elsewhere = 0;
                Action note = () =>
                {
                    raised++;
                    elsewhere += Thread.CurrentThread.ManagedThreadId == here ? 0 : 1;
                };
                pair.Server.Changed += c => note();
                pair.Server["Motor"].Changed += c => note();
                pair.Server.ClientConnected += e => note();
                pair.Server.ClientDisconnected += e => note();
                pair.Server.StateChanged += s => note();
                pair.Server.Log += r => note();
                pair.Client.ConnectionChanged += e => note();
                ((RvSignal<double>)pair.Client["Motor"]).Value = 3;
                Tests.Pair.Eventually(() => pair.Server.Wait(0), "something to dispatch");
                Assert.AreEqual(0, raised, "nothing is raised without Dispatch");
                pair.Until(() => raised >= 4, "the events");
                Assert.AreEqual(0, elsewhere);
            }
        }

        [Test]
        public void EachEventIsRaisedForWhatItIs()
        {
            using (Pair pair = Pair(new RvOptions { RawEvents = true, LogToStderr = false }))
            {
                List<string> told = new List<string>();
                pair.Server.ClientConnected += e => told.Add("joined " + e.ClientId);
                pair.Server.ClientDisconnected += e => told.Add("left " + e.ClientId);
                pair.Server.StateChanged += state => told.Add("state " + state);
                List<RvState> states = new List<RvState>();
                pair.Client.StateChanged += states.Add;
                pair.Server.RawMessage += e => told.Add("raw " + e.Text);
                pair.Server.EventReceived += e => told.Add("event " + e.Type);
                pair.Client.SendRaw("{\"type\":\"x_ä\",\"n\":1}");
                uint id = pair.Server.GetClientIds()[0];
                pair.Until(() => told.Contains("raw {\"type\":\"x_ä\",\"n\":1}"), "the message");
                Assert.IsTrue(told.Contains("joined " + id) && told.Contains("event ClientJoined"), string.Join(", ", told.ToArray()));
                Assert.IsTrue(told.Contains("state Listening"), string.Join(", ", told.ToArray()));

                RvClientInfo client = pair.Server.GetClient(id);
                Assert.AreEqual("realvirtual-ws", client.Name);
                Assert.IsTrue(client.Address.StartsWith("127.0.0.1:") && !client.IsSubscribed && client.FramesIn > 0);
                pair.Client.Stop();
                pair.Until(() => told.Contains("left " + id), "the client leaves");
                Assert.IsNull(pair.Server.GetClient(id));
                Assert.IsFalse(pair.Server.DisconnectClient(id));
                Assert.AreEqual(0, pair.Server.GetClients().Count);
                pair.Server.Stop();
                pair.Until(() => told.Contains("state Stopped"), "stopped");
                pair.Until(() => states.Contains(RvState.Stopped), "the client's events");
                Assert.AreEqual(
                    new[] { "state Listening", "state Stopped" }, told.FindAll(line => line.StartsWith("state ")));
                Assert.AreEqual(new[] { RvState.Connecting, RvState.Connected, RvState.Stopped }, states);
            }
        }

        [Test]
        public void AClientIsToldWhyItsConnectionEnded()
        {
            using (Pair pair = Pair())
            {
                RvEvent last = default(RvEvent);
                pair.Client.ConnectionChanged += e => last = e;
                uint id = pair.Server.GetClientIds()[0];
                pair.Until(() => last.Type == RvEventType.Connected, "connected");
                Assert.IsTrue(pair.Server.DisconnectClient(id));
                pair.Until(() => last.Type == RvEventType.Disconnected, "disconnected");
                Assert.IsTrue(last.Text.Length > 0, "it says why");
                pair.Until(() => last.Type == RvEventType.Connected, "connected again");
            }
        }

        [Test]
        public void AFailsafeValueIsSeenWhenTheWriterIsLost()
        {
            RvOptions options = new RvOptions { Port = 0 };
            using (Pair pair = new Pair(s => s.AddFloat("Speed", RvDirection.Output, options: new RvSignalOptions
            {
                Failsafe = 0.5, FailsafeAfterMs = 10,
            }), options).Imported())
            {
                RvChange last = default(RvChange);
                pair.Server["Speed"].Changed += c => last = c.Record;
                ((RvSignal<double>)pair.Client["Speed"]).Value = 9;
                pair.Until(() => last.Float == 9, "the value");
                pair.Client.Dispose();
                Tests.Pair.Eventually(() =>
                {
                    pair.Server.Dispatch();
                    return (last.Flags & RvChangeFlags.Failsafe) != 0;
                }, "the fail-safe value");
                Assert.AreEqual(0.5, last.Float);
                Assert.AreEqual(0.5, pair.Server["Speed"].BoxedValue);
                Assert.AreEqual(RvQuality.Stale, pair.Server["Speed"].Quality);
            }
        }

        [Test]
        public void ASubscriptionFiltersAndEnds()
        {
            using (Pair pair = Pair())
            {
                pair.Client.Subscribe("Count");
                uint id = pair.Server.GetClientIds()[0];
                Tests.Pair.Eventually(() => pair.Server.GetClient(id).IsSubscribed, "subscribed");
                ((RvSignal<bool>)pair.Server["Sensor"]).Value = true;
                ((RvSignal<long>)pair.Server["Count"]).Value = 5;
                pair.Until(() => Equals(pair.Client["Count"].BoxedValue, 5L), "what was asked for");
                Assert.AreEqual(false, pair.Client["Sensor"].BoxedValue);
                pair.Client.SubscribeAll();
                pair.Until(() => Equals(pair.Client["Sensor"].BoxedValue, true), "everything again");
                Assert.AreEqual(RvResult.Unsupported, Assert.Throws<RvException>(() => pair.Server.Subscribe("a")).Code);
            }
        }

        [Test]
        public void NothingIsLostWhenAHandlerThrows()
        {
            using (Pair pair = Pair())
            {
                List<string> got = new List<string>();
                pair.Server.Changed += c =>
                {
                    got.Add(c.Signal.Name + " " + c.Text);
                    if (c.Signal.Name == "Motor")
                    {
                        throw new InvalidOperationException("the handler's own");
                    }
                };
                pair.Client.SetValues(
                    RvValue.Float(pair.Client["Motor"].Id, 1), RvValue.Text(pair.Client["Order"].Id, "ä"),
                    RvValue.Bool(pair.Client["Start"].Id, true));
                int thrown = 0;
                Tests.Pair.Eventually(() =>
                {
                    try
                    {
                        pair.Server.Dispatch();
                    }
                    catch (InvalidOperationException)
                    {
                        thrown++;
                    }
                    return got.Count == 3;
                }, "three changes");
                got.Sort(StringComparer.Ordinal);
                Assert.AreEqual(new[] { "Motor ", "Order ä", "Start " }, got);
                Assert.AreEqual(1, thrown);
            }
        }

        [Test]
        public void WhatIsSentByHandGoesOutWithAFlush()
        {
            using (Pair pair = Pair(new RvOptions { SendMode = RvSendMode.Manual, HeartbeatMs = 0 }))
            {
                RvSignal<long> count = (RvSignal<long>)pair.Server["Count"];
                pair.Until(() => pair.Client["Count"].Quality == RvQuality.Good, "the state at the beginning");
                ulong cycles = pair.Client.GetStats().Cycles;
                count.Value = 8;
                Tests.Pair.Eventually(() => pair.Client.GetStats().Cycles > cycles + 3, "time to send unasked");
                Assert.AreEqual(0L, pair.Client["Count"].BoxedValue);
                pair.Server.Flush();
                pair.Until(() => Equals(pair.Client["Count"].BoxedValue, 8L), "the value");
            }
        }

        [Test]
        public void PollingByHandGivesWhatDispatchWouldRaise()
        {
            using (Pair pair = Pair())
            {
                RvChange[] changes = new RvChange[8];
                ((RvSignal<string>)pair.Client["Order"]).Value = "ä信号";
                int count = 0;
                Tests.Pair.Eventually(() => (count = pair.Server.Poll(changes)) > 0, "a change");
                Assert.AreEqual(1, count);
                Assert.AreEqual(pair.Server["Order"].Id, changes[0].SignalId);
                Assert.AreEqual(RvKind.Text, changes[0].Kind);
                Assert.AreEqual("ä信号", pair.Server.GetChangeText(0));
                Assert.AreEqual(RvResult.NotFound, Assert.Throws<RvArgumentException>(() => pair.Server.GetChangeText(1)).Code);
                RvEvent e;
                bool joined = false;
                while (pair.Server.TryPollEvent(out e))
                {
                    joined |= e.Type == RvEventType.ClientJoined && e.Text.Contains("127.0.0.1");
                }
                Assert.IsTrue(joined, "the client that joined");
                RvLogRecord record;
                Assert.IsTrue(pair.Server.TryPollLog(out record) && record.Text.Length > 0, "a log record");
                Assert.AreEqual(0, pair.Server.Dispatch());
            }
        }
    }
}
