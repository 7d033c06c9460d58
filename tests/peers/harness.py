"""What the cases share: a list of them, deadlines, and peers as processes that cannot outlive the run."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import traceback
from pathlib import Path

import rv

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from ports import free_port  # noqa: E402, F401 (for those who import this)

WS = HERE.parent / "node" / "node_modules" / "ws"

CASES = []
# A case that takes longer has failed; a peer that lives longer is ended by its own alarm.
CASE_SECONDS = 25
JOBS = int(os.environ.get("RV_JOBS", 4))
PEER_SECONDS = 30


def case(*, each=None, needs=()):
    """Registers a function as a case; with `each`, once for every dictionary of arguments."""

    def register(function):
        for arguments in each or [{}]:
            words = ", ".join(str(value) for value in arguments.values())
            name = f"{function.__name__} ({words})" if words else function.__name__
            wanted = set(needs) | {"node" for value in arguments.values() if value in ("js", "js-undici")}
            CASES.append((name, function, arguments, wanted))
        return function

    return register


def equal(found, expected, what):
    if found != expected:
        raise AssertionError(f"{what}: {found!r}, not {expected!r}")


def check(condition, what):
    if not condition:
        raise AssertionError(what)


class Process:
    """A child whose lines are read as they come. It ends with the case, and by its alarm whatever becomes of us."""

    LIMIT = "import os,signal,sys; signal.alarm(int(sys.argv[1])); os.execvp(sys.argv[2], sys.argv[2:])"
    alive = []

    def __init__(self, *command):
        self.lines = []
        self.errors = []
        self.arrived = threading.Condition()
        self.child = subprocess.Popen(
            [sys.executable, "-c", self.LIMIT, str(PEER_SECONDS), *map(str, command)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        Process.alive.append(self)
        self.readers = [
            threading.Thread(target=self._read, args=(self.child.stdout, self.lines), daemon=True),
            threading.Thread(target=self._read, args=(self.child.stderr, self.errors), daemon=True),
        ]
        for reader in self.readers:
            reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    def _read(self, stream, lines):
        for line in stream:
            with self.arrived:
                lines.append(line.rstrip("\n"))
                self.arrived.notify_all()

    def running(self):
        return self.child.poll() is None

    def kill(self):
        if self in Process.alive:
            self.child.kill()
            self.child.wait()
            for reader in self.readers:
                reader.join()
            for stream in (self.child.stdin, self.child.stdout, self.child.stderr):
                try:
                    stream.close()
                except BrokenPipeError:
                    pass
            Process.alive.remove(self)

    def wait_line(self, predicate, timeout=5.0, what="a line"):
        """The first line for which `predicate` is true, waiting for it."""
        if isinstance(predicate, str):
            text, what = predicate, predicate
            predicate = lambda line: line.startswith(text)  # noqa: E731
        end = time.monotonic() + timeout
        seen = 0
        with self.arrived:
            while True:
                for line in self.lines[seen:]:
                    if predicate(line):
                        return line
                seen = len(self.lines)
                left = end - time.monotonic()
                if left <= 0 or not (self.arrived.wait(min(left, 0.2)) or self.running()):
                    raise AssertionError(
                        f"{what!r} was not printed; the last lines: {self.lines[-5:]}, errors: {self.errors[:12]}"
                    )


class Peer(Process):
    """An independent peer, peer.py over `websockets` or peer.js over `ws`: same behaviour, same reports."""

    def __init__(self, language, **what):
        program = ["node", HERE / "peer.js"] if language == "js" else [sys.executable, HERE / "peer.py"]
        super().__init__(*program, json.dumps(what))

    def reports(self):
        return [json.loads(line) for line in list(self.lines)]

    def wait_report(self, event, timeout=5.0, **fields):
        def matches(line):
            report = json.loads(line)
            return report["event"] == event and all(report.get(key) == value for key, value in fields.items())

        return json.loads(self.wait_line(matches, timeout, f"{event} {fields or ''}"))

    def messages(self, kind=None):
        """The messages it got, oldest first."""
        found = [report["message"] for report in self.reports() if report["event"] == "message"]
        return [message for message in found if kind is None or message["type"] == kind]

    def frames_with(self, name):
        """The values of a signal in the messages it got."""
        return [m["signals"][name] for m in self.messages() if name in m.get("signals", {})]

    def state(self):
        """All values it got, the newest of each."""
        state = {}
        for message in self.messages():
            if message["type"] in ("data", "snapshot"):
                state.update(message["signals"])
        return state

    def holds(self, name):
        """What a peer has that takes over what it gets and what it sets, whichever came last."""
        reports = [report if report["event"] == "set" else report.get("message", {}) for report in self.reports()]
        return [report["signals"][name] for report in reports if name in report.get("signals", {})][-1]

    def tell(self, **command):
        """`set`: its own values, sent with its next message; `send`: a message as it is."""
        self.child.stdin.write(json.dumps(command) + "\n")
        self.child.stdin.flush()


def missing():
    """What this machine lacks: a reason by the name that `needs` has."""
    lacks = {}
    try:
        import websockets  # noqa: F401
    except ImportError:
        lacks["python"] = "the Python package websockets is not installed"
    try:
        rv.library()
    except OSError as error:
        lacks["library"] = str(error).splitlines()[0]
    node = shutil.which("node")
    version = subprocess.run([node, "--version"], capture_output=True, text=True).stdout if node else ""
    if not version or int(version.lstrip("v").split(".")[0]) < 20:
        lacks["node"] = "Node 20 or later is not installed"
    elif not WS.is_dir():
        lacks["node"] = "the npm package ws is not installed: npm ci --prefix tests/node"
    if not (shutil.which("mcs") and shutil.which("mono")):
        lacks["mono"] = "Mono is not installed: mcs and mono"
    return lacks


class Late(BaseException):
    """A case took too long. No Exception, so that nothing in a case catches it."""


def run_case(index):
    """Runs one case, in this process; gives the exit code."""

    def late(*_):
        raise Late(f"longer than {CASE_SECONDS} s")

    signal.signal(signal.SIGALRM, late)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    name, function, arguments, _ = CASES[index]
    began = time.monotonic()
    problem = None
    signal.alarm(CASE_SECONDS)
    try:
        function(**arguments)
        equal(rv.live_count(), 0, "interfaces left over")
    except (Exception, Late):
        problem = traceback.format_exc()
    finally:
        signal.alarm(0)
        for process in list(Process.alive):
            process.kill()
    seconds = time.monotonic() - began
    print(f"{'FAILED' if problem else 'ok'}  {seconds:5.1f} s  {name}", flush=True)
    if problem:
        print("    " + problem.rstrip().replace("\n", "\n    "), flush=True)
        rv.library().rv_shutdown_all(500)
    return 1 if problem else 0


def run(wanted):
    """Runs the cases whose name contains one of the words in `wanted`, each in a process of its own and JOBS at a time:
    they mostly wait. Gives the exit code."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    lacks = missing()
    ci = os.environ.get("CI") == "true"
    results = []
    for name in sorted({reason for reason in lacks.values()}):
        print(f"missing: {name}" if ci else f"skipped: {name}", flush=True)
    waiting = []
    for index, (name, _, _, needs) in enumerate(CASES):
        if wanted and not any(word in name for word in wanted):
            continue
        if any(need in lacks for need in {"library", "python", *needs}):
            results += [1] * ci
        else:
            waiting.append(index)
    running = []
    try:
        while waiting or running:
            while waiting and len(running) < JOBS:
                index = waiting.pop(0)
                command = [sys.executable, sys.argv[0], "--case", str(index)]
                # A limit behind the case's own, should that not be obeyed.
                limit = time.monotonic() + CASE_SECONDS + 10
                running.append((subprocess.Popen(command, stdin=subprocess.DEVNULL), CASES[index][0], limit))
            time.sleep(0.02)
            for case_ in list(running):
                child, name, limit = case_
                if child.poll() is None and time.monotonic() < limit:
                    continue
                if child.poll() not in (0, 1):
                    child.kill()
                    print(f"FAILED  {name}: ended with {child.wait()}", flush=True)
                results.append(child.returncode)
                running.remove(case_)
    finally:
        for child, _, _ in running:
            child.terminate()
            child.wait()
    failed = sum(result != 0 for result in results)
    print(f"{len(results) - failed} passed, {failed} failed")
    return 1 if failed else 0
