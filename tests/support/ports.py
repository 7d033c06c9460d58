"""Ports for servers of tests that listen a little later."""

import contextlib
import random
import socket

# Below those that systems give to clients, so that no connection of another test takes one meanwhile.
PORTS = iter(random.sample(range(20000, 32000), 12000))


def free_port():
    """A port of this machine on which nobody listens; each is given once."""
    for port in PORTS:
        with socket.socket() as found, contextlib.suppress(OSError):
            found.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")
