"""The command line tool: each command, each exit code, and each cause that `doctor` knows, with peers that produce it.

    run.py [WORD ...]    only the tests whose names contain one of the words

Needs the built tool (`make build`) and Python with websockets. Tests run side by side: each has servers of its own.
"""

import os
import sys
import time
import traceback
from concurrent.futures import ThreadPoolExecutor

import access
import commands
import doctor
import exits
import tls

MODULES = (commands, exits, doctor, tls, access)
JOBS = int(os.environ.get("RV_JOBS", 4))


def run(test):
    begin = time.monotonic()
    try:
        test()
        return None, time.monotonic() - begin
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)
        line = [frame.lineno for frame in where if frame.name == test.__name__]
        return f"FAILED {test.__name__}:{line}: {type(error).__name__}: {error}", time.monotonic() - begin


def main():
    words = sys.argv[1:]
    tests = [test for module in MODULES for test in module.TESTS]
    chosen = [test for test in tests if not words or any(word in test.__name__ for word in words)]
    passed = failed = 0
    with ThreadPoolExecutor(JOBS) as pool:
        for test, (failure, seconds) in zip(chosen, pool.map(run, chosen)):
            passed += failure is None
            failed += failure is not None
            if failure or words:
                print(failure or f"{test.__name__}: {seconds:.1f} s")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
