"""Runs the programs of a bench: a server, its clients, what they say at the end, what they used."""

import json
import os
import select
import socket
import subprocess
import time
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


class Failed(Exception):
    """A program did not do its part."""


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Program:
    """One program with its output by lines."""

    def __init__(self, command, env=None):
        self.command = [str(part) for part in command]
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=env
        )
        self.waiting = b""
        self.peak = 0

    def line(self, seconds):
        end = time.monotonic() + seconds
        while b"\n" not in self.waiting:
            if not select.select([self.process.stdout], [], [], max(end - time.monotonic(), 0))[0]:
                raise Failed(f"{' '.join(self.command)}: nothing within {seconds} s")
            self.peak = max(self.peak, self.resident())
            more = os.read(self.process.stdout.fileno(), 1 << 20)
            if not more:
                raise Failed(f"{' '.join(self.command)}: ended with {self.process.wait()}")
            self.waiting += more
        line, self.waiting = self.waiting.split(b"\n", 1)
        return line.decode()

    def port(self):
        word, number = self.line(20).split()
        if word != "port":
            raise Failed(f"{' '.join(self.command)}: {word} instead of its port")
        return int(number)

    def figures(self, seconds):
        return json.loads(self.line(seconds))

    def go(self):
        self.process.stdin.write(b"go\n")
        self.process.stdin.flush()

    def cpu(self):
        """Seconds of processor time so far, by the kernel's count."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def resident(self):
        """KiB at most so far."""
        try:
            status = Path(f"/proc/{self.process.pid}/status").read_text()
        except OSError:
            return 0
        return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")), 0)

    def end(self):
        self.process.stdin.close()
        try:
            self.process.wait(1)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()


def stolen():
    """Jiffies of all processors so far: stolen by the machine's host, and all."""
    fields = list(map(int, Path("/proc/stat").read_text().splitlines()[0].split()[1:9]))
    return fields[7], sum(fields)
