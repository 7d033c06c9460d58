#!/usr/bin/env python3
"""A server whose clients come and go, for seconds or for hours, and what it uses meanwhile.

The server and twenty clients are processes of their own: eight clients of the library, which stop, drop everything or
kill themselves; eight made by hand, which close, vanish, reset the connection (in a frame, too), close one direction,
stop reading, and read on or reset then; four of the package websockets, where it is installed. Values go both ways all
the time, and every end checks them (cell.py). A further client of the library stays for the whole run, behind something
that resets its connection now and then.

A line a minute says what the server and the client that stays use. Failed is a run in which a promise was broken,
something was counted as lost, a figure has grown (figures.py), or something is left when all clients have gone.
The last line is `churn: ok ...` or `churn: failed: ...`. Needs python3, Linux and the library (REALVIRTUAL_WS_LIBRARY).
"""

import argparse
import collections
import contextlib
import importlib.util
import json
import os
import random
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "bindings" / "python"))
from cell import PATIENCE, SEATS, Failure  # noqa: E402
from figures import growth  # noqa: E402

MIB = 1 << 20


class Cutter(threading.Thread):
    """Passes the bytes of one connection at a time on to `port`, and resets it when it is told."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.target = port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.order, self.ordered = os.pipe()
        self.cuts = 0
        self.start()

    def cut(self):
        os.write(self.ordered, b"!")

    def run(self):
        pair = []
        while True:
            ready = select.select([self.listener, self.order, *pair], [], [])[0]
            if self.listener in ready:
                self.end(pair)
                pair = [self.listener.accept()[0], socket.create_connection(("127.0.0.1", self.target))]
            elif self.order in ready:
                os.read(self.order, 1)
                self.cuts += bool(pair)
                pair = self.end(pair)
            else:
                try:
                    for source, sink in zip(pair, reversed(pair)):
                        if source in ready:
                            data = source.recv(1 << 16)
                            if not data:
                                raise ConnectionResetError
                            sink.sendall(data)
                except OSError:
                    pair = self.end(pair)

    @staticmethod
    def end(pair):
        for connection in pair:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()
        return []


class Process:
    """A process of the soak, which talks in lines of JSON."""

    def __init__(self, program, *arguments):
        self.name = " ".join([Path(program).stem, *map(str, arguments[:2])])
        environment = {**os.environ, "PYTHONPATH": str(HERE.parents[1] / "bindings" / "python")}
        self.child = subprocess.Popen(
            [sys.executable, str(HERE / program), *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            env=environment,
        )
        self.rest = b""

    def tell(self, command):
        # One that is gone says so by the end of its lines.
        with contextlib.suppress(BrokenPipeError):
            self.child.stdin.write(command.encode() + b"\n")

    def lines(self, timeout=0):
        """What it has said; None at its end."""
        found = []
        while select.select([self.child.stdout], [], [], timeout)[0]:
            data = os.read(self.child.stdout.fileno(), 1 << 16)
            if not data:
                return found or None
            *lines, self.rest = (self.rest + data).split(b"\n")
            found += [json.loads(line) for line in lines]
            timeout = 0 if found else timeout
        for line in found:
            if "failed" in line:
                raise Failure(f"{self.name}: {line['failed']}")
        return found

    def ask(self, command=None):
        if command:
            self.tell(command)
        lines = self.lines(PATIENCE)
        if not lines:
            raise Failure(f"{self.name} does not answer, or has ended: {self.child.poll()}")
        return lines[0]

    def ended(self):
        self.child.stdin.close()
        try:
            return self.child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            raise Failure(f"{self.name} does not end") from None

    def kill(self):
        if self.child.poll() is None:
            self.child.kill()
        self.child.wait()


def kind_of(seat):
    kinds = ("library", "raw", "library", "raw", "package")
    kind = kinds[seat % 5]
    return "raw" if kind == "package" and not importlib.util.find_spec("websockets") else kind


def says(text):
    print(text, flush=True)


class Soak:
    def __init__(self, seconds, life):
        self.seconds, self.life = seconds, life
        self.processes = []
        self.endings = collections.Counter()
        self.rounds = 0
        self.samples = []
        self.seated = set()
        self.until = float("inf")

    def process(self, *arguments):
        self.processes.append(Process(*arguments))
        return self.processes[-1]

    def run(self):
        self.server = self.process("cell.py")
        port = self.server.ask()["port"]
        self.baseline = self.server.ask("measure")
        self.cutter = Cutter(port)
        self.resident = self.process("seats.py", "resident", SEATS, self.cutter.port, 0)
        self.seats = {seat: self.sit(seat, port) for seat in range(SEATS)}
        # A busy machine takes its time for the first ones.
        limit = time.monotonic() + PATIENCE
        while len(self.seated) < SEATS:
            self.listen(port)
            if time.monotonic() > limit:
                raise Failure(f"not within {PATIENCE:g} s: a client on each seat, only {sorted(self.seated)}")
        self.watch(port)
        self.leave()

    def sit(self, seat, port):
        return self.process("seats.py", kind_of(seat), seat, port, self.life)

    def watch(self, port):
        """Until all seats are empty: counts lives, sits clients down again that have killed themselves, measures."""
        self.begin = time.monotonic()
        self.until = self.begin + self.seconds
        every, line = max(0.5, min(10, self.seconds / 100)), min(60, self.seconds / 5)
        next_sample, next_line, next_cut = self.begin, self.begin + line, self.begin + self.life
        told = False
        while self.seats:
            now = time.monotonic()
            if now >= self.until and not told:
                told = True
                for process in self.seats.values():
                    process.tell("end")
            if now > self.until + self.life + 3 * PATIENCE:
                raise Failure(f"seats that do not end: {sorted(self.seats)}")
            if now >= next_cut and now < self.until:
                self.cutter.cut()
                next_cut = now + random.uniform(0.5, 1.5) * self.life
            if now >= next_sample and now < self.until:
                self.sample(now - self.begin)
                next_sample = max(next_sample + every, now)
            if now >= next_line and now < self.until:
                self.line()
                next_line = max(next_line + line, now)
            self.listen(port)

    def listen(self, port):
        ready = select.select([process.child.stdout for process in self.seats.values()], [], [], 0.2)[0]
        for seat, process in list(self.seats.items()):
            if process.child.stdout not in ready:
                continue
            lines = process.lines()
            for line in lines or []:
                if "seated" in line:
                    self.seated.add(seat)
                else:
                    self.endings[line["ended"]] += 1
                    self.rounds += line["rounds"]
            if lines is None:
                code = process.ended()
                self.processes.remove(process)
                del self.seats[seat]
                if code not in (0, -signal.SIGKILL):
                    raise Failure(f"{process.name} ended with {code}")
                if code and time.monotonic() < self.until:
                    self.seats[seat] = self.sit(seat, port)

    def sample(self, at):
        server, resident = self.server.ask("measure"), self.resident.ask("measure")
        for what, found in (("has values that do not belong together", server["torn"]), ("lost", server["lost"])):
            if found:
                raise Failure(f"the server {what}: {found}")
        # Descriptors that belong to no client.
        server["spare"] = server["descriptors"] - server["clients"]
        resident["spare"] = resident["descriptors"]
        self.samples.append(({"at": at, **server}, {"at": at, **resident}))

    def line(self):
        server, resident = self.samples[-1]
        at = f"{server['at'] / 60:.0f} min" if self.seconds >= 300 else f"{server['at']:.0f} s"
        parts = (
            f"churn: {at:>7}: {server['clients']:2} clients, {sum(self.endings.values())} lives",
            f"server {server['rss'] / MIB:.2f} MiB, {server['descriptors']} descriptors, {server['threads']} threads",
            f"stays {resident['rss'] / MIB:.2f} MiB, {resident['descriptors']} descriptors, "
            f"{resident['threads']} threads, {self.cutter.cuts} cuts",
        )
        says("; ".join(parts))

    def until_server(self, what, condition):
        end = time.monotonic() + PATIENCE
        while True:
            found = self.server.ask("measure")
            if condition(found):
                return found
            if time.monotonic() > end:
                raise Failure(f"not within {PATIENCE:g} s: {what}: {found}")
            time.sleep(0.1)

    def leave(self):
        """All have gone but the one that stays; then that one goes. Nothing may be left."""
        self.until_server("one client is left", lambda found: found["clients"] == 1 and len(found["good"]) == 3)
        self.resident.tell("end")
        if self.resident.ended():
            raise Failure("the client that stays has ended with a failure")
        end = self.until_server(
            "the server is as it was before the first client",
            lambda found: found["clients"] == 0
            and not found["good"]
            and all(found[key] <= self.baseline[key] for key in ("descriptors", "threads")),
        )
        if end["connects"] != end["disconnects"]:
            raise Failure(f"{end['connects']} connections, {end['disconnects']} ends of connections")
        self.server.tell("end")
        if self.server.ended():
            raise Failure("the server has ended with a failure")
        self.judge(end)

    def judge(self, end):
        grown = []
        for index, who in enumerate(("server", "client that stays")):
            window, found, too_much = growth([sample[index] for sample in self.samples])
            says(
                f"churn: {who}: by slope over the last {window:.0f} s: resident {found['rss'] / 1024:+.0f} KiB "
                f"({found['rss'] / 1024 / window * 3600:+.0f} KiB/h), descriptors {found['spare']:+.2f}, "
                f"threads {found['threads']:+.2f}"
            )
            grown += [f"{key} of the {who}" for key in too_much]
        endings = ", ".join(f"{count} {how}" for how, count in sorted(self.endings.items()))
        summary = (
            f"{sum(self.endings.values())} lives in {self.seconds:.0f} s ({endings}), {self.cutter.cuts} cuts, "
            f"{end['connects']} connections, {self.rounds} rounds, {end['values_out']} values out, "
            f"{end['values_in']} in, nothing left"
        )
        if grown:
            raise Failure(f"{', '.join(grown)} grew: {summary}")
        says(f"churn: ok: {summary}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--life", type=float, help="mean seconds that a client stays; by default as long as fits")
    arguments = parser.parse_args()
    soak = Soak(arguments.seconds, arguments.life or max(1.0, min(20.0, arguments.seconds / 15)))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        soak.run()
        return 0
    except Failure as failure:
        says(f"churn: failed: {failure}")
        return 1
    finally:
        for process in soak.processes:
            process.kill()


if __name__ == "__main__":
    sys.exit(main())
