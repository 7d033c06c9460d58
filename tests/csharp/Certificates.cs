using System;
using System.Diagnostics;
using System.IO;

namespace RealvirtualWs.Tests
{
    /// <summary>An authority, and certificates of it for a server and a client, as <c>rvws cert</c> makes them.</summary>
    internal sealed class Certificates : IDisposable
    {
        private readonly string folder = Path.Combine(Path.GetTempPath(), "rvws-tls-" + Guid.NewGuid().ToString("N"));

        internal Certificates()
        {
            string program = Environment.GetEnvironmentVariable("RVWS");
            if (string.IsNullOrEmpty(program))
            {
                throw new InvalidOperationException("RVWS must name the program rvws (make build)");
            }
            ProcessStartInfo start = new ProcessStartInfo(program, "cert " + folder);
            start.UseShellExecute = false;
            start.RedirectStandardOutput = true;
            using (Process process = Process.Start(start))
            {
                process.StandardOutput.ReadToEnd();
                process.WaitForExit();
                if (process.ExitCode != 0)
                {
                    throw new InvalidOperationException("rvws cert ended with " + process.ExitCode);
                }
            }
        }

        /// <summary>The path of <c>ca.pem</c>, <c>server.pem</c>, <c>server-key.pem</c> or the client's.</summary>
        internal string this[string name]
        {
            get { return Path.Combine(folder, name + ".pem"); }
        }

        public void Dispose()
        {
            Directory.Delete(folder, true);
        }
    }
}
