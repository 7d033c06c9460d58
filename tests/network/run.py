#!/usr/bin/env python3
"""The network tests that need processes, clocks or network namespaces of their own: all of them, or those whose name
contains one of the words given. With --full at the library's own time-outs, which takes minutes.

Needs python3, Linux and the library (REALVIRTUAL_WS_LIBRARY).
"""

import argparse
import signal
import sys
import time

import namespaces  # noqa: F401
import processes  # noqa: F401
from rig import CASES, End, Failure, Skipped


def main():
    parser = argparse.ArgumentParser(description="Network faults between processes.")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("words", nargs="*")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    counts = {"ok": 0, "FAILED": 0, "skipped": 0}
    for case in CASES:
        if arguments.words and not any(word in case.__name__ for word in arguments.words):
            continue
        begin = time.monotonic()
        try:
            result, text = "ok", case(arguments.full) or ""
        except (Failure, OSError) as failure:
            result, text = "FAILED", str(failure)
        except Skipped as reason:
            result, text = "skipped", str(reason)
        finally:
            for end in list(End.alive):
                end.kill()
        counts[result] += 1
        what = f"skipped: {case.__name__}:" if result == "skipped" else f"{result:<6} {time.monotonic() - begin:5.1f} s  {case.__name__}"
        print(f"{what} {text}".rstrip(), flush=True)
    print(f"{counts['ok']} passed, {counts['FAILED']} failed, {counts['skipped']} skipped")
    return 1 if counts["FAILED"] or not counts["ok"] + counts["skipped"] else 0


if __name__ == "__main__":
    sys.exit(main())
