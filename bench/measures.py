"""What is measured, once for each call. Every function gives a dict of plain figures."""

import os
import subprocess
import tempfile
import time
from contextlib import ExitStack, nullcontext

from peers import BUILT, CALLS, LIBRARY_ENVIRONMENT, RELEASE, Broker, Failed, start
from processes import Program

FRAME_SIGNALS = 1000


def _open(stack, peer):
    return stack.enter_context(Broker() if peer.broker else nullcontext())


def _pair(peer, measure, seconds, **job):
    """One server and one client: their figures, and what the broker between them used."""
    with ExitStack() as stack:
        broker = _open(stack, peer)
        server = stack.enter_context(start(peer, measure, "server", 0, broker, **job))
        port = server.port()
        client = stack.enter_context(start(peer, measure, "client", port, broker, **job))
        if broker and measure == "stream":
            # The server does not see who subscribes at the broker.
            time.sleep(0.5)
            server.go()
        between = broker.program.cpu() if broker else 0
        theirs = client.figures(seconds)
        ours = server.figures(10)
        between = broker.program.cpu() - between if broker else 0
        peak = max(server.peak, client.peak, server.resident(), client.resident())
        return ours, theirs, between, peak


def roundtrip(peer, rate=0, rounds=None):
    """Microseconds from a set to the answer's poll."""
    rounds = rounds or peer.rounds
    server, client, between, peak = _pair(peer, "roundtrip", 60, rate=rate, frames=rounds)
    latency = client["latency"]
    pick = lambda share: latency[min(int(share * len(latency)), len(latency) - 1)]  # noqa: E731
    return {
        "p50": pick(0.5),
        "p99": pick(0.99),
        "p99.9": pick(0.999),
        "cpu": (server["cpu"] + client["cpu"] + between) / rounds * 1e6,
        "rss": peak,
        "latency": [pick(n / 200) for n in range(200)] + [pick(0.999), latency[-1]],
    }


def stream(peer, rate=100, frames=500, signals=FRAME_SIGNALS, changed=FRAME_SIGNALS):
    """Processor seconds of all processes for a million signals that arrived."""
    server, client, between, peak = _pair(
        peer, "stream", 60 + frames / rate, rate=rate, frames=frames, signals=signals, changed=changed
    )
    million = client["frames"] * changed / 1e6
    if not million:
        raise Failed(f"{peer.name}: nothing arrived")
    return {
        "cpu": (server["cpu"] + client["cpu"] + between) / million,
        "server": server["cpu"] / frames * 1e6,
        "client": client["cpu"] / client["frames"] * 1e6,
        "kept": client["frames"] / frames,
        "rss": peak,
    }


def fanout(peer, clients=50, signals=FRAME_SIGNALS, rate=100, frames=500, slow=0):
    """Cores that the server (and the broker) takes, what the client had that had least, and the share of frames that it
    missed, which is known of WebSockets. `slow` of the clients never read, and do not count."""
    job = {"signals": signals, "changed": signals, "rate": rate, "frames": frames, "clients": clients}
    with ExitStack() as stack:
        broker = _open(stack, peer)
        server = stack.enter_context(start(peer, "stream", "server", 0, broker, **job))
        port = server.port()
        drain = stack.enter_context(Program([BUILT / "drain", peer.drain, port, clients, 2, slow]))
        if drain.line(20) != "ready":
            raise Failed(f"{peer.name}: the clients do not connect")
        if broker:
            server.go()
        between = broker.program.cpu() if broker else 0
        figures = server.figures(60 + frames / rate)
        between = broker.program.cpu() - between if broker else 0
        server.end()
        had = drain.figures(20)
        missed = max(1 - had["frames"] / frames, 0) if peer.drain == "websocket" else 0
        cores = (figures["cpu"] + between) / (frames / rate)
        return {"cores": cores, "least": had["least"], "missed": missed, "rss": server.peak}


def calls():
    """Nanoseconds of the calls of every cycle, from each language."""
    return {language: _figures(command) for language, command in CALLS.items()}


def _figures(command):
    with Program(command, LIBRARY_ENVIRONMENT) as program:
        return program.figures(120)


def footprint():
    """Time to start and stop, bytes for a signal and an idle client, and what 200 idle clients cost."""
    with Program([BUILT / "footprint"]) as program:
        port = program.port()
        with Program([BUILT / "drain", "websocket", port, 1, 1]) as first:
            first.line(10)
            first.figures(10)
        program.go()
        program.line(10)
        with Program([BUILT / "drain", "websocket", port, 200, 20]) as clients:
            clients.line(20)
            program.go()
            return program.figures(30)


def library_size():
    """Bytes of the shared library without symbols, as packages have it."""
    with tempfile.TemporaryDirectory() as folder:
        stripped = f"{folder}/library"
        subprocess.run(["strip", "-o", stripped, RELEASE / "librealvirtual_ws.so"], check=True)
        return os.path.getsize(stripped)
