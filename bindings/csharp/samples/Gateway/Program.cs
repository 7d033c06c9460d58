// A controller's gateway: a simulated conveyor cell as a server. A digital twin or an operator's panel connects as a
// client, gets the cell's state, and commands it:
//
//   Cell.Start, Cell.Stop      buttons: a rising edge counts, also one that was over before the scan
//   Cell.Reset                 button: clears the fault once the emergency stop is released
//   Cell.EmergencyStop         true = pressed: the belts halt and a fault is latched
//   Cell.SpeedSetpoint         belt speed in mm/s, 0 to 1000
//   Cell.LotSize, Cell.Order   parts to let in (0 = no end) and a text that is shown with them
//   Feeder.Blocked             true = no new parts come in
//
// It is built as most controllers are: every scan reads the inputs (Dispatch), runs the logic, and writes all outputs
// at once (SetValues, then Flush because of RvSendMode.Manual), so that a client never sees half a scan. The program is
// the PLC's side, hence RvPerspective.Controller: it writes PLCOutput signals and reads PLCInput signals.

using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Threading;
using RealvirtualWs;

internal static class Program
{
    private const string Usage =
        "usage: Gateway [--port N] [--address IP] [--seconds N] [--allow-anonymous-network]\n"
        + "  --port N       TCP port to listen on, 0 = any free one (default 7000)\n"
        + "  --address IP   address to listen on (default 127.0.0.1: this machine alone)\n"
        + "  --seconds N    end after this time (default 0: on Ctrl-C)\n"
        + "  --allow-anonymous-network\n"
        + "                 needed for an address that other machines can reach: anyone there may then command the cell";

    private static int Main(string[] arguments)
    {
        RvOptions options = new RvOptions
        {
            Port = 7000, OwnPerspective = RvPerspective.Controller, SendMode = RvSendMode.Manual,
        };
        double seconds = 0;
        try
        {
            for (int i = 0; i < arguments.Length; i++)
            {
                switch (arguments[i])
                {
                    case "--port": options.Port = int.Parse(arguments[++i]); break;
                    case "--address": options.Address = arguments[++i]; break;
                    case "--seconds": seconds = double.Parse(arguments[++i], CultureInfo.InvariantCulture); break;
                    case "--allow-anonymous-network": options.AllowAnonymousNetwork = true; break;
                    default: throw new FormatException();
                }
            }
        }
        catch (Exception e) when (e is FormatException || e is IndexOutOfRangeException || e is OverflowException)
        {
            Console.Error.WriteLine(Usage);
            return 2;
        }
        try
        {
            Run(options, seconds);
            return 0;
        }
        catch (RvException e)
        {
            Console.Error.WriteLine("gateway: " + e.Message);
            return 1;
        }
    }

    private static void Run(RvOptions options, double seconds)
    {
        bool stop = false;
        Console.CancelKeyPress += (sender, e) =>
        {
            e.Cancel = true;
            Volatile.Write(ref stop, true);
        };
        Cell cell = new Cell();
        using (RvInterface server = RvInterface.CreateServer(options))
        {
            Inputs(server, cell);
            Outputs outputs = new Outputs(server, cell);
            server.ClientConnected += e => Console.WriteLine("gateway: client " + e.ClientId + " joined: " + e.Text);
            server.ClientDisconnected += e => Console.WriteLine("gateway: client " + e.ClientId + " left: " + e.Text);
            server.Log += record =>
            {
                if (record.Level <= RvLogLevel.Warn)
                {
                    Console.WriteLine("gateway: " + record.Text);
                }
            };
            server.Start();
            Console.WriteLine(
                "gateway: listening on " + options.Address + " port " + server.Port + ", " + server.SignalCount + " signals");
            Stopwatch watch = Stopwatch.StartNew();
            for (long next = Cell.ScanMs; !Volatile.Read(ref stop); next += Cell.ScanMs)
            {
                server.Dispatch();
                cell.Scan();
                outputs.Write();
                long now = watch.ElapsedMilliseconds;
                if (seconds > 0 && now >= seconds * 1000)
                {
                    break;
                }
                next = Math.Max(next, now); // late: go on from here instead of making scans up
                Thread.Sleep((int)(next - now));
            }
            server.Stop(); // the last values still go out
            server.Dispatch();
            RvStats stats = server.GetStats();
            Console.WriteLine(
                "gateway: ended after " + cell.ScanCount + " scans, " + stats.FramesIn + " messages in, " + stats.FramesOut
                + " out");
        }
    }

    private static void Inputs(RvInterface server, Cell cell)
    {
        Button(server, "Cell.Start", b => cell.Start = b, () => cell.Start);
        Button(server, "Cell.Stop", b => cell.Stop = b, () => cell.Stop);
        Button(server, "Cell.Reset", b => cell.Reset = b, () => cell.Reset);
        Button(server, "Cell.EmergencyStop", b => cell.EmergencyStop = b, () => cell.EmergencyStop);
        server.AddBool("Feeder.Blocked", RvDirection.Input).ValueChanged += value => cell.FeederBlocked = value;
        // What the twin sees before it sets a speed.
        server.AddFloat("Cell.SpeedSetpoint", RvDirection.Input, initial: cell.SpeedSetpoint).ValueChanged +=
            value => cell.SpeedSetpoint = value;
        server.AddInt("Cell.LotSize", RvDirection.Input).ValueChanged += value => cell.LotSize = value;
        server.AddText("Cell.Order", RvDirection.Input).ValueChanged += value => cell.Order = value;
    }

    /// <summary>A rise counts although the button may be released again: the change says how many there were.</summary>
    private static void Button(RvInterface server, string name, Action<Cell.Button> set, Func<Cell.Button> get)
    {
        server.AddBool(name, RvDirection.Input).Changed += change =>
        {
            Cell.Button button = get();
            button.On = change.Record.Bool;
            button.Rose |= change.Record.RiseCount > 0;
            set(button);
        };
    }

    /// <summary>The outputs, which all go out together.</summary>
    private sealed class Outputs
    {
        private readonly RvInterface _server;
        private readonly List<Func<RvValue>> _all = new List<Func<RvValue>>();
        private readonly RvValue[] _values;

        internal Outputs(RvInterface server, Cell cell)
        {
            _server = server;
            Bool("Cell.Running", () => cell.Running);
            Bool("Cell.Fault", () => cell.Fault);
            Text("Cell.State", () => cell.State);
            Text("Cell.Message", () => cell.Message);
            Text("Cell.CurrentOrder", () => cell.Order == "" ? "none" : cell.Order);
            Int("Cell.ScanCount", () => cell.ScanCount);
            Int("Cell.PartsIn", () => cell.PartsIn);
            Int("Cell.PartsOut", () => cell.PartsOut);
            Bool("StackLight.Green", () => cell.Running);
            Bool("StackLight.Yellow", () => !cell.Running && !cell.Fault);
            Bool("StackLight.Red", () => cell.Red);
            for (int i = 0; i < cell.Belts.Length; i++)
            {
                Cell.Belt belt = cell.Belts[i];
                string name = "Conveyor" + (i + 1);
                Bool(name + ".Running", () => belt.Running);
                Float(name + ".Speed", () => belt.Speed);
                Bool(name + ".SensorEntry", () => belt.SensorEntry);
                Bool(name + ".SensorExit", () => belt.SensorExit);
                Int(name + ".PartCount", () => belt.PartCount);
            }
            _values = new RvValue[_all.Count];
        }

        internal void Write()
        {
            for (int i = 0; i < _values.Length; i++)
            {
                _values[i] = _all[i]();
            }
            _server.SetValues(_values);
            _server.Flush();
        }

        private void Bool(string name, Func<bool> get)
        {
            uint id = _server.AddBool(name, RvDirection.Output).Id;
            _all.Add(() => RvValue.Bool(id, get()));
        }

        private void Int(string name, Func<long> get)
        {
            uint id = _server.AddInt(name, RvDirection.Output).Id;
            _all.Add(() => RvValue.Int(id, get()));
        }

        private void Float(string name, Func<double> get)
        {
            uint id = _server.AddFloat(name, RvDirection.Output).Id;
            _all.Add(() => RvValue.Float(id, get()));
        }

        private void Text(string name, Func<string> get)
        {
            uint id = _server.AddText(name, RvDirection.Output).Id;
            _all.Add(() => RvValue.Text(id, get()));
        }
    }
}
