"""The cell that the soak with churn runs: its signals, the laws that tie their values together, and its server."""

import json
import select
import sys
import time

from figures import usage
from realvirtual_ws import Direction, Quality, Server

SEATS = 20
BEAT_NAMES = ("beat", "twice", "wave", "word")
BULK_BYTES = 60_000
# Sets in a second.
RATE = 10
# Whoever waits here waits for something that comes at once, on a machine that may be busy.
PATIENCE = 120.0
# Nobody here sends what may be refused, or so much that something is dropped.
NO_LOSS = (
    "queue_overflow unknown_signal rejected_type rejected_direction lossy denied malformed unknown_message "
    "slow_peer_closed events_dropped log_dropped"
).split()


class Failure(Exception):
    """A promise was broken."""


def beat_values(beat):
    """What is set together, and so must arrive together."""
    return {"beat": beat, "twice": 2 * beat, "wave": beat / 8, "word": word(beat)}


def word(number):
    return f"{number} " + "aé😀\"\\\n"[: number % 7] * (number % 5)


def seat_names(seat):
    return (f"seat {seat} count", f"seat {seat} copy", f"seat {seat} word")


def seat_values(seat, count):
    """What the client on a seat sets together."""
    return dict(zip(seat_names(seat), (count, 3 * count + 1, word(count))))


def answer_name(seat):
    return f"seat {seat} answer"


def check_message(signals):
    """Of one message: all of a beat, or nothing of it."""
    found = {name: signals[name] for name in BEAT_NAMES if name in signals}
    if found and found != beat_values(found.get("beat", 0)):
        raise Failure(f"a message with half a beat: {found}")


class Cell:
    """The server. A line on standard input is a command, a line on standard output its answer."""

    def __init__(self):
        # Who stops reading for a while answers no ping meanwhile.
        self.server = Server(port=0, peer_timeout_ms=int(PATIENCE * 1000))
        self.server.add_int("beat", Direction.INPUT)
        self.server.add_int("twice", Direction.INPUT)
        self.server.add_float("wave", Direction.INPUT)
        self.server.add_text("word", Direction.INPUT, initial=word(0))
        self.server.add_text("bulk", Direction.INPUT)
        for seat in range(SEATS + 1):
            count, copy, text = seat_names(seat)
            self.server.add_int(count, Direction.OUTPUT)
            self.server.add_int(copy, Direction.OUTPUT)
            self.server.add_text(text, Direction.OUTPUT)
            self.server.add_int(answer_name(seat), Direction.INPUT)
        self.seats = {seat_names(seat)[0]: seat for seat in range(SEATS + 1)}
        self.beat = 0
        self.torn = []

    def step(self):
        self.beat += 1
        values = beat_values(self.beat)
        # For those who stop reading: it fills a connection in seconds.
        values["bulk"] = f"{self.beat} ".ljust(BULK_BYTES, ".")
        for change in self.server.poll():
            seat = self.seats.get(change.name)
            if seat is not None and change.changes:
                values[answer_name(seat)] = self.count(seat)
        self.server.set_values(values)
        # Taken and thrown away, so that nothing gathers here.
        self.server.poll_events()
        self.server.poll_log()

    def count(self, seat):
        """The count of a seat; what belongs to it must be of the same moment."""
        count, copy, text = self.server.get_values(seat_names(seat)).values()
        if copy != 3 * count + 1 or (text and text != word(int(text.split(" ")[0]))):
            self.torn.append(f"seat {seat}: {count}, {copy}, {text!r}")
        return count

    def measure(self):
        stats = self.server.stats()
        lost = {name: getattr(stats, name) for name in NO_LOSS if getattr(stats, name)}
        names = [name for seat in range(SEATS + 1) for name in seat_names(seat)]
        return {
            **usage(),
            "clients": self.server.info().clients,
            "beat": self.beat,
            "connects": stats.connects,
            "disconnects": stats.disconnects,
            "values_in": stats.values_in,
            "values_out": stats.values_out,
            "lost": lost,
            "torn": self.torn[:5],
            "good": [change.name for change in self.server.read(names) if change.quality == Quality.GOOD],
        }

    def run(self):
        with self.server:
            # The baseline is that of a server that has nobody yet, but has done everything once.
            for _ in range(3):
                self.step()
            print(json.dumps({"port": self.server.port}), flush=True)
            due = time.monotonic()
            while True:
                due = max(due + 1 / RATE, time.monotonic())
                self.step()
                while select.select([sys.stdin], [], [], max(0, due - time.monotonic()))[0]:
                    command = sys.stdin.readline().strip()
                    if command != "measure":
                        return
                    print(json.dumps(self.measure()), flush=True)


if __name__ == "__main__":
    Cell().run()
