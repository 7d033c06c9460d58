// A program of somebody who has the NuGet package: a server and a client in one process exchange a value over a socket.
using System;
using System.Threading;
using RealvirtualWs;

internal static class Program
{
    private static int Main()
    {
        using (RvInterface twin = RvInterface.CreateServer(new RvOptions { Port = 0 }))
        {
            RvSignal<double> speed = twin.AddFloat("Speed", RvDirection.Input);
            twin.Start();
            using (RvInterface plc = RvInterface.CreateClient(new RvOptions { Port = twin.Port }))
            {
                plc.Start();
                plc.WaitConnected(5000);
                plc.Import(5000);
                RvSignal<double> here;
                if (!plc.TryGetSignal("Speed", out here))
                    return 1;
                speed.Value = 12.5;
                DateTime end = DateTime.UtcNow.AddSeconds(5);
                while (here.Value != 12.5 && DateTime.UtcNow < end)
                {
                    plc.Dispatch();
                    Thread.Sleep(5);
                }
                Console.WriteLine("Speed = " + here.Value.ToString(System.Globalization.CultureInfo.InvariantCulture));
            }
        }
        System.Reflection.AssemblyName assembly = typeof(RvInterface).Assembly.GetName();
        Console.WriteLine(assembly.Version.ToString(3) + " with " + RvLibrary.Version);
        return 0;
    }
}
