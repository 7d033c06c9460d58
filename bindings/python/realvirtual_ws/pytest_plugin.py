"""pytest fixtures: a server on a free port, and a client that is connected to it.

The package registers this module, so a test just names what it wants::

    def test_a_value_arrives(rv_pair):
        rv_pair.server.add_float("Speed", Direction.OUTPUT, access=Access.WRITE).value = 12.5
        rv_pair.client.import_signals()
        rv_pair.client.wait_for("Speed", lambda speed: speed == 12.5, timeout=5)

Tests choose options by defining the fixtures ``rv_server_options`` and ``rv_client_options`` themselves. Both are
closed at a test's end.
"""

from __future__ import annotations

import time
from typing import Iterator, NamedTuple

import pytest

from .client import Client
from .options import ClientOptions, ServerOptions
from .server import Server

__all__ = ["Pair", "rv_client", "rv_client_options", "rv_pair", "rv_server", "rv_server_options"]

SECONDS = 5.0


class Pair(NamedTuple):
    """A started server and a client that is connected to it."""

    server: Server
    client: Client


@pytest.fixture
def rv_server_options() -> ServerOptions:
    """The options of ``rv_server``, besides the port; define a fixture of this name to choose others."""
    # A new client gets the state at once, not only when it has been silent for a while.
    return {"first_state_wait_ms": 1}


@pytest.fixture
def rv_client_options() -> ClientOptions:
    """The options of ``rv_client``, besides the port; define a fixture of this name to choose others."""
    return {}


@pytest.fixture
def rv_server(rv_server_options: ServerOptions) -> Iterator[Server]:
    """A server that listens on a free port of 127.0.0.1."""
    options: ServerOptions = {"port": 0, **rv_server_options}
    with Server(**options) as server:
        yield server


@pytest.fixture
def rv_client(rv_server: Server, rv_client_options: ClientOptions) -> Iterator[Client]:
    """A client that is connected to ``rv_server`` and has got its state, so that it misses no pulse from now on."""
    options: ClientOptions = {"port": rv_server.port, **rv_client_options}
    with Client(**options) as client:
        client.wait_connected(SECONDS)
        end = time.monotonic() + SECONDS
        while client.stats().frames_in == 0:
            assert time.monotonic() < end, f"the server has sent no state within {SECONDS} s"
            time.sleep(0.001)
        yield client


@pytest.fixture
def rv_pair(rv_server: Server, rv_client: Client) -> Pair:
    """Both."""
    return Pair(rv_server, rv_client)
