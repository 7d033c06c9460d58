#!/usr/bin/env python3
"""Writes every change of a server's signals to a CSV file, or to standard output.

    python3 examples/python/csv_logger.py --port 7000 log.csv
    python3 examples/python/csv_logger.py --port 7000 --signal Conveyor1.Speed --signal Conveyor1.Running

Columns: time (UTC), signal, value, quality, and how often it changed and rose since its row before: more than 1 when it
changed faster than this program could follow. It waits in an event loop, without polling. Ctrl-C and SIGTERM end it,
and it says how many rows it has written.
"""

import argparse
import asyncio
import csv
import signal
import sys
import time
from datetime import datetime, timezone

from realvirtual_ws import Client, RvError

CONNECT = 3.0  # seconds until a server must have been there


class WallClock:
    """Times of day for the library's times, whose clock starts anywhere."""

    def __init__(self):
        self.offset = float("inf")

    def at(self, seconds):
        # A change is seen a moment after it arrived: the smallest difference is the nearest.
        self.offset = min(self.offset, time.time() - seconds)
        return datetime.fromtimestamp(self.offset + seconds, timezone.utc).isoformat(timespec="milliseconds")


async def log(arguments, file):
    writer, clock, rows = csv.writer(file), WallClock(), 0
    writer.writerow(["time", "signal", "value", "quality", "changes", "rises"])
    async with Client(address=arguments.address, port=arguments.port, client_name="csv_logger.py") as rv:
        if arguments.signal:
            rv.subscribe(arguments.signal)
        await rv.wait_connected_async(CONNECT)
        await rv.import_signals_async()
        print(f"csv_logger: {len(rv.signals)} signals", file=sys.stderr, flush=True)
        try:
            async for change in rv.changes():
                if arguments.signal and change.name not in arguments.signal:
                    continue
                at, quality = clock.at(change.time), change.quality.name
                writer.writerow([at, change.name, change.value, quality, change.changes, change.rises])
                file.flush()
                rows += 1
        except asyncio.CancelledError:
            return rows
    return rows


async def run(arguments, file):
    """Logs until the time is up or a signal ends it."""
    task = asyncio.ensure_future(log(arguments, file))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, task.cancel)
        except NotImplementedError:  # Windows: Ctrl-C raises KeyboardInterrupt
            pass
    if arguments.seconds:
        loop.call_later(arguments.seconds, task.cancel)
    return await task


def main():
    parser = argparse.ArgumentParser(description="Writes every change of a server's signals as CSV.")
    parser.add_argument("file", nargs="?", help="where to (default: standard output)")
    parser.add_argument("--address", default="127.0.0.1", help="the server's address (default %(default)s)")
    parser.add_argument("--port", type=int, default=7000, help="the server's port (default %(default)s)")
    parser.add_argument("--signal", action="append", help="only this signal; may be repeated")
    parser.add_argument("--seconds", type=float, default=0.0, help="end after this time (default: with Ctrl-C)")
    arguments = parser.parse_args()
    try:
        if arguments.file:
            with open(arguments.file, "w", newline="", encoding="utf-8") as file:
                rows = asyncio.run(run(arguments, file))
        else:
            rows = asyncio.run(run(arguments, sys.stdout))
    except (RvError, OSError) as error:
        print(f"csv_logger: {error}", file=sys.stderr)
        return 1
    except (asyncio.CancelledError, KeyboardInterrupt):  # before it was connected
        rows = 0
    print(f"csv_logger: {rows} rows", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
