"""Polling, iterating, waiting for values."""

import time

import pytest
from conftest import SECONDS, until

from realvirtual_ws import Direction, EventType, NotFoundError, RawChange, RvTimeoutError

INPUT = Direction.INPUT


def test_each_changed_signal_comes_once_with_its_newest_value(server, client):
    first, second, third = (server.add_int(f"Int{n}", INPUT) for n in range(3))
    client.import_signals()
    client.poll()
    third.value = 1
    until(lambda: client["Int2"].value == 1)
    first.value = 2
    until(lambda: client["Int0"].value == 2)
    third.value = 3
    until(lambda: client["Int2"].value == 3)
    found = [(change.name, change.value, change.changes) for change in client.poll()]
    assert found == [("Int2", 3, 2), ("Int0", 2, 1)]
    assert client.poll() == []
    assert second.value == 0


def test_edges_are_counted(server, client):
    lamp = server.add_bool("Lamp", INPUT)
    client.import_signals()
    client.poll()
    seen = client["Lamp"]
    assert (seen.rises, seen.falls) == (0, 0)
    lamp.value = True
    lamp.value = False
    # The pulse comes in two messages, the second no earlier than the next cycle.
    changes = []
    until(lambda: changes.extend(client.poll()) or seen.falls == 1, "the pulse")
    assert not seen.value
    assert (seen.rises, seen.falls) == (1, 1)
    assert sum(change.changes for change in changes) == 2
    assert sum(change.rises for change in changes) == sum(change.falls for change in changes) == 1
    lamp.value = True
    until(lambda: client.poll())
    assert (seen.rises, seen.falls) == (2, 1)


def test_raw_changes_are_bare_tuples(server, client):
    server.add_bool("Bool", INPUT)
    server.add_int("Int", INPUT)
    server.add_float("Float", INPUT)
    server.add_text("Text", INPUT)
    client.import_signals()
    until(lambda: server.stats().values_out >= 4, "the initial values")
    client.poll()
    server.set_values({"Text": "中", "Float": 2.5, "Int": -7, "Bool": True})
    records = until(client.poll_raw)
    assert all(type(record) is tuple and len(record) == len(RawChange._fields) for record in records)
    found = {record.signal: record for record in map(RawChange._make, records)}
    names = list(client.signals)
    assert sorted(names[number] for number in found) == ["Bool", "Float", "Int", "Text"]
    assert (found[0].integer, found[0].number, found[0].rise_count, found[0].kind) == (1, 1.0, 1, 1)
    assert (found[1].integer, found[1].number) == (-7, -7.0)
    assert found[2].number == 2.5
    assert found[3].integer == len("中".encode())
    assert all(record.source == 1 and record.change_count == 1 for record in found.values())
    text = next(index for index, record in enumerate(records) if record[0] == 3)
    assert client.change_text(text) == "中"
    with pytest.raises(NotFoundError):
        client.change_text(len(records))
    assert client.poll_raw() == []


def test_more_signals_than_the_first_buffer_holds(server, client):
    names = [f"S{n:04}" for n in range(1000)]
    for name in names:
        server.add_int(name, INPUT)
    client.import_signals()
    assert len(client.poll()) == 1000
    server.set_values({name: n + 1 for n, name in enumerate(names)})
    client.wait_for("S0999", lambda value: value == 1000, SECONDS)
    changes = client.poll()
    assert [(change.name, change.value) for change in changes] == [(name, n + 1) for n, name in enumerate(names)]
    assert not any(change.flags for change in changes)


def test_a_loop_over_changes_ends_after_its_time(server, client):
    number = server.add_int("Number", INPUT)
    client.import_signals()
    client.poll()
    number.value = 1
    seen = []
    begin = time.monotonic()
    for change in client.changes(timeout=0.1):
        seen.append(change.value)
        if change.value < 5:
            number.value = change.value + 1
    assert seen == [1, 2, 3, 4, 5]
    assert time.monotonic() - begin >= 0.1


def test_a_loop_over_events(server, client):
    server.disconnect_client(server.clients()[0].id)
    kinds = []
    for event in client.events(timeout=SECONDS):
        kinds.append(event.type)
        if event.type is EventType.DISCONNECTED:
            break
    assert kinds.index(EventType.CONNECTED) < kinds.index(EventType.DISCONNECTED)


def test_wait_tells_of_changes_and_events(server, client):
    client.poll_events()
    client.poll()
    assert client.wait(0) is False
    assert client.wait(0.05) is False
    number = server.add_int("Number", INPUT)
    client.add_int("Number", Direction.OUTPUT)
    number.value = 3
    assert client.wait(SECONDS) is True
    assert client.wait(0) is True
    client.poll()
    assert client.wait(0) is False


def test_waiting_for_a_value_takes_no_change_away(server, client):
    number = server.add_int("Number", INPUT)
    client.import_signals()
    client.poll()
    number.value = 5
    assert client.wait_for("Number", lambda value: value > 4, SECONDS) == 5
    assert client.wait_for(client["Number"], lambda value: value > 4) == 5
    assert [change.value for change in client.poll()] == [5]


def test_a_value_that_does_not_come_is_a_timeout_with_the_value_that_is(server, client):
    server.add_int("Number", INPUT).value = 7
    client.import_signals()
    begin = time.monotonic()
    with pytest.raises(RvTimeoutError, match="'Number'.*0.1 s.*7.*good") as caught:
        client.wait_for("Number", lambda value: value > 7, timeout=0.1)
    assert time.monotonic() - begin >= 0.1
    assert isinstance(caught.value, TimeoutError)
    with pytest.raises(ZeroDivisionError):
        client.wait_for("Number", lambda value: 1 / 0, timeout=1)


def test_events_taken_while_waiting_are_not_lost(server, client):
    client.import_signals()
    with pytest.raises(RvTimeoutError):
        server.wait_for(server.add_int("Never", Direction.OUTPUT), lambda value: value, timeout=0.02)
    assert EventType.CLIENT_JOINED in [event.type for event in server.poll_events()]
    # The end of its own request is not among them.
    assert EventType.IMPORT_DONE not in [event.type for event in client.poll_events()]
