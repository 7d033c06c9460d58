"""One end in a process of its own, for whoever stops it, fakes its clock or puts it behind a bad network.

The first line on standard input says what it is; each further line is a command, and is answered with a line. All in
JSON. Times are those of the monotonic clock, which all processes share.
"""

import json
import select
import sys
import time

from realvirtual_ws import Client, Direction, Kind, Perspective, Quality, Server

KINDS = {"int": Kind.INT, "float": Kind.FLOAT, "text": Kind.TEXT}
PERIOD = 0.005


class End:
    def __init__(self, mode, options, signals):
        """`signals`: names with their kinds. What begins with "down" the server writes, all else the client."""
        if mode == "server":
            self.end = Server(**options)
        else:
            self.end = Client(own_perspective=Perspective.CONTROLLER, **options)
        for name, kind in signals.items():
            add = {"int": self.end.add_int, "float": self.end.add_float, "text": self.end.add_text}[kind]
            add(name, Direction.INPUT if name.startswith("down") else Direction.OUTPUT)
        self.stale = {}
        self.ages = []
        self.late = 0.0
        self.stream = None

    def look(self):
        """Notes when values turned stale, and how old stamps are."""
        now = time.monotonic()
        for change in self.end.poll():
            if change.quality == Quality.STALE:
                self.stale[change.name] = now
            elif change.name == "down stamp" and change.changes:
                self.ages.append(now - change.value)
        self.end.poll_events()
        self.end.poll_log()
        if self.stream:
            names, size = self.stream
            values = {name: f"{now:.6f}".ljust(size, ".") for name in names}
            self.end.set_values({**values, "down stamp": now})

    def measure(self):
        stats = self.end.stats()
        found = self.end.read()
        return {
            "values": {change.name: change.value for change in found},
            "quality": {change.name: change.quality.name.lower() for change in found},
            "clients": self.end.info().clients,
            "connects": stats.connects,
            "disconnects": stats.disconnects,
            "stale": self.stale,
            "late": self.late,
            "ages": self.ages,
            "wall": time.time(),
        }

    def obey(self, command, argument):
        if command == "set":
            self.end.set_values(argument)
        elif command == "stream":
            self.stream = argument
        elif command == "forget":
            self.stale, self.ages, self.late = {}, [], 0.0
        elif command == "measure":
            return self.measure()
        return {}

    def run(self):
        with self.end:
            print(json.dumps({"port": self.end.port}), flush=True)
            before = time.monotonic()
            while True:
                self.look()
                while select.select([sys.stdin], [], [], PERIOD)[0]:
                    line = sys.stdin.readline()
                    if not line:
                        return
                    print(json.dumps(self.obey(*json.loads(line))), flush=True)
                self.late = max(self.late, time.monotonic() - before)
                before = time.monotonic()


if __name__ == "__main__":
    End(**json.loads(sys.stdin.readline())).run()
