"""Security, with real parts: nginx as TLS proxy, pages in Chromium, openssl, `websockets`, raw sockets.

    run.py [WORD ...]    only the tests whose names contain one of the words

Needs the built library (`make build`); what else is missing is skipped with the reason, or fails where CI=true. Tests
run side by side: each has servers of its own. RV_PROXY_READ_TIMEOUT is the idle time in seconds after which the proxy
would cut a connection; 2 if it is not set.
"""

import os
import sys
import time
import traceback
from concurrent.futures import ThreadPoolExecutor

import access
import browser
import proxy
import rig
import tls

MODULES = (proxy, browser, tls, access)
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
    lacks = rig.missing()
    ci = os.environ.get("CI") == "true"
    for reason in sorted({lacks[need] for module in MODULES for need in module.NEEDS if need in lacks}):
        print(f"missing: {reason}" if ci else f"skipped: {reason}")
    passed = failed = 0
    chosen = []
    for module in MODULES:
        tests = [test for test in module.TESTS if not words or any(word in test.__name__ for word in words)]
        if any(need in lacks for need in module.NEEDS):
            failed += len(tests) if ci else 0
        else:
            chosen += tests
    try:
        with ThreadPoolExecutor(JOBS) as pool:
            for test, (failure, seconds) in zip(chosen, pool.map(run, chosen)):
                passed += failure is None
                failed += failure is not None
                if failure or words:
                    print(failure or f"{test.__name__}: {seconds:.1f} s", flush=True)
    finally:
        browser.end()
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
