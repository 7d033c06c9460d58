#!/usr/bin/env python3
"""A client of the conveyor cell in examples/c/gateway.c: takes over its signals, shows them live, and commands it.

It imports the signals, then plays an operator's part: watches the cell at rest, presses Start, waits until the belts
turn and parts come in, doubles the speed, presses Stop, and waits until the belts stand. On a terminal it shows a
table of all signals; otherwise one line a second. It ends with exit code 0 and the line `demo: ok ...` when the cell
did all that, else with exit code 1 and what was missing.

    target/c/gateway --port 7000 &
    python3 examples/python/conveyor.py --port 7000 --seconds 10
"""

import argparse
import sys
import time

from dashboard import draw, shown
from realvirtual_ws import Client, NotFoundError, Perspective, RvError

SLOW, FAST = 250.0, 500.0  # mm/s
MAIN = ("Cell.State", "Conveyor1.Running", "Conveyor1.Speed", "Cell.PartsIn", "Cell.ScanCount")


class Display:
    """A table that is drawn over and over on a terminal, plain lines elsewhere."""

    def __init__(self, cell):
        self.cell = cell
        self.terminal = sys.stdout.isatty()
        self.step = ""
        self.due = 0.0

    def note(self, step):
        self.step = step
        if not self.terminal:
            print(f"conveyor: {step}", flush=True)
        self.due = 0.0

    def update(self):
        if time.monotonic() < self.due:
            return
        self.due = time.monotonic() + (0.2 if self.terminal else 1.0)
        if self.terminal:
            draw(f"conveyor: {self.step}", self.cell.signals.values())
        else:
            values = self.cell.read(MAIN)
            print("   " + "  ".join(f"{change.name}={shown(change.value)}" for change in values), flush=True)


class Operator:
    """Commands the cell and remembers what did not happen."""

    def __init__(self, cell):
        self.cell = cell
        self.display = Display(cell)
        self.missing = []
        self.counts = {}  # name -> changes seen

    def look(self):
        """One look at the cell, at most 50 ms long."""
        if self.cell.wait(0.05):
            for change in self.cell.poll():
                self.counts[change.name] = self.counts.get(change.name, 0) + change.changes
            self.cell.poll_events()
        self.display.update()

    def watch(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.look()

    def press(self, button):
        """Holds a button for a moment."""
        self.cell[button].value = True
        self.watch(0.1)
        self.cell[button].value = False

    def expect(self, what, condition, seconds=5.0):
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                self.missing.append(what)
                self.display.note(f"MISSING: {what}")
                return
            self.look()

    def run(self, seconds):
        cell, display = self.cell, self.display
        share = seconds / 4

        display.note(f"{len(cell.signals)} signals imported; the cell is at rest")
        self.watch(share)
        arrived = "values of the simulation arriving here (Cell.ScanCount)"
        self.expect(arrived, lambda: self.counts.get("Cell.ScanCount", 0) > 10)

        display.note("speed set-point and Start")
        cell["Cell.SpeedSetpoint"].value = SLOW
        cell["Cell.Order"].value = "demo"
        self.press("Cell.Start")
        self.expect("Conveyor1 running after Start", lambda: cell["Conveyor1.Running"].value)
        self.expect("Conveyor1 at the speed set here", lambda: cell["Conveyor1.Speed"].value == SLOW)
        self.expect("parts on the line", lambda: cell["Cell.PartsIn"].value > 0)
        self.expect("the order set here in Cell.CurrentOrder", lambda: cell["Cell.CurrentOrder"].value == "demo")
        self.watch(share - 0.5)

        display.note("twice the speed")
        cell["Cell.SpeedSetpoint"].value = FAST
        self.expect("Conveyor1 at twice the speed", lambda: cell["Conveyor1.Speed"].value == FAST)
        self.watch(share - 0.5)

        display.note("Stop")
        self.press("Cell.Stop")
        self.expect("Conveyor1 standing after Stop", lambda: not cell["Conveyor1.Running"].value)
        self.expect("Cell.State Stopped", lambda: cell["Cell.State"].value == "Stopped")
        self.watch(share - 0.8)
        display.note("the cell is at rest again")
        display.update()


def main():
    parser = argparse.ArgumentParser(description="Shows and commands the conveyor cell of examples/c/gateway.c.")
    parser.add_argument("--address", default="127.0.0.1", help="the gateway's address (default %(default)s)")
    parser.add_argument("--port", type=int, default=7000, help="the gateway's port (default %(default)s)")
    parser.add_argument("--seconds", type=float, default=10.0, help="about how long it takes (default %(default)s)")
    arguments = parser.parse_args()

    try:
        with Client(
            address=arguments.address,
            port=arguments.port,
            client_name="conveyor.py",
            peer_perspective=Perspective.CONTROLLER,  # so that each signal has one writer
            max_reconnect_attempts=3,
            reconnect_interval_ms=500,
        ) as cell:
            cell.wait_connected()
            cell.import_signals()
            operator = Operator(cell)
            operator.run(arguments.seconds)
            stats = cell.stats()
    except NotFoundError as error:
        print(f"demo: failed: {error}: is the server examples/c/gateway.c?")
        return 1
    except (RvError, OSError) as error:
        print(f"demo: failed: {error}")
        return 1
    except KeyboardInterrupt:
        print("demo: interrupted")
        return 130
    counters = {name: getattr(stats, name) for name in ("frames_in", "frames_out", "changes")}
    missing = operator.missing + [f"{name} above 0" for name, number in counters.items() if number == 0]
    if missing:
        print(f"demo: failed: missing: {'; '.join(missing)}")
        return 1
    print("demo: ok " + " ".join(f"{name}={number}" for name, number in counters.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
