"""What the tests of the Modbus gateway stand on: the PLC, the gateway and the twin as running things, and waiting."""

import asyncio
import json
import os
import queue
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import websockets
from realvirtual_ws import Client

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve() / "c" / "gateway-modbus"

# How the gateway is started, and how much longer everything may take then. Set by `run.py --valgrind`.
wrapper = []
patience = 1


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


def until(what, condition, seconds=5):
    """Waits until the condition holds, and returns what it gave."""
    end = time.monotonic() + seconds * patience
    while not (result := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds * patience} s: {what}")
        time.sleep(0.005)
    return result


def until_equal(what, read, expected, seconds=5):
    """Waits until what is read is what is expected."""
    last = None

    def arrived():
        nonlocal last
        last = read()
        return last == expected

    try:
        until(what, arrived, seconds)
    except AssertionError as late:
        raise AssertionError(f"{late}: {last} instead of {expected}") from None


class Lines:
    """The lines that a process prints, in a list that grows."""

    def __init__(self, stream):
        self.all = []
        self._new = queue.Queue()
        self._thread = threading.Thread(target=self._read, args=(stream,), daemon=True)
        self._thread.start()

    def _read(self, stream):
        for line in stream:
            self.all.append(line.rstrip("\n"))
            self._new.put(line)
        self._new.put("")

    def next(self, seconds=10):
        try:
            return self._new.get(timeout=seconds * patience)
        except queue.Empty:
            raise AssertionError(f"no line within {seconds * patience} s after {self.all}") from None

    def end(self):
        self._thread.join(10)

    def count(self, part):
        return sum(part in line for line in self.all)


class Plc:
    """A PLC with its program, on a port that stays its own when it is started again."""

    def __init__(self, *options, size=400):
        self.options = [str(size), *options]
        self.port = 0
        self.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    def start(self):
        command = [sys.executable, Path(__file__).with_name("plc.py"), str(self.port), *self.options]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.lines = Lines(self.process.stdout)
        self.port = int(self.lines.next() or 0)
        expect(self.port, "the PLC does not start")

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.lines.end()
        self.process.stdin.close()
        self.process.stdout.close()

    def stop(self):
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self):
        self.process.send_signal(signal.SIGCONT)

    def _ask(self, *command):
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()
        return json.loads(self.lines.next())

    def set(self, table, address, *values):
        self._ask("set", table, address, values)

    def get(self, table, address, count=1):
        return self._ask("get", table, address, count)

    def writes(self):
        """[[table, address, values]] that the gateway has written since the last time."""
        return [write[:3] for write in self.timed_writes()]

    def timed_writes(self):
        """As `writes`, with the time of each."""
        return self._ask("writes")


class Gateway:
    """A running gateway between a PLC and a free port, or between a PLC and a server. Its map is a list of signals."""

    def __init__(self, plc, signals, *options, **members):
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / "map.json"
        path.write_text(json.dumps({**members, "signals": signals}))
        arguments = ["--map", path, "--plc-port", plc.port, "--plc-retry-ms", 50, "--plc-retry-max-ms", 200]
        if "--connect" not in options:
            arguments += ["--port", 0]
        command = [*wrapper, PROGRAM, *arguments, *options]
        self.process = subprocess.Popen(
            [str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.lines = Lines(self.process.stdout)
        self.code = None
        first = self.lines.next()
        found = re.search(r"listening on \S+ port (\d+)", first)
        expect(found or "--connect" in options, f"the gateway says: {first}")
        self.port = int(found.group(1)) if found else 0

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if self.code is None:
            self.end()
        if kind is None:
            expect(self.code == 0, f"the gateway ended with {self.code}:\n" + "\n".join(self.lines.all[-20:]))

    def end(self, number=signal.SIGTERM):
        """Ends it, and returns how long that took."""
        begin = time.monotonic()
        self.process.send_signal(number)
        try:
            self.code = self.process.wait(10 * patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.code = self.process.wait()
        took = time.monotonic() - begin
        self.lines.end()
        self.process.stdout.close()
        self.folder.cleanup()
        return took

    def status(self):
        """The counters of its last status line."""
        line = [line for line in self.lines.all if "status:" in line][-1]
        return dict(re.findall(r"(\w+)=(\S+)", line))


def twin(gateway, **options):
    """A twin that has taken over all signals of the gateway. Use it in a `with` statement."""
    client = Client(port=gateway.port, client_name="twin", **options)
    client.start()
    client.wait_connected()
    client.import_signals()
    return client


def connected_twin(gateway):
    """As `twin`, when the PLC answers: only then does the gateway deliver pulses."""
    client = twin(gateway)
    until_equal("PLC_Connected", lambda: client["PLC_Connected"].value, True)
    return client


class Bare:
    """A twin on a bare WebSocket, for what must be sent in exactly these messages."""

    def __init__(self, socket):
        self._socket = socket

    async def send(self, signals):
        await self._socket.send(json.dumps({"type": "data", "signals": signals}))

    async def delivered(self):
        """Waits until the gateway has received what was sent: its pong comes after it."""
        await (await self._socket.ping())

    async def receive(self, seconds):
        return json.loads(await asyncio.wait_for(self._socket.recv(), seconds))


def converse(gateway, talk):
    """Runs `talk` with a connected Bare, and returns what it returns."""

    async def connected():
        async with websockets.connect(f"ws://127.0.0.1:{gateway.port}") as socket:
            await socket.send(json.dumps({"type": "init", "version": 2, "name": "bare"}))
            return await talk(Bare(socket))

    return asyncio.run(connected())


def send_together(gateway, *messages):
    """Sends values in one message each, one right after the other, and waits until they are delivered."""

    async def talk(bare):
        for signals in messages:
            await bare.send(signals)
        await bare.delivered()

    converse(gateway, talk)


def run(*arguments):
    """(exit code, output, errors) of a gateway that ends by itself."""
    command = [str(word) for word in (*wrapper, PROGRAM, *arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20 * patience)
    return done.returncode, done.stdout, done.stderr
