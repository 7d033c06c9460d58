using NUnit.Framework;

namespace RealvirtualWs.Tests
{
    [TestFixture]
    public class AccessTests
    {
        private static readonly RvRole Viewer = new RvRole
        {
            Name = "viewer", Read = new[] { "Line1/*" }, Write = new[] { "Line1/set*" }, Import = true
        };

        private static Pair Pair(RvOptions client)
        {
            return new Pair(server =>
            {
                foreach (string name in new[] { "Line1/a", "Line1/set", "Line2/b" })
                {
                    server.AddInt(name, RvDirection.Output);
                }
                server.AddToken("for-viewers", Viewer);
                server.AddToken("for-everything");
                server.AddUser("b\u00f6b", "pass word", Viewer);
            }, null, client);
        }

        private static RvSignal<long> Int(RvInterface of, string name)
        {
            return (RvSignal<long>)of[name];
        }

        [Test]
        public void ARoleDecidesWhatAClientSeesAndSets()
        {
            using (Pair pair = Pair(new RvOptions { User = "b\u00f6b", Password = "pass word" }))
            {
                Assert.AreEqual(2, pair.Client.Import(3000).Added);
                Int(pair.Client, "Line1/a").Value = 5;
                Int(pair.Client, "Line1/set").Value = 6;
                pair.Until(() => Int(pair.Server, "Line1/set").Value == 6, "the value that may be set");
                Assert.AreEqual(0, Int(pair.Server, "Line1/a").Value);
                pair.Until(() => pair.Server.GetStats().Denied == 1, "the denied value is counted");
            }
        }

        [Test]
        public void ARevokedTokenClosesItsConnections()
        {
            using (Pair pair = Pair(new RvOptions { AccessToken = "for-viewers", TokenTransport = RvTokenTransport.Subprotocol }))
            {
                Assert.IsTrue(pair.Server.RevokeToken("for-viewers"));
                Assert.IsFalse(pair.Server.RevokeToken("for-viewers"));
                Assert.IsTrue(pair.Server.RevokeUser("b\u00f6b"));
                Assert.IsFalse(pair.Server.RevokeUser("b\u00f6b"));
                pair.Until(() => pair.Server.GetClientIds().Length == 0, "the connection closes");
                RvOptions options = pair.ClientOptions.Clone();
                RvConnectionException error = Assert.Throws<RvConnectionException>(() => RvInterface.TestConnection(options, 3000));
                Assert.AreEqual(RvResult.Denied, error.Code);
                options.AccessToken = "for-everything";
                RvInterface.TestConnection(options, 3000);
            }
        }

        [Test]
        public void WrongTokensAndRolesAreRefused()
        {
            using (RvInterface server = RvInterface.CreateServer(new RvOptions { Port = 0 }))
            {
                server.AddToken("one", new RvRole());
                Assert.AreEqual(RvResult.Exists, Assert.Throws<RvArgumentException>(() => server.AddToken("one")).Code);
                Assert.Throws<RvArgumentException>(() => server.AddToken(""));
                Assert.Throws<RvArgumentException>(() => server.AddToken("two", new RvRole { Read = new[] { "a\nb" } }));
                Assert.Throws<System.ArgumentNullException>(() => server.AddToken(null));
            }
            Assert.Throws<RvArgumentException>(() => RvInterface.CreateServer(new RvOptions { AccessToken = "" }));
            Assert.Throws<RvArgumentException>(
                () => RvInterface.CreateClient(new RvOptions { AccessToken = "t", Address = "192.0.2.1" }));
        }
    }
}
