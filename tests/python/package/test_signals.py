"""Signals: declaring, setting, getting, in all kinds."""

import math

import pytest
from conftest import SECONDS, until

from realvirtual_ws import (
    Access,
    ChangeFlag,
    Client,
    Direction,
    ExistsError,
    InvalidError,
    Kind,
    NotFoundError,
    NotWritableError,
    Quality,
    Server,
)

INPUT, OUTPUT = Direction.INPUT, Direction.OUTPUT


def declare_all(server):
    return (
        server.add_bool("Bool", INPUT),
        server.add_int("Int", INPUT),
        server.add_float("Float", INPUT),
        server.add_text("Text", INPUT),
    )


def test_values_of_all_kinds_cross_the_wire(server, client):
    signals = declare_all(server)
    client.import_signals()
    for values in ((True, 1 << 62, 0.1, "grün 中 🙂"), (False, -(1 << 63), -1e300, "")):
        for signal, value in zip(signals, values):
            signal.value = value
        for signal, value in zip(signals, values):
            assert client.wait_for(signal.name, lambda found, value=value: found == value, SECONDS) == value
            assert type(client[signal.name].value) is type(value)


def test_a_text_of_the_largest_size_crosses_the_wire(server, client):
    text = server.add_text("Text", INPUT)
    client.import_signals()
    text.value = "ß" * 32768
    client.wait_for("Text", lambda found: len(found) == 32768, SECONDS)
    with pytest.raises(InvalidError, match="RV_ERR_TEXT"):
        text.value = "ß" * 32769


def test_names_are_any_text(server, client):
    server.add_int("Förder/Band 1.Geschwindigkeit 速度 🙂", INPUT).value = 7
    client.import_signals()
    assert client["Förder/Band 1.Geschwindigkeit 速度 🙂"].value == 7
    assert list(client.signals) == ["Förder/Band 1.Geschwindigkeit 速度 🙂"]
    for name in ("", "x" * 513, "a\0b"):
        with pytest.raises(ValueError):
            server.add_bool(name)
    with pytest.raises(TypeError):
        server.add_bool(b"bytes")


def test_a_value_that_does_not_fit_is_refused_and_changes_nothing(server):
    boolean, integer, number, text = declare_all(server)
    for signal, values in (
        (boolean, ("True", 1.0, None, [])),
        (integer, ("1", 1.5, None)),
        (number, ("1.5", b"1", None, [])),
        (text, (1, None, b"bytes")),
    ):
        before = signal.value
        for value in values:
            with pytest.raises(TypeError, match=signal.name):
                signal.value = value
        assert signal.value == before
    for value in (1 << 63, -(1 << 63) - 1):
        with pytest.raises(OverflowError):
            integer.value = value
    for value in (math.nan, math.inf):
        with pytest.raises(InvalidError, match="RV_ERR_NOT_FINITE"):
            number.value = value
    with pytest.raises(ValueError, match="NUL"):
        text.value = "a\0b"
    with pytest.raises(UnicodeEncodeError):
        text.value = "\ud800"


def test_numbers_of_other_types_fit(server):
    boolean, integer, number, _ = declare_all(server)
    boolean.value = 2
    assert boolean.value is True
    integer.value = True
    assert integer.value == 1
    number.value = 3
    assert number.value == 3.0


def test_a_signal_knows_what_it_is(server, client):
    signal = server.add_float("Speed", OUTPUT, comment="of the belt", folder="Belt")
    assert (signal.id, signal.name, signal.kind) == (0, "Speed", Kind.FLOAT)
    assert (signal.direction, signal.access, signal.quality) == (OUTPUT, Access.READ, Quality.NEVER)
    assert signal.age == math.inf
    assert not signal.writable
    with pytest.raises(NotWritableError, match="Speed"):
        signal.value = 1.0
    signal.access = Access.READ_WRITE
    assert signal.writable
    client.import_signals()
    assert client["Speed"].info().imported
    client["Speed"].value = 2.5
    server.wait_for(signal, lambda speed: speed == 2.5, SECONDS)
    assert signal.quality is Quality.GOOD
    assert 0 <= signal.age < 60
    assert "2.5" in repr(signal)


def test_declaring_twice(server):
    first = server.add_bool("Sensor", INPUT)
    assert server.add_bool("Sensor", INPUT) is first
    with pytest.raises(ExistsError, match="Sensor"):
        server.add_int("Sensor", INPUT)


def test_signals_are_a_mapping(server):
    boolean = declare_all(server)[0]
    assert server["Bool"] is boolean is server.signals["Bool"]
    assert "Bool" in server and "bool" not in server and "" not in server and 1 not in server.signals
    assert list(server.signals) == ["Bool", "Int", "Float", "Text"]
    assert [signal.id for signal in server.signals.values()] == [0, 1, 2, 3]
    assert server.signals.get("Nope") is None
    with pytest.raises(NotFoundError, match='"Nope"') as caught:
        server["Nope"]
    assert isinstance(caught.value, KeyError)
    with pytest.raises(TypeError):
        iter(server)


def test_a_batch_arrives_together_or_not_at_all(server, client):
    boolean, integer, number, text = declare_all(server)
    client.import_signals()
    until(lambda: server.stats().values_out >= 4, "the initial values")
    client.poll()
    server.set_values({"Bool": True, integer: 5, "Float": 1.5, text: "ü"})
    changes = until(client.poll)
    assert {change.name: change.value for change in changes} == {"Bool": True, "Int": 5, "Float": 1.5, "Text": "ü"}
    assert client.get_values() == {"Bool": True, "Int": 5, "Float": 1.5, "Text": "ü"}
    assert client.get_values(["Text", client["Int"]]) == {"Text": "ü", "Int": 5}

    locked = server.add_int("Locked", OUTPUT)
    with pytest.raises(NotWritableError, match="Locked"):
        server.set_values({"Int": 6, locked: 1})
    with pytest.raises(TypeError, match="Float"):
        server.set_values({"Int": 6, "Float": "x"})
    with pytest.raises(NotFoundError, match="Nope"):
        server.set_values({"Int": 6, "Nope": 1})
    assert integer.value == 5
    server.set_values({})
    assert server.get_values([]) == {}


def test_signals_of_two_interfaces_are_not_mixed_up(server, client):
    signal = server.add_int("Int", INPUT)
    with pytest.raises(ValueError, match="another interface"):
        client.set_values({signal: 1})


def test_read_gives_quality_and_source(server, client):
    declare_all(server)
    client.import_signals()
    server["Int"].value = 4
    client.wait_for("Int", lambda value: value == 4, SECONDS)
    (change,) = client.read(["Int"])
    assert (change.name, change.value, change.quality, change.source, change.changes) == ("Int", 4, Quality.GOOD, 1, 0)


def test_an_initial_value_is_there_before_anybody_sets_it(server, client):
    server.set_values({})
    for add, name, value in (
        (server.add_bool, "Bool", True),
        (server.add_int, "Int", -3),
        (server.add_float, "Float", 0.25),
        (server.add_text, "Text", "bereit"),
    ):
        add(name, INPUT, initial=value)
    client.import_signals()
    assert client.get_values() == {"Bool": True, "Int": -3, "Float": 0.25, "Text": "bereit"}
    with pytest.raises(TypeError, match="Wrong"):
        server.add_int("Wrong", INPUT, initial="3")
    with pytest.raises(TypeError, match="fifo is not among"):
        server.add_int("Wrong", INPUT, fifo=3)
    with pytest.raises(ValueError, match="fifo_depth"):
        server.add_int("Wrong", INPUT, fifo_depth=-1)


def test_a_fifo_keeps_every_change(server, client):
    there = client.add_int("Number", OUTPUT, fifo_depth=100), client.add_text("Text", OUTPUT, fifo_depth=100)
    numbers = server.add_int("Number", INPUT, fifo_depth=100)
    texts = server.add_text("Text", INPUT, fifo_depth=100)
    until(lambda: all(signal.quality == Quality.GOOD for signal in there), "the values that they begin with")
    client.poll()
    for number in range(1, 21):
        numbers.value = number
        texts.value = f"text {number}"
    found = []
    until(lambda: found.extend(client.poll()) or len(found) >= 40, "40 changes")
    assert [change.value for change in found if change.name == "Number"] == list(range(1, 21))
    assert [change.value for change in found if change.name == "Text"] == [f"text {number}" for number in range(1, 21)]


def test_an_overflow_is_flagged(server, client):
    client.add_int("Number", OUTPUT, fifo_depth=2)
    numbers = server.add_int("Number", INPUT, fifo_depth=100)
    for number in range(1, 11):
        numbers.value = number
    until(lambda: client["Number"].value == 10)
    changes = client.poll()
    assert [change.value for change in changes] == [9, 10]
    assert any(change.flags & ChangeFlag.OVERFLOW for change in changes)
    assert client.stats().queue_overflow == 8


def test_a_failsafe_value_comes_when_its_writer_is_gone():
    with Server(port=0) as server:
        motor = server.add_bool("Motor", OUTPUT, failsafe=False, failsafe_after_ms=20)
        with Client(port=server.port) as client:
            client.import_signals()
            client["Motor"].value = True
            server.wait_for(motor, lambda running: running, SECONDS)
        assert server.wait_for(motor, lambda running: not running, SECONDS) is False
        assert motor.quality is Quality.STALE
        flags = [change.flags for change in server.poll() if change.name == "Motor"]
        assert flags and flags[-1] & ChangeFlag.FAILSAFE


def test_min_hold_stretches_a_pulse(server, client):
    lamp = server.add_bool("Lamp", INPUT, min_hold_ms=80)
    client.add_bool("Lamp", OUTPUT)
    lamp.value = True
    lamp.value = False
    times = {}
    for change in client.changes(timeout=SECONDS):
        times[change.value] = change.time
        if len(times) == 2 and not change.value:
            break
    assert times[False] - times[True] > 0.07
