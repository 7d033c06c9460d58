using System;
using System.Diagnostics;
using System.IO;
using System.Text;
using NUnit.Framework;

namespace RealvirtualWs.Tests
{
    /// <summary>
    /// A library that is missing or does not fit, in a process of its own. RV_LAUNCH holds the command that runs an
    /// assembly, RV_FAKE_LIBRARY a folder with a library of another version.
    /// </summary>
    [TestFixture]
    public class LibraryTests
    {
        private static string Say(string libraries)
        {
            string launch = Environment.GetEnvironmentVariable("RV_LAUNCH");
            if (launch == null)
            {
                Assert.Ignore("RV_LAUNCH does not say how to run an assembly");
            }
            int space = launch.IndexOf(' ');
            ProcessStartInfo start = new ProcessStartInfo(space < 0 ? launch : launch.Substring(0, space));
            start.Arguments = (space < 0 ? "" : launch.Substring(space + 1)) + " \""
                + typeof(LibraryTests).Assembly.Location + "\" --library";
            start.UseShellExecute = false;
            start.RedirectStandardOutput = true;
            start.StandardOutputEncoding = new UTF8Encoding(false);
            start.EnvironmentVariables["LD_LIBRARY_PATH"] = libraries;
            using (Process process = Process.Start(start))
            {
                string said = process.StandardOutput.ReadToEnd();
                process.WaitForExit();
                return said;
            }
        }

        [Test]
        public void ThisLibraryIsUsable()
        {
            string said = Say(Environment.GetEnvironmentVariable("LD_LIBRARY_PATH"));
            Assert.AreEqual("usable: " + RvLibrary.Version, said.Trim());
            Assert.AreEqual(RvLibrary.ExpectedVersion, RvLibrary.Version);
            Assert.AreEqual("RV_ERR_KIND", RvLibrary.ResultName(RvResult.Kind));
            Assert.AreEqual("RV_ERR_UNKNOWN", RvLibrary.ResultName((RvResult)(-999)));
        }

        [Test]
        public void AMissingLibraryIsToldWithWhereItWasLookedFor()
        {
            string nowhere = Path.Combine(Path.GetTempPath(), "no-" + Guid.NewGuid());
            string said = Say(nowhere);
            string beside = Path.GetDirectoryName(typeof(RvLibrary).Assembly.Location);
            foreach (string part in new[] { "was not found", "realvirtual_ws", beside, "LD_LIBRARY_PATH (" + nowhere, "Put " })
            {
                Assert.IsTrue(said.Contains(part), part + " is not in: " + said);
            }
        }

        [Test]
        public void AnotherVersionIsToldWithBothVersions()
        {
            string fake = Environment.GetEnvironmentVariable("RV_FAKE_LIBRARY");
            if (fake == null)
            {
                Assert.Ignore("RV_FAKE_LIBRARY does not name the folder with the library of another version");
            }
            string said = Say(fake);
            foreach (string part in new[]
            {
                "does not fit", "ABI version 99", "9.8.7", "ABI version " + RvLibrary.ExpectedAbiVersion,
                RvLibrary.ExpectedVersion,
            })
            {
                Assert.IsTrue(said.Contains(part), part + " is not in: " + said);
            }
        }
    }
}
