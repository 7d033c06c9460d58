"""What the cases share: ends in processes of their own, waiting, and reasons to leave a case out."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
PACKAGE = HERE.parents[1] / "bindings" / "python"
PATIENCE = 20.0
CASES = []


class Failure(Exception):
    """What a case found."""


class Skipped(Exception):
    """Why a case cannot run here."""


def case(function):
    CASES.append(function)
    return function


class End:
    """A server or a client in a process of its own (end.py); `around`: the command that it runs under."""

    alive = []

    def __init__(self, mode, signals, around=(), environment=None, **options):
        self.mode = mode
        self.child = subprocess.Popen(
            [*around, sys.executable, str(HERE / "end.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(PACKAGE), **(environment or {})},
        )
        End.alive.append(self)
        self.write({"mode": mode, "options": options, "signals": signals})
        self.port = self.read()["port"]

    def write(self, what):
        self.child.stdin.write(json.dumps(what) + "\n")
        self.child.stdin.flush()

    def read(self):
        if not select.select([self.child.stdout], [], [], PATIENCE)[0]:
            raise Failure(f"the {self.mode} does not answer")
        line = self.child.stdout.readline()
        if not line:
            raise Failure(f"the {self.mode} has ended with {self.child.wait(5)}")
        return json.loads(line)

    def ask(self, command, argument=None):
        self.write([command, argument])
        return self.read()

    def set(self, **values):
        self.ask("set", values)

    def measure(self):
        return self.ask("measure")

    def signal(self, number):
        self.child.send_signal(number)
        return time.monotonic()

    def kill(self):
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGKILL)
        self.child.wait()
        End.alive.remove(self)


def wait_for(what, condition, patience=PATIENCE):
    end = time.monotonic() + patience
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            raise Failure(f"not within {patience:g} s: {what}")
        time.sleep(0.01)


def until_values(end, patience=PATIENCE, **values):
    """Waits until the end holds these values, all good."""

    def holds():
        found = end.measure()
        return all(found["values"][n] == v and found["quality"][n] == "good" for n, v in values.items()) and found

    return wait_for(f"the {end.mode} has {values}", holds, patience)


def exchange(server, clients, number):
    """Sets the same number everywhere, and waits until it has arrived everywhere."""
    server.set(down=number)
    for name, client in clients.items():
        client.set(**{name: number})
    for client in clients.values():
        until_values(client, down=number)
    until_values(server, **{name: number for name in clients})


def noticed(end, name, since, timeout):
    """The end's value of that name has become stale within the time-out and a tenth, counted from `since`."""
    at = wait_for(f"{name} is stale for the {end.mode}", lambda: end.measure()["stale"].get(name), timeout + PATIENCE)
    late = end.measure()["late"]
    if at - since > 1.1 * timeout + late:
        raise Failure(f"the {end.mode} notices after {at - since:.3f} s, its time is {timeout:g} s (late {late:.3f} s)")
    return at - since
