#!/usr/bin/env python3
"""Shows all signals of a server live in the terminal: values, who writes them, age, quality and edges.

    python3 examples/python/dashboard.py --port 7000
    python3 examples/python/dashboard.py --port 7000 --filter Conveyor

It keeps on when the server goes away, and shows the values as stale until it is back. Ctrl-C ends it. Where the output
is no terminal the table is printed once a second.
"""

import argparse
import shutil
import sys
import time

from realvirtual_ws import Access, Client, Kind, Quality, RvError

CONNECT = 3.0  # seconds until a server must have been there
QUALITIES = {Quality.NEVER: "never set", Quality.GOOD: "", Quality.STALE: "stale"}
WRITERS = {Access.READ: "there", Access.WRITE: "here", Access.READ_WRITE: "both"}
HEAD = f"{'signal':<30}{'kind':<7}{'written':<9}{'age':>8}  value"


def shown(value):
    return f"{value:.3f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def shown_age(seconds):
    return "" if seconds == float("inf") else f"{seconds:.1f} s" if seconds < 1000 else f"{seconds / 60:.0f} min"


def row(signal):
    """One line for a signal."""
    info = signal.info()
    edges = f"  {signal.rises} up, {signal.falls} down" if signal.kind is Kind.BOOL else ""
    value = f"{shown(signal.value)}{edges}  {QUALITIES.get(info.quality, '')}"
    kind, by = signal.kind.name.lower(), WRITERS[info.access]
    return f"{signal.name:<30}{kind:<7}{by:<9}{shown_age(info.age):>8}  {value}".rstrip()


def draw(title, signals):
    """A table of signals, over the whole terminal or below what was printed."""
    rows = [title, "", HEAD, *map(row, signals)]
    if not sys.stdout.isatty():
        print("\n".join(rows), flush=True)
        return
    size = shutil.get_terminal_size()
    if len(rows) > size.lines - 1:
        rows = rows[: size.lines - 2] + [f"... and {len(rows) - size.lines + 2} more"]
    print("\033[H\033[J" + "\n".join(line[: size.columns - 1] for line in rows), flush=True)


def title(rv, address):
    info, stats = rv.info(), rv.stats()
    return (
        f"{address}:{info.port}: {info.state.name.lower()}, {info.signals} signals, "
        f"{stats.frames_in} messages in, {stats.frames_out} out"
    )


def watch(rv, arguments):
    period = 0.2 if sys.stdout.isatty() else 1.0
    end = time.monotonic() + arguments.seconds if arguments.seconds else float("inf")
    due = 0.0
    while time.monotonic() < end:
        if rv.wait(0.05):
            rv.poll()  # counts the edges
            rv.poll_events()
        if time.monotonic() >= due:
            due = time.monotonic() + period
            draw(title(rv, arguments.address), [s for s in rv.signals.values() if arguments.filter in s.name])


def main():
    parser = argparse.ArgumentParser(description="Shows all signals of a server live in the terminal.")
    parser.add_argument("--address", default="127.0.0.1", help="the server's address (default %(default)s)")
    parser.add_argument("--port", type=int, default=7000, help="the server's port (default %(default)s)")
    parser.add_argument("--filter", default="", help="only signals whose names contain this")
    parser.add_argument("--seconds", type=float, default=0.0, help="end after this time (default: with Ctrl-C)")
    arguments = parser.parse_args()
    try:
        with Client(address=arguments.address, port=arguments.port, client_name="dashboard.py") as rv:
            rv.wait_connected(CONNECT)
            rv.import_signals()
            watch(rv, arguments)
    except RvError as error:
        print(f"dashboard: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
