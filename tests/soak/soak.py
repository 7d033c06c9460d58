#!/usr/bin/env python3
"""A server and a client in two processes, 1,000 signals of all kinds, both ends setting 100 times a second.

Of ten signals the server writes four, the client four, and both ends write two, crossing. One of each four is set only
when its process starts, so that after a reconnect it can arrive by the resync alone. In the middle the server gets
SIGKILL and is started again on its port. At the end both stop setting; within 5 s every signal must be equal on both
sides. Needs nothing but python3, Linux and the library (REALVIRTUAL_WS_LIBRARY, or the newest one built).

The last line is `soak: ok ...` with figures, or `soak: failed: ...` with the names of the signals that differ.
"""

import argparse
import ctypes
import json
import os
import random
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "peers"))
import rv  # noqa: E402
from rv import _native  # noqa: E402

SIGNALS = 1000
PERIOD = 0.01
KINDS = (bool, int, float, str)
WRITER = ("server",) * 4 + ("client",) * 4 + ("both",) * 2
ONCE = (3, 7)
CONVERGE = 5.0
ANSWER = 20.0
MAX_GROWTH = 16 << 20
# Nothing that happens here may be lost or refused.
NO_LOSS = (
    "queue_overflow unknown_signal rejected_type rejected_direction lossy denied malformed unknown_message "
    "slow_peer_closed events_dropped"
).split()


def resident_bytes():
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class Failure(Exception):
    pass


# One end, in a process of its own. A line in is a command, a line out its answer.


class End:
    def __init__(self, role, port):
        self.role = role
        perspective = _native.RV_PERSPECTIVE_SIMULATION if role == "server" else _native.RV_PERSPECTIVE_CONTROLLER
        self.iface = rv.Interface(
            role, port=port, own_perspective=perspective, **({"reconnect_interval_ms": 100} if role == "client" else {})
        )
        self.setting = True
        self.rounds = self.late = 0
        seed = random.Random(f"{role} {os.getpid()}")
        text = "aé😀\"\\\n\t /0"
        self.pools = {
            bool: [seed.random() < 0.5 for _ in range(61)],
            int: [seed.randrange(-(2**63), 2**63) for _ in range(61)],
            float: [seed.uniform(-1, 1) * 10 ** seed.randrange(-300, 300) for _ in range(61)],
            str: ["".join(seed.choices(text, k=seed.randrange(40))).encode() for _ in range(61)],
        }
        always, once = [], []
        for n in range(SIGNALS):
            kind, writer = KINDS[n // 10 % 4], WRITER[n % 10]
            direction = {"server": "input", "client": "output", "both": "auto"}[writer]
            access = "read_write" if writer == "both" else "default"
            self.iface.add(f"{writer} {kind.__name__} {n}", kind, direction, access)
            if writer in (role, "both"):
                (once if n % 10 in ONCE else always).append((n, kind))
        self.always, self.once = self.batch(always), self.batch(once)
        self.numbers = (ctypes.c_uint32 * SIGNALS)(*range(SIGNALS))
        self.records = (_native.rv_change * SIGNALS)()

    def batch(self, signals):
        records = (_native.rv_value * len(signals))()
        fields = {bool: "integer", int: "integer", float: "number", str: "text"}
        for record, (number, kind) in zip(records, signals):
            record.signal, record.kind = number, rv.KINDS[kind]
        entries = zip(records, signals)
        return records, [(record, number, fields[kind], self.pools[kind]) for record, (number, kind) in entries]

    def set(self, batch):
        records, entries = batch
        step = self.rounds
        for record, number, field, pool in entries:
            setattr(record, field, pool[(step * 7 + number + step // 61) % 61])
        self.iface._call("rv_set_values", records, len(records))

    def values(self):
        """Each signal's value and quality; numbers exactly."""
        self.iface._call("rv_get_values", self.numbers, self.records, SIGNALS)
        values = {}
        for name, number in self.iface.ids.items():
            record, kind = self.records[number], self.iface.kinds[name]
            value = self.iface._read(name, record)
            values[name] = [value.hex() if kind is float else value, rv.key_of(rv.QUALITIES, record.quality)]
        return values

    def measure(self):
        return {"rss": resident_bytes(), "rounds": self.rounds, "late": self.late, **self.iface.stats()}

    def answer(self, command):
        if command == "values":
            return self.values()
        if command == "measure":
            return self.measure()
        if command == "halt":
            self.setting = False
            return {"rounds": self.rounds}
        raise SystemExit(0)

    def run(self):
        self.iface.start()
        print(json.dumps({"port": self.iface.port}), flush=True)
        self.set(self.once)
        event, text = _native.rv_event(), ctypes.create_string_buffer(1 << 16)
        due = time.monotonic()
        while True:
            if self.setting:
                self.rounds += 1
                self.set(self.always)
            self.iface._call("rv_poll_changes", self.records, SIGNALS)
            while self.iface._call("rv_poll_event", ctypes.byref(event), text, len(text), None):
                pass
            due += PERIOD
            left = due - time.monotonic()
            if left < -PERIOD:
                # Missed rounds are left out, not made up.
                self.late += 1
                due = time.monotonic()
            if select.select([sys.stdin], [], [], max(0, left))[0]:
                print(json.dumps(self.answer(sys.stdin.readline().strip())), flush=True)


# The program that runs both.


class Process:
    def __init__(self, role, port):
        self.role = role
        command = [sys.executable, __file__, "--end", role, "--port", str(port)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = self.read()["port"]

    def read(self):
        if not select.select([self.process.stdout], [], [], ANSWER)[0]:
            raise Failure(f"the {self.role} does not answer")
        line = self.process.stdout.readline()
        if not line:
            raise Failure(f"the {self.role} ended with {self.process.wait(5)}")
        return json.loads(line)

    def ask(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        return self.read()

    def kill(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait(5)


def writer_of(name):
    return name.split(" ")[0]


def wait_for(seconds, what, condition):
    start = time.monotonic()
    while not condition():
        if time.monotonic() - start > seconds:
            raise Failure(f"not within {seconds:g} s: {what}")
        time.sleep(0.02)
    return time.monotonic() - start


def differences(server, client):
    """Signals that are not equal, or not GOOD on both sides."""
    ours, theirs = server.ask("values"), client.ask("values")
    return {
        name: (ours.get(name), theirs.get(name))
        for name in sorted(ours.keys() | theirs.keys())
        if ours.get(name) != theirs.get(name) or ours[name][1] != "good"
    }


def converge(server, client):
    """Stops both; gives the seconds until both sides are equal, for which they stay so."""
    server.ask("halt")
    client.ask("halt")
    start = time.monotonic()
    while True:
        found = differences(server, client)
        took = time.monotonic() - start
        if not found:
            time.sleep(0.3)
            found = differences(server, client)
            if not found:
                return took
        if took > CONVERGE:
            lines = [f"  {name}: server {ours}, client {theirs}" for name, (ours, theirs) in found.items()]
            raise Failure("\n".join([f"{len(found)} signals differ {took:.1f} s after the last set:", *lines]))
        time.sleep(0.02)


def check_counters(role, counters):
    lost = {name: counters[name] for name in NO_LOSS if counters[name]}
    if lost:
        raise Failure(f"the {role} lost something: {lost}")


def soak(seconds, processes):
    server = Process("server", 0)
    processes.append(server)
    client = Process("client", server.port)
    processes.append(client)
    wait_for(5, "the first values", lambda: client.ask("measure")["changes"] and server.ask("measure")["changes"])
    # What grows once, such as buffers, has grown after a second.
    time.sleep(min(1, seconds / 10))
    at_start = {"client": client.ask("measure"), "server": server.ask("measure")}
    begin = time.monotonic()

    time.sleep(max(0, seconds / 2))
    before_kill = server.ask("measure")
    check_counters("server", before_kill)
    server.kill()
    # What both write is the client's own again as soon as it sets it.
    wait_for(
        2,
        "what the server wrote is stale",
        lambda: all(q == "stale" for n, (_, q) in client.ask("values").items() if writer_of(n) == "server"),
    )
    before_restart = client.ask("measure")
    server = Process("server", server.port)
    processes.append(server)
    back = wait_for(5, "values after the restart", lambda: client.ask("measure")["changes"] > before_restart["changes"])
    restarted = server.ask("measure")
    time.sleep(max(0, seconds - (time.monotonic() - begin)))

    ran = time.monotonic() - begin
    took = converge(server, client)
    at_end = {"client": client.ask("measure"), "server": server.ask("measure")}
    for role, counters in at_end.items():
        check_counters(role, counters)
    if at_end["client"]["connects"] != 2:
        raise Failure(f"the client connected {at_end['client']['connects']} times, not twice")

    # The client lives throughout; the server that was killed, and the one that followed.
    memory = [
        ("client", at_start["client"], at_end["client"]),
        ("first server", at_start["server"], before_kill),
        ("second server", restarted, at_end["server"]),
    ]
    for what, start, end in memory:
        print(f"soak: {what}: resident {start['rss'] / 2**20:.1f} MiB, at the end {end['rss'] / 2**20:.1f} MiB")
        if end["rss"] - start["rss"] > MAX_GROWTH:
            raise Failure(f"the memory of the {what} grew by {(end['rss'] - start['rss']) / 2**20:.1f} MiB")
    sets = at_end["client"]["rounds"] - at_start["client"]["rounds"]
    late = sum(end["late"] for _, _, end in memory)
    values = sum(end["values_in"] for _, _, end in memory)
    collapsed, resends = (sum(end[key] for _, _, end in memory) for key in ("pulses_collapsed", "resends"))
    print(
        f"soak: ok: {SIGNALS} signals, {ran:.1f} s, {sets / ran:.0f} batches a second from the client ({late} late), "
        f"{values} values received, {resends} resends, {collapsed} pulses collapsed, "
        f"back {back:.2f} s after the restart, equal {took:.2f} s after the last set"
    )


def main():
    parser = argparse.ArgumentParser(description="1,000 signals both ways, with the server killed in the middle.")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--end", choices=("server", "client"), help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, default=0, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.end:
        End(arguments.end, arguments.port).run()
    processes = []
    try:
        soak(arguments.seconds, processes)
        return 0
    except Failure as failure:
        print(f"soak: failed: {failure}")
        return 1
    finally:
        for process in processes:
            process.kill()


if __name__ == "__main__":
    sys.exit(main())
