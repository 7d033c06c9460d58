"""The package says the same as the C interface: options, numbers, fields of structs."""

import pickle
import pydoc
import re
from dataclasses import fields

import pytest

import realvirtual_ws as rv
from realvirtual_ws import (
    Client,
    EventType,
    InvalidError,
    Perspective,
    SendMode,
    TokenTransport,
    _native,
    enums,
    options,
)


def test_each_option_of_the_library_is_a_keyword():
    ours = {*rv.ServerOptions.__annotations__, *rv.ClientOptions.__annotations__}
    theirs = {name for name, *_ in _native.rv_options._fields_ if not name.startswith("reserved")}
    assert ours == theirs - {"struct_size", "mode"}


def test_each_option_reaches_the_library():
    given = {
        "address": "::1",
        "port": 65535,
        "own_perspective": Perspective.CONTROLLER,
        "send_mode": SendMode.MANUAL,
        "max_reconnect_attempts": -1,
        "update_cycle_ms": 20,
        "relay": False,
        "allowed_origins": ["https://a.example", "https://b.example"],
        "input_patterns": "_in",
        "path": None,
        "access_token": "t",
        "trusted_proxies": ["10.0.0.0/8", "::1"],
        "token_transport": TokenTransport.QUERY,
    }
    known = type("Known", (), {"__annotations__": given})
    made = options.make(_native.RV_MODE_CLIENT, known, given)
    assert (made.address, made.port, made.own_perspective, made.send_mode) == (b"::1", 65535, 2, 2)
    assert (made.max_reconnect_attempts, made.update_cycle_ms, made.relay) == (-1, 20, 0)
    assert (made.allowed_origins, made.input_patterns) == (b"https://a.example\nhttps://b.example", b"_in")
    assert (made.access_token, made.trusted_proxies, made.token_transport) == (b"t", b"10.0.0.0/8\n::1", 2)
    assert made.heartbeat_ms == 1000


def test_wrong_options_are_named():
    for given, error, text in (
        ({"prot": 1}, TypeError, "prot is not among the ClientOptions: did you mean port"),
        ({"relay": True}, TypeError, "relay"),
        ({"port": 70000}, ValueError, "port must be 0 to 65535, not 70000"),
        ({"port": "1"}, TypeError, "port must be an int"),
        ({"tls": "no"}, TypeError, "tls must be a bool"),
        ({"address": 1}, TypeError, "address must be a str"),
        ({"client_name": "a\0b"}, ValueError, "client_name must not hold a NUL"),
        ({"input_patterns": ["a\nb"]}, ValueError, "input_patterns"),
        ({"input_patterns": 5}, TypeError, "input_patterns must be a str or a sequence of str, not 5"),
        ({"output_patterns": ["a", 5]}, TypeError, "output_patterns must be a str or a sequence of str"),
        ({"own_perspective": "controller"}, TypeError, r"own_perspective must be a Perspective \(UNKNOWN, SIMULATION"),
        ({"update_cycle_ms": 0}, InvalidError, "update_cycle_ms"),
        ({"access_token": ""}, InvalidError, "access_token"),
        ({"access_token": "t", "address": "192.0.2.1"}, InvalidError, "allow_plain_credentials"),
    ):
        with pytest.raises(error, match=text):
            Client(**given)


def test_help_shows_every_option_with_its_default():
    for known, first in ((rv.ServerOptions, "The keywords of :class:`Server`."), (rv.ClientOptions, "The keywords of")):
        text = pydoc.plain(pydoc.render_doc(known))
        assert first in text
        for name in known.__annotations__:
            assert len(re.findall(rf"(?m)^ \|  {name} = [^:]+: \S", text)) == 1, name
        for line in (
            'address = "127.0.0.1": client: the server', "port = 1234: TCP port", "send_mode = SendMode.CYCLE: when",
            "own_perspective = Perspective.SIMULATION: the side", "input_patterns = None: list", "debug = False: log",
            "update_cycle_ms = 10: the cycle of SendMode.CYCLE", "Names in _ms are milliseconds",
        ):  # fmt: skip
            assert line in text, line
        assert not re.search(r"RV_(?!LOG=)|NULL|\((c|s)\)", text)


def test_wrong_arguments_are_named():
    with rv.Server(port=0) as server:
        server.add_bool("A", rv.Direction.INPUT)
        for call, text in (
            (lambda: server.add_bool("B", "input"), r"direction must be a Direction \(AUTO, INPUT, OUTPUT\), not 'input'"),
            (lambda: server.add_int("B", access="read"), r"access must be an? Access \(DEFAULT, "),
            (lambda: server.wait_for("A", True), "predicate must be a function of the value, .* value == True, not True"),
        ):
            with pytest.raises(TypeError, match=text):
                call()
        assert list(server.signals) == ["A"]


def test_every_number_of_the_c_interface_has_a_name():
    classes = {name.upper(): getattr(enums, name) for name in enums.__all__}
    prefixes = {
        "KIND": "KIND", "DIRECTION": "DIRECTION", "ACCESS": "ACCESS", "QUALITY": "QUALITY", "STATE": "STATE",
        "SEND": "SENDMODE", "PERSPECTIVE": "PERSPECTIVE", "IMPORT": "IMPORTDIRECTION", "CATALOG": "CATALOGDIRECTION",
        "CHANGE": "CHANGEFLAG", "EVENT": "EVENTTYPE", "LOG": "LOGLEVEL", "LIST": "LISTFORMAT", "TOKEN": "TOKENTRANSPORT",
    }  # fmt: skip
    for constant, value in vars(_native).items():
        if not constant.startswith("RV_") or constant == "RV_OK":
            continue
        _, prefix, name = constant.split("_", 2)
        if prefix in ("ABI", "VERSION", "MODE", "NOTE"):
            continue
        if prefix == "ERR":
            error = rv.errors.make(value, constant, "why")
            assert (error.code, str(error)) == (value, f"{constant}: why")
            assert str(pickle.loads(pickle.dumps(error))) == str(error)
        else:
            assert classes[prefixes[prefix]][name] == value
    assert EventType(99).name == "UNKNOWN_99" and EventType(99) == 99
    with pytest.raises(ValueError):
        EventType("x")


def test_records_have_the_fields_of_the_structs():
    def named(structure):
        return {name for name, *_ in structure._fields_ if not name.startswith("reserved")}

    assert {field.name for field in fields(rv.Stats)} == named(_native.rv_stats)
    assert {field.name for field in fields(rv.Info)} == named(_native.rv_info) - {"mode"}
    assert {field.name for field in fields(rv.ImportReport)} == named(_native.rv_import_report) | {"notes"}
    assert set(rv.RawChange._fields) == named(_native.rv_change)
