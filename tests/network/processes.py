"""A process that stands still, and a wall clock that jumps (torture table E)."""

import os
import signal
import tempfile
import time
from pathlib import Path

from rig import End, Failure, Skipped, case, exchange, noticed, until_values, wait_for

SIGNALS = {"down": "int", "up": "int", "other": "int"}


def times(full):
    """Time-outs: the library's own, or short ones."""
    return (15.0, {}) if full else (1.0, {"ping_interval_ms": 200, "peer_timeout_ms": 1000})


def ends(options):
    """A server with two clients that have exchanged values."""
    server = End("server", SIGNALS, port=0, **options)
    clients = {}
    for name in ("up", "other"):
        signals = {"down": "int", name: "int"}
        clients[name] = End("client", signals, port=server.port, reconnect_interval_ms=100, **options)
    exchange(server, clients, 1)
    # Each has answered a ping: who never did may be silent for ever.
    time.sleep(2 * options.get("ping_interval_ms", 5000) / 1000)
    return server, clients


@case
def e15_a_client_that_stands_still_is_dropped_and_brought_up_to_date(full):
    timeout, options = times(full)
    server, clients = ends(options)
    stopped = clients["up"].signal(signal.SIGSTOP)
    took = noticed(server, "up", stopped, timeout)
    wait_for("the server has dropped it", lambda: server.measure()["clients"] == 1)
    # For the other one nothing has happened.
    server.set(down=2)
    until_values(clients["other"], down=2)
    time.sleep(max(0, (30 if full else 2) - (time.monotonic() - stopped)))
    server.set(down=3)
    clients["up"].signal(signal.SIGCONT)
    until_values(clients["up"], down=3)
    exchange(server, clients, 4)
    other = clients["other"].measure()
    if (other["connects"], other["stale"]) != (1, {}):
        raise Failure(f"the other client was disturbed: {other}")
    return f"noticed after {took:.2f} s of {timeout:g}"


@case
def e15_a_server_that_stands_still_is_left_and_found_again(full):
    timeout, options = times(full)
    server, clients = ends(options)
    stopped = server.signal(signal.SIGSTOP)
    took = max(noticed(client, "down", stopped, timeout) for client in clients.values())
    for name, client in clients.items():
        client.set(**{name: 5})
    time.sleep(max(0, (30 if full else 2) - (time.monotonic() - stopped)))
    server.signal(signal.SIGCONT)
    until_values(server, up=5, other=5)
    exchange(server, clients, 6)
    return f"noticed after {took:.2f} s of {timeout:g}"


def fake_clock():
    """libfaketime for programs with threads."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if not found:
        raise Skipped("libfaketime is not installed, on Debian: apt-get install faketime")
    return str(found[0])


@case
def e16_a_wall_clock_that_jumps_a_day_changes_nothing(full):
    library = fake_clock()
    with tempfile.TemporaryDirectory() as folder:
        offset = Path(folder) / "offset"
        offset.write_text("+0\n")
        environment = {
            "LD_PRELOAD": library,
            "FAKETIME_TIMESTAMP_FILE": str(offset),
            "FAKETIME_NO_CACHE": "1",
            # Nothing but the wall clock: that is what people and time servers set.
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
        options = {"ping_interval_ms": 100, "heartbeat_ms": 100, "peer_timeout_ms": 3000}
        server = End("server", {"down": "int", "up": "int"}, environment=environment, port=0, **options)
        client = End("client", {"down": "int", "up": "int"}, environment=environment, port=server.port, **options)
        exchange(server, {"up": client}, 1)
        number = 1
        day = 86400
        for days in (1, -1, 0):
            # Replaced as a whole, so that nobody reads half of it.
            (Path(folder) / "new").write_text(f"{days * day:+d}\n")
            os.replace(Path(folder) / "new", offset)
            for end in (server, client):
                wait_for("the clock jumps", lambda: abs(end.measure()["wall"] - time.time() - days * day) < 60)
            until = time.monotonic() + (5 if full else 0.5)
            while time.monotonic() < until:
                number += 1
                exchange(server, {"up": client}, number)
        for end in (server, client):
            found = end.measure()
            if (found["connects"], found["disconnects"], found["stale"]) != (1, 0, {}):
                raise Failure(f"the {end.mode} was disturbed: {found}")
        return f"{number} values each way"
