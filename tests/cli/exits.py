"""Each exit code, with one line that says what, where, and what to do."""

import base64
import hashlib
import json
import re
import socket
import subprocess
import time

from rig import DEBUG, LIST, bare, equal, expect, fails, folder, free_port, http, peer, rvws, served, succeeds


def exit_0_for_help_and_version():
    for words in (["--help"], ["--version"], ["watch", "--help"]):
        expect(succeeds(*words), words)


def exit_1_for_differences_and_causes():
    with served() as a, served(text="Name,Type\nA,BOOL\n") as b:
        equal(rvws("diff", a, b).returncode, 1)
    equal(rvws("doctor", f":{free_port()}").returncode, 1)


def exit_2_for_a_wrong_command_line():
    fails(2, "--what", "ls", "127.0.0.1", "--what")
    fails(2, "--help", "get", "127.0.0.1")
    fails(2, "command")
    fails(2, "http is no scheme", "ls", "http://127.0.0.1")
    fails(2, "port", "ls", "127.0.0.1:70000")
    with served() as url:
        fails(2, '"Motor" stands twice', "set", url, "Motor=1", "Motor=2")
        fails(2, "the same server", "mirror", url, url.replace("127.0.0.1", "localhost"))
    fails(2, "wss://", "ls", "ws://127.0.0.1:1", "--insecure")
    fails(2, "it is empty", "ls", "")
    fails(2, "hexadecimal", "ls", "wss://127.0.0.1:1", "--pin", "abc")
    fails(2, "0 to 65535", "serve", "list.csv", "--port", "80x")
    fails(2, "@FILE", "config", "set", "127.0.0.1:1", "config.json")
    with served() as url:
        fails(2, "names no signal", "set", url, "=1")
    fails(2, "toggle", "serve", "list.csv", "-g", "A=blink:1s")
    fails(2, "%x", "ls", "127.0.0.1", "--format", "%x")


def exit_3_where_nothing_listens():
    port = free_port()
    fails(3, f"nothing listens on 127.0.0.1:{port}", "ls", f":{port}")
    fails(3, "does not resolve", "ls", "no-such-host.invalid:7000", "-W", "3")


def exit_4_for_what_is_no_websocket():
    with bare(http("404 Not Found")) as url:
        fails(4, "404", "get", f"{url}/wrong", "A")
    with bare(lambda client: client.sendall(b"220 mail\r\n")) as url:
        fails(4, "not HTTP", "ls", url)
    with bare(lambda client: client.recv(65536) and client.recv(1)) as url:
        fails(4, "does not answer the WebSocket upgrade", "ls", url, "-W", 0.5)


def exit_5_for_tls():
    with bare(http("200 OK")) as url:
        fails(5, "does not speak TLS", "ls", f"wss://{url}")


def exit_6_when_refused():
    with bare(http("401 Unauthorized")) as url:
        fails(6, "401", "ls", url)


    with served() as url:
        fails(6, "did not apply", "config", "set", url, '{"a":1}')


def exit_7_without_such_a_signal():
    with served() as url:
        fails(7, '"Motor"', "get", url, "motor")
        fails(7, "takes names", "get", url, "Mot*")
        fails(7, "Nothing", "set", url, "Nothing=1")
        fails(7, "none of the 5", "ls", url, "x*")
        fails(7, "none of the 5", "watch", url, "x*")


def exit_8_for_a_value_that_does_not_fit_or_stay():
    with served("-g", "Speed=sine:1..2/1s") as url:
        fails(8, "no int", "set", url, "Count=1.5")
        fails(8, "writes this signal", "set", url, "Speed=99")
        succeeds("set", url, "Speed=99", "--no-check")


def exit_9_for_files():
    fails(9, "no-such.csv", "serve", "no-such.csv", "--port", 0)
    with folder() as path:
        (path / "bad.csv").write_text("Name,Type\nA,BOOLEAN\n")
        fails(9, "line 2", "serve", path / "bad.csv", "--port", 0)
        with served() as url:
            with_text = rvws("import", url, "-o", path / "none" / "x.csv")
            equal(with_text.returncode, 9)
    fails(9, "no-such.pem", "ls", "wss://127.0.0.1:1", "--ca", "no-such.pem")
    with folder() as path:
        (path / "open.csv").write_text('Name,Type,Comment\nA,BOOL,x\n"B,BOOL,y\n')
        fails(9, "line 3: a quote that begins here", "serve", path / "open.csv", "--port", 0)
    fails(9, "no-such.ndjson", "replay", "no-such.ndjson", "127.0.0.1:1")
    with folder() as path, served() as url:
        (path / "run").write_text('{"time":1,"name":"Motor","value":1}\n\nMotor 5\n')
        fails(9, "run, line 3", "replay", path / "run", url)
        equal(succeeds("get", url, "Motor"), "1.0\n")
        (path / "run").write_text('{"time":1,"name":"Motor","value":"fast"}\n')
        fails(8, "line 1", "replay", path / "run", url)
        (path / "run").write_text('{"time":1,"name":"None","value":1}\n')
        fails(7, "none of the 1", "replay", path / "run", url)
    fails(9, "no signal list", "diff", "127.0.0.1:1", "no-such.csv")
    with served() as url, open("/dev/full", "w") as full:
        done = subprocess.run([DEBUG / "rvws", "ls", url], stdout=full, stderr=subprocess.PIPE, text=True, timeout=10)
        expect(done.returncode == 9 and "standard output" in done.stderr, done)


def exit_10_when_time_runs_out():
    with served() as url:
        fails(10, "0 changes", "watch", url, "-C", 1, "-W", 1)
    with peer(lambda socket: [None for _ in socket]) as url:
        fails(10, "import request", "ls", url, "-W", 1)


def exit_11_when_it_cannot_listen():
    with folder() as path, socket.create_server(("127.0.0.1", 0)) as taken:
        (path / "list.csv").write_text(LIST)
        port = taken.getsockname()[1]
        fails(11, str(port), "serve", path / "list.csv", "--port", port)
        fails(11, "--allow-anonymous-network", "serve", path / "list.csv", "--port", 0, "--address", "0.0.0.0")
        fails(11, "192.0.2.1", "serve", path / "list.csv", "--port", 0, "--address", "192.0.2.1")


def leaves_after(seconds):
    """A server with a catalogue that is gone some time after it was asked for."""

    def handle(socket):
        for message in socket:
            if json.loads(message)["type"] == "import_request":
                signals = {"type": "import_answer", "version": 2, "signals": {"A": 1}, "signalTypes": {"A": "Int"}}
                socket.send(json.dumps(signals))
                time.sleep(seconds)
                return

    return handle


def exit_12_when_the_connection_is_lost():
    with peer(lambda socket: socket.close()) as url:
        fails(12, "lost", "ls", url)
    # In the middle of counting.
    for command in ("bench", "stats"):
        with peer(leaves_after(0.3)) as url:
            fails(12, "lost", command, url, "--duration", 3)


def a_server_that_vanishes_is_told_in_one_line():
    """At every stage of every command: it ends soon, with a code of connections, and says so once."""
    upgraded = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {}\r\n\r\n"
    magic = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

    def upgrade(client):
        head = client.recv(65536)
        key = re.search(rb"(?i)sec-websocket-key: *(\S+)", head).group(1)
        accept = base64.b64encode(hashlib.sha1(key + magic).digest()).decode()
        client.sendall(upgraded.format(accept).encode())

    def half_an_answer(client):
        upgrade(client)
        client.recv(65536)
        client.sendall(b"\x81\x7e\xff\xff" + b'{"type":"import_answer","version":2,"signals":{"A":')

    with folder() as path:
        (path / "list.csv").write_text(LIST)
        commands = (
            ["ls"], ["get", "A"], ["set", "A=1"], ["watch"], ["import", "-o", path / "x.csv"], ["bench"], ["stats"],
            ["diff", path / "list.csv"], ["mirror", "127.0.0.1:1"], ["config", "get"], ["config", "set", "{}"],
        )
        for stage in (lambda client: None, lambda client: client.recv(100), upgrade, half_an_answer):
            with bare(stage) as url:
                for command in commands:
                    words = command[:2] if command[0] == "config" else command[:1]
                    # It waits whether the server comes back, as long as it may.
                    patience = 1 if command == ["watch"] else 5
                    done = rvws(*words, url, *command[len(words) :], "-W", patience)
                    lines = done.stderr.splitlines()
                    told = len(lines) == 1 and lines[0].startswith("rvws: ")
                    expect(done.returncode in (3, 4, 12) and told, f"{command}: {done}")
        equal([entry.name for entry in path.iterdir()], ["list.csv"])


def the_library_does_not_hold_the_tools_crates():
    """The tool's crates are in the tool, and not in the shared library that hosts load."""
    mark = b"clap_builder"
    expect(mark in (DEBUG / "rvws").read_bytes(), "the mark is not even in the tool")
    expect(mark not in (DEBUG / "librealvirtual_ws.so").read_bytes(), "the library links clap")


TESTS = (
    exit_0_for_help_and_version,
    exit_1_for_differences_and_causes,
    exit_2_for_a_wrong_command_line,
    exit_3_where_nothing_listens,
    exit_4_for_what_is_no_websocket,
    exit_5_for_tls,
    exit_6_when_refused,
    exit_7_without_such_a_signal,
    exit_8_for_a_value_that_does_not_fit_or_stay,
    exit_9_for_files,
    exit_10_when_time_runs_out,
    exit_11_when_it_cannot_listen,
    exit_12_when_the_connection_is_lost,
    a_server_that_vanishes_is_told_in_one_line,
    the_library_does_not_hold_the_tools_crates,
)
