using MiniPlayer;
using NUnit.Framework;
using UnityEngine;

namespace RealvirtualWs.Unity.Tests
{
    /// <summary>Each fault is an error in the console with the GameObject's name; no message of Unity's ever throws.</summary>
    [TestFixture]
    public class FaultTests : MiniPlayerTest
    {
        [Test]
        public void A_wrong_address_of_a_server()
        {
            WebsocketRealtimeInterface cell = NewServer("Cell 7");
            cell.Address = "192.0.2.1"; // documentation's own: nobody's machine
            cell.AllowAnonymousNetwork = true;
            Player.Play();
            Frames(5);
            AssertError("Cell 7", "192.0.2.1");
            Assert.IsFalse(Interface("Cell 7").IsOpen);
        }

        [Test]
        public void A_wrong_address_of_a_client()
        {
            NewClient("Panel 3", FreePort());
            Player.Play();
            Until(() => Logged(LogType.Error).Count > 0, "the error");
            Frames(5);
            AssertError("Panel 3", "127.0.0.1");
            Assert.IsTrue(Interface("Panel 3").IsOpen, "it goes on trying");
        }

        [Test]
        public void An_address_that_is_none()
        {
            WebsocketRealtimeInterface panel = NewClient("Panel 3", 1234);
            panel.Address = "not an address";
            Player.Play();
            Frames(5);
            AssertError("Panel 3", "not an address");
        }

        [Test]
        public void Duplicate_names()
        {
            WebsocketRealtimeInterface cell = NewServer("Cell 7");
            Add<PLCInputBool>(cell, "Sensor");
            Add<PLCInputFloat>(cell, "Other").SignalName = "Sensor";
            Add<PLCInputBool>(cell, "Third");
            Player.Play();
            Frames(5);
            AssertError("Cell 7", "Sensor", "PLCInputBool", "PLCInputFloat");
            Assert.AreEqual(1, Logged(LogType.Error).Count);
            Assert.AreEqual(2, Interface("Cell 7").Interface.SignalCount, "the others are there");
        }

        [Test]
        public void An_empty_name()
        {
            WebsocketRealtimeInterface cell = NewServer("Cell 7");
            Add<PLCInputBool>(cell, "");
            Add<PLCInputBool>(cell, "Sensor");
            Player.Play();
            Frames(5);
            AssertError("Cell 7", "name");
            Assert.AreEqual(1, Interface("Cell 7").Interface.SignalCount, "the other is there");
        }

        [Test]
        public void A_server_port_in_use()
        {
            using (RvInterface other = Controller(at => { }))
            {
                NewServer("Cell 7").Port = other.Port;
                Player.Play();
                Frames(5);
                AssertError("Cell 7", other.Port.ToString());
                Assert.IsFalse(Interface("Cell 7").IsOpen);
                Assert.AreEqual(1, RvLibrary.LiveCount);
            }
        }

        [Test]
        public void A_type_conflict_on_import()
        {
            using (RvInterface plc = Controller(at => at.AddFloat("Speed", RvDirection.Output)))
            {
                Add<PLCInputBool>(NewClient("Panel 3", plc.Port), "Speed");
                Player.Play();
                SignalImportResult result = null;
                Interface("Panel 3").ImportSignals(done => result = done);
                Until(() => result != null, "imported");
                Frames(5);
                AssertError("Panel 3", "Speed", "conflicting");
                Assert.AreEqual(1, Interface("Panel 3").Signals().Count);
                Player.Stop();
            }
        }

        [Test]
        public void A_server_for_the_network_without_leave()
        {
            NewServer("Cell 7").Address = "0.0.0.0";
            Player.Play();
            AssertError("Cell 7", "allow_anonymous_network");
        }

        [Test]
        public void A_server_with_ssl_and_no_certificate_or_a_certificate_and_no_ssl()
        {
            NewServer("Cell 7").UseSSL = true;
            WebsocketRealtimeInterface missing = NewServer("Cell 8");
            missing.UseSSL = true;
            missing.CertificateFile = missing.KeyFile = "no/such/file.pem";
            NewServer("Cell 9").CaFile = "ca.pem";
            Player.Play();
            AssertError("Cell 7", "tls_certificate_file");
            AssertError("Cell 8", "no/such/file.pem", "no such file");
            AssertError("Cell 9", "option tls");
            Assert.IsFalse(Interface("Cell 9").IsOpen);
        }

        [Test]
        public void A_token_that_would_cross_the_network()
        {
            WebsocketRealtimeInterface panel = NewClient("Panel 3", 1234);
            panel.Address = "192.0.2.1";
            panel.AccessToken = "secret";
            Player.Play();
            AssertError("Panel 3", "Access Token", "Use SSL");
            Assert.AreEqual(0, RvLibrary.LiveCount);
            Assert.IsFalse(string.Join("", Logged().ToArray()).Contains("secret"));
        }

        [Test]
        public void An_import_that_nobody_answers()
        {
            NewClient("Panel 3", FreePort());
            Player.Play();
            SignalImportResult result = null;
            Interface("Panel 3").ImportSignals(done => result = done, 0.05f);
            Until(() => result != null, "the end of the import");
            Assert.IsFalse(result.Success);
            AssertError("Panel 3", "import");
            Assert.Throws<System.InvalidOperationException>(() =>
            {
                Interface("Panel 3").Close();
                Interface("Panel 3").ImportSignals();
            });
        }
    }
}
