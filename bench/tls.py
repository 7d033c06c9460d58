#!/usr/bin/env python3
"""What TLS costs: a round trip against a plain one, and 200 idle clients of a server in a process of its own.

`make bench-tls`, which takes the release library and puts the table into bench/RESULTS.md. With `--print` it is only
printed.
"""

import os
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timezone
from pathlib import Path

import realvirtual_ws as rv
from python_poll import load, processor, put
from realvirtual_ws import Direction, Perspective

CLIENTS = 200
FIRST = 10
SIGNALS = 1000
IDLE_SECONDS = 10
TICK = os.sysconf("SC_CLK_TCK")


def certificates(folder):
    """A test authority and a certificate for this machine: its files, as options of a server, and the authority's."""
    authority, certificate, key = (str(Path(folder) / name) for name in ("ca.pem", "server.pem", "server.key"))
    new = ("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    signed = ("-CA", authority, "-CAkey", f"{folder}/ca.key")
    for command in (
        (*new, "-subj", "/CN=bench", "-out", authority, "-keyout", f"{folder}/ca.key"),
        (*new, "-subj", "/CN=localhost", "-out", certificate, "-keyout", key, *signed,
         "-addext", "basicConstraints=critical,CA:FALSE", "-addext", "subjectAltName=IP:127.0.0.1"),
    ):  # fmt: skip
        subprocess.run(command, check=True, capture_output=True)
    return certificate, key, authority


def serve(certificate, key):
    """The server's process: with 1,000 signals, until its standard input ends."""
    options = {"tls": True, "tls_certificate_file": certificate, "tls_key_file": key} if certificate else {}
    with rv.Server(port=0, max_clients=FIRST + CLIENTS, **options) as server:
        for n in range(SIGNALS):
            server.add_float(f"Signal{n:04}", Direction.INPUT, initial=0.0)
        print(server.port, flush=True)
        sys.stdin.read()


def resident(pid):
    """Bytes of memory."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def busy(pid):
    """Seconds of CPU."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def idle(certificate="", key="", authority=""):
    """What 200 idle clients cost their server: bytes for each, and the share of a CPU for all."""
    command = [sys.executable, __file__, "--serve", certificate, key]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        options = {"port": int(server.stdout.readline()), "own_perspective": Perspective.CONTROLLER}
        if certificate:
            options.update(tls=True, tls_ca_file=authority)
        clients = []

        def connect(count):
            new = [rv.Client(**options) for _ in range(count)]
            clients.extend(new)
            for client in new:
                client.start()
            for client in new:
                client.wait_connected(30)
            # Until the first state has gone out, and what it took is free again.
            time.sleep(2)

        try:
            connect(FIRST)  # what the first ones alone take is not counted
            before = resident(server.pid)
            connect(CLIENTS)
            each = (resident(server.pid) - before) / CLIENTS
            begin, spent = time.monotonic(), busy(server.pid)
            time.sleep(IDLE_SECONDS)
            share = (busy(server.pid) - spent) / (time.monotonic() - begin)
        finally:
            for client in clients:
                client.close(0)
            server.stdin.close()
        return each, share


def row(what, ours, plain, ratio, wanted, good):
    said = "met" if good else "missed: [bench/profiles/tls.txt](profiles/tls.txt)"
    return f"| {what} | {ours} | plain: {plain} | {ratio:.2f} | {wanted} | {said} |\n"


def measure(round_trip):
    before = load()
    with tempfile.TemporaryDirectory() as folder:
        files = certificates(folder)
        done = subprocess.run([round_trip, *files], check=True, capture_output=True, text=True)
        plain_trip, tls_trip = map(float, done.stdout.split())
        plain_each, plain_share = idle()
        tls_each, tls_share = idle(*files)
    ratio = tls_trip / plain_trip
    rows = (
        row("round trip", f"{tls_trip:.1f} µs", f"{plain_trip:.1f} µs", ratio, "ratio ≤ 1.4", ratio <= 1.4),
        row(
            f"{CLIENTS} idle clients, CPU of their server", f"{100 * tls_share:.2f} %",
            f"{100 * plain_share:.2f} %", tls_share / max(plain_share, 1e-4), "< 2 %", tls_share < 0.02,
        ),
        row(
            "an idle client, memory of its server", f"{tls_each / 1000:.1f} kB", f"{plain_each / 1000:.1f} kB",
            tls_each / max(plain_each, 1), "≤ 80 kB", tls_each <= 80_000,
        ),
    )  # fmt: skip
    about = (
        f"`make bench-tls`, {datetime.now(timezone.utc):%F}; realvirtual-ws {rv.library_version()}; {processor()}; "
        f"load before {before}, after {load()}. A round trip: two values go from a server to its client and two "
        "back, both ends polling, medians of 21 turns of 500 in turn with plain ones. Idle: connected for "
        f"{IDLE_SECONDS} s to a server with {SIGNALS:,} signals in a process of its own, with heartbeats and pings as "
        "they are by default."
    )
    head = "| measure | TLS | compared with | ratio | aim | |\n| --- | --- | --- | --- | --- | --- |\n"
    return f"## TLS\n\n{about}\n\n{head}{''.join(rows)}"


if __name__ == "__main__":
    if sys.argv[1] == "--serve":
        serve(*sys.argv[2:])
    else:
        found = measure(sys.argv[1])
        print(found)
        if "--print" not in sys.argv:
            put("bench-tls", found)
