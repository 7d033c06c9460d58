"""What the tests of the command line tool share: running it, servers of its own, and peers with faults."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path

from websockets.sync.server import serve as websocket_server

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
from ports import free_port  # noqa: E402, F401 (for those who import this)

DEBUG = Path(os.environ.get("REALVIRTUAL_WS_LIBRARY", ROOT / "target" / "debug" / "x")).parent
RVWS = DEBUG / "rvws"
# No test waits longer for anything; far more than it takes, since machines that test have other work.
LIMIT = 60

LIST = """Name,Type,Direction,Comment
Sensor,BOOL,INPUT,a part is there
Speed,FLOAT,INPUT,
Motor,FLOAT,OUTPUT,
Count,INT,OUTPUT,
Status,TEXT,OUTPUT,
"""


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


def equal(found, wanted):
    if found != wanted:
        raise AssertionError(f"{found!r}, not {wanted!r}")


def until(what, met):
    end = time.monotonic() + LIMIT
    while not met():
        expect(time.monotonic() < end, f"did not happen: {what}")
        time.sleep(0.005)


def rvws(*arguments, input_text="", **options):
    """Runs the tool to its end. It must not panic, and says at most one line when it fails."""
    done = subprocess.run(
        [RVWS, *map(str, arguments)], capture_output=True, text=True, timeout=LIMIT, input=input_text, **options
    )
    expect("panicked" not in done.stderr, done.stderr)
    return done


def succeeds(*arguments, **options):
    done = rvws(*arguments, **options)
    expect(done.returncode == 0, f"exit code {done.returncode}: {done.stderr}")
    return done.stdout


def fails(code, words, *arguments, **options):
    """It ends with this code, and with one line on standard error that holds the words."""
    done = rvws(*arguments, **options)
    lines = done.stderr.splitlines()
    expect(done.returncode == code, f"exit code {done.returncode}, not {code}: {lines}")
    expect(len(lines) == 1 and lines[0].startswith("rvws: "), f"not one line: {lines}")
    expect(words in lines[0], f"{words!r} is missing: {lines}")


class Running:
    """The tool while it runs; ended with the block."""

    def __init__(self, *arguments, read_errors=True, **options):
        self.process = subprocess.Popen(
            [RVWS, *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            # A shell that runs the tests in the background lets them ignore Ctrl-C.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            **options,
        )
        self.lines, self.errors = [], []
        streams = ((self.process.stdout, self.lines), (self.process.stderr, self.errors))[: 1 + read_errors]
        self.readers = [threading.Thread(target=self.read, args=pair, daemon=True) for pair in streams]
        for reader in self.readers:
            reader.start()

    @staticmethod
    def read(stream, lines):
        with stream:
            for line in stream:
                lines.append(line.rstrip("\n"))

    def line(self, words):
        """The first line of its output with these words."""
        found = lambda: next((line for line in self.lines if words in line), None)  # noqa: E731
        until(f"a line with {words!r}; it said {self.lines[-3:]} {self.errors[-3:]}", found)
        return found()

    def end(self, number=signal.SIGINT):
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(LIMIT)
        for reader in self.readers:
            reader.join()
        expect(not any("panicked" in line for line in self.errors), self.errors)
        return code

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


@contextmanager
def folder():
    with tempfile.TemporaryDirectory() as path:
        yield Path(path)


@contextmanager
def served(*arguments, text=LIST):
    """`rvws serve` with a list; gives its URL."""
    with folder() as path:
        file = path / "list.csv"
        file.write_text(text)
        with Running("serve", file, "--port", 0, *arguments) as server:
            yield re.search(r"ws://\S+", server.line(" at ws")).group()
            code = server.end()
            expect(code == 0, f"serve ended with {code}: {server.errors}")


@contextmanager
def peer(handle, **options):
    """A WebSocket server that does what `handle(socket)` does with each connection."""

    def guarded(socket):
        try:
            handle(socket)
        except Exception:  # the tool is gone
            pass

    with websocket_server(guarded, "127.0.0.1", 0, **options) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"127.0.0.1:{server.socket.getsockname()[1]}"
        finally:
            server.shutdown()


@contextmanager
def bare(answer):
    """A TCP server that does what `answer(socket)` does with each connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept():
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    return
                with client:
                    client.settimeout(5)
                    try:
                        answer(client)
                    except OSError:
                        pass

        threading.Thread(target=accept, daemon=True).start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)


def http(status, *, headers="", body=""):
    """The answer of a bare server that speaks HTTP and no WebSocket."""

    def answer(client):
        client.recv(65536)
        client.sendall(f"HTTP/1.1 {status}\r\n{headers}Content-Length: {len(body)}\r\n\r\n{body}".encode())

    return answer


def catalogue(signals, *, then=lambda socket, message: None):
    """Answers import requests with `signals`, {name: (type, value)}; `then` sees every other message."""
    types = {name: kind for name, (kind, _) in signals.items()}
    values = {name: value for name, (_, value) in signals.items()}
    text = json.dumps({"type": "import_answer", "version": 2, "signals": values, "signalTypes": types})

    def handle(socket):
        for message in socket:
            message = json.loads(message)
            if message["type"] == "import_request":
                socket.send(text)
            else:
                then(socket, message)

    return handle
