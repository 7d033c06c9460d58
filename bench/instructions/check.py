#!/usr/bin/env python3
"""The hot paths need no more instructions than they did: `make test-instructions`.

valgrind's callgrind counts the instructions of a program (main.rs) that does a piece of work so many times, and once
more; the difference is what one needs, whatever else the machine does. Each has a limit, a tenth above what it was when
it was set. With --print the counts are only printed, for new limits.
"""

import platform
import re
import shutil
import subprocess
import sys

# What of it is counted, what it may be, and how often it is done.
LIMITS = {
    "set": ("rv_set_bool, alternating", 245, 10_000),
    "cycle": ("1,000 sets and the cycle that sends them", 540_000, 20),
    "arrival": ("a frame of 1,000 signals, decoded, applied and polled", 1_115_000, 20),
}


def instructions(program, work, rounds):
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program, work, str(rounds)]
    done = subprocess.run(command, capture_output=True, text=True)
    counted = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode or not counted:
        sys.exit(f"{' '.join(command)}: ended with {done.returncode}\n{done.stderr}")
    return int(counted[1])


def main():
    program = sys.argv[1]
    missing = "valgrind is not installed" if not shutil.which("valgrind") else ""
    if missing or platform.machine() not in ("x86_64", "AMD64"):
        print(f"skipped: {missing or 'the limits are those of x86-64'}")
        return
    failed = 0
    for work, (what, limit, rounds) in LIMITS.items():
        few, many = instructions(program, work, rounds), instructions(program, work, 2 * rounds)
        each = (many - few) / rounds
        over = each > limit and "--print" not in sys.argv
        failed += over
        said = f", {each / limit - 1:.0%} over" if over else ""
        print(f"{work}: {each:,.0f} instructions of {limit:,} at most{said}: {what}")
    print(f"instructions: {len(LIMITS) - failed} passed, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
