"""The job, the plant's signals and the figures at the end, for the peers in Python. See peer.hpp."""

import json
import sys
import time
from typing import NamedTuple


class Job(NamedTuple):
    measure: str
    role: str
    port: int
    signals: int
    changed: int
    rate: int
    frames: int
    clients: int

    @classmethod
    def from_arguments(cls):
        measure, role, *numbers = sys.argv[1:]
        return cls(measure, role, *map(int, numbers))

    @property
    def roundtrip(self):
        return self.measure == "roundtrip"

    def due(self, begin, n):
        return begin + n / self.rate if self.rate else time.perf_counter()


def cpu():
    return time.process_time()


def report(seconds, frames, latency=()):
    latency = sorted(round(one * 1e6, 1) for one in latency)
    print(json.dumps({"cpu": seconds, "frames": frames, "latency": latency}), flush=True)


def name_of(n):
    if n == 0:
        part = "Counter"
    else:
        part = "Sensor" if n % 20 < 10 else "Drive.Speed" if n % 20 < 15 else "Counter" if n % 20 < 19 else "State"
    return f"Cell{n // 200}.{part}_{n}"


def value_of(n, frame):
    if n == 0:
        return frame
    if n % 20 < 10:
        return (n + frame) & 1 == 1
    if n % 20 < 15:
        return n * 1.25 + frame * 0.5 + 0.001
    if n % 20 < 19:
        return n * 37 - 500 + frame
    return f"Running, step {n + frame}"


def axis(prefix, number):
    return {
        f"{prefix}.Count": number,
        f"{prefix}.Position": number * 0.25 + 0.001,
        f"{prefix}.Ready": number & 1 == 1,
        f"{prefix}.Note": f"step {number}",
    }
