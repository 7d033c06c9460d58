#!/usr/bin/env python3
"""All measures of this library beside other ways to move signals, in alternation in one run: `make bench`.

Every figure that counts is a ratio of two figures of the same run, medians of BENCH_ROUNDS rounds (5), in which the
peers take turns. Nothing here fails because of time. The tables go to bench/RESULTS.md, the plots to bench/plots/.
"""

import os
import statistics
import subprocess
import sys
from datetime import datetime, timezone

import measures
import plots
from peers import OURS, PEERS, ROOT, Failed, build
from processes import stolen

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
RESULTS = ROOT / "bench" / "RESULTS.md"
BEGIN, END = "<!-- bench -->\n", "<!-- end of bench -->\n"


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def rounds(peers, measure, title):
    """Medians of each peer's figures; peers that fail are told and left out."""
    taken = {peer.name: [] for peer in peers}
    for turn in range(ROUNDS):
        say(f"{title}, round {turn + 1} of {ROUNDS}")
        # Each round begins with another peer.
        for peer in peers[turn % len(peers) :] + peers[: turn % len(peers)]:
            try:
                taken[peer.name].append(measure(peer))
            except (Failed, OSError, KeyError) as failure:
                say(f"{peer.name}: {failure}")
    return {name: median(all_of) for name, all_of in taken.items() if all_of}


def median(figures):
    middle = {}
    for key, first in figures[0].items():
        column = [one[key] for one in figures]
        if isinstance(first, list):
            middle[key] = [statistics.median(points) for points in zip(*column)]
        else:
            middle[key] = statistics.median(column)
    return middle


def table(head, rows):
    lines = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    return "\n".join(lines + [f"| {' | '.join(row)} |" for row in rows]) + "\n"


def verdict(name, figure, aim, unit=""):
    """A row of the table of aims. A missed one points at the page that says why."""
    met = figure <= aim
    page = f"bench/profiles/{name.replace(' ', '-')}.txt"
    said = "met" if met else f"missed: [{page}]({page.removeprefix('bench/')})"
    return [name, f"{figure:.2f}{unit}", f"≤ {aim:g}{unit}", said]


def shown(name):
    return f"**{name}**" if name == OURS.name else name


def by(figures, key):
    return sorted(figures.items(), key=lambda item: item[1][key])


def roundtrip_table(figures):
    floor = figures["TCP"]["p50"]
    return table(
        ["peer", "p50 µs", "p99 µs", "p99.9 µs", "p50 / TCP", "CPU µs a round trip", "RSS MiB"],
        [
            [shown(name), *(f"{f[key]:.0f}" for key in ("p50", "p99", "p99.9")), f"{f['p50'] / floor:.2f}",
             f"{f['cpu']:.0f}", f"{f['rss'] / 1024:.1f}"]
            for name, f in by(figures, "p50")
        ],
    )  # fmt: skip


def stream_table(figures):
    return table(
        ["peer", "CPU s a million signals", "sender µs a frame", "receiver µs a frame", "frames that arrived", "RSS MiB"],
        [
            [shown(name), f"{f['cpu']:.2f}", f"{f['server']:.0f}", f"{f['client']:.0f}", f"{f['kept']:.0%}",
             f"{f['rss'] / 1024:.1f}"]
            for name, f in by(figures, "cpu")
        ],
    )  # fmt: skip


def fanout_table(figures):
    floor = figures["TCP"]["cores"]
    most = max(f["least"] for f in figures.values())
    return table(
        ["peer", "cores of the server", "/ TCP", "bytes of the slowest client", "frames that it missed", "RSS MiB"],
        [
            [shown(name), f"{f['cores']:.3f}", f"{f['cores'] / floor:.2f}", f"{f['least'] / most:.0%}",
             f"{f['missed']:.1%}", f"{f['rss'] / 1024:.1f}"]
            for name, f in by(figures, "cores")
        ],
    )  # fmt: skip


def calls_table(figures):
    return table(
        ["from", "a bare call, ns", "set a float", "/ bare", "get a float", "/ bare", "poll, a change"],
        [
            [language, f"{f['bare']:.1f}", f"{f['set']:.1f}", f"{f['set'] / f['bare']:.1f}", f"{f['get']:.1f}",
             f"{f['get'] / f['bare']:.1f}", f"{f['poll']:.1f}"]
            for language, f in figures.items()
        ],
    )  # fmt: skip


def curves():
    """Cost of a frame against how many signals there are, how many change, and how many clients there are."""
    grid = {
        "signals": [10, 100, 1000, 10_000, 100_000],
        "changed": [10, 100, 1000, 10_000],
        "clients": [1, 5, 20, 100, 500],
    }
    taken = {name: [] for name in grid}
    for turn in range(min(ROUNDS, 3)):
        say(f"growth, round {turn + 1}")
        for count in grid["signals"]:
            taken["signals"].append((count, measures.stream(OURS, 100, 200, count, 10)["server"]))
        for count in grid["changed"]:
            taken["changed"].append((count, measures.stream(OURS, 100, 200, 10_000, count)["server"]))
        for count in grid["clients"]:
            taken["clients"].append((count, measures.fanout(OURS, count, 100, 20, 60)["cores"] / 20 * 1e6))
    return {
        name: [(count, statistics.median(cost for at, cost in points if at == count)) for count in grid[name]]
        for name, points in taken.items()
    }


def growth_table(growth):
    titles = {
        "signals": "signals, 10 of which change",
        "changed": "changing of 10,000 signals",
        "clients": "clients, 100 signals that all change",
    }
    rows = [
        [titles[name], *(f"{count:,}: {cost:.0f}" for count, cost in points), *[""] * (5 - len(points))]
        for name, points in growth.items()
    ]
    return table(["server, µs a frame, against", *[""] * 5], rows)


def version(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[0].strip()
    except (OSError, subprocess.CalledProcessError, IndexError):
        return f"{command[0]}: version unknown"


def machine():
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    return f"{model}, {os.cpu_count()} in use"


def main():
    build()
    begun, load = stolen(), os.getloadavg()
    turns = rounds(PEERS, measures.roundtrip, "round trip")
    paced = rounds(PEERS, lambda peer: measures.roundtrip(peer, 100, 300), "round trip at 100 Hz")
    rivals = [peer for peer in PEERS if peer.name != "echo"]
    streams = rounds(rivals, measures.stream, "stream")
    drained = [peer for peer in rivals if peer.drain]
    fifty = rounds(drained, measures.fanout, "fan-out to 50")
    many = rounds(drained, lambda peer: measures.fanout(peer, 500, 100, 10, 50), "fan-out to 500")
    slowed = rounds([OURS], lambda peer: measures.fanout(peer, slow=1), "fan-out to 50, one of them slow")[OURS.name]
    say("single calls")
    called = measures.calls()
    print_size = median([measures.footprint() for _ in range(ROUNDS)])
    growth = curves()
    library = measures.library_size()
    now, all_now = stolen()[0] - begun[0], stolen()[1] - begun[1]

    ours = OURS.name
    best = lambda figures, key: min(  # noqa: E731
        f[key] for name, f in figures.items() if name not in (ours, "TCP", "echo")
    )
    aims = [
        verdict("round trip against the echo", turns[ours]["p50"] / turns["echo"]["p50"], 2),
        verdict("round trip against TCP", turns[ours]["p50"] / turns["TCP"]["p50"], 3),
        verdict("round trip against the best peer", turns[ours]["p50"] / best(turns, "p50"), 1),
        verdict("stream", streams[ours]["cpu"], 0.25, " s"),
        verdict("stream against the best peer", streams[ours]["cpu"] / best(streams, "cpu"), 1),
        verdict("ticks missed in the stream", 100 - streams[ours]["kept"] * 100, 0, " %"),
        verdict("fan-out to 50 against TCP", fifty[ours]["cores"] / fifty["TCP"]["cores"], 1.2),
        verdict("fan-out to 50 against the best peer", fifty[ours]["cores"] / best(fifty, "cores"), 1),
        verdict("fan-out to 500 against the best peer", many[ours]["cores"] / best(many, "cores"), 1),
        verdict("ticks missed in the fan-out", fifty[ours]["missed"] * 100, 0, " %"),
        verdict("ticks missed beside a slow one", slowed["missed"] * 100, 0, " %"),
        verdict("server beside a slow one", slowed["cores"] / fifty[ours]["cores"], 1.2),
        verdict("set from C", called["C"]["set"], 60, " ns"),
        verdict("poll from C", called["C"]["poll"], 20, " ns"),
        verdict("idle client", print_size["client_bytes"] / 1000, 40, " kB"),
        verdict("signal", print_size["signal_bytes"], 200, " B"),
        verdict("200 idle clients", print_size["idle_share"] * 100, 2, " %"),
        verdict("start", print_size["start_ms"], 10, " ms"),
        verdict("stop", print_size["stop_ms"], 50, " ms"),
        verdict("size", library / 1e6, 3, " MB"),
        verdict("idle signals", growth["signals"][-1][1] / growth["signals"][2][1], 2),
    ]
    date = datetime.now(timezone.utc).strftime("%Y-%m-%d")
    text = f"""## Beside others

`make bench`, {date}; {machine()}; load before {load[0]:.1f}, after {os.getloadavg()[0]:.1f}; {now / max(all_now, 1):.1%} of
the processors' time was stolen. {ROUNDS} rounds, medians; the peers take turns. {version("rustc", "--version")}; Node {version("node", "--version")};
{version("python3", "--version")}; {version("g++", "--version")}.

{chr(10).join(f"- {shown(peer.name)}: {peer.what}" for peer in PEERS)}

{table(["aim", "figure", "asked for", ""], aims)}
### Round trip
Four signals there and four back, the next one when the last is back; microseconds from the set to the poll that has it.

{roundtrip_table(turns)}
The same on a schedule of 100 Hz that waits for nobody, so that a stall counts for every round trip that it delays:

{roundtrip_table(paced)}
![Distribution of the latency](plots/latency.svg)

### Stream
1,000 signals that all change in every frame, 100 Hz; processor time of both ends, and of the broker.

{stream_table(streams)}
### Fan-out
50 clients, 1,000 signals, 100 Hz:

{fanout_table(fifty)}
500 clients, 100 signals, 10 Hz:

{fanout_table(many)}
### Single calls
Nanoseconds; the least that a call costs in each language is a foreign function that does nothing (`rv_abi_version`).

{calls_table(called)}
### Growth
{growth_table(growth)}
![Cost against signals, changes and clients](plots/growth.svg)
"""
    plots.latency({name: f["latency"] for name, f in turns.items()}, ours)
    plots.growth(growth)
    whole = RESULTS.read_text() if RESULTS.exists() else "# Results\n\nWritten by the benches.\n\n"
    before, begin, rest = whole.partition(BEGIN)
    after = rest.partition(END)[2] if begin else ""
    RESULTS.write_text(before.rstrip("\n") + "\n\n" + BEGIN + text + END + after)
    print(text)


if __name__ == "__main__":
    main()
