"""Values in both directions: every table and type, orders, scaling, limits, bits of registers, blocks."""

import math
import struct

from rig import Gateway, Plc, connected_twin, expect, twin, until, until_equal

# How a type's bytes are packed in the order ABCD, its width in registers, and values that it can hold.
NUMBERS = {
    "int16": ("h", 1, [-2, 32767, -32768]),
    "uint16": ("H", 1, [1, 65535]),
    "int32": ("i", 2, [-3, 2147483647, -2147483648, 0x01020304]),
    "uint32": ("I", 2, [4, 4294967295]),
    "int64": ("q", 4, [-5, 9223372036854775807, -9223372036854775808]),
    "float32": ("f", 2, [0.1, -21.7, 3.4028235e38, 1e-40]),
    "float64": ("d", 4, [0.1, -1e300, 5e-324]),
}


def abcd(type_, value):
    """The registers of a number in the order ABCD."""
    code, width, _ = NUMBERS[type_]
    return list(struct.unpack(f">{width}H", struct.pack(f">{code}", value)))


def ordered(words, order):
    if order in ("CDAB", "DCBA"):
        words = words[::-1]
    if order in ("BADC", "DCBA"):
        words = [(word & 0xFF) << 8 | word >> 8 for word in words]
    return words


def signal(name, direction, table, address, type_, **more):
    return {"name": name, "direction": direction, "table": table, "address": address, "type": type_, **more}


def cases(direction, tables):
    """(signal, width, values, registers of a value) for each type, table and order; addresses are given in turn."""
    address = 0
    for table in tables:
        for type_, (_, width, values) in NUMBERS.items():
            for order in ("ABCD", "CDAB", "BADC", "DCBA"):
                name = f"{table}.{type_}.{order}"
                entry = signal(name, direction, table, address, type_, order=order)
                yield entry, width, values, lambda value, t=type_, o=order: ordered(abcd(t, value), o)
                address += width


def every_type_comes_from_the_plc():
    all_cases = list(cases("output", ["holding_register", "input_register"]))
    bits = [
        signal("Coil", "output", "coil", 3, "bool"),
        signal("Contact", "output", "discrete_input", 7, "bool"),
        signal("Bit", "output", "input_register", 390, "bool", bit=15),
        signal("OtherBit", "output", "input_register", 390, "bool", bit=14),
    ]
    with Plc() as plc, Gateway(plc, [case[0] for case in all_cases] + bits) as gateway, twin(gateway) as client:
        for number in range(4):
            expected = {}
            for entry, _, values, registers in all_cases:
                value = values[number % len(values)]
                plc.set(entry["table"], entry["address"], *registers(value))
                expected[entry["name"]] = value
            on = number % 2 == 0
            plc.set("coil", 3, int(on))
            plc.set("discrete_input", 7, int(not on))
            plc.set("input_register", 390, 0x8000 if on else 0x4000)
            expected.update(Coil=on, Contact=not on, Bit=on, OtherBit=not on)
            until_equal("the PLC's values", lambda: {name: client[name].value for name in expected}, expected)
        kinds = {name: client.signals[name].kind.name.capitalize() for name in client.signals}
        expect(kinds["Coil"] == "Bool" and kinds["input_register.int64.DCBA"] == "Int", f"{kinds}")
        expect(kinds["holding_register.float32.ABCD"] == "Float", f"{kinds}")


def every_type_goes_to_the_plc():
    all_cases = list(cases("input", ["holding_register"]))
    with Plc() as plc:
        plc.set("coil", 4, 1, 1, 1)
        signals = [case[0] for case in all_cases] + [signal("Coil", "input", "coil", 5, "bool")]
        with Gateway(plc, signals) as gateway, connected_twin(gateway) as client:
            expect(plc.writes() == [], "the gateway writes what the twin has not set")
            for number in range(4):
                expected = {}
                for entry, width, values, registers in all_cases:
                    value = values[number % len(values)]
                    client[entry["name"]].value = value
                    expected[entry["name"]] = registers(value)
                client["Coil"].value = number % 2 == 0
                until_equal(
                    "the twin's values",
                    lambda: {c[0]["name"]: plc.get("holding_register", c[0]["address"], c[1]) for c in all_cases},
                    expected,
                )
                until_equal("the coil", lambda: plc.get("coil", 4, 3), [1, 1 - number % 2, 1])
            plc.writes()
            client["Coil"].value = True
            client["holding_register.int16.ABCD"].value = 77
            until_equal("the register", lambda: plc.get("holding_register", 0), [77])
            until_equal("the coil", lambda: plc.get("coil", 5), [1])
            written = sorted(plc.writes())
            expect(written == [["coil", 5, [1]], ["holding_register", 0, [77]]], f"more than what changed: {written}")


def the_maps_order_is_every_signals_order():
    signals = [
        signal("A", "output", "input_register", 0, "int32"),
        signal("B", "output", "input_register", 2, "int32", order="ABCD"),
    ]
    with Plc() as plc, Gateway(plc, signals, order="CDAB") as gateway, twin(gateway) as client:
        plc.set("input_register", 0, 2, 1, 1, 2)
        until_equal("both", lambda: (client["A"].value, client["B"].value), (0x10002, 0x10002))


def numbers_are_scaled_both_ways_and_limited_to_what_fits():
    signals = [
        signal("Temperature", "output", "input_register", 0, "int16", scale=0.1, offset=-40),
        signal("Level", "output", "input_register", 1, "float32", scale=100),
        signal("Speed", "input", "holding_register", 0, "uint16", scale=0.01, offset=10),
        signal("Lot", "input", "holding_register", 1, "int16"),
        signal("Float", "input", "holding_register", 2, "float32"),
        signal("Long", "input", "holding_register", 4, "int64", scale=2),
    ]
    with Plc() as plc, Gateway(plc, signals) as gateway, connected_twin(gateway) as client:
        plc.set("input_register", 0, 65535 - 99, *abcd("float32", 0.5))  # -100
        until_equal("Temperature", lambda: client["Temperature"].value, -50.0)
        until_equal("Level", lambda: client["Level"].value, 50.0)
        longest = [0x7FFF, 0xFFFF, 0xFFFF, 0xFFFF]
        for speed, lot, number, long, expected in (
            (12.5, -7, 0.25, 10, [250, 65529, *abcd("float32", 0.25), 0, 0, 0, 5]),
            (12.506, 1, -0.5, -2, [251, 1, *abcd("float32", -0.5), 65535, 65535, 65535, 65535]),
            (9.0, 40000, 1e300, 1e300, [0, 32767, *abcd("float32", 3.4028235e38), *longest]),
            (1e9, -40000, -1e300, -1e300, [65535, 32768, *abcd("float32", -3.4028235e38), 0x8000, 0, 0, 0]),
        ):
            client["Speed"].value, client["Lot"].value, client["Float"].value, client["Long"].value = speed, lot, number, long
            until_equal("the registers", lambda: plc.get("holding_register", 0, 8), expected)
        for name in ("Speed", "Lot", "Float", "Long"):
            expect(gateway.lines.count(f"{name}: the value does not fit") == 1, f"{name}: {gateway.lines.all}")


def what_is_no_number_leaves_the_last_value():
    signals = [
        signal("A", "output", "input_register", 0, "float32"),
        signal("B", "output", "input_register", 2, "int16"),
    ]
    with Plc() as plc, Gateway(plc, signals) as gateway, twin(gateway) as client:
        plc.set("input_register", 0, *abcd("float32", 1.5), 1)
        until_equal("values", lambda: (client["A"].value, client["B"].value), (1.5, 1))
        for number, bad in enumerate((math.nan, math.inf, -math.inf), start=2):
            plc.set("input_register", 0, *abcd("float32", bad), number)
            until_equal("values", lambda: (client["A"].value, client["B"].value), (1.5, number))
        plc.set("input_register", 0, *abcd("float32", 2.5))
        until_equal("A", lambda: client["A"].value, 2.5)


def bits_of_a_register_are_written_without_their_neighbours():
    signals = [signal(f"Bit{bit}", "input", "holding_register", 9, "bool", bit=bit) for bit in (0, 3, 15)]
    for options in ([], ["--no-mask-write"]):
        with Plc(*options) as plc, Gateway(plc, signals) as gateway, connected_twin(gateway) as client:
            plc.set("holding_register", 9, 0b0000_1111_1111_0110)
            client["Bit0"].value = True
            until_equal("bit 0", lambda: plc.get("holding_register", 9), [0b0000_1111_1111_0111])
            client["Bit3"].value = True
            client["Bit15"].value = True
            until_equal("bit 15", lambda: plc.get("holding_register", 9), [0b1000_1111_1111_1111])
            client["Bit3"].value = False
            until_equal("bit 3", lambda: plc.get("holding_register", 9), [0b1000_1111_1111_0111])
            told = gateway.lines.count("has no mask write")
            expect(told == len(options), f"told {told} times")


def what_was_set_together_is_written_together():
    signals = [signal(f"N{number}", "input", "holding_register", number, "int16") for number in range(200)]
    signals += [signal(f"C{number}", "input", "coil", 2 * number, "bool") for number in range(3)]
    with Plc() as plc, Gateway(plc, signals) as gateway, connected_twin(gateway) as client:
        client.set_values({**{f"N{n}": 1 + n for n in range(200)}, **{f"C{n}": True for n in range(3)}})
        until_equal("the registers", lambda: plc.get("holding_register", 0, 200), list(range(1, 201)))
        until_equal("the coils", lambda: plc.get("coil", 0, 5), [1, 0, 1, 0, 1])
        written = sorted((table, address, len(values)) for table, address, values in plc.writes())
        expected = [("coil", 0, 1), ("coil", 2, 1), ("coil", 4, 1)]
        expected += [("holding_register", 0, 123), ("holding_register", 123, 77)]
        expect(written == expected, f"{written}")


def what_the_plc_refuses_is_told_once_and_harms_nothing_else():
    signals = [
        signal("Good", "output", "input_register", 0, "int16"),
        signal("Beyond", "output", "input_register", 10, "int16"),
        signal("In9", "input", "holding_register", 9, "int16"),
        signal("In10", "input", "holding_register", 10, "int16"),
    ]
    with Plc(size=10) as plc, Gateway(plc, signals) as gateway, connected_twin(gateway) as client:
        plc.set("input_register", 0, 5)
        until_equal("Good", lambda: client["Good"].value, 5)
        for number in (6, 7):
            client["In9"].value, client["In10"].value = number, number
            until_equal("In9", lambda: plc.get("holding_register", 9), [number])
        until("the age counts", lambda: client["PLC_AgeMs"].value >= 100)
        expect(client["PLC_Connected"].value is True, "a refusal is an answer")
        lines = gateway.lines
        refused = "Illegal data address"
        until("the refused write is told", lambda: lines.count(f'refuses "In10", holding_register 10: {refused}'))
        expect(lines.count(f"refuses to read input_register 10 to 10: {refused}") == 1, f"{lines.all}")
        expect(lines.count("refuses") == 2, f"{lines.all}")


TESTS = (
    every_type_comes_from_the_plc,
    every_type_goes_to_the_plc,
    the_maps_order_is_every_signals_order,
    numbers_are_scaled_both_ways_and_limited_to_what_fits,
    what_is_no_number_leaves_the_last_value,
    bits_of_a_register_are_written_without_their_neighbours,
    what_was_set_together_is_written_together,
    what_the_plc_refuses_is_told_once_and_harms_nothing_else,
)
