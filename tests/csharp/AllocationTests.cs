using System;
using System.Reflection;
using System.Threading;
using NUnit.Framework;

namespace RealvirtualWs.Tests
{
    /// <summary>What runs in each cycle allocates nothing in managed memory.</summary>
    [TestFixture]
    public class AllocationTests
    {
        private const int Rounds = 20000;

        private static object _kept;

        /// <summary>How many bytes so many rounds allocate on this thread, after some to warm up.</summary>
        private static long Allocated(int rounds, Action round)
        {
            // Runtimes count exactly, but the oldest declarations of theirs do not have it.
            MethodInfo method = typeof(GC).GetMethod("GetAllocatedBytesForCurrentThread");
            if (method == null)
            {
                Assert.Ignore("this runtime does not count what a thread allocates");
            }
            Func<long> count = (Func<long>)Delegate.CreateDelegate(typeof(Func<long>), method);
            for (int i = 0; i < 200; i++)
            {
                round(); // buffers grow, code is compiled
            }
            long before = count();
            for (int i = 0; i < rounds; i++)
            {
                round();
            }
            return count() - before;
        }

        [Test]
        public void OneSmallObjectIsNoticed()
        {
            int n = 0;
            Assert.IsTrue(Allocated(1000, () => _kept = n++ == 500 ? new byte[8] : _kept) > 0, "the measure is too coarse");
            Assert.IsNotNull(_kept);
        }

        [Test]
        public void SettingGettingAndPollingAllocateNothing()
        {
            using (RvInterface server = RvInterface.CreateServer(new RvOptions { Port = 0 }))
            {
                RvSignal<bool> flag = server.AddBool("Bool", RvDirection.Input);
                RvSignal<long> number = server.AddInt("Int", RvDirection.Input);
                RvSignal<double> real = server.AddFloat("Float", RvDirection.Input);
                RvSignal<string> text = server.AddText("Text", RvDirection.Input);
                server.Start();
                RvChange[] changes = new RvChange[16];
                RvValue[] values = new RvValue[4];
                uint[] ids = { 0, 1, 2, 3 };
                long n = 0;
                bool wrong = false;
                Assert.AreEqual(0L, Allocated(Rounds, () =>
                {
                    n++;
                    flag.Value = (n & 1) != 0;
                    number.Value = n;
                    wrong |= !real.TrySet(n * 0.5) || number.Value != n;
                    values[0] = RvValue.Bool(0, (n & 2) != 0);
                    values[1] = RvValue.Int(1, -n);
                    values[2] = RvValue.Float(2, n);
                    values[3] = RvValue.Text(3, (n & 4) != 0 ? "ein Text ä" : "信号 😀");
                    server.SetValues(values, 4);
                    server.GetValues(ids, changes);
                    wrong |= changes[1].Int != -n;
                    server.Poll(changes);
                }));
                text.Value = "bleibt";
                Assert.AreEqual(0L, Allocated(Rounds, () => wrong |= text.Value != "bleibt"), "an unchanged text");
                Assert.IsFalse(wrong, "a value was not what was set");
            }
        }

        [Test]
        public void DispatchingChangesAllocatesNothing()
        {
            using (Pair pair = new Pair(s =>
            {
                for (int i = 0; i < 50; i++)
                {
                    s.AddFloat("F" + i, RvDirection.Output);
                }
            }, new RvOptions { SendMode = RvSendMode.OnChange }, new RvOptions { UpdateCycleMs = 1 }).Imported())
            {
                double sum = 0;
                int changes = 0;
                pair.Server.Changed += c => sum += c.Record.Float;
                ((RvSignal<double>)pair.Server["F7"]).ValueChanged += value => sum += value;
                RvValue[] values = new RvValue[50];
                long n = 0;
                Assert.AreEqual(0L, Allocated(300, () =>
                {
                    n++;
                    for (uint i = 0; i < 50; i++)
                    {
                        values[i] = RvValue.Float(i, n + i);
                    }
                    pair.Client.SetValues(values, 50);
                    int raised = 0;
                    for (int i = 0; raised == 0 && i < 5000; i++)
                    {
                        raised = pair.Server.Dispatch();
                        Thread.Sleep(raised == 0 ? 1 : 0);
                    }
                    changes += raised;
                }));
                Assert.IsTrue(changes >= 500 * 50 / 2 && sum > 0, "only " + changes + " changes");
            }
        }
    }
}
