// What calls.cpp measures, from C# through the wrapper.
using System;
using System.Diagnostics;
using System.Globalization;
using System.Threading;
using RealvirtualWs;
using RealvirtualWs.Interop;

internal static class Calls
{
    private const int Signals = 1000, Count = 20000, Turns = 51;

    private static double Turn(Action loop)
    {
        var watch = Stopwatch.StartNew();
        loop();
        return watch.Elapsed.TotalMilliseconds * 1e6 / Count;
    }

    private static double Median(double[] all)
    {
        Array.Sort(all);
        return all[all.Length / 2];
    }

    private static RvSignal<double>[] Declare(RvInterface end)
    {
        var signals = new RvSignal<double>[Signals];
        for (int n = 0; n < Signals; n++)
            signals[n] = end.AddFloat("Signal" + n, RvDirection.Output);
        return signals;
    }

    private static int Main()
    {
        var options = new RvOptions { Port = 0, OwnPerspective = RvPerspective.Controller, SendMode = RvSendMode.Manual };
        using (var server = RvInterface.CreateServer(options))
        {
            var written = Declare(server);
            server.Start();
            using (var client = RvInterface.CreateClient(new RvOptions { Port = server.Port }))
            {
                var read = Declare(client);
                client.Start();
                client.WaitConnected(10000);
                double[] bare = new double[Turns], set = new double[Turns], get = new double[Turns], poll = new double[Turns];
                var changes = new RvChange[Signals];
                for (int round = 0; round < Turns; round++)
                {
                    int turn = round;
                    bare[round] = Turn(() => { for (int n = 0; n < Count; n++) NativeMethods.rv_abi_version(); });
                    set[round] = Turn(() => { for (int n = 0; n < Count; n++) written[n % Signals].Value = n + turn * 0.5; });
                    double value = 0;
                    get[round] = Turn(() => { for (int n = 0; n < Count; n++) value += written[n % Signals].Value; });
                    server.Flush();
                    var wait = Stopwatch.StartNew();
                    while (read[Signals - 1].Value != Count - 1 + round * 0.5)
                    {
                        if (wait.ElapsedMilliseconds > 10000)
                            throw new TimeoutException("the exchange");
                        Thread.Sleep(1);
                    }
                    var watch = Stopwatch.StartNew();
                    if (client.Poll(changes) != Signals)
                        throw new InvalidOperationException("not all changes");
                    poll[round] = watch.Elapsed.TotalMilliseconds * 1e6 / Signals;
                }
                Console.WriteLine(string.Format(CultureInfo.InvariantCulture,
                    "{{\"bare\":{0:F2},\"set\":{1:F2},\"get\":{2:F2},\"poll\":{3:F2} }}",
                    Median(bare), Median(set), Median(get), Median(poll)));
            }
        }
        return 0;
    }
}
