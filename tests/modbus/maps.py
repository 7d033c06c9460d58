"""Map files: what is wrong is refused with file, line and reason; what is right says which reads it makes."""

import json
import tempfile
from pathlib import Path

from rig import expect, run

NUMBER = {"name": "A", "direction": "output", "table": "input_register", "address": 0, "type": "int16"}
SWITCH = {"name": "A", "direction": "input", "table": "coil", "address": 0}


def lines(*signals, members=""):
    """A map whose first signal stands on line 3, and each on a line of its own."""
    return '{\n"signals": [\n' + ",\n".join(json.dumps(entry) for entry in signals) + "\n]" + members + "}"


def wrong(entry, reason, **changes):
    """A map of which one signal is wrong. A change to None leaves the member out."""
    changed = {key: value for key, value in {**entry, **changes}.items() if value is not None}
    return lines(changed), 3, reason


def number(reason, **changes):
    return wrong(NUMBER, reason, **changes)


def switch(reason, **changes):
    return wrong(SWITCH, reason, **changes)


def pair(reason, second, first=SWITCH):
    """A map of which the second signal clashes with the first."""
    return lines(first, {**first, **second}), 4, reason


HOLDING = {"name": "A", "direction": "input", "table": "holding_register", "address": 10, "type": "int32"}
BIT = {"name": "A", "direction": "input", "table": "holding_register", "address": 10, "type": "bool", "bit": 3}

WRONG = (
    # no JSON, or not this JSON
    ("", 1, "'[' or '{' expected"),
    ('{\n"signals": [\n{"name": "A",,}\n]}', 3, "string or '}' expected near ','"),
    ('{\n"signals": [\n]', 3, "'}' expected near end of file"),
    ('{\n"order": "ABCD",\n"order": "ABCD"}', 3, "duplicate object key"),
    ('{\n"comment": "\\ud800"}', 2, "invalid Unicode"),
    (b'{\n"comment": "\xff"}', 2, "unable to decode byte 0xff"),
    ("[\n]", 1, "the map must be an object"),
    ("{}", 1, "the map lacks signals"),
    ('{\n"signals": []}', 2, "signals must be a list of at least one signal"),
    ('{\n"signals": {}}', 2, "signals must be a list"),
    ('{\n"signals": [\n7]}', 3, "a signal must be an object"),
    # members of the map
    (lines(NUMBER, members=',\n"speed": 1'), 5, 'a map has no "speed"'),
    (lines(NUMBER, members=',\n"order": "AB"'), 5, 'order "AB" is none of: ABCD, CDAB, BADC, DCBA'),
    (lines(NUMBER, members=',\n"register_gap": -1'), 5, "register_gap must be a whole number from 0 to 123"),
    (lines(NUMBER, members=',\n"bit_gap": 1.5'), 5, "bit_gap must be a whole number from 0 to 1998"),
    (lines(NUMBER, members=',\n"comment": 1'), 5, "comment must be a text"),
    # members of a signal
    number('a signal has no "adress"', adress=1),
    number("the signal lacks name", name=None),
    number("the signal lacks direction", direction=None),
    number("the signal lacks table", table=None),
    number("the signal lacks address", address=None),
    number("the signal lacks type", type=None),
    number("name must be a text", name=5),
    number("name must have 1 to 512 bytes", name=""),
    number("name must have 1 to 512 bytes", name="ä" * 257),
    number('name "PLC_Connected" is the gateway\'s own', name="PLC_Connected"),
    number('name "PLC_AgeMs" is the gateway\'s own', name="PLC_AgeMs"),
    number('direction "out" is none of: input, output', direction="out"),
    number("direction must be one of: input, output", direction=1),
    number('table "coils" is none of: coil, discrete_input, holding_register, input_register', table="coils"),
    number('type "int8" is none of: bool, int16,', type="int8"),
    number('order "abcd" is none of', order="abcd"),
    number("address must be a whole number from 0 to 65535", address=65536),
    number("address must be a whole number from 0 to 65535", address=-1),
    number("address must be a whole number from 0 to 65535", address="1"),
    number("scale must be a number", scale="2"),
    number("scale must not be 0", scale=0),
    number("offset must be a number", offset=True),
    number("comment must be a text", comment=["a", {"b": 1}]),
    number("bit must be a whole number from 0 to 15", type="bool", bit=16),
    # what does not go together
    number("address 65535: type float32 takes 2 registers", address=65535, type="float32"),
    number("address 65533: type float64 takes 4 registers", address=65533, type="float64"),
    number("table input_register is read-only: direction input needs holding_register", direction="input"),
    number("type bool in table input_register needs bit", type="bool"),
    number("bit is for type bool in a register, not for int16", bit=1),
    number("scale is not for type bool", type="bool", bit=1, scale=2),
    switch("table discrete_input is read-only: direction input needs coil", table="discrete_input"),
    switch("type int16 does not fit table coil, which holds bool", type="int16"),
    switch("bit is for type bool in a register, not for bool in table coil", bit=0),
    switch("offset is not for type bool", offset=1),
    switch("order is not for type bool", order="ABCD"),
    # what only two signals show
    pair('name "A" is taken by line 3', {"address": 1}),
    pair('"B" and "A" (line 3) both write coil 0', {"name": "B"}),
    pair('"B" and "A" (line 3) both write holding_register 11', {"name": "B", "address": 11}, HOLDING),
    pair('"B" and "A" (line 3) both write holding_register 10', {"name": "B", "address": 9}, HOLDING),
    pair('"B" and "A" (line 3) both write holding_register 10', {"name": "B"}, BIT),
    (lines(BIT, {**HOLDING, "name": "B"}), 4, '"B" and "A" (line 3) both write holding_register 10'),
    (
        lines({**HOLDING, "type": "int64"}, {**BIT, "name": "B"}, {**BIT, "name": "C", "address": 13}),
        5,
        '"C" and "A" (line 3) both write holding_register 13',
    ),
)


def wrong_maps_are_refused_with_line_and_reason():
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "map.json"
        for text, line, reason in WRONG:
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
            code, output, errors = run("--check", path)
            told = any(told.startswith(f"{path}:{line}: ") and reason in told for told in errors.splitlines())
            expect(code == 3 and not output and told, f"{text!r}: {code} {errors!r}, not line {line}: {reason}")


def all_mistakes_are_told_at_once_each_with_its_line():
    text = """{
      "comment": ["a value of", {"several": 7}, "lines"],
      "signals": [
        {"name": "A", "direction": "output", "table": "coil", "address": 0},
        {
          "name": "B \\" : {",
          "direction":
            "sideways",
          "table": "coil",
          "address": [1,
                      2],
          "color": {"a": [1, 2, "x"],
                    "b": null},
          "type": "int17"
        },
        {"direction": "output", "table": "coil", "address": 0}
      ],
      "end": true
    }"""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "map.json"
        path.write_text(text)
        code, _, errors = run("--map", path)
        told = [line.removeprefix(f"{path}:").split(":")[0] for line in errors.splitlines()]
        expect(code == 3 and told == ["2", "7", "10", "12", "14", "16", "18"], f"{code} {errors}")
        path.write_text(lines(*[{"name": 1}] * 60))
        code, _, errors = run("--map", path)
        expect(code == 3 and len(errors.splitlines()) == 51 and "and 190 more mistakes" in errors, f"{code} {errors}")
        code, _, errors = run("--map", Path(folder) / "none.json")
        expect(code == 3 and "none.json: No such file or directory" in errors, f"{code} {errors}")
        code, _, errors = run("--map", folder)
        expect(code == 3 and f"{folder}: Is a directory" in errors, f"{code} {errors}")


def neighbours_are_read_together_up_to_the_limits():
    def signal(table, address, type_):
        return {"name": f"{table}{address}", "direction": "output", "table": table, "address": address, "type": type_}

    registers = [signal("holding_register", address, "int16") for address in range(124)]
    registers += [signal("holding_register", 124, "float32"), signal("holding_register", 128, "int16")]
    contacts = [signal("discrete_input", address, "bool") for address in (*range(2001), 2004)]
    shared = [signal("input_register", 65535, "int16"), {**signal("input_register", 65535, "int16"), "name": "again"}]
    writes = [{**signal("coil", 5, "bool"), "direction": "input"}]
    for members, reads in (
        (
            "",
            ["discrete_input 0 to 1999", "discrete_input 2000 to 2000", "discrete_input 2004 to 2004"]
            + ["holding_register 0 to 123", "holding_register 124 to 125", "holding_register 128 to 128"],
        ),
        (
            ', "register_gap": 2, "bit_gap": 3',
            ["discrete_input 0 to 1999", "discrete_input 2000 to 2004"]
            + ["holding_register 0 to 123", "holding_register 124 to 128"],
        ),
    ):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "map.json"
            path.write_text(lines(*reversed(contacts), *registers, *shared, *writes, members=members))
            code, output, errors = run("--check", path)
        expected = [f"  read {read}" for read in [*reads, "input_register 65535 to 65535"]]
        expect(code == 0 and not errors and output.splitlines()[1:] == expected, f"{code} {output} {errors}")
        total = len(contacts) + len(registers) + 3
        head = f"{total} signals: {total - 1} from the PLC in {len(expected)} reads, 1 to the PLC"
        expect(head in output, output)


TESTS = (
    wrong_maps_are_refused_with_line_and_reason,
    all_mistakes_are_told_at_once_each_with_its_line,
    neighbours_are_read_together_up_to_the_limits,
)
