using System;
using System.Diagnostics;
using System.Threading;
using MiniPlayer;
using NUnit.Framework;

namespace RealvirtualWs.Unity.Tests
{
    /// <summary>What the editor does when scripts change: the domain goes, with an interface running in it.</summary>
    [TestFixture]
    public class DomainTests : MiniPlayerTest
    {
        private static void PlayInThisDomain()
        {
            System.Runtime.CompilerServices.RuntimeHelpers.RunClassConstructor(
                typeof(Editor.EditorReloadGuard).TypeHandle);
            var port = (int)AppDomain.CurrentDomain.GetData("port");
            WebsocketRealtimeInterface panel = NewClient("Panel", port);
            Add<PLCOutputInt>(panel, "Count");
            Add<PLCInputInt>(NewServer("Cell"), "Parts");
            Player.Play();
            PLCOutputInt count = Signal<PLCOutputInt>(Interface("Panel"), "Count");
            Until(() => count.Value == 5, "the controller's value");
        }

        private static void ReloadInThisDomain()
        {
            UnityEditor.AssemblyReloadEvents.Reload();
        }

        private static AppDomain Running(RvInterface plc)
        {
            plc.TrySetInt(0, 5);
            AppDomain domain = AppDomain.CreateDomain("scripts");
            domain.SetData("port", plc.Port);
            domain.DoCallBack(PlayInThisDomain);
            Assert.AreEqual(3, RvLibrary.LiveCount);
            return domain;
        }

        // In a thread of its own: a domain that cannot be unloaded would hang the tests for ever.
        private static void Unload(AppDomain domain)
        {
            Exception failure = null;
            Stopwatch watch = Stopwatch.StartNew();
            var thread = new Thread(() =>
            {
                try
                {
                    AppDomain.Unload(domain);
                }
                catch (Exception error)
                {
                    failure = error;
                }
            });
            thread.IsBackground = true;
            thread.Start();
            Assert.IsTrue(thread.Join(2000), "the domain is still there after 2 s");
            Assert.IsNull(failure, "" + failure);
            Assert.IsTrue(watch.ElapsedMilliseconds < 2000, "it took " + watch.ElapsedMilliseconds + " ms");
        }

        [Test]
        public void A_reload_with_running_interfaces_ends_at_once()
        {
            using (RvInterface plc = Controller(at => at.AddInt("Count", RvDirection.Output)))
            {
                AppDomain domain = Running(plc);
                domain.DoCallBack(ReloadInThisDomain);
                Assert.AreEqual(1, RvLibrary.LiveCount, "the guard has closed them");
                Unload(domain);
            }
        }

        [Test]
        public void A_domain_that_nobody_warned_ends_at_once_and_leaks_nothing()
        {
            using (RvInterface plc = Controller(at => at.AddInt("Count", RvDirection.Output)))
            {
                Unload(Running(plc));
                Assert.AreEqual(1, RvLibrary.LiveCount, "the finalizers have closed them");
            }
        }
    }
}
