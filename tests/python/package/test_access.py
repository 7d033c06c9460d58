"""Tokens, users and roles of a server, and the clients that present them."""

import pytest
from conftest import SECONDS, until

from realvirtual_ws import (
    Client,
    DeniedError,
    Direction,
    EventType,
    ExistsError,
    InvalidError,
    NotFoundError,
    Role,
    Server,
    TokenTransport,
    test_connection as connect,
)

VIEWER = Role("viewer", read=["Line1/*"], write=["Line1/set*"], may_import=True)


@pytest.fixture
def server():
    with Server(port=0, access_token="for-everything") as server:
        for name in ("Line1/a", "Line1/set", "Line2/b"):
            server.add_int(name, Direction.OUTPUT)
        server.add_token("for-viewers", VIEWER)
        server.add_user("b\u00f6b", "pass word", VIEWER)
        yield server


@pytest.mark.parametrize("transport", TokenTransport)
def test_a_right_token_gets_in_by_each_way(server, transport):
    connect(port=server.port, access_token="for-everything", token_transport=transport, timeout=SECONDS)


def test_whoever_is_wrong_does_not(server):
    for given in ({}, {"access_token": "for-"}, {"user": "b\u00f6b", "password": "x"}):
        with pytest.raises(DeniedError, match="401"):
            connect(port=server.port, timeout=SECONDS, **given)


def test_a_role_decides_what_a_client_sees_and_sets(server):
    with Client(port=server.port, user="b\u00f6b", password="pass word") as client:
        client.import_signals()
        assert sorted(client.signals) == ["Line1/a", "Line1/set"]
        client["Line1/a"].value = 5
        client["Line1/set"].value = 6
        server.wait_for(server["Line1/set"], lambda value: value == 6, SECONDS)
        assert server["Line1/a"].value == 0
        assert until(lambda: server.stats().denied, "the denied value") == 1


def test_a_revoked_token_closes_its_connections(server):
    with Client(port=server.port, access_token="for-viewers") as client:
        client.wait_connected(SECONDS)
        server.revoke_token("for-viewers")
        events = client.events(timeout=SECONDS)
        assert "1008" in next(event.text for event in events if event.type is EventType.DISCONNECTED)
    with pytest.raises(DeniedError):
        connect(port=server.port, access_token="for-viewers", timeout=SECONDS)


def test_wrong_calls_are_named(server):
    with pytest.raises(ExistsError):
        server.add_token("for-viewers")
    with pytest.raises(ExistsError):
        server.add_user("b\u00f6b", "other")
    with pytest.raises(InvalidError, match="empty"):
        server.add_token("")
    with pytest.raises(NotFoundError):
        server.revoke_user("nobody")
    with pytest.raises(TypeError, match="list"):
        server.add_token("x", Role(read="*"))
    with pytest.raises(ValueError, match="line break"):
        server.add_token("x", Role(read=["a\nb"]))
