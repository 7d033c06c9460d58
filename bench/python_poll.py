#!/usr/bin/env python3
"""What polling costs a Python program, beside the least that Python could do: `struct.iter_unpack` of the same bytes.

`make bench-python`, which takes the release library and puts the table into bench/RESULTS.md.
"""

import os
import platform
import statistics
import sys
import time
from datetime import datetime, timezone
from pathlib import Path

import realvirtual_ws as rv
from realvirtual_ws import Direction
from realvirtual_ws._changes import RECORD

RESULTS = Path(__file__).resolve().parent / "RESULTS.md"
SIGNALS = 1000
ROUNDS = 151
# Turns are short, so that what else the machine does falls between them, and not always on the longer side.
CALLS, TURNS = 1000, 151


def took(function):
    begin = time.perf_counter_ns()
    function()
    return time.perf_counter_ns() - begin


def pair(server, client):
    """1,000 signals of three kinds, which the client has."""
    adds = (server.add_bool, server.add_int, server.add_float)
    names = [f"Signal{n:04}" for n in range(SIGNALS)]
    for n, name in enumerate(names):
        adds[n % 3](name, Direction.INPUT)
    client.wait_connected(10)
    client.import_signals(10)
    return names


def polling(server, client):
    """Nanoseconds for all changes, of each way to take them and of the bare unpacking beside it."""
    names = pair(server, client)
    times = {name: ([], []) for name in ("poll_raw", "poll")}
    client.poll()
    for n in range(2 * ROUNDS + 10):
        server.set_values({name: n % 2 == 0 if i % 3 == 0 else n + 1 for i, name in enumerate(names)})
        end = time.monotonic() + 10
        while client["Signal0002"].value != n + 1:  # one frame: the others came with it
            if time.monotonic() > end:
                raise SystemExit("the changes do not arrive")
            time.sleep(0.0005)
        name = ("poll_raw", "poll")[n % 2]
        function, taken = getattr(client, name), []
        ours = took(lambda: taken.append(function()))
        # The buffer still holds the bytes of these changes.
        data = bytes(client._changes._bytes[: SIGNALS * RECORD.size])

        def bare():
            for _ in RECORD.iter_unpack(data):
                pass

        theirs = min(took(bare) for _ in range(3))
        if len(taken[0]) != SIGNALS:
            raise SystemExit(f"{len(taken[0])} changes instead of {SIGNALS}")
        if n >= 10:
            times[name][0].append(ours)
            times[name][1].append(theirs)
    return times


def calling(server):
    """Nanoseconds of a call, of each of the signals' ways and of the bare foreign call beside it."""
    number = server["Signal0002"]
    bare = server._core.lib.rv_abi_version
    ways = {
        "signal.value = x": lambda: [setattr(number, "value", n) for n in range(CALLS)],
        "signal.value": lambda: [number.value for _ in range(CALLS)],
    }
    times = {}
    for name, function in ways.items():
        ours, theirs = [], []
        for _ in range(TURNS):
            ours.append(took(function) / CALLS)
            theirs.append(took(lambda: [bare() for _ in range(CALLS)]) / CALLS)
        times[name] = ours, theirs
    return times


def row(what, unit, divisor, with_, times, aim):
    ours, theirs = (statistics.median(side) / divisor for side in times)
    ratio = ours / theirs
    missed = "missed: [bench/profiles/python.txt](profiles/python.txt)"
    wanted, met = ("–", "–") if aim is None else (f"≤ {aim}", "met" if ratio <= aim else missed)
    return f"| {what} | {ours:.0f} ns a {unit} | {with_}: {theirs:.0f} ns | {ratio:.2f} | {wanted} | {met} |"


def load():
    return " ".join(f"{number:.2f}" for number in os.getloadavg())


def processor():
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        model = platform.processor() or "unknown"
    return f"{model}, {os.cpu_count()} in use"


def measure():
    before = load()
    with rv.Server(port=0) as server, rv.Client(port=server.port, peer_perspective=rv.Perspective.SIMULATION) as client:
        polls = polling(server, client)
        calls = calling(server)
    unpack = "struct.iter_unpack of the same bytes"
    call = "a bare ctypes call (rv_abi_version)"
    rows = [
        row("poll_raw() of 1,000 changes: tuples", "change", SIGNALS, unpack, polls["poll_raw"], 3),
        row("poll() of 1,000 changes: objects", "change", SIGNALS, unpack, polls["poll"], 15),
        row("signal.value = x, a float", "set", 1, call, calls["signal.value = x"], None),
        row("signal.value, a float", "get", 1, call, calls["signal.value"], None),
    ]
    about = (
        f"`make bench-python`, {datetime.now(timezone.utc):%F}; {platform.python_implementation()} "
        f"{platform.python_version()}, realvirtual-ws {rv.library_version()}; {processor()}; load before {before}, "
        f"after {load()}. Medians of {ROUNDS} polls and of {TURNS} turns of {CALLS:,} calls, "
        "the two sides of a row alternating."
    )
    head = "| measure | ours | compared with | ratio | aim | |\n| --- | --- | --- | --- | --- | --- |\n"
    return f"## Python\n\n{about}\n\n{head}" + "".join(f"{line}\n" for line in rows)


def put(name, section):
    """Puts a bench's section in the place of its former one, and leaves the rest of the file as it is."""
    begin, after = f"<!-- {name} -->\n", f"<!-- end of {name} -->\n"
    text = RESULTS.read_text(encoding="utf-8")
    head, found, rest = text.partition(begin)
    tail = rest.partition(after)[2] if found else ""
    gap = "" if found or head.endswith("\n\n") else "\n"
    RESULTS.write_text(f"{head}{gap}{begin}{section}{after}{tail}", encoding="utf-8")


if __name__ == "__main__":
    found = measure()
    print(found)
    if "--print" not in sys.argv[1:]:
        put("bench-python", found)
