"""The PLC is gone, hangs, comes back, or was never there."""

import socket
import time

import rig
from rig import Gateway, Plc, connected_twin, converse, expect, twin, until, until_equal
from values import signal

SPEED = signal("Speed", "output", "input_register", 0, "float32")
SETPOINT = signal("Setpoint", "input", "holding_register", 0, "int16")
LOT = signal("Lot", "input", "holding_register", 1, "int16")
UNSET = signal("Unset", "input", "holding_register", 2, "int16")
ENABLE = signal("Enable", "input", "coil", 0, "bool")
START = signal("Start", "input", "coil", 1, "bool")
ALL = [SPEED, SETPOINT, LOT, UNSET, ENABLE, START]


def a_plc_that_was_killed_gets_its_outputs_again():
    with Plc() as plc, Gateway(plc, ALL) as gateway, connected_twin(gateway) as client:
        plc.set("input_register", 0, 0x41C8, 0)  # 25.0
        client["Setpoint"].value, client["Lot"].value, client["Enable"].value = 11, 12, True
        until_equal("outputs", lambda: plc.get("holding_register", 0, 3) + plc.get("coil", 0, 2), [11, 12, 0, 1, 0])
        until_equal("Speed", lambda: client["Speed"].value, 25.0)
        expect(client["PLC_AgeMs"].value < 100, f"{client['PLC_AgeMs'].value}")

        plc.kill()
        until_equal("PLC_Connected", lambda: client["PLC_Connected"].value, False)
        client["Lot"].value = 13
        client["Start"].value = True
        client["Start"].value = False
        ages = []
        until("the age counts", lambda: ages.append(client["PLC_AgeMs"].value) or ages[-1] >= 400)
        expect(ages == sorted(ages), f"{ages}")
        expect(client["Speed"].value == 25.0 and client["PLC_Connected"].value is False, "the last values stay")

        plc.start()
        until_equal("PLC_Connected", lambda: client["PLC_Connected"].value, True)
        until_equal("outputs", lambda: plc.get("holding_register", 0, 3) + plc.get("coil", 0, 2), [11, 13, 0, 1, 0])
        until_equal("Speed", lambda: client["Speed"].value, 0.0)
        until("the age is small", lambda: client["PLC_AgeMs"].value < 100)
        written = [write for write in plc.writes() if 1 in write[2] and write[:2] != ["coil", 0]]
        expect(not written, f"an old pulse was fired: {written}")
        client["Start"].value = True
        until_equal("Start", lambda: plc.get("coil", 1), [1])
        lines = gateway.lines
        expect(lines.count("answers") == 2, f"{lines.all}")
        gone = [line for line in lines.all if "is gone" in line]
        expect(1 <= len(gone) <= 3, f"each reason once: {gone}")
        gateway.end()
        expect(gateway.status()["pulses_dropped"] == "1", f"{gateway.status()}")


def a_plc_that_hangs_does_not_freeze_the_websocket():
    with Plc() as plc, Gateway(plc, ALL, "--plc-timeout-ms", 1000) as gateway:
        connected_twin(gateway).close()

        async def talk(bare):
            plc.stop()
            stopped, arrivals, signals, gone_after = time.monotonic(), [], {}, None
            while not gone_after or arrivals[-1] - stopped < gone_after + 0.3:
                message = await bare.receive(2)
                arrivals.append(time.monotonic())
                signals.update(message.get("signals", {}))
                if gone_after is None and signals.get("PLC_Connected") is False:
                    gone_after = arrivals[-1] - stopped
            gaps = [after - before for before, after in zip(arrivals, arrivals[1:])]
            return gone_after, gaps, signals["PLC_AgeMs"]

        gone_after, gaps, age = converse(gateway, talk)
        expect(0.9 < gone_after < 3 * rig.patience, f"PLC_Connected is false after {gone_after} s")
        # In the cycle, but for the load of the machine: an age in steps of 100 ms, and never a whole time-out.
        expect(max(gaps) < 0.6 * rig.patience and len(gaps) >= 8, f"{gaps}")
        expect(age >= 1000, f"{age}")
        with twin(gateway) as client:
            plc.go_on()
            until_equal("PLC_Connected", lambda: client["PLC_Connected"].value, True)
            client["Lot"].value = 3
            until_equal("Lot", lambda: plc.get("holding_register", 1), [3])


def the_gateway_ends_although_the_plc_hangs():
    with Plc() as plc, Gateway(plc, ALL, "--plc-timeout-ms", 400) as gateway:
        connected_twin(gateway).close()
        plc.stop()
        took = gateway.end()
        plc.go_on()
        expect(gateway.code == 0 and took < 3 * rig.patience, f"exit code {gateway.code} after {took} s")


def a_plc_may_come_after_the_gateway():
    plc = Plc()
    plc.kill()
    with Gateway(plc, ALL) as gateway, twin(gateway) as client:
        client["Setpoint"].value = 4
        until("the age counts", lambda: client["PLC_AgeMs"].value >= 200)
        expect(client["PLC_Connected"].value is False, "there is no PLC yet")
        plc.start()
        with plc:
            until_equal("PLC_Connected", lambda: client["PLC_Connected"].value, True)
            until_equal("Setpoint", lambda: plc.get("holding_register", 0), [4])


def a_map_without_anything_to_read_notices_the_loss_too():
    with Plc() as plc, Gateway(plc, [ENABLE]) as gateway, connected_twin(gateway) as client:
        client["Enable"].value = True
        until_equal("Enable", lambda: plc.get("coil", 0), [1])
        plc.kill()
        until_equal("PLC_Connected", lambda: client["PLC_Connected"].value, False)
        plc.start()
        until_equal("Enable", lambda: plc.get("coil", 0), [1])


class Elsewhere:
    """Where a PLC might be, for a gateway that only needs a port."""

    def __init__(self, port):
        self.port = port


def why_there_is_no_plc_is_said():
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        for client in (first, second):  # they fill the queue: nobody accepts them
            client.setblocking(False)
            client.connect_ex(("127.0.0.1", port))
        with socket.socket() as bound:
            bound.bind(("127.0.0.1", 0))  # and nobody listens
            for host, number, reason in (
                ("127.0.0.1", port, "connecting: Connection timed out"),
                ("127.0.0.1", bound.getsockname()[1], "connecting: Connection refused"),
                ("two..dots", 502, "looking the name up: Name or service not known"),
            ):
                options = ["--plc-host", host, "--plc-timeout-ms", 100]
                with Gateway(Elsewhere(number), ALL, *options) as gateway:
                    until(reason, lambda: gateway.lines.count(f"PLC {host}:{number} is gone: {reason}; trying again"))


TESTS = (
    a_plc_that_was_killed_gets_its_outputs_again,
    a_plc_that_hangs_does_not_freeze_the_websocket,
    the_gateway_ends_although_the_plc_hangs,
    a_plc_may_come_after_the_gateway,
    a_map_without_anything_to_read_notices_the_loss_too,
    why_there_is_no_plc_is_said,
)
