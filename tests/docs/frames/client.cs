// The fragment with the program around it, and with the server that it talks to.
using System;
using System.Threading;
using RealvirtualWs;

internal static class Program
{
    private static volatile bool running = true;

    // Answers the client's Motor with Sensor.
    private static void Serve(RvInterface server, RvSignal<bool> answer, RvSignal<double> question)
    {
        while (running)
        {
            server.Dispatch();
            answer.Value = question.Value == 12.5;
            Thread.Sleep(1);
        }
    }

    private static void Main()
    {
        using (RvInterface server = RvInterface.CreateServer(new RvOptions { Port = 7000 }))
        {
            RvSignal<bool> answer = server.AddBool("Sensor", RvDirection.Input);
            RvSignal<double> question = server.AddFloat("Motor", RvDirection.Output);
            server.Start();
            new Thread(() => Serve(server, answer, question)) { IsBackground = true }.Start();
            BLOCK
        }
    }
}
