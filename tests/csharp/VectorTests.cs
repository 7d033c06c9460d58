using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using System.Threading;
using NUnit.Framework;

namespace RealvirtualWs.Tests
{
    /// <summary>
    /// Runs <c>tests/vectors</c>, whose README describes the format, against the library over real sockets. The
    /// environment variable RV_VECTORS names the folder. With RV_VECTORS_SLOW, time passes after every step: a case that
    /// fails then is one for a fake clock.
    /// </summary>
    [TestFixture]
    public class VectorTests
    {
        private const int AtOnce = 8;

        [Test]
        public void EveryVectorHolds()
        {
            string folder = Environment.GetEnvironmentVariable("RV_VECTORS");
            if (folder == null)
            {
                Assert.Ignore("RV_VECTORS does not name the folder with the vectors");
            }
            List<KeyValuePair<string, JsonObject>> cases = new List<KeyValuePair<string, JsonObject>>();
            int fake = 0;
            foreach (string file in Directory.GetFiles(folder, "*.json"))
            {
                JsonObject vectors = (JsonObject)Json.Parse(File.ReadAllText(file, Encoding.UTF8));
                foreach (JsonObject one in (List<object>)vectors["cases"])
                {
                    if (Equals(one["clock"], "fake"))
                    {
                        fake++;
                    }
                    else
                    {
                        cases.Add(new KeyValuePair<string, JsonObject>(Path.GetFileName(file), one));
                    }
                }
            }
            int run = cases.Count;
            List<string> failures = RunAll(cases);
            Console.WriteLine("csharp: vectors: " + run + " run, " + fake + " need a fake clock");
            Assert.IsTrue(failures.Count == 0, failures.Count + " vectors fail\n" + string.Join("\n", failures.ToArray()));
            Assert.IsTrue(run >= 150, "only " + run + " vectors");
        }

        private static List<string> RunAll(List<KeyValuePair<string, JsonObject>> cases)
        {
            List<string> failures = new List<string>();
            Thread[] threads = new Thread[AtOnce];
            for (int i = 0; i < AtOnce; i++)
            {
                threads[i] = new Thread(() => RunSome(cases, failures));
                threads[i].Start();
            }
            foreach (Thread thread in threads)
            {
                thread.Join();
            }
            return failures;
        }

        private static void RunSome(List<KeyValuePair<string, JsonObject>> cases, List<string> failures)
        {
            for (;;)
            {
                KeyValuePair<string, JsonObject> next;
                lock (cases)
                {
                    if (cases.Count == 0)
                    {
                        return;
                    }
                    next = cases[cases.Count - 1];
                    cases.RemoveAt(cases.Count - 1);
                }
                string failure = RunOne(next.Value);
                if (failure != null)
                {
                    lock (cases)
                    {
                        failures.Add(next.Key + ": " + next.Value["name"] + ": " + failure);
                    }
                }
            }
        }

        private static string RunOne(JsonObject one)
        {
            try
            {
                using (VectorBench bench = new VectorBench(one))
                {
                    return bench.Run();
                }
            }
            catch (Exception e)
            {
                return e is AssertionException ? e.Message : e.ToString();
            }
        }
    }
}
