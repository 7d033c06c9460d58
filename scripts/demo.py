#!/usr/bin/env python3
"""Runs the conveyor cell (examples/c/gateway.c) and its client (examples/python/conveyor.py) against each other.

The client's exit code is this program's, and its last line `demo: ok ...` or `demo: failed: ...` the last line. The
gateway ends with this program, whatever happens to either: it is stopped at the end, gets SIGTERM from the kernel when
this program is killed (Linux), and ends by itself when its time is up.
"""

import argparse
import ctypes
import re
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SPARE = 30  # seconds that a slow machine may need in addition
PR_SET_PDEATHSIG = 1


def end_with_parent():
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def start(command, **options):
    return subprocess.Popen([str(word) for word in command], preexec_fn=end_with_parent, **options)


def end(process):
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def read_port(gateway):
    line = gateway.stdout.readline()
    found = re.search(r"listening on \S+ port (\d+)", line)
    if not found:
        raise RuntimeError(f"the gateway does not listen: {line.strip() or 'see above'}")
    print(line, end="", flush=True)
    return found.group(1)


def run(arguments):
    gateway = client = None
    try:
        limit = str(arguments.seconds + SPARE)
        gateway = start([arguments.gateway, "--port", "0", "--seconds", limit], stdout=subprocess.PIPE, text=True)
        port = read_port(gateway)
        client = start(
            [sys.executable, ROOT / "examples/python/conveyor.py", "--port", port, "--seconds", str(arguments.seconds)]
        )
        code = client.wait(arguments.seconds + SPARE)
        end(gateway)
        lines = gateway.stdout.read()
        if code != 0:
            sys.stderr.write(lines)
        elif gateway.returncode != 0:
            raise RuntimeError(f"the gateway ended with {gateway.returncode}")
        return 1 if code else 0
    except subprocess.TimeoutExpired:
        print(f"demo: failed: the client did not end within {arguments.seconds + SPARE:g} s")
    except (RuntimeError, OSError) as error:
        print(f"demo: failed: {error}")
    finally:
        for process in (client, gateway):
            if process is not None:
                end(process)
    return 1


def main():
    parser = argparse.ArgumentParser(description="Runs the conveyor cell and its client against each other.")
    parser.add_argument("--gateway", required=True, help="the built examples/c/gateway.c")
    parser.add_argument("--seconds", type=float, default=10.0, help="about how long it takes (default %(default)s)")
    arguments = parser.parse_args()

    def leave(number, _):
        raise SystemExit(128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, leave)
    return run(arguments)


if __name__ == "__main__":
    sys.exit(main())
