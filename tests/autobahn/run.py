#!/usr/bin/env python3
"""Autobahn|Testsuite, cases 1 to 7, 9 and 10, against how the library accepts and how it dials.

    run.py ECHO TOOLS    ECHO: the program of echo.rs. TOOLS: a folder in which the suite is installed and kept.

The suite needs Python 2.7. Where there is none, this says so and ends well.
"""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from ports import free_port  # noqa: E402

SUITE = "autobahntestsuite==25.10.1"
# The last ones for Python 2.7.
VIRTUALENV = "virtualenv==20.15.1"
CASES = ["1.*", "2.*", "3.*", "4.*", "5.*", "6.*", "7.*", "9.*", "10.*"]
GOOD = ("OK", "NON-STRICT", "INFORMATIONAL")
AGENT = "realvirtual-ws"
PATIENCE = 600


def python27():
    """An interpreter of Python 2.7, also one that pyenv keeps."""
    candidates = ["python2.7", "python2"]
    if pyenv := shutil.which("pyenv"):
        root = subprocess.run([pyenv, "root"], capture_output=True, text=True).stdout.strip()
        candidates.append(os.path.join(root, "versions", "2.7.18", "bin", "python2.7"))
    candidates.append(os.path.expanduser("~/.pyenv/versions/2.7.18/bin/python2.7"))
    for candidate in candidates:
        with contextlib.suppress(OSError):
            version = subprocess.run([candidate, "--version"], capture_output=True, text=True)
            if "Python 2.7" in version.stdout + version.stderr:
                return candidate
    return None


def suite(python, tools):
    """The suite's program; installed if it is not yet."""
    program = os.path.join(tools, "suite", "bin", "wstest")
    if not os.path.exists(program):
        helper = os.path.join(tools, "virtualenv")
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        quiet = {"stderr": subprocess.DEVNULL, "check": True}
        subprocess.run([*pip, "--target", helper, VIRTUALENV], **quiet)
        environment = dict(os.environ, PYTHONPATH=helper)
        folder = os.path.dirname(os.path.dirname(program))
        subprocess.run([python, "-m", "virtualenv", "--quiet", folder], env=environment, **quiet)
        pip = [os.path.join(folder, "bin", "pip"), "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, SUITE], **quiet)
    return program


def wait_for(port, process):
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    sys.exit(f"nothing listens on port {port}: {process.args}")


@contextlib.contextmanager
def running(command, port, **more):
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, **more)
        try:
            wait_for(port, process)
            yield
        finally:
            process.terminate()
            process.wait(10)


def run(program, echo, role, folder):
    """Runs all cases against one role; gives the reports."""
    port = free_port()
    reports = os.path.join(folder, role)
    spec = {"outdir": reports, "cases": CASES, "exclude-cases": [], "exclude-agent-cases": {}}
    path = os.path.join(folder, role + ".json")
    if role == "server":
        spec["servers"] = [{"agent": AGENT, "url": f"ws://127.0.0.1:{port}", "options": {"version": 18}}]
        mode, first, then = "fuzzingclient", [echo, "server", str(port)], None
    else:
        spec["url"] = f"ws://127.0.0.1:{port}"
        mode, first, then = "fuzzingserver", None, [echo, "client", str(port)]
    with open(path, "w") as file:
        json.dump(spec, file)
    test = [program, "--mode", mode, "--spec", path]
    if mode == "fuzzingserver":
        # Its web page is not needed, and has a port of its own.
        test += ["--webport", "0"]
    first, then = first or test, then or test
    with running(first, port, cwd=folder):
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(then, cwd=folder, stdout=output, stderr=output, timeout=PATIENCE)
            if done.returncode:
                output.seek(0)
                sys.exit(output.read().decode(errors="replace")[-2000:])
    with open(os.path.join(reports, "index.json")) as file:
        return json.load(file)[AGENT]


def main():
    echo, tools = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    python = python27()
    if not python:
        print("skipped: Autobahn|Testsuite needs Python 2.7, and there is none")
        return 0
    os.makedirs(tools, exist_ok=True)
    program = suite(python, tools)
    passed = failed = 0
    for role in ("server", "client"):
        started = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            reports = run(program, echo, role, folder)
        for case, report in sorted(reports.items()):
            if report["behavior"] in GOOD and report["behaviorClose"] in GOOD:
                passed += 1
            else:
                failed += 1
                print(f"{role}, case {case}: {report['behavior']}, close {report['behaviorClose']}")
        print(f"{role}: {len(reports)} cases in {time.monotonic() - started:.0f} s")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
