using System.IO;
using NUnit.Framework;

namespace RealvirtualWs.Tests
{
    [TestFixture]
    public class TlsTests
    {
        private static RvOptions Server(Certificates files)
        {
            return new RvOptions
            {
                Port = 0,
                Tls = true,
                TlsCertificateFile = files["server"],
                TlsKeyFile = files["server-key"],
                TlsClientCaFile = files["ca"]
            };
        }

        private static RvOptions Client(Certificates files)
        {
            return new RvOptions
            {
                Tls = true,
                TlsCaFile = files["ca"],
                TlsCertificateFile = files["client"],
                TlsKeyFile = files["client-key"]
            };
        }

        [Test]
        public void AServerAndAClientWithCertificatesExchangeValues()
        {
            using (Certificates files = new Certificates())
            using (Pair pair = new Pair(server => server.AddInt("A"), Server(files), Client(files)))
            {
                pair.Imported();
                pair.Until(() => pair.Client.SignalCount == 1, "the signal");
                ((RvSignal<long>)pair.Server["A"]).Value = 7;
                pair.Until(() => Equals(pair.Client["A"].BoxedValue, 7L), "the value");
            }
        }

        [Test]
        public void AClientWithoutACertificateIsToldThatOneIsWanted()
        {
            using (Certificates files = new Certificates())
            using (RvInterface server = RvInterface.CreateServer(Server(files)))
            {
                server.Start();
                RvOptions options = new RvOptions { Port = server.Port, Tls = true, TlsCaFile = files["ca"] };
                using (RvInterface client = RvInterface.CreateClient(options))
                {
                    client.Start();
                    RvConnectionException e = Assert.Throws<RvConnectionException>(() => client.WaitConnected(5000));
                    Assert.AreEqual(RvResult.Certificate, e.Code);
                    Assert.IsTrue(e.Message.Contains("tls_certificate_file"), e.Message);
                }
            }
        }

        [Test]
        public void FilesThatCannotBeUsedAreNamedAtTheStartAndWhenTheyAreReadAgain()
        {
            using (Certificates files = new Certificates())
            using (RvInterface server = RvInterface.CreateServer(Server(files)))
            {
                string key = File.ReadAllText(files["server-key"]);
                File.WriteAllText(files["server-key"], File.ReadAllText(files["client-key"]));
                RvConnectionException e = Assert.Throws<RvConnectionException>(() => server.Start());
                Assert.AreEqual(RvResult.Tls, e.Code);
                Assert.IsTrue(e.Message.Contains(files["server-key"]), e.Message);

                File.WriteAllText(files["server-key"], key);
                server.Start();
                server.ReloadTls();
                File.Delete(files["server"]);
                e = Assert.Throws<RvConnectionException>(() => server.ReloadTls());
                Assert.IsTrue(e.Message.Contains("stays in use"), e.Message);
            }
            using (RvInterface plain = RvInterface.CreateServer(new RvOptions { Port = 0 }))
            {
                Assert.AreEqual(RvResult.State, Assert.Throws<RvException>(() => plain.ReloadTls()).Code);
            }
        }
    }
}
