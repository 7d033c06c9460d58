"""Threads, Ctrl-C, forks, and what is never closed."""

import gc
import os
import re
import signal
import subprocess
import sys
import threading
import time
import warnings

import pytest
from conftest import SECONDS, until

import realvirtual_ws as rv
from realvirtual_ws import Client, ClosedError, Direction, ForkedError, Server

INPUT = Direction.INPUT


def test_many_threads_use_one_interface(server, client):
    """Four threads set, two poll, one asks and looks; nothing is lost, nothing fails."""
    count, rounds = 4, 200
    for n in range(count):
        server.add_int(f"N{n}", INPUT, fifo_depth=1000)
        client.add_int(f"N{n}", Direction.OUTPUT, fifo_depth=1000)
    seen, failures, done = [], [], threading.Event()

    def guarded(function, *arguments):
        try:
            function(*arguments)
        except Exception as error:
            failures.append(error)

    def setting(n):
        for value in range(1, rounds + 1):
            server[f"N{n}"].value = value

    def polling():
        while not done.is_set():
            client.wait(0.02)
            # 0 is the initial value, which may or may not still be on its way.
            seen.extend((change.name, change.value) for change in client.poll() if change.value)

    def looking():
        while not done.is_set():
            client.config_get(SECONDS)
            client.get_values()
            client.stats()

    threads = [threading.Thread(target=guarded, args=(setting, n)) for n in range(count)]
    threads += [threading.Thread(target=guarded, args=(polling,)) for _ in range(2)]
    threads += [threading.Thread(target=guarded, args=(looking,))]
    for thread in threads:
        thread.start()
    try:
        until(lambda: len(seen) >= count * rounds or failures, "all changes", 20)
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert not failures
    assert sorted(seen) == sorted((f"N{n}", value) for n in range(count) for value in range(1, rounds + 1))


def test_blocking_calls_let_other_threads_run(client):
    counted = 0
    client.add_int("N")

    def wait():
        with pytest.raises(TimeoutError):
            client.wait_for("N", lambda value: False, 0.3)

    waiting = threading.Thread(target=wait)
    waiting.start()
    while waiting.is_alive():
        counted += 1
        time.sleep(0.001)
    assert counted > 10


def test_closing_wakes_those_who_wait(server, client):
    results = []
    signal_ = client.add_int("N")

    def wait(call):
        try:
            results.append(call())
        except ClosedError:
            results.append("closed")

    calls = (
        lambda: client.wait(),
        lambda: client.wait_for(signal_, lambda value: value),
        lambda: list(client.changes()),
        lambda: list(client.events()) and [],
    )
    client.poll_events()
    threads = [threading.Thread(target=wait, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    time.sleep(0.05)
    begin = time.monotonic()
    client.close()
    for thread in threads:
        thread.join(SECONDS)
    assert time.monotonic() - begin < 2
    assert len(results) == 4 and all(result in ("closed", [], True) for result in results)


CTRL_C = """
import socket, sys, threading, time
import realvirtual_ws as rv
server = rv.Server(port=0)
server.start()
with rv.Client(port=server.port) as client:
    client.wait_connected(10)
    client.poll_events()
    number = client.add_int("N")
    server.config_publish({{}})
    silent = socket.create_server(("127.0.0.1", 0))
    free = rv.Server(port=0)
    free.start()
    print("ready", flush=True)
    begin = time.monotonic()
    try:
        {call}
    except KeyboardInterrupt:
        print("interrupted", time.monotonic() - begin < 20, flush=True)
    free.close()
    silent.close()
server.close()
print("left", rv.live_count(), flush=True)
"""


@pytest.mark.parametrize(
    "call",
    [
        "free.wait_connected(60)",
        "client.wait(60)",
        "client.wait_for(number, lambda value: value, 60)",
        "for change in client.changes(): pass",
        "for event in client.events(60): pass",
        "client.config_set({}, 60)",
        "rv.test_connection(60, port=silent.getsockname()[1], connect_timeout_ms=60000)",
    ],
)
def test_ctrl_c_ends_a_call_that_waits(call):
    process = subprocess.Popen(
        [sys.executable, "-c", CTRL_C.format(call=call)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.15)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=3 * SECONDS)
    finally:
        process.kill()
    assert (output, process.returncode) == ("interrupted True\nleft 0\n", 0), errors


FORK = """
import os, sys
import realvirtual_ws as rv
server = rv.Server(port=0)
server.start()
number = server.add_int("N")
child = os.fork()
if child == 0:
    for call in (server.poll, lambda: number.value, lambda: rv.Server(port=0), lambda: server.wait(1)):
        try:
            call()
            print("worked")
        except rv.ForkedError as error:
            print(error)
    server.close()
    sys.exit(0)
assert os.waitpid(child, 0)[1] == 0
number.value
server.close()
print("parent", rv.live_count())
"""


def test_a_forked_child_is_told_so():
    found = subprocess.run([sys.executable, "-c", FORK], capture_output=True, text=True, timeout=6 * SECONDS)
    lines = found.stdout.splitlines()
    assert len(lines) == 5 and lines[-1] == "parent 0", found
    assert all(line.startswith("RV_ERR_FORKED: ") for line in lines[:-1]), lines
    assert ForkedError.__doc__


def test_what_is_never_closed_is_destroyed_and_named():
    server = Server(port=0)
    server.start()
    port = server.port
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        del server
        gc.collect()
    (warning,) = [found for found in caught if found.category is ResourceWarning]
    assert "a Server was never closed" in str(warning.message)
    assert rv.live_count() == 0
    with Server(port=port):
        pass


def test_what_is_closed_is_not_named():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with Server(port=0) as server:
            server.add_int("N")
        del server
        gc.collect()


def test_an_interface_lives_as_long_as_one_of_its_signals():
    signal_ = Server(port=0).add_int("N", INPUT)
    gc.collect()
    signal_.value = 5
    assert signal_.value == 5
    with pytest.warns(ResourceWarning):
        del signal_
        gc.collect()


def test_the_end_of_the_interpreter_destroys_what_is_left():
    program = "import realvirtual_ws as rv; s = rv.Server(port=0); s.start(); c = rv.Client(port=s.port); c.start()"
    found = subprocess.run(
        [sys.executable, "-W", "always", "-c", program], capture_output=True, text=True, timeout=6 * SECONDS
    )
    assert found.returncode == 0
    assert len(re.findall("ResourceWarning: a (Server|Client) was never closed", found.stderr)) == 2, found.stderr


def test_no_memory_is_kept_for_what_was_polled(server, client):
    """Round after round the process stays as large as it is."""
    number = server.add_text("Text", INPUT)
    client.import_signals()

    def round_(n):
        number.value = f"{n}" * 1000
        until(client.poll)
        client.poll_events()
        client.poll_log()

    def resident():
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    for n in range(50):
        round_(n)
    before = resident()
    for n in range(100):
        round_(n)
    assert resident() - before < 4 << 20


def test_creating_and_closing_leaves_nothing():
    threads = threading.active_count()
    for _ in range(20):
        with Server(port=0) as server, Client(port=server.port):
            pass
    assert threading.active_count() == threads
