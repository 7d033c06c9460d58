"""Pulses in both directions: what is shorter than a scan still arrives, or is counted."""

import asyncio

from rig import Gateway, Plc, connected_twin, converse, expect, send_together, until, until_equal
from values import signal

START = signal("Start", "input", "coil", 0, "bool")
BIT = signal("Bit", "input", "holding_register", 0, "bool", bit=4)
MARK = signal("Mark", "input", "holding_register", 1, "int16")


def levels_at(plc, table="coil"):
    """The levels that were written to address 0 of a table so far."""
    return [values[0] for name, address, values in plc.writes() if (name, address) == (table, 0)]


def settle(plc, gateway, number):
    """Waits until all that was sent before is written: at most four levels in as many scans, each with a Mark."""
    for mark in range(number, number + 4):
        send_together(gateway, {"Mark": mark})
        until_equal("Mark", lambda: plc.get("holding_register", 1), [mark])


def a_pulse_of_no_length_reaches_coil_and_bit():
    with Plc() as plc, Gateway(plc, [START, BIT, MARK]) as gateway:
        connected_twin(gateway).close()
        send_together(gateway, {"Start": True, "Bit": True}, {"Start": False, "Bit": False})
        levels, words = [], []

        def written():
            for name, address, values in plc.writes():
                (levels if name == "coil" else words).append(values[0])
            return (levels, words) == ([1, 0], [16, 0])

        until(lambda: f"{levels} {words}", written)
        send_together(gateway, {"Start": True})
        until_equal("the level", lambda: plc.get("coil", 0), [1])
        plc.writes()
        send_together(gateway, {"Start": False}, {"Start": True})
        levels.clear()
        until("the falling pulse", lambda: levels.extend(levels_at(plc)) or levels == [0, 1])


def every_pulse_is_written_or_counted():
    with Plc() as plc, Gateway(plc, [START, MARK]) as gateway:
        connected_twin(gateway).close()

        async def talk(bare):
            for number in range(50):
                await bare.send({"Start": True})
                await asyncio.sleep(0.001)
                await bare.send({"Start": False})
                await asyncio.sleep(0.03 if number < 40 else 0)  # the last ten are too fast
            await bare.delivered()

        converse(gateway, talk)
        settle(plc, gateway, 1)
        levels = levels_at(plc)
        gateway.end()
        dropped = int(gateway.status()["pulses_dropped"])
        rises = levels.count(1)
        expect(levels == [1, 0] * rises, f"no clean pulses: {levels}")
        expect(rises + dropped == 50 and rises >= 10, f"{rises} pulses written, {dropped} dropped, of 50")


def a_level_is_held_for_the_hold_time():
    with Plc() as plc, Gateway(plc, [START, MARK], "--hold-ms", 200) as gateway:
        connected_twin(gateway).close()
        send_together(gateway, {"Start": True}, {"Start": False}, {"Start": True})
        writes = []
        until("three levels", lambda: writes.extend(plc.timed_writes()) or len(writes) >= 3)
        expect([write[2] for write in writes] == [[1], [0], [1]], f"{writes}")
        gaps = [after[3] - before[3] for before, after in zip(writes, writes[1:])]
        # The gateway counts from the answer, a moment after the write.
        expect(all(gap > 0.195 for gap in gaps), f"{gaps}")


def a_level_of_one_scan_at_the_plc_is_a_rise_for_the_twin():
    signals = [signal("Sensor", "output", "coil", 0, "bool"), signal("Count", "output", "input_register", 0, "uint16")]
    with Plc() as plc, Gateway(plc, signals) as gateway, connected_twin(gateway) as client:
        client.poll()
        for number in range(1, 41):
            plc.set("coil", 0, number % 2)
            plc.set("input_register", 0, number)  # read after the coil
            until_equal("Count", lambda: client["Count"].value, number)
        changes = {change.name: change for change in client.poll()}
        expect(changes["Sensor"].rises == 20, f"{changes['Sensor']}")


TESTS = (
    a_pulse_of_no_length_reaches_coil_and_bit,
    every_pulse_is_written_or_counted,
    a_level_is_held_for_the_hold_time,
    a_level_of_one_scan_at_the_plc_is_a_rise_for_the_twin,
)
