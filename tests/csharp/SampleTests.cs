using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using NUnit.Framework;

namespace RealvirtualWs.Tests
{
    /// <summary>The samples, each run as a process, with a client here.</summary>
    [TestFixture]
    public class SampleTests
    {
        private static Process Run(string sample, string arguments)
        {
            string launch = Environment.GetEnvironmentVariable("RV_LAUNCH");
            if (launch == null)
            {
                Assert.Ignore("RV_LAUNCH does not say how to run an assembly");
            }
            int space = launch.IndexOf(' ');
            ProcessStartInfo start = new ProcessStartInfo(space < 0 ? launch : launch.Substring(0, space));
            string path = Path.Combine(Path.GetDirectoryName(typeof(SampleTests).Assembly.Location), sample + ".exe");
            start.Arguments = (space < 0 ? "" : launch.Substring(space + 1)) + " \"" + path + "\" " + arguments;
            start.UseShellExecute = false;
            start.RedirectStandardOutput = true;
            start.RedirectStandardError = true;
            return Process.Start(start);
        }

        /// <summary>A client of that port with the server's signals; the sample may still be on its way up.</summary>
        private static RvInterface Client(int port)
        {
            RvInterface client = RvInterface.CreateClient(new RvOptions { Port = port, ReconnectIntervalMs = 20 });
            client.Start();
            client.WaitConnected(5000);
            client.Import();
            return client;
        }

        private static void Until(RvInterface client, string signal, Func<object, bool> condition)
        {
            Pair.Eventually(() =>
            {
                client.Dispatch();
                return condition(client[signal].BoxedValue);
            }, signal);
        }

        [Test]
        public void TheGatewayRunsItsCell()
        {
            using (Process gateway = Run("Gateway", "--port 0 --seconds 60"))
            {
                try
                {
                    string[] words = gateway.StandardOutput.ReadLine().Split(' ');
                    Assert.AreEqual("listening", words[1]);
                    using (RvInterface client = Client(int.Parse(words[5].TrimEnd(','))))
                    {
                        Assert.AreEqual(words[6], client.SignalCount.ToString());
                        Assert.AreEqual(300.0, client["Cell.SpeedSetpoint"].BoxedValue);
                        client["Cell.SpeedSetpoint"].BoxedValue = 1000;
                        client["Cell.Order"].BoxedValue = "Auftrag ä 信号";
                        RvSignal<bool> start = (RvSignal<bool>)client["Cell.Start"];
                        start.Value = true;
                        start.Value = false; // a pulse that is over before the scan
                        Until(client, "Cell.State", state => Equals(state, "Running"));
                        Until(client, "Cell.CurrentOrder", order => Equals(order, "Auftrag ä 信号"));
                        Until(client, "Cell.PartsIn", parts => (long)parts >= 1);
                        Until(client, "Conveyor1.SensorEntry", sensor => (bool)sensor);
                        client["Cell.EmergencyStop"].BoxedValue = true;
                        Until(client, "Cell.State", state => Equals(state, "Fault"));
                        Until(client, "Conveyor3.Running", running => !(bool)running);
                        Until(client, "StackLight.Red", red => (bool)red);
                    }
                }
                finally
                {
                    gateway.Kill();
                    gateway.WaitForExit();
                }
            }
        }

        [Test]
        public void TheGatewaySaysWhatIsWrong()
        {
            TcpListener taken = new TcpListener(IPAddress.Loopback, 0);
            taken.Start();
            string port = ((IPEndPoint)taken.LocalEndpoint).Port.ToString();
            Dictionary<string, string> wrong = new Dictionary<string, string>
            {
                { "--port " + port, port }, { "--colour red", "usage:" }, { "--port", "usage:" },
                { "--address 0.0.0.0", "allow_anonymous_network" },
            };
            foreach (KeyValuePair<string, string> one in wrong)
            {
                using (Process gateway = Run("Gateway", one.Key))
                {
                    string said = gateway.StandardError.ReadToEnd();
                    gateway.WaitForExit();
                    Assert.IsTrue(gateway.ExitCode > 0 && said.Contains(one.Value), one.Key + ": " + said);
                }
            }
            taken.Stop();
        }

        [Test]
        public void TheGatewayEndsByItselfAndCounts()
        {
            using (Process gateway = Run("Gateway", "--port 0 --seconds 0.3"))
            {
                string said = gateway.StandardOutput.ReadToEnd();
                gateway.WaitForExit();
                Assert.AreEqual(0, gateway.ExitCode);
                Assert.IsTrue(said.Contains("gateway: ended after "), said);
            }
        }

        [Test]
        public void TheQuickStartOfTheReadmeWorks()
        {
            TcpListener free = new TcpListener(IPAddress.Loopback, 0);
            free.Start();
            int port = ((IPEndPoint)free.LocalEndpoint).Port;
            free.Stop();
            using (Process twin = Run("QuickStart", port.ToString()))
            {
                try
                {
                    using (RvInterface client = Client(port))
                    {
                        Until(client, "Sensor", sensor => (bool)sensor);
                        client["Motor"].BoxedValue = 12.5;
                        Assert.AreEqual("Motor = 12.5", twin.StandardOutput.ReadLine());
                        Until(client, "Sensor", sensor => !(bool)sensor);
                    }
                }
                finally
                {
                    twin.Kill();
                    twin.WaitForExit();
                }
            }
        }
    }
}
