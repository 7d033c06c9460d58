"""Runs tests that need nothing of each other, several at a time."""

import os
import time
import traceback
from concurrent.futures import ThreadPoolExecutor

JOBS = int(os.environ.get("RV_JOBS", 4))


def outcome(test):
    """What went wrong, or None, and the seconds it took."""
    begin = time.monotonic()
    try:
        test()
        return None, time.monotonic() - begin
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)
        line = [frame.lineno for frame in where if frame.name == test.__name__]
        return f"FAILED {test.__name__}:{line}: {type(error).__name__}: {error}", time.monotonic() - begin


def wanted(modules, words):
    """The tests of these modules whose names contain one of the words, or all."""
    tests = [test for module in modules for test in module.TESTS]
    return [test for test in tests if not words or any(word in test.__name__ for word in words)]


def run(tests, tell_all):
    """Prints what failed, with `tell_all` how long each took as well; returns how many passed and failed."""
    failures = 0
    with ThreadPoolExecutor(JOBS) as pool:
        for test, (failure, seconds) in zip(tests, pool.map(outcome, tests)):
            failures += failure is not None
            if failure or tell_all:
                print(failure or f"{test.__name__}: {seconds:.1f} s", flush=True)
    return len(tests) - failures, failures
