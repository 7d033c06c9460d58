using System;
using System.Collections.Generic;

/// <summary>
/// The simulated conveyor cell: three belts of a metre with a light barrier at both ends of each, and the logic that
/// runs them. It knows nothing of signals; Program.cs carries its inputs and outputs.
/// </summary>
internal sealed class Cell
{
    internal const int ScanMs = 10;

    private const int BeltMm = 1000;
    private const int PartMm = 150;
    private const int SpacingMm = 500; // from part to part

    private readonly List<double> _parts = new List<double>(); // front edges from the start, the oldest part first
    private double _sinceLastPart = SpacingMm;

    // Inputs. A button is its level, and whether it rose since the last scan.
    internal struct Button
    {
        internal bool On;
        internal bool Rose;

        internal bool TakeRise()
        {
            bool rose = Rose;
            Rose = false;
            return rose;
        }
    }

    internal Button Start;
    internal Button Stop;
    internal Button Reset;
    internal Button EmergencyStop;
    internal bool FeederBlocked;
    internal double SpeedSetpoint = 300;
    internal long LotSize;
    internal string Order = "";

    // Outputs.
    internal bool Running;
    internal bool Fault;
    internal string State = "Stopped";
    internal string Message = "Ready to start";
    internal long ScanCount;
    internal long PartsIn;
    internal long PartsOut;
    internal readonly Belt[] Belts = { new Belt(), new Belt(), new Belt() };

    internal sealed class Belt
    {
        internal bool Running;
        internal double Speed;
        internal bool SensorEntry;
        internal bool SensorExit;
        internal long PartCount;
    }

    internal bool Red
    {
        get { return Fault && ScanCount / 25 % 2 == 0; } // flashes twice a second
    }

    /// <summary>One scan: the logic, then what the belts do in its time.</summary>
    internal void Scan()
    {
        Control();
        Simulate(ScanMs / 1000.0);
        ScanCount++;
    }

    private void Control()
    {
        bool start = Start.TakeRise(), stop = Stop.TakeRise(), reset = Reset.TakeRise();
        bool emergency = EmergencyStop.TakeRise() || EmergencyStop.On;
        bool lotDone = LotSize > 0 && PartsOut >= LotSize;
        if (emergency)
        {
            Fault = true;
        }
        else if (reset)
        {
            Fault = false;
            PartsIn = PartsOut = 0;
            _parts.Clear();
            _sinceLastPart = SpacingMm;
        }
        Running = (Running || (start && !Fault && !lotDone)) && !stop && !Fault && !lotDone;
        State = Fault ? "Fault" : Running ? "Running" : "Stopped";
        Message = EmergencyStop.On ? "Emergency stop is pressed"
            : Fault ? "Emergency stop was pressed: reset"
            : lotDone ? "Lot complete: reset"
            : Running ? "Producing"
            : "Ready to start";
    }

    private void Simulate(double seconds)
    {
        double target = Running ? Math.Max(0, Math.Min(1000, SpeedSetpoint)) : 0;
        double step = (Fault ? 4000 : 800) * seconds; // mm/s gained or lost in this scan
        foreach (Belt belt in Belts)
        {
            belt.Speed += Math.Max(-step, Math.Min(step, target - belt.Speed));
            belt.Running = belt.Speed > 0;
        }
        double moved = Belts[0].Speed * seconds;
        for (int i = 0; i < _parts.Count; i++)
        {
            _parts[i] += moved;
        }
        if (_parts.Count > 0 && _parts[0] - PartMm > Belts.Length * BeltMm)
        {
            _parts.RemoveAt(0);
            PartsOut++;
        }
        _sinceLastPart += moved;
        if (moved > 0 && _sinceLastPart >= SpacingMm && !FeederBlocked && (LotSize <= 0 || PartsIn < LotSize))
        {
            _parts.Add(0);
            _sinceLastPart = 0;
            PartsIn++;
        }
        for (int i = 0; i < Belts.Length; i++)
        {
            double begin = i * BeltMm;
            Belts[i].PartCount = PartsBetween(begin, begin + BeltMm);
            Belts[i].SensorEntry = PartsBetween(begin + 50, begin + 50) > 0;
            Belts[i].SensorExit = PartsBetween(begin + BeltMm - 50, begin + BeltMm - 50) > 0;
        }
    }

    private int PartsBetween(double from, double to)
    {
        int found = 0;
        foreach (double part in _parts)
        {
            found += part > from && part - PartMm < to ? 1 : 0;
        }
        return found;
    }
}
