"""The command line tool: each command, each exit code, and each cause that `doctor` knows, with peers that produce it.

    run.py [WORD ...]    only the tests whose names contain one of the words

Needs the built tool (`make build`) and Python with websockets. Tests run side by side: each has servers of its own.
"""

import sys
from pathlib import Path

import access
import commands
import doctor
import exits
import tls

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import side_by_side  # noqa: E402

MODULES = (commands, exits, doctor, tls, access)


def main():
    words = sys.argv[1:]
    passed, failed = side_by_side.run(side_by_side.wanted(MODULES, words), tell_all=words)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
