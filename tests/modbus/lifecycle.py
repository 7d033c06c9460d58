"""The program as a user and a service manager see it: command line, ends, status lines, both roles, the cycle."""

import re
import signal as signals_of_unix
import socket
import tempfile
import time
from pathlib import Path

import rig
from rig import Gateway, Plc, connected_twin, expect, run, send_together, until, until_equal

from realvirtual_ws import Direction, Server
from values import signal

IN = signal("In", "output", "input_register", 0, "int16")
OUT = signal("Out", "input", "holding_register", 0, "int16")
START = signal("Start", "input", "coil", 0, "bool")
SAMPLE = rig.ROOT / "examples" / "gateway-modbus" / "conveyor.json"


def the_command_line_is_explained_and_mistakes_are_named():
    code, output, _ = run("--help")
    expect(code == 0 and output.startswith("usage: gateway-modbus"), f"{code} {output}")
    code, output, _ = run("--version")
    expect(code == 0 and re.fullmatch(r"gateway-modbus \d+\.\d+\.\d+\n", output), f"{code} {output}")
    for arguments, named in (
        ([], "--map is missing"),
        (["--what"], "--what is no option"),
        (["--map"], "--map takes a value"),
        (["--map", "x", "--port", "70000"], "--port takes a whole number from 0 to 65535"),
        (["--map", "x", "--cycle-ms", "0"], "--cycle-ms takes a whole number from 1"),
        (["--map", "x", "--plc-port", "-1"], "--plc-port takes a whole number"),
        (["--map", "x", "--plc-unit", "250"], "--plc-unit takes 0 to 247, or 255"),
        (["--map", "x", "--connect", "h", "--listen", "0.0.0.0"], "--connect and --listen exclude"),
        (["--map", "x", "--connect", "h", "--port", "0"], "--port 0 is for a server"),
        (["--map", "x", "--plc-retry-ms", "20000"], "--plc-retry-ms is more than --plc-retry-max-ms"),
    ):
        code, _, errors = run(*arguments)
        expect(code == 2 and named in errors, f"{arguments}: {code} {errors}")


def what_cannot_start_says_why():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        code, _, errors = run("--map", SAMPLE, "--port", taken.getsockname()[1])
    expect(code == 1 and "RV_ERR_PORT_IN_USE" in errors, f"{code} {errors}")
    code, _, errors = run("--map", SAMPLE, "--port", 0, "--listen", "0.0.0.0")
    expect(code == 1 and "RV_ERR_INSECURE_BIND" in errors, f"{code} {errors}")


def the_last_values_go_out_at_the_end():
    for number in (signals_of_unix.SIGTERM, signals_of_unix.SIGINT):
        with Plc() as plc, Gateway(plc, [IN, OUT, START], "--cycle-ms", 3000) as gateway:
            with connected_twin(gateway) as client:
                until("the first state", lambda: client.stats().frames_in >= 2)  # after the import's answer
                # Now the gateway's next cycle is far.
                plc.set("input_register", 0, 9)
                send_together(gateway, {"Out": 5, "Start": True}, {"Start": False})
                took = gateway.end(number)
                expect(gateway.code == 0 and took < 2 * rig.patience, f"exit code {gateway.code} after {took} s")
                until_equal("In", lambda: client["In"].value, 9)
            written = [write[1:] for write in plc.writes()]
            expect(plc.get("holding_register", 0) == [5], f"{written}")
            expect([values for address, values in written if values in ([1], [0])] == [[1], [0]], f"{written}")
        expect(gateway.lines.count("status:") == 1 and gateway.lines.count("ended after") == 1, f"{gateway.lines.all}")


def status_lines_tell_the_counters():
    with Plc() as plc, Gateway(plc, [IN, OUT], "--status-seconds", 1) as gateway, connected_twin(gateway) as client:
        client["Out"].value = 1
        lines = gateway.lines
        until("a status line", lambda: lines.count("status: plc=connected") and gateway.status()["scans"] != "0")
        status = gateway.status()
        expect(int(status["requests"]) >= int(status["scans"]) and status["refused"] == "0", f"{status}")
        expect(status["reconnects"] == "1" and status["peers"] == "1", f"{status}")
        expect(0 < float(status["scan_ms"]) <= float(status["scan_ms_max"]), f"{status}")


def every_cycle_runs_or_is_counted():
    with Plc() as plc, Gateway(plc, [IN]) as gateway, connected_twin(gateway):
        gateway.process.send_signal(signals_of_unix.SIGSTOP)
        time.sleep(0.3)
        gateway.process.send_signal(signals_of_unix.SIGCONT)
        time.sleep(0.5)
        gateway.end()
    found = re.search(r"ended after (\d+) cycles in (\S+) s", "\n".join(gateway.lines.all))
    cycles, seconds, overruns = int(found.group(1)), float(found.group(2)), int(gateway.status()["overruns"])
    expect(overruns >= 20 and cycles > 0, f"{cycles} and {overruns} in {seconds} s")
    # A loaded machine may let it notice its end late.
    uncounted = seconds / 0.01 - cycles - overruns
    expect(-2 <= uncounted < 50 * rig.patience, f"{cycles} and {overruns} in {seconds} s")


def scans_that_are_longer_than_the_cycle_are_counted():
    apart = [signal(f"N{number}", "output", "input_register", 2 * number, "int16") for number in range(60)]
    with Plc() as plc, Gateway(plc, apart, "--cycle-ms", 1) as gateway, connected_twin(gateway) as client:
        plc.set("input_register", 0, *range(120))
        until_equal("N59", lambda: client["N59"].value, 118)
        gateway.end()
        status = gateway.status()
        expect(int(status["slow_scans"]) > int(status["scans"]) > 0, f"{status}")


def as_a_client_it_serves_a_twin_that_is_a_server():
    with Plc() as plc, Server(port=0) as server:
        server.add_int("In", Direction.OUTPUT)
        server.add_int("Out", Direction.INPUT)
        server.add_bool("PLC_Connected", Direction.OUTPUT)
        plc.set("input_register", 0, 21)
        options = ["--connect", "127.0.0.1", "--port", server.port, "--name", "cell 7"]
        with Gateway(plc, [IN, OUT], *options) as gateway:
            server["Out"].value = 8
            until_equal("In", lambda: server["In"].value, 21)
            until_equal("Out", lambda: plc.get("holding_register", 0), [8])
            until_equal("PLC_Connected", lambda: server["PLC_Connected"].value, True)
            until("connected", lambda: gateway.lines.count("gateway-modbus: connected"))
        expect(any("cell 7" in event.text for event in server.poll_events()), "the server does not know its name")


def the_sample_map_runs():
    code, output, errors = run("--check", SAMPLE)
    expect(code == 0 and "signals" in output, f"{code} {output} {errors}")
    with tempfile.TemporaryDirectory() as folder, Plc() as plc:
        copy = Path(folder) / "map.json"
        copy.write_text(SAMPLE.read_text())
        with Gateway(plc, [], "--map", copy) as gateway, connected_twin(gateway) as client:
            expect(len(client.signals) > 5, f"{client.signals}")


def the_systemd_unit_starts_it_with_options_that_it_has():
    unit = (SAMPLE.parent / "gateway-modbus.service").read_text()
    command = re.search(r"^ExecStart=\S+/gateway-modbus (.+)$", unit, re.MULTILINE).group(1).split()
    code, _, errors = run(*command, "--check", SAMPLE)
    expect(code == 0, f"{code} {errors}")


TESTS = (
    the_command_line_is_explained_and_mistakes_are_named,
    what_cannot_start_says_why,
    the_last_values_go_out_at_the_end,
    status_lines_tell_the_counters,
    every_cycle_runs_or_is_counted,
    scans_that_are_longer_than_the_cycle_are_counted,
    as_a_client_it_serves_a_twin_that_is_a_server,
    the_sample_map_runs,
    the_systemd_unit_starts_it_with_options_that_it_has,
)
