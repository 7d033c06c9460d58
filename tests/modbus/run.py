"""The Modbus gateway between an independent Modbus server (pymodbus, in its own process) and a twin.

    run.py [--valgrind] [WORD ...]    only the tests whose names contain one of the words

Needs the built gateway (`make gateway-modbus`), Python with pymodbus and websockets, and Linux.
"""

import argparse
import sys
import time
import traceback

import rig
import lifecycle
import maps
import outages
import pulses
import values


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--valgrind", action="store_true")
    parser.add_argument("words", nargs="*")
    arguments = parser.parse_args()
    if arguments.valgrind:
        # "Possibly lost" is what Rust's standard library keeps of the main thread: 48 bytes, once.
        kinds = "definite,indirect"
        rig.wrapper += ["valgrind", "--quiet", "--leak-check=full", f"--show-leak-kinds={kinds}"]
        rig.wrapper += [f"--errors-for-leak-kinds={kinds}", "--error-exitcode=99"]
        rig.patience = 6
    passed = failed = 0
    for module in (maps, values, pulses, outages, lifecycle):
        for test in module.TESTS:
            if arguments.words and not any(word in test.__name__ for word in arguments.words):
                continue
            begin = time.monotonic()
            try:
                test()
                passed += 1
            except Exception as error:
                failed += 1
                where = traceback.extract_tb(error.__traceback__)
                line = [frame.lineno for frame in where if frame.name == test.__name__]
                print(f"FAILED {test.__name__}:{line}: {type(error).__name__}: {error}")
            if arguments.words:
                print(f"{test.__name__}: {time.monotonic() - begin:.1f} s")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
