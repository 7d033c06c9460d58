"""Runs the examples as a user does, and ends them in every way: what they print, their exit codes, no process left.

Needs the built examples in target/c and the Python package (`make build`), and Linux.
"""

import csv
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve() / "c"
PYTHON = ROOT / "examples" / "python"
sys.path.insert(0, str(ROOT / "tests" / "support"))
from ports import free_port  # noqa: E402


def start(*command, **options):
    return subprocess.Popen(
        [str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options
    )


def run(*command, timeout=60):
    """(exit code, output) of a program that ends by itself."""
    process = start(*command)
    try:
        output, _ = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        output, _ = process.communicate()
        raise AssertionError(f"{command[0]} did not end within {timeout} s:\n{output}") from None
    return process.returncode, output


class Gateway:
    """A running gateway on a free port."""

    def __init__(self):
        self.process = start(BIN / "gateway", "--port", "0", "--seconds", "60")
        line = self.process.stdout.readline()
        self.port = re.search(r"port (\d+)", line).group(1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def end(self, number):
        self.process.send_signal(number)
        output, _ = self.process.communicate(timeout=5)
        return self.process.returncode, output


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


def processes_of(mark):
    """Command lines of running processes that contain `mark`."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if mark in line:
                found.append(line)
    return found


def usage_is_printed_and_mistakes_are_named():
    for program in ("gateway", "monitor"):
        code, output = run(BIN / program, "--help")
        expect(code == 0 and output.startswith("usage:"), f"{program} --help: {code} {output}")
        for arguments in (["--what"], ["--port", "70000"], ["--port"], ["--seconds", "x"], ["--address"]):
            code, output = run(BIN / program, *arguments)
            expect(code == 2 and arguments[0] in output, f"{program} {arguments}: {code} {output}")
    code, output = run(BIN / "monitor", "--allow-anonymous-network")
    expect(code == 2, "the monitor takes an option of the gateway's")


def the_gateway_ends_cleanly_on_signals():
    for number in (signal.SIGINT, signal.SIGTERM):
        with Gateway() as gateway:
            time.sleep(0.1)
            code, output = gateway.end(number)
        expect(code == 0 and "ended after" in output, f"{number}: {code} {output}")


def the_gateway_ends_after_its_time():
    begin = time.monotonic()
    code, output = run(BIN / "gateway", "--port", "0", "--seconds", "0.5")
    expect(code == 0 and 0.4 < time.monotonic() - begin < 5, f"{code} {output}")
    scans = int(re.search(r"after (\d+) scans", output).group(1))
    expect(20 <= scans <= 51, f"{scans} scans of 10 ms in 0.5 s")


def a_port_in_use_and_a_wide_bind_end_the_gateway():
    with Gateway() as gateway:
        code, output = run(BIN / "gateway", "--port", gateway.port)
    expect(code == 1 and "RV_ERR_PORT_IN_USE" in output and gateway.port in output, f"{code} {output}")
    code, output = run(BIN / "gateway", "--port", "0", "--address", "0.0.0.0", "--seconds", "0.1")
    expect(code == 1 and "allow_anonymous_network" in output, f"{code} {output}")
    code, output = run(
        BIN / "gateway", "--port", "0", "--address", "0.0.0.0", "--seconds", "0.1", "--allow-anonymous-network"
    )
    expect(code == 0, f"{code} {output}")


def the_monitor_shows_the_gateways_signals_and_changes():
    with Gateway() as gateway:
        code, output = run(BIN / "monitor", "--port", gateway.port, "--seconds", "1.5")
        expect(code == 0 and "monitor: 44 signals" in output, f"{code} {output}")
        expect(re.search(r"Conveyor1\.Running +false +\[PLCInputBool here\]", output), output)
        counts = [int(n) for n in re.findall(r"Cell\.ScanCount +(\d+)", output)]
        expect(len(counts) > 2 and counts == sorted(counts) and counts[-1] > counts[0], f"{counts}")
        monitor = start(BIN / "monitor", "--port", gateway.port)
        time.sleep(0.5)
        monitor.send_signal(signal.SIGTERM)
        output, _ = monitor.communicate(timeout=5)
        expect(monitor.returncode == 0 and "monitor: ended" in output, output)


def the_monitor_says_when_there_is_no_server():
    begin = time.monotonic()
    code, output = run(BIN / "monitor", "--port", free_port())
    expect(code == 1 and "RV_ERR_REFUSED" in output, f"{code} {output}")
    expect(time.monotonic() - begin < 20, "it took longer than its 10 s")


def the_quick_starts_talk_to_each_other():
    port = free_port()
    server = start(BIN / "quickstart", port)
    try:
        time.sleep(0.3)
        code, output = run(sys.executable, PYTHON / "quickstart.py", port)
    finally:
        server.terminate()
    served, _ = server.communicate(timeout=5)
    expect(code == 0 and "2 signals: Sensor Motor" in output, f"{code} {output}")
    expect("Sensor = True" in output and "Sensor = False" in output, output)
    expect("Motor = 12.5" in served, served)


def the_dashboard_shows_values_and_survives_the_servers_end():
    with Gateway() as gateway:
        code, output = run(sys.executable, PYTHON / "dashboard.py", "--port", gateway.port, "--seconds", "1.5")
        expect(code == 0 and "connected, 44 signals" in output, f"{code} {output}")
        expect(re.search(r"Conveyor1\.Running +bool +both +\S", output), output)
        counts = [int(n) for n in re.findall(r"Cell\.ScanCount +int .* (\d+)$", output, re.M)]
        expect(len(counts) >= 2 and counts[-1] > counts[0], f"{counts}\n{output}")
        code, output = run(
            sys.executable, PYTHON / "dashboard.py", "--port", gateway.port, "--seconds", "0.1", "--filter", "Conveyor2"
        )
        expect(code == 0 and "Conveyor2." in output and "Conveyor1." not in output, output)
        dashboard = start(sys.executable, PYTHON / "dashboard.py", "--port", gateway.port)
        for line in dashboard.stdout:
            if "Cell.ScanCount" in line:
                break
        gateway.end(signal.SIGTERM)
        for line in dashboard.stdout:
            if line.startswith("Cell.ScanCount") and line.rstrip().endswith("stale"):
                break
        dashboard.send_signal(signal.SIGINT)
        output, _ = dashboard.communicate(timeout=5)
        expect(dashboard.returncode == 0 and "Traceback" not in output, output)
    code, output = run(sys.executable, PYTHON / "dashboard.py", "--port", gateway.port)
    expect(code == 1 and "dashboard: RV_ERR_REFUSED" in output, f"{code} {output}")


def rows_of(text):
    return list(csv.DictReader(text.splitlines()))


def the_csv_logger_writes_every_change():
    with Gateway() as gateway, tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "log.csv"
        logger = [sys.executable, PYTHON / "csv_logger.py", "--port", gateway.port]
        code, output = run(*logger, "--seconds", "1", file)
        rows = rows_of(file.read_text(encoding="utf-8"))
        expect(code == 0 and f"csv_logger: {len(rows)} rows" in output, f"{code} {output}")
        counts = [int(row["value"]) for row in rows if row["signal"] == "Cell.ScanCount"]
        expect(len(counts) > 10 and counts == sorted(counts), f"{counts}")
        expect(len({row["signal"] for row in rows}) == 44, "each signal has a row at least")
        times = [datetime.fromisoformat(row["time"]).timestamp() for row in rows[-10:]]
        expect(abs(times[-1] - time.time()) < 60 and times == sorted(times), f"{times}")

        command = [*logger, "--signal", "Cell.ScanCount"]
        for number in (signal.SIGINT, signal.SIGTERM):
            process = start(*command)
            lines = [process.stdout.readline() for _ in range(8)]
            process.send_signal(number)
            output, _ = process.communicate(timeout=5)
            expect(process.returncode == 0 and "Traceback" not in output, f"{number}: {lines} {output}")
            expect(re.search(r"csv_logger: \d+ rows", output), output)
            expect("Conveyor1" not in "".join(lines), lines)
    code, output = run(*logger, "--seconds", "20")
    expect(code == 1 and "csv_logger: RV_ERR_REFUSED" in output, f"{code} {output}")


def demo(*arguments):
    return [sys.executable, ROOT / "scripts" / "demo.py", "--gateway", BIN / "gateway", *arguments]


def the_demo_ends_with_its_counters():
    code, output = run(*demo("--seconds", "3"))
    last = output.splitlines()[-1]
    found = re.fullmatch(r"demo: ok frames_in=(\d+) frames_out=(\d+) changes=(\d+)", last)
    expect(code == 0 and found and all(int(n) > 0 for n in found.groups()), f"{code} {output}")


def the_demo_says_what_was_missing():
    with Gateway() as gateway:
        gateway.process.send_signal(signal.SIGSTOP)  # it is there, and does nothing
        code, output = run(sys.executable, PYTHON / "conveyor.py", "--port", gateway.port, "--seconds", "1")
        gateway.process.send_signal(signal.SIGCONT)
    expect(code == 1 and output.splitlines()[-1].startswith("demo: failed: "), f"{code} {output}")
    port = free_port()
    server = start(BIN / "quickstart", port)
    try:
        time.sleep(0.3)
        code, output = run(sys.executable, PYTHON / "conveyor.py", "--port", port, "--seconds", "1")
    finally:
        server.kill()
        server.communicate()
    expect(code == 1 and "demo: failed: " in output and "Cell." in output, f"{code} {output}")
    code, output = run(sys.executable, ROOT / "scripts" / "demo.py", "--gateway", "/bin/true")
    expect(code == 1 and "demo: failed: the gateway does not listen" in output, f"{code} {output}")


def a_demo_that_is_ended_leaves_no_process():
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGKILL):
        seconds = f"41.{os.getpid()}{int(number)}"  # a mark of its own
        limit = str(float(seconds) + 30)
        process = start(*demo("--seconds", seconds))
        process.stdout.readline()
        time.sleep(0.5)
        expect(len(processes_of(limit)) == 1, f"gateways before {number!r}: {processes_of(limit)}")
        process.send_signal(number)
        process.wait(10)
        end = time.monotonic() + 5
        while (left := processes_of(limit) + processes_of(seconds)) and time.monotonic() < end:
            time.sleep(0.05)
        process.stdout.close()
        expect(not left, f"after {number!r}: {left}")
        expect(process.returncode != 0, f"after {number!r}: exit code 0")


TESTS = (
    usage_is_printed_and_mistakes_are_named,
    the_gateway_ends_cleanly_on_signals,
    the_gateway_ends_after_its_time,
    a_port_in_use_and_a_wide_bind_end_the_gateway,
    the_monitor_shows_the_gateways_signals_and_changes,
    the_monitor_says_when_there_is_no_server,
    the_quick_starts_talk_to_each_other,
    the_dashboard_shows_values_and_survives_the_servers_end,
    the_csv_logger_writes_every_change,
    the_demo_ends_with_its_counters,
    the_demo_says_what_was_missing,
    a_demo_that_is_ended_leaves_no_process,
)


def main():
    passed = failed = 0
    for test in TESTS:
        try:
            test()
            passed += 1
        except Exception as error:
            failed += 1
            print(f"FAILED {test.__name__}: {type(error).__name__}: {error}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
