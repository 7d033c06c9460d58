"""Runs the program of no_exceptions.cpp: `try_` forms carry it, and what would throw ends it with a message."""

import signal
import subprocess
import sys

program = sys.argv[1]
well = subprocess.run([program], capture_output=True, text=True, timeout=60, check=False)
end = subprocess.run([program, "end"], capture_output=True, text=True, timeout=60, check=False)
passed = (
    well.returncode == 0
    and end.returncode == -signal.SIGABRT
    and end.stderr.startswith('realvirtual_ws: RV_ERR_NOT_FOUND: there is no signal "None"')
)
if not passed:
    print(f"{well}\n{end}", file=sys.stderr)
print(f"cpp without exceptions: {int(passed)} passed, {int(not passed)} failed")
sys.exit(not passed)
