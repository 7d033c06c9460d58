"""Tests what `make cross` has put into dist/native: the binaries as a loader sees them, the header's layout, the C
tests, and the example programs with each other and with those of this machine.

Usage: run.py [--record] [platform ...]     all platforms without one

With --record each result becomes a row of docs/VERIFIED.md.
"""

import argparse
import os
import platform as machine
import re
import shutil
import subprocess
import sys
import time
from contextlib import ExitStack

import abi_program
import android
import record
from binaries import ROOT, SONAME, header_functions, machine_paths
from platforms import BUILT, PLATFORMS, Platform, end_wine

GLIBC = (2, 28)
GATEWAY_SECONDS = 20
MONITOR_SECONDS = 2
CLIENT_SECONDS = 3
LIMIT = 60  # seconds that a slow machine may need for a step
C_TESTS = sorted((ROOT / "tests" / "c").glob("*.c"))
EXAMPLES = ROOT / "examples"


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


def run(command, **options):
    """The output of a program that has to succeed. Wine has messages of its own on standard error."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=LIMIT, **options)
    said = f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
    expect(done.returncode == 0, said)
    return done.stdout


def the_binary_is_what_it_should_be(platform):
    found = {path.name for path in platform.folder.glob("*")}
    expect(found == platform.files, f"{platform.folder} has {sorted(found)}: run make cross TARGET={platform.target}")
    library = platform.reader(platform.built)
    expect(library.machine() == platform.machine, library.machine())
    expect(library.exports() == header_functions(), f"exports: {library.exports() ^ header_functions()}")
    foreign = library.imports() - platform.imports
    expect(not foreign, f"it needs {sorted(foreign)}")
    symbols = {name for name in library.sections() if name.startswith((".debug", ".zdebug", ".symtab"))}
    expect(not symbols, f"it is not stripped: {sorted(symbols)}")
    expect(not machine_paths(platform.built), f"paths of this machine: {machine_paths(platform.built)[:5]}")
    if platform.suffix:
        return f"{len(library.exports())} exports, {len(library.imports())} DLLs of Windows"
    expect(library.soname() == SONAME, library.soname())
    expect(library.glibc() <= GLIBC, f"it needs glibc {library.glibc()}")
    return f"{len(library.exports())} exports, glibc {'.'.join(map(str, library.glibc()))}"


def the_layout_is_the_tables(platform):
    (platform.work / "abi.c").write_text(abi_program.source(), encoding="utf-8")
    platform.compile("abi" + platform.suffix, platform.work / "abi.c", *next(iter(platform.links().values())))
    found = run(platform.command("abi"), env=platform.variables()).splitlines()
    expected = abi_program.expected()
    differing = sorted(set(found) ^ set(expected))
    expect(found == expected, f"layout, constants and defaults: {differing[:10]}")
    return f"{len(expected)} sizes, offsets, constants and defaults"


def the_c_tests_pass(platform):
    results = []
    for number, (way, link) in enumerate(platform.links().items()):
        program = f"tests{number}"
        platform.compile(program + platform.suffix, *C_TESTS, *link)
        output = run(platform.command(program, platform.name), env=platform.variables())
        passed = re.search(r"(\d+) passed, 0 failed", output)
        expect(passed, f"{way}: {output}")
        results.append(f"{passed.group(1)} ({way})")
    return "C tests: " + ", ".join(results)


def native(program, *arguments):
    return [str(word) for word in (BUILT / "c" / program, *arguments)]


class Gateway:
    """A gateway on a free port, until it is told to end or its time is up."""

    def __init__(self, command, log, **options):
        self.log = log
        with log.open("w") as output:
            self.process = subprocess.Popen(
                [*command, "--port", "0", "--seconds", str(GATEWAY_SECONDS)],
                stdout=output,
                stderr=subprocess.STDOUT,
                **options,
            )
        end = time.monotonic() + LIMIT
        while not (found := re.search(r"port (\d+), 44 signals", self.text())):
            expect(self.process.poll() is None and time.monotonic() < end, f"no gateway: {self.text()}")
            time.sleep(0.05)
        self.port = found.group(1)

    def text(self):
        return self.log.read_text(encoding="utf-8")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def end(self, clients, signals):
        if signals:
            self.process.terminate()
        code = self.process.wait(LIMIT)
        joined = len(re.findall("joined: ", self.text()))
        expect(code == 0 and "ended after" in self.text(), f"the gateway ended with {code}: {self.text()}")
        expect(joined == clients, f"{joined} clients of {clients} joined: {self.text()}")


def start(stack, command, **options):
    process = subprocess.Popen(
        [str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options
    )
    stack.callback(lambda: (process.kill(), process.communicate()) if process.poll() is None else None)
    return process


def check_monitor(process, whose):
    output, _ = process.communicate(timeout=LIMIT)
    expect(process.returncode == 0 and "monitor: 44 signals" in output, f"monitor of {whose}: {output}")
    counts = [int(count) for count in re.findall(r"Cell\.ScanCount +(\d+)", output)]
    expect(len(counts) > 2 and counts == sorted(set(counts)), f"monitor of {whose}: scans {counts}")


def the_examples_talk_to_each_other(platform):
    for name in ("gateway", "monitor"):
        link = next(iter(platform.links().values()))
        platform.compile(name + platform.suffix, EXAMPLES / "c" / f"{name}.c", *link)
    variables = platform.variables()
    seconds = ["--seconds", MONITOR_SECONDS]
    log = platform.work / "gateway.log"
    with ExitStack() as stack:
        gateway = stack.enter_context(Gateway(platform.command("gateway"), log, env=variables))
        port = ["--port", gateway.port]
        own = start(stack, platform.command("monitor", *port, *seconds), env=variables)
        other = start(stack, native("monitor", *port, *seconds))
        client = start(
            stack, [sys.executable, EXAMPLES / "python" / "conveyor.py", *port, "--seconds", CLIENT_SECONDS]
        )
        check_monitor(own, platform.name)
        check_monitor(other, "this machine")
        output, _ = client.communicate(timeout=LIMIT)
        expect("demo: ok" in output, f"this machine's client commands the gateway of {platform.name}: {output}")
        # Wine ends a program at a signal, as Windows does, so that gateway has to wait for its time.
        gateway.end(clients=3, signals=not platform.suffix)
    with ExitStack() as stack:
        gateway = stack.enter_context(Gateway(native("gateway"), log))
        port = ["--port", gateway.port]
        own = start(stack, platform.command("monitor", *port, *seconds), env=variables)
        check_monitor(own, platform.name)
        gateway.end(clients=1, signals=True)
    return "gateway and monitor with each other and with this machine's, both ways"


def pages_of_16_kib_with_the_android_flags(platform):
    return f"segments at {android.alignment(platform) // 1024} KiB with the Android flags"


def steps(platform):
    yield the_binary_is_what_it_should_be
    yield the_layout_is_the_tables
    yield the_c_tests_pass
    yield the_examples_talk_to_each_other
    if not platform.suffix:
        yield pages_of_16_kib_with_the_android_flags


def prepare(platform: Platform):
    shutil.rmtree(platform.work, ignore_errors=True)
    platform.work.mkdir(parents=True)
    if platform.built.is_file():
        # Under the name that programs look for.
        shutil.copy(platform.built, platform.work / (platform.library if platform.suffix else SONAME))
    if platform.suffix:
        shim = ROOT / "tests" / "platforms" / "bcryptprimitives.c"
        platform.compile("bcryptprimitives.dll", "-shared", shim, "-ladvapi32")


def runs_on(platform):
    """What runs the platform's programs here, for the record."""
    if not platform.runner:
        return machine.freedesktop_os_release().get("PRETTY_NAME", "this machine")
    version = run([platform.runner[0], "--version"], env=platform.variables())
    return re.search(r"wine-[\d.]+|qemu-\w+ version [\d.]+", version).group(0).replace(" version", "")


def test(platform):
    """(number of failures, what was found) of one platform."""
    failed, found = 0, []
    prepare(platform)
    for step in steps(platform):
        try:
            found.append(step(platform))
            print(f"{platform.name}: {found[-1]}", flush=True)
        except (AssertionError, OSError, subprocess.TimeoutExpired) as error:
            failed += 1
            print(f"{platform.name}: FAILED {step.__name__}: {error}", flush=True)
    return failed, found


def main():
    parser = argparse.ArgumentParser(description="Tests what make cross has built.")
    parser.add_argument("--record", action="store_true", help="write the results to docs/VERIFIED.md")
    parser.add_argument("platform", nargs="*", help="default: " + ", ".join(p.name for p in PLATFORMS))
    arguments = parser.parse_args()
    chosen = [p for p in PLATFORMS if not arguments.platform or p.name in arguments.platform]
    os.environ["REALVIRTUAL_WS_LIBRARY"] = str(BUILT / "debug" / "librealvirtual_ws.so")
    os.environ["PYTHONPATH"] = str(ROOT / "bindings" / "python")
    passed = failed = 0
    rows = {}
    try:
        for platform in chosen:
            wrong, found = test(platform)
            failed += wrong
            passed += len(found)
            if not wrong:
                rows[f"{platform.name}: {platform.target}, run by {runs_on(platform)}"] = "; ".join(found)
    finally:
        end_wine()
    if arguments.record:
        print(record.write(rows, failed))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
