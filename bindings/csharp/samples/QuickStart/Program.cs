// A digital twin with one signal in each direction, as a server on port 7000 (or the one given) for 30 seconds.
using System;
using System.Threading;
using RealvirtualWs;

internal static class Program
{
    private static void Main(string[] arguments)
    {
        RvOptions options = new RvOptions { Port = arguments.Length > 0 ? int.Parse(arguments[0]) : 7000 };
        using (RvInterface twin = RvInterface.CreateServer(options))
        {
            RvSignal<bool> sensor = twin.AddBool("Sensor", RvDirection.Input);
            RvSignal<double> motor = twin.AddFloat("Motor", RvDirection.Output);
            motor.ValueChanged += speed => Console.WriteLine("Motor = " + speed);
            twin.Start();
            for (int cycle = 0; cycle < 300; cycle++)
            {
                twin.Dispatch(); // raises ValueChanged, on this thread
                sensor.Value = cycle % 10 < 5; // a part passes every second
                Thread.Sleep(100);
            }
            twin.Stop();
        }
    }
}
