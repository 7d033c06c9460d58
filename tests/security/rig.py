"""What the security tests share: servers and clients of the library, other programs, certificates, raw sockets."""

import asyncio
import base64
import contextlib
import ctypes
import hashlib
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bindings" / "python"))
sys.path.insert(0, str(ROOT / "tests" / "support"))

from ports import free_port  # noqa: E402, F401 (for those who import this)
from realvirtual_ws import Client, Direction, Perspective, Server  # noqa: E402

LIMIT = 10.0
DEBUG = Path(os.environ.get("REALVIRTUAL_WS_LIBRARY", ROOT / "target" / "debug" / "x")).parent
RVWS = DEBUG / "rvws"


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


def equal(found, wanted, what="found"):
    if found != wanted:
        raise AssertionError(f"{what}: {found!r}, not {wanted!r}")


def holds(text, *words):
    """The text has all the words."""
    for word in words:
        expect(word in text, f"{word!r} is missing in {text!r}")


def until(what, met, seconds=LIMIT):
    """What `met` gives as soon as it is true."""
    end = time.monotonic() + seconds
    while True:
        found = met()
        if found:
            return found
        expect(time.monotonic() < end, f"did not happen: {what() if callable(what) else what}")
        time.sleep(0.01)


def fails(call, *words):
    """It raises, and says so in a text with these words; gives the error."""
    try:
        call()
    except Exception as error:
        holds(str(error), *words)
        return error
    raise AssertionError(f"no error with {words}")


@contextlib.contextmanager
def folder():
    with tempfile.TemporaryDirectory() as path:
        yield Path(path)


# Servers and clients of the library


@contextlib.contextmanager
def served(**options):
    """A server with a signal each way: Sensor, which it writes, and Motor, which it reads."""
    options.setdefault("port", 0)
    server = Server(**options)
    server.log = []
    server.add_bool("Sensor", Direction.INPUT)
    server.add_float("Motor", Direction.OUTPUT)
    with server:
        yield server


def logged(server, *words):
    """A line of the server's log that has all the words, waiting for it."""

    def look():
        server.log += [record.text for record in server.poll_log()]
        return next((text for text in server.log if all(word in text for word in words)), None)

    return until(lambda: f"a log line with {words}; there is {server.log}", look)


def client(**options):
    """A controller's client that is not started, and tries again quickly."""
    options.setdefault("reconnect_interval_ms", 100)
    options.setdefault("connect_timeout_ms", 5000)
    return Client(own_perspective=Perspective.CONTROLLER, **options)


def refused(*words, **options):
    """A client that the other side does not let in, for the reason in these words."""
    with client(auto_reconnect=False, **options) as rv:
        return fails(lambda: rv.wait_connected(LIMIT), *words)


def exchange(server, rv, value):
    """A value goes each way between the server and a connected client that has imported."""
    rv["Motor"].value = value
    server.wait_for("Motor", lambda motor: motor == value, LIMIT)
    sensor = not server["Sensor"].value
    server["Sensor"].value = sensor
    rv.wait_for("Sensor", lambda found: found == sensor, LIMIT)


class Loop:
    """An event loop on a thread of its own. The client of `websockets` that goes without one reads and writes a TLS
    connection from two threads, which loses what is written now and then (CPython 3.11, OpenSSL 3)."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()

    def wait(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()


LOOP = Loop()


class Peer:
    """A client over `websockets`, which knows nothing of the library."""

    def __init__(self, url, **options):
        from websockets.asyncio.client import connect

        options.setdefault("open_timeout", LIMIT)
        # It reads on while nobody takes its messages, so that it answers pings.
        options.setdefault("max_queue", None)

        async def connected():
            return await connect(url, **options)

        self.socket = LOOP.wait(connected())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        LOOP.wait(self.socket.close())

    def tell(self, **message):
        LOOP.wait(self.socket.send(json.dumps(message)))

    def receive(self, end):
        return LOOP.wait(asyncio.wait_for(self.socket.recv(), max(0.01, end - time.monotonic())))

    def hear(self, wanted):
        """The first message for which `wanted` is true."""
        end = time.monotonic() + LIMIT
        while True:
            message = json.loads(self.receive(end))
            if wanted(message):
                return message

    def exchange(self, server, value):
        self.tell(type="data", signals={"Motor": value})
        server.wait_for("Motor", lambda motor: motor == value, LIMIT)
        sensor = not server["Sensor"].value
        server["Sensor"].value = sensor
        self.hear(lambda message: message.get("signals", {}).get("Sensor") == sensor)

    def closed(self):
        """Waits for the end; its code and its reason."""
        from websockets.exceptions import ConnectionClosed

        end = time.monotonic() + LIMIT
        try:
            while True:
                self.receive(end)
        except ConnectionClosed as error:
            return (error.rcvd.code, error.rcvd.reason) if error.rcvd else (None, "")


def upgrade(port, *headers, target="/", source="", wrap=lambda socket: socket):
    """A raw upgrade request with further header lines, from the address `source`; the answer's status and head."""
    lines = (
        f"GET {target} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: " + base64.b64encode(os.urandom(16)).decode(),
        *headers,
    )
    with wrap(socket.create_connection(("127.0.0.1", port), LIMIT, (source, 0))) as stream:
        stream.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        answer = b""
        while b"\r\n\r\n" not in answer:
            part = stream.recv(4096)
            expect(part, f"no answer, only {answer!r}")
            answer += part
        head = answer.split(b"\r\n\r\n")[0].decode("latin-1")
    return int(head.split()[1]), head


# Other programs


LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1


def end_with_us():
    """In a child: it is killed when the thread that started it ends, whatever ends that."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Program:
    """Another program, which does not outlive the block; its output is kept."""

    def __init__(self, *command, **options):
        self.lines = []
        self.process = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            preexec_fn=end_with_us if sys.platform == "linux" else None,
            **options,
        )
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    def end(self):
        self.process.kill()
        self.process.wait()
        self.reader.join()
        self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()


def run(*command, **options):
    """Runs a program to its end; it must succeed. Gives what it printed."""
    done = subprocess.run(
        [str(word) for word in command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LIMIT,
        **options,
    )
    expect(done.returncode == 0, f"{command[0]} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout


def missing():
    """What this machine lacks: how to get it, by the name in a test module's NEEDS."""
    lacks = {}
    for program, package in (("nginx", "nginx-light"), ("chromium", "chromium"), ("openssl", "openssl")):
        if not find(program):
            lacks[program] = f"{program} is not installed, on Debian: apt-get install {package}"
    try:
        import websockets  # noqa: F401
    except ImportError:
        lacks["websockets"] = "the Python package websockets is not installed: make setup"
    return lacks


def find(program):
    """Where a program is; those of administrators are not on everybody's PATH."""
    return shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


# Certificates


class Authority:
    """A test authority, made by openssl, and what it signs."""

    def __init__(self, path, name="test authority", by=()):
        self.path = path
        self.ca = path / "ca.pem"
        self._key = path / "ca.key"
        extensions = ("basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign")
        self._request(name, self.ca, self._key, *extensions, by=by)

    @property
    def _sign(self):
        return "-CA", self.ca, "-CAkey", self._key

    def authority(self, name, path):
        """Another authority, which this one has signed."""
        return Authority(path, name, by=self._sign)

    def _request(self, name, out, key, *extensions, by=()):
        run(
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-days", "2", "-subj", f"/CN={name}", "-out", out, "-keyout", key, *by,
            *(word for extension in extensions for word in ("-addext", extension)),
        )  # fmt: skip

    def issue(self, name, *alternatives, purpose="serverAuth"):
        """A certificate and its key: two files."""
        certificate, key = self.path / f"{name}.pem", self.path / f"{name}.key"
        extensions = ["basicConstraints=critical,CA:FALSE", f"extendedKeyUsage={purpose}"]
        if alternatives:
            extensions.append("subjectAltName=" + ",".join(alternatives))
        self._request(name, certificate, key, *extensions, by=self._sign)
        return certificate, key

    def server(self):
        """A certificate for this machine, as tests call it."""
        return self.issue("twin.example", "DNS:twin.example", "DNS:localhost", "IP:127.0.0.1")

    def trust(self):
        """A Python program's TLS that trusts this authority alone."""
        return ssl.create_default_context(cafile=str(self.ca))


def spki_digest(certificate):
    """The SHA-256 of a certificate's public key, in Base64."""
    public = run("openssl", "x509", "-in", certificate, "-noout", "-pubkey")
    lines = [line for line in public.splitlines() if not line.startswith("-----")]
    return base64.b64encode(hashlib.sha256(base64.b64decode("".join(lines))).digest()).decode()
