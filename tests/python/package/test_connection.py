"""From a start to an end: life, events, log, configuration, clients, messages of one's own."""

import ctypes
import time

import pytest
from conftest import SECONDS, until

import realvirtual_ws as rv
from realvirtual_ws import (
    BindError,
    Client,
    ClosedError,
    ConnectError,
    DeniedError,
    Direction,
    EventType,
    InvalidError,
    LogLevel,
    NotFoundError,
    Perspective,
    RvError,
    RvTimeoutError,
    SendMode,
    Server,
    State,
    StateError,
    UnsupportedError,
)


def test_a_with_statement_starts_and_closes():
    server = Server(port=0)
    assert (server.state, server.closed) == (State.STOPPED, False)
    with server as entered:
        assert entered is server
        assert server.state is State.LISTENING
        assert str(server.port) in repr(server)
    assert server.closed
    assert "closed" in repr(server)
    server.close()


def test_what_is_due_goes_out_at_the_end(server):
    motor = server.add_float("Motor", Direction.OUTPUT)
    with Client(port=server.port, update_cycle_ms=3000, peer_perspective=Perspective.SIMULATION) as client:
        client.wait_connected(SECONDS)
        client.import_signals()
        client["Motor"].value = 12.5
    server.wait_for(motor, lambda value: value == 12.5, SECONDS)


def test_after_the_end_every_call_says_that_it_is_closed():
    with Server(port=0) as server:
        signal = server.add_int("Number")
    for call in (
        server.start,
        server.stop,
        server.info,
        server.stats,
        server.poll,
        server.poll_raw,
        server.poll_events,
        server.poll_log,
        server.flush,
        server.clients,
        server.wait,
        server.wait_connected,
        server.import_signals,
        lambda: server.add_bool("Other"),
        lambda: server["Other"],
        lambda: server.set_values({"Number": 1}),
        lambda: server.get_values(["Number"]),
        lambda: server.wait_for("Number", lambda value: value, 1),
        lambda: server.config_publish({}),
        lambda: signal.value,
        lambda: setattr(signal, "value", 1),
        lambda: signal.info(),
    ):
        with pytest.raises(ClosedError, match="RV_ERR_HANDLE: this server or client is closed"):
            call()
    assert list(server.changes()) == []
    assert "RV_ERR_HANDLE" in repr(signal)


def test_a_failed_start_leaves_nothing(server):
    with pytest.raises(BindError, match=str(server.port)) as caught:
        with Server(port=server.port):
            pass
    assert isinstance(caught.value, OSError)
    assert caught.value.name == "RV_ERR_PORT_IN_USE"
    assert rv.live_count() == 1
    with pytest.raises(BindError, match="allow_anonymous_network"):
        Server(port=0, address="0.0.0.0").__enter__()


def test_it_can_be_stopped_and_started_again(client, server):
    port = server.port
    server.stop()
    until(lambda: client.state is State.RECONNECTING)
    assert not server.connected
    server.start()
    assert server.port != 0 or port != 0
    server.stop()


def test_no_server_is_a_connect_error(free_port):
    with Client(port=free_port, reconnect_interval_ms=50) as client:
        begin = time.monotonic()
        with pytest.raises(ConnectError, match="RV_ERR_REFUSED.*") as caught:
            client.wait_connected(0.2)
        assert time.monotonic() - begin >= 0.2
        assert isinstance(caught.value, ConnectionError)
    with Client(port=free_port, reconnect_interval_ms=10, max_reconnect_attempts=2) as client:
        begin = time.monotonic()
        with pytest.raises(ConnectError):
            client.wait_connected(60)
        assert time.monotonic() - begin < 30
        assert client.state is State.FAILED
    with pytest.raises(StateError):
        client = Client(port=free_port)
        try:
            client.wait_connected(60)
        finally:
            client.close()


def test_a_server_waits_for_a_client_and_lists_it(server):
    with pytest.raises(RvTimeoutError):
        server.wait_connected(0.05)
    with Client(port=server.port, client_name="Prüfstand") as client:
        server.wait_connected(SECONDS)
        client.wait_connected(SECONDS)
        (found,) = server.clients()
        assert (found.name, found.library, found.subscribed) == ("Prüfstand", True, False)
        assert found.address.startswith("127.0.0.1:")
        assert 0 <= found.connected < 60
        assert server.client(found.id).id == found.id
        client.subscribe(["A"])
        until(lambda: server.client(found.id).subscribed)
        client.poll_events()
        server.disconnect_client(found.id)
        until(lambda: EventType.DISCONNECTED in [event.type for event in client.poll_events()])
        for call in (server.client, server.disconnect_client):
            with pytest.raises(NotFoundError):
                call(found.id)


def test_a_subscription_filters(server, client):
    first, second = server.add_int("A", Direction.INPUT), server.add_int("B", Direction.INPUT)
    client.import_signals()
    client.subscribe(["B"])
    until(lambda: server.clients()[0].subscribed)
    first.value = 1
    second.value = 2
    client.wait_for("B", lambda value: value == 2, SECONDS)
    assert client["A"].value == 0
    client.subscribe_all()
    client.wait_for("A", lambda value: value == 1, SECONDS)
    with pytest.raises(TypeError):
        client.subscribe("B")


def test_an_import_reports(server, client):
    server.add_bool("New", Direction.INPUT)
    server.add_bool("Same", Direction.INPUT)
    client.add_text("Same")
    report = client.import_signals()
    assert (report.added, report.conflicting, report.answered, report.unanswered) == (1, 1, 1, 0)
    assert "Same" in report.notes
    assert client["New"].info().imported


def test_an_import_connects_when_it_is_not_started(server, free_port):
    server.add_bool("Sensor", Direction.INPUT)
    client = Client(port=server.port)
    try:
        assert client.import_signals(SECONDS).added == 1
        until(lambda: client.state is State.STOPPED, "the end of the connection")
    finally:
        client.close()
    client = Client(port=free_port)
    try:
        with pytest.raises(ConnectError):
            client.import_signals(0.2)
    finally:
        client.close()


def test_a_server_imports_from_its_clients(server, client):
    client.add_int("Number", Direction.INPUT)
    assert server.import_signals(SECONDS).added == 1
    assert "Number" in server


def answer_config(server, success, message):
    for event in server.events(timeout=SECONDS):
        if event.type is EventType.CONFIG_SET:
            server.config_reply(event, success, message)
            return event


def test_configuration_both_ways(server, client, in_background):
    assert client.config_get() == {}
    with pytest.raises(DeniedError):
        client.config_set({"interval": 5})
    server.config_publish({"interval": 5, "name": "Zelle ü"})
    assert client.config_get(SECONDS) == {"interval": 5, "name": "Zelle ü"}
    answer = in_background(answer_config, server, True, "übernommen")
    assert client.config_set({"interval": 6}, SECONDS) == "übernommen"
    assert answer().json == {"interval": 6}
    answer = in_background(answer_config, server, False, "must be 1 to 100")
    with pytest.raises(DeniedError, match="must be 1 to 100"):
        client.config_set({"interval": 0}, SECONDS)
    event = answer()
    with pytest.raises(NotFoundError):
        server.config_reply(event, True)
    with pytest.raises(ValueError):
        client.config_set({"x": float("nan")})
    with pytest.raises(InvalidError):
        client.config_set([1])
    # Its own requests are no events for the program.
    assert EventType.CONFIG_DONE not in [event.type for event in client.poll_events()]


def test_a_request_without_connection(free_port):
    with Client(port=free_port) as client:
        with pytest.raises(RvError):
            client.config_get(0.1)


def test_messages_of_ones_own(rv_server_options):
    with Server(port=0, raw_events=True, first_state_wait_ms=1) as server:
        with Client(port=server.port, raw_events=True) as client:
            server.wait_connected(SECONDS)
            client.wait_connected(SECONDS)
            client.send_raw({"type": "my_question", "text": "wie spät ist es 🙂"})
            event = until(lambda: next((e for e in server.poll_events() if e.type is EventType.RAW), None))
            assert event.json["text"] == "wie spät ist es 🙂"
            server.send_raw({"type": "my_answer"}, event.client)
            event = until(lambda: next((e for e in client.poll_events() if e.type is EventType.RAW), None))
            assert event.json == {"type": "my_answer"}
            with pytest.raises(NotFoundError):
                server.send_raw({"type": "x"}, 99)
        until(lambda: not server.connected)
        with pytest.raises(ConnectError):
            server.send_raw({"type": "x"})


def test_a_long_event_is_whole():
    with Server(port=0, raw_events=True) as server, Client(port=server.port) as client:
        client.wait_connected(SECONDS)
        text = "ä" * 100_000
        client.send_raw({"type": "long", "text": text})
        event = until(lambda: next((e for e in server.poll_events() if e.type is EventType.RAW), None))
        assert event.json["text"] == text


def test_events_that_nobody_polls_are_counted(server, client, monkeypatch):
    monkeypatch.setattr("realvirtual_ws._events.KEPT", 2)
    for _ in range(3):
        server.stop()
        server.start()
    server.wait(0)
    with pytest.raises(RvTimeoutError):
        server.wait_for(server.add_int("N"), lambda value: value, 0.01)
    dropped = server.stats().events_dropped
    assert dropped > 0
    assert len(server.poll_events()) == 2


def test_the_log_says_what_happens(server, client):
    records = until(server.poll_log)
    assert any(record.level is LogLevel.INFO and "connected" in record.text for record in records)
    assert server.poll_log() == []


def test_statistics(server, client):
    server.add_int("Number", Direction.INPUT).value = 1
    client.import_signals()
    server["Number"].value = 2
    client.wait_for("Number", lambda value: value == 2, SECONDS)
    stats = client.stats()
    assert stats.frames_in > 0 and stats.changes > 0 and stats.connects == 1
    assert len(stats.send_latency) == 24
    assert sum(server.stats().send_latency) > 0


def test_manual_sending_waits_for_flush(free_port):
    with Server(port=0, first_state_wait_ms=1) as server:
        motor = server.add_int("Motor", Direction.OUTPUT)
        with Client(port=server.port, send_mode=SendMode.MANUAL) as client:
            client.wait_connected(SECONDS)
            client.import_signals()
            client["Motor"].value = 3
            with pytest.raises(RvTimeoutError):
                server.wait_for(motor, lambda value: value == 3, 0.1)
            client.flush()
            server.wait_for(motor, lambda value: value == 3, SECONDS)


def test_a_connection_test_measures(server, free_port):
    report = rv.test_connection(SECONDS, port=server.port)
    assert 0 < report.connect < SECONDS and 0 < report.round_trip < SECONDS and report.library
    with pytest.raises(ConnectError, match="RV_ERR_REFUSED"):
        rv.test_connection(SECONDS, port=free_port)
    with pytest.raises(TypeError):
        rv.test_connection(relay=True)


def test_timeouts_are_seconds_and_not_negative(client):
    for timeout in (-1, float("nan")):
        with pytest.raises(ValueError):
            client.config_get(timeout)


def test_the_other_roles_calls_are_not_there(server, client):
    assert not hasattr(server, "subscribe") and not hasattr(client, "clients")
    with pytest.raises(UnsupportedError):
        rv._core.check(client._core.lib.rv_subscribe(server._core.handle, (ctypes.c_char_p * 0)(), 0))
