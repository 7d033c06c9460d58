"""Runs the cases, or those whose names contain one of the words given as arguments."""

import sys

import harness
import document  # noqa: F401
import independent  # noqa: F401
import reconnect  # noqa: F401

if sys.argv[1:2] == ["--case"]:
    sys.exit(harness.run_case(int(sys.argv[2])))
sys.exit(harness.run(sys.argv[1:]))
