#!/usr/bin/env python3
"""Every `missed` row of bench/RESULTS.md links a page in bench/profiles that exists: `make bench-lint`."""

import re
import sys
from pathlib import Path

BENCH = Path(__file__).resolve().parent
problems, missed = [], 0
for number, line in enumerate((BENCH / "RESULTS.md").read_text().splitlines(), 1):
    if not re.search(r"\|\s*missed\b[^|]*\|\s*$", line):
        continue
    missed += 1
    link = re.search(r"\]\((profiles/[^)]+)\)", line)
    if not link:
        problems.append(f"RESULTS.md:{number}: a missed row without a link to bench/profiles: {line}")
    elif not (BENCH / link[1]).is_file():
        problems.append(f"RESULTS.md:{number}: {link[1]} does not exist: write what dominates and what was tried")
print(*problems, sep="\n", end="\n" if problems else "")
print(f"bench lint: {missed} missed rows, {len(problems)} without their page")
sys.exit(bool(problems))
