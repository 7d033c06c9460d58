"""The clients of the soak with churn. A process has a seat and connects to it again and again, lives there for a while,
checks what it sees, and goes in one of many ways. Each life is a line on standard output.

It goes for good when a line comes on its standard input. The one on the last seat stays: it is connected through
something that cuts its connection now and then, and a line on its standard input asks for its figures.
"""

import argparse
import json
import os
import random
import select
import signal
import socket
import struct
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "peers"))
from bare import BareClient  # noqa: E402
from cell import (  # noqa: E402
    BEAT_NAMES,
    PATIENCE,
    SEATS,
    Failure,
    answer_name,
    beat_values,
    check_message,
    seat_names,
    seat_values,
    word,
)
from figures import usage  # noqa: E402

# Sets in a second.
RATE = 1


def now_count():
    """Counts go on where those of the seat's former client stopped."""
    return int(time.monotonic() * 1000)


def wait_for(what, condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise Failure(f"not within {PATIENCE:g} s: {what}")


class Library:
    """A client of the library, by its Python package. On some seats it declares its signals and subscribes to them, on
    others it imports the server's and gets everything."""

    endings = ("stop", "drop", "kill")

    def __init__(self, seat, port, **options):
        from realvirtual_ws import Client, Direction, Perspective

        self.seat = seat
        self.count = now_count()
        self.beat = self.rounds = 0
        self.client = client = Client(
            port=port,
            client_name=f"seat {seat}",
            own_perspective=Perspective.CONTROLLER,
            connect_timeout_ms=int(PATIENCE * 1000),
            peer_timeout_ms=int(PATIENCE * 1000),
            reconnect_interval_ms=100,
            **options,
        )
        imports = seat % 4 == 0
        if not imports:
            client.add_int("beat", Direction.INPUT)
            client.add_int("twice", Direction.INPUT)
            client.add_float("wave", Direction.INPUT)
            client.add_text("word", Direction.INPUT)
            client.add_int(answer_name(seat), Direction.INPUT)
            for name, value in seat_values(seat, self.count).items():
                (client.add_text if isinstance(value, str) else client.add_int)(
                    name, Direction.OUTPUT, initial=value
                )
            client.subscribe([*BEAT_NAMES, answer_name(seat)])
        client.start()
        client.wait_connected(PATIENCE)
        if imports:
            client.import_signals(PATIENCE)

    def pause(self):
        time.sleep(1 / RATE)

    def look(self):
        """Takes what came, and checks it."""
        self.client.poll()
        self.client.poll_events()
        self.client.poll_log()
        beat, twice, wave = self.client.get_values(BEAT_NAMES[:3]).values()
        text = self.client["word"].value
        if (beat, twice, wave) != tuple(beat_values(beat).values())[:3]:
            raise Failure(f"half a beat: {beat}, {twice}, {wave}")
        # The text is read after the numbers.
        if text and (int(text.split(" ")[0]) < beat or text != word(int(text.split(" ")[0]))):
            raise Failure(f"the text of another beat than {beat}: {text!r}")
        if beat < self.beat:
            raise Failure(f"beat {beat} after {self.beat}")
        self.beat = beat

    def say(self):
        self.count += 1
        self.rounds += 1
        self.client.set_values(seat_values(self.seat, self.count))

    def round_trip(self):
        """What is set comes back as an answer, and the beat goes on."""
        self.say()
        beat = self.beat

        def answered():
            time.sleep(0.02)
            self.look()
            return self.client[answer_name(self.seat)].value == self.count and self.beat > beat

        wait_for(f"the answer to {self.count}", answered)

    def end(self, how):
        if how == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        self.client.close(PATIENCE if how == "stop" else 0)


class Independent:
    """A client that is not the library."""

    def begin(self, seat):
        self.seat = seat
        self.count = now_count()
        self.beat = self.rounds = 0
        self.answer = None
        self.send({"type": "init", "name": f"seat {seat}", "version": 2})

    def send(self, message):
        self.send_text(json.dumps(message))

    def subscribe(self, *names):
        self.send({"type": "subscribe", "subscribe": list(names)})

    def take(self, text):
        message = json.loads(text)
        signals = message.get("signals") or {}
        if message.get("type") not in ("data", "snapshot") or not isinstance(signals, dict):
            return
        check_message(signals)
        if signals.get("beat", self.beat) < self.beat:
            raise Failure(f"beat {signals['beat']} after {self.beat}")
        self.beat = signals.get("beat", self.beat)
        self.answer = signals.get(answer_name(self.seat), self.answer)

    def pause(self):
        self.read_for(1 / RATE)

    def look(self):
        self.read_for(0)

    def say(self):
        self.count += 1
        self.rounds += 1
        self.send({"type": "data", "signals": seat_values(self.seat, self.count)})

    def round_trip(self):
        self.say()
        beat = self.beat

        def answered():
            self.read_for(0.02)
            return self.answer == self.count and self.beat > beat

        wait_for(f"the answer to {self.count}", answered)


def reset(connection):
    """Ends a connection with a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class Raw(Independent, BareClient):
    """A WebSocket by hand, which can do what no package does."""

    endings = ("close", "vanish", "reset", "reset in a frame", "half-close", "stall", "reset in a stall")

    def __init__(self, seat, port):
        BareClient.__init__(self, port)
        self.socket.settimeout(PATIENCE)
        self.begin(seat)
        self.subscribe(*BEAT_NAMES, answer_name(seat))

    def send_text(self, text):
        self._write(1, text.encode())

    def read_for(self, seconds):
        end = time.monotonic() + seconds
        while select.select([self.socket], [], [], max(0, end - time.monotonic()))[0]:
            opcode, payload = self._frame()
            if opcode == 1:
                self.take(payload)
            elif opcode == 9:
                self._write(10, payload)
            elif opcode == 8:
                raise Failure(f"closed by the server: {payload!r}")

    def until_closed(self):
        """Reads to the end of the connection."""

        def closed():
            try:
                self._frame()
            except (EOFError, ConnectionResetError):
                return True

        wait_for("the server closes", closed)
        self.socket.close()

    def stall(self):
        """Stops reading for some seconds, in which the connection becomes full."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
        self.subscribe(*BEAT_NAMES, "bulk", answer_name(self.seat))
        time.sleep(random.uniform(8, 12))

    def end(self, how):
        if how == "close":
            self._write(8, struct.pack(">H", 1000))
            self.until_closed()
        elif how == "vanish":
            self.socket.close()
        elif how == "reset":
            reset(self.socket)
        elif how == "reset in a frame":
            self.socket.sendall(b"\x81\xfe\x10\x00\0\0\0\0" + b'{"type":"data"')
            reset(self.socket)
        elif how == "half-close":
            self.socket.shutdown(socket.SHUT_WR)
            self.until_closed()
        elif how == "stall":
            self.stall()
            self.round_trip()
            self.end("close")
        else:
            self.stall()
            reset(self.socket)


class Package(Independent):
    """The Python package websockets."""

    endings = ("close", "vanish")

    def __init__(self, seat, port):
        from websockets.sync.client import connect

        url = f"ws://127.0.0.1:{port}"
        self.connection = connect(url, compression=None, open_timeout=PATIENCE, ping_interval=None, close_timeout=PATIENCE)
        self.begin(seat)
        self.subscribe(*BEAT_NAMES, answer_name(seat))

    def send_text(self, text):
        self.connection.send(text)

    def read_for(self, seconds):
        end = time.monotonic() + seconds
        while True:
            try:
                self.take(self.connection.recv(timeout=max(0, end - time.monotonic())))
            except TimeoutError:
                return

    def end(self, how):
        if how == "close":
            self.connection.close()
        else:
            self.connection.socket.shutdown(socket.SHUT_RDWR)


KINDS = {"library": Library, "raw": Raw, "package": Package}


def tell(**what):
    print(json.dumps(what), flush=True)


def told():
    """Whether it is time to go."""
    return bool(select.select([sys.stdin], [], [], 0)[0])


def live(kind, seat, port, life):
    """Comes and goes until it is told."""
    first = True
    while not told():
        end = time.monotonic() + random.uniform(0.2, 1.8) * life
        client = KINDS[kind](seat, port)
        client.round_trip()
        if first:
            tell(seated=seat)
            first = False
        while time.monotonic() < end and not told():
            client.pause()
            client.look()
            client.say()
        client.round_trip()
        how = random.choice(client.endings)
        if how == "kill":
            # There is no later for this one.
            tell(ended=how, rounds=client.rounds)
        client.end(how)
        tell(ended=how, rounds=client.rounds)
        select.select([sys.stdin], [], [], random.uniform(0, 0.3) * life)


def stay(port):
    """Stays, whatever becomes of its connection."""
    client = Library(SEATS, port)
    connects = trips = 0
    while True:
        while select.select([sys.stdin], [], [], 1 / RATE)[0]:
            command = sys.stdin.readline().strip()
            if command == "measure":
                tell(**usage(), connects=connects, trips=trips)
            else:
                client.round_trip()
                client.end("stop")
                return
        client.look()
        client.say()
        if client.client.stats().connects != connects:
            # What was set while it was away, and after it.
            connects = client.client.stats().connects
            client.round_trip()
            trips += 1


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=(*KINDS, "resident"))
    parser.add_argument("seat", type=int)
    parser.add_argument("port", type=int)
    parser.add_argument("life", type=float)
    arguments = parser.parse_args()
    try:
        if arguments.kind == "resident":
            stay(arguments.port)
        else:
            live(**vars(arguments))
    except Exception as error:
        tell(failed=f"{type(error).__name__}: {error}")
        sys.exit(1)


if __name__ == "__main__":
    main()
