using System;
using NUnit.Framework;
using UnityEngine;

namespace RealvirtualWs.Unity.Tests
{
    /// <summary>The fields of the component are the library's options.</summary>
    [TestFixture]
    public class SettingsTests
    {
        private static RvOptions Options(Action<WebsocketRealtimeInterface> set)
        {
            var item = new GameObject("Cell");
            item.SetActive(false);
            try
            {
                WebsocketRealtimeInterface cell = item.AddComponent<WebsocketRealtimeInterface>();
                set(cell);
                return InterfaceSettings.Options(cell);
            }
            finally
            {
                UnityEngine.Object.DestroyImmediate(item);
            }
        }

        [Test]
        public void The_defaults_are_the_librarys()
        {
            foreach (bool server in new[] { true, false })
            {
                RvOptions options = Options(cell => cell.IsServer = server);
                var library = new RvOptions();
                Assert.AreEqual(library.MaxClients, options.MaxClients);
                Assert.AreEqual(library.MaxClientsPerAddress, options.MaxClientsPerAddress);
                Assert.AreEqual(library.MaxMessageBytes, options.MaxMessageBytes);
                Assert.AreEqual(library.MaxSignals, options.MaxSignals);
                Assert.AreEqual(library.HandshakeTimeoutMs, options.HandshakeTimeoutMs);
                Assert.AreEqual(library.MaxPendingHandshakes, options.MaxPendingHandshakes);
                Assert.AreEqual(library.StrictTypes, options.StrictTypes);
                Assert.IsNull(options.AccessToken);
                Assert.IsNull(options.User);
                Assert.IsNull(options.Password);
                Assert.IsTrue(string.IsNullOrEmpty(options.Path));
            }
        }

        [Test]
        public void What_a_server_asks_for_and_allows()
        {
            RvOptions options = Options(cell =>
            {
                cell.IsServer = true;
                cell.Path = "/another";
                cell.ServedPath = "my-bridge/ws";
                cell.AccessToken = "t0ken";
                cell.User = "panel";
                cell.Password = "s3cret";
                cell.MaxClients = 5;
                cell.MaxClientsPerAddress = 2;
                cell.TrustedProxies = new[] { "10.0.0.0/8" };
                cell.MaxMessageBytes = 70000;
                cell.MaxSignals = 99;
                cell.HandshakeTimeoutMs = 900;
                cell.MaxPendingHandshakes = 8;
                cell.StrictTypes = true;
            });
            Assert.AreEqual("/my-bridge/ws", options.Path);
            Assert.AreEqual("t0ken panel s3cret", options.AccessToken + " " + options.User + " " + options.Password);
            Assert.AreEqual(5, options.MaxClients);
            Assert.AreEqual(2, options.MaxClientsPerAddress);
            Assert.AreEqual("10.0.0.0/8", string.Join(",", options.TrustedProxies));
            Assert.AreEqual(70000, options.MaxMessageBytes);
            Assert.AreEqual(99, options.MaxSignals);
            Assert.AreEqual(900, options.HandshakeTimeoutMs);
            Assert.AreEqual(8, options.MaxPendingHandshakes);
            Assert.IsTrue(options.StrictTypes);
        }

        // A player in a browser has no other way to say so: the library for WebGL puts the token into the query.
        [Test]
        public void The_token_is_an_option_and_not_part_of_the_path()
        {
            RvOptions options = Options(panel =>
            {
                panel.Path = "cell?line=1";
                panel.AccessToken = "t0ken";
                panel.UseSSL = true;
                panel.TlsPin = new string('a', 64);
            });
            Assert.AreEqual("/cell?line=1", options.Path);
            Assert.AreEqual("t0ken", options.AccessToken);
            Assert.AreEqual(RvTokenTransport.Auto, options.TokenTransport);
            Assert.AreEqual(new string('a', 64), options.TlsPin);
        }

        [Test]
        public void A_password_does_not_cross_the_network_readably()
        {
            ArgumentException refused = null;
            try
            {
                Options(panel =>
                {
                    panel.Address = "192.0.2.1";
                    panel.User = "panel";
                    panel.Password = "s3cret";
                });
            }
            catch (ArgumentException error)
            {
                refused = error;
            }
            Assert.IsNotNull(refused);
            Assert.IsTrue(refused.Message.Contains("Use SSL") && !refused.Message.Contains("s3cret"), refused.Message);
        }
    }
}
