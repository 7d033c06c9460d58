"""The examples of realvirtual.io's documentation, run unchanged against the library.

document/ holds them word for word. Two things are substituted, and nothing else: the port 8080, and their end, which
they do not have: the harness ends their process. The C# client is a class: csharp/ has a program around it, and a
stand-in for the JSON library, which Mono does not have.
"""

import ast
import functools
import hashlib
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from harness import HERE, Process, case, check, equal, free_port
from rv import Interface

# SHA-256 of the code blocks in the documentation ("Websocket (Pro)", wire protocol v2).
PUBLISHED = {
    "client.py": "821ea9b59da282cf4922856fb96d25ff02f25f0dfa19f68316eab858e44353a6",
    "server.py": "2f4a71c80f92c5e7cf473bb70d8c33eb7b2a72a3b11351eda9ee616b9b3a3f95",
    "client.js": "fe6504634fe2e6e0f338c85ea0a281b47b7dce1e1dee557a92ef063a11eb7ba4",
    "client.cs": "ae3b66407ab8d49569c767cba7bc2684a5a2daee6ed91fd3c58bd924f86ec132",
}
COMMANDS = {
    "client.py": [sys.executable],
    "server.py": [sys.executable],
    "client.js": ["node", "-r", HERE / "global_websocket.js"],
}
# The compiled C# program, until this process ends.
BUILT = tempfile.TemporaryDirectory()
# Node's own WebSocket, a second implementation; Node 22 and later have it without being asked.
UNDICI = ["node", "--experimental-websocket"]


def published(name):
    """The code without our header comment, which ends with the first empty line."""
    return (HERE / "document" / name).read_text(encoding="utf-8").split("\n\n", 1)[1]


def substituted(name, port):
    return published(name).replace("8080", str(port))


@contextmanager
def document(name, port, command=None):
    """Runs one of the examples on a port."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_text(substituted(name, port), encoding="utf-8")
        with Process(*(command or COMMANDS[name]), path) as process:
            yield process


@contextmanager
def document_server(port=None):
    port = port or free_port()
    with document("server.py", port) as process:
        process.wait_line("WebSocket server running")
        yield port, process


def from_client(process):
    """The signals that the document's server printed, one dictionary for each message."""
    prefix = "From realvirtual-ws: "
    return [ast.literal_eval(line[len(prefix):]) for line in process.lines if line.startswith(prefix)]


@case(each=[{"name": name} for name in PUBLISHED])
def examples_are_word_for_word(name):
    code = published(name)
    equal(hashlib.sha256(code.encode()).hexdigest(), PUBLISHED[name], f"the text of {name}")
    if name == "client.cs":
        return  # it is told its address
    run = substituted(name, 7)
    different = [(a, b) for a, b in zip(code.splitlines(), run.splitlines(), strict=True) if a != b]
    check(different, "the port was substituted nowhere")
    for line, substitute in different:
        equal(line.replace(":8080", ":7").replace(", 8080)", ", 7)"), substitute, "a line that was substituted")


@functools.cache
def csharp_program():
    """The document's C# client with our program around it, compiled once."""
    client, program = Path(BUILT.name) / "client.cs", Path(BUILT.name) / "client.exe"
    client.write_text(published("client.cs"), encoding="utf-8")
    sources = [client, *sorted((HERE / "csharp").glob("*.cs"))]
    command = ["mcs", "-langversion:latest", f"-out:{program}", *sources]
    built = subprocess.run(command, capture_output=True, text=True, timeout=20, stdin=subprocess.DEVNULL)
    equal((built.returncode, built.stderr), (0, ""), "the compiler's result")
    return program


def declare_for_clients(server, perspective):
    ours, theirs = ("input", "output") if perspective == "simulation" else ("output", "input")
    server.add("Sensor1", bool, ours, initial=True).add("DriveSpeed", float, ours, initial=150.5)
    server.add("MyOutput", bool, theirs).add("SetSpeed", float, theirs)


@case(
    each=[
        {"name": "client.py", "with_": "python", "perspective": "simulation"},
        {"name": "client.py", "with_": "python", "perspective": "controller"},
        {"name": "client.js", "with_": "js", "perspective": "simulation"},
        {"name": "client.js", "with_": "js", "perspective": "controller"},
        {"name": "client.js", "with_": "js-undici", "perspective": "simulation"},
    ]
)
def client_exchanges_with_our_server(name, with_, perspective):
    """Catalogue, snapshot, values both ways, and heartbeats while nothing changes."""
    side = {"simulation": 1, "controller": 2}[perspective]
    with Interface("server", own_perspective=side) as server:
        declare_for_clients(server, perspective)
        server.start()
        with document(name, server.port, UNDICI if with_ == "js-undici" else None) as client:
            available = client.wait_line("Available signals:")
            for signal in ("Sensor1", "DriveSpeed", "MyOutput", "SetSpeed"):
                check(signal in available, f"{signal} is not in {available!r}")
            received = client.wait_line("Received")
            for word in ("Sensor1", "rue", "DriveSpeed", "150.5"):
                check(word in received, f"{word} is not in {received!r}")
            check("SetSpeed" not in received, f"what was not subscribed came: {received!r}")
            server.wait_for(lambda: len(server.changes) >= 2, what="what the client writes")
            equal(
                sorted((c.name, c.value, c.quality, c.count, c.rises) for c in server.changes),
                [("MyOutput", True, "good", 1, 1), ("SetSpeed", 100.5, "good", 1, 0)],
                "changes",
            )

            before, lines = server.stats(), len(client.lines)
            equal(server.poll_for(2.5), [], "changes while nothing changes")
            after, heard = server.stats(), client.lines[lines:]
            check(1 <= len(heard) <= 3, f"{len(heard)} heartbeats were printed in 2.5 s: {heard}")
            equal(after["frames_out"] - before["frames_out"], len(heard), "messages sent in 2.5 s of silence")
            equal(after["frames_in"] - before["frames_in"], len(heard), "answers to them")
            check(client.running(), f"the client gave up: {client.errors}")

            server.set(DriveSpeed=-7.25)
            client.wait_line(lambda line: line.startswith("Received") and "-7.25" in line, what="the new value")
            equal(server.stats()["malformed"] + server.stats()["rejected_direction"], 0, "malformed or refused")
            equal(server.poll_for(0.2), [], "changes after our own")


@case(needs=["mono"], each=[{"perspective": "simulation"}, {"perspective": "controller"}])
def csharp_client_exchanges_with_our_server(perspective):
    """Values both ways, the catalogue, which it takes for another message, and heartbeats."""
    side = {"simulation": 1, "controller": 2}[perspective]
    with Interface("server", own_perspective=side) as server:
        declare_for_clients(server, perspective)
        server.start()
        with Process("mono", csharp_program(), f"ws://127.0.0.1:{server.port}", "import") as client:
            server.wait_for(lambda: len(server.changes) >= 2, what="what the client writes")
            equal(
                sorted((c.name, c.value, c.quality, c.count, c.rises) for c in server.changes),
                [("MyOutput", True, "good", 1, 1), ("SetSpeed", 100.5, "good", 1, 0)],
                "changes",
            )
            equal([e.text.split(" ")[0] for e in server.events if e.type == 3], ["DotNetClient"], "names in the events")
            client.wait_line("Another message")
            server.set(DriveSpeed=-7.25, Sensor1=False)
            client.wait_line("Received: Sensor1=False, DriveSpeed=-7.25")
            received = [line for line in client.lines if line.startswith("Received")]
            equal(received[0], "Received: Sensor1=True, DriveSpeed=150.5", "the first state")
            client.wait_line(lambda line: line == "Received: ", what="a heartbeat")
            equal((client.running(), client.errors), (True, []), "whether the client lives, and its errors")
            stats = server.stats()
            equal(stats["malformed"] + stats["rejected_direction"] + stats["resends"], 0, "malformed, refused, resent")


@case(needs=["mono"])
def csharp_client_gets_hundreds_of_signals_in_small_messages():
    """It reads 8192 bytes once for each message: with max_data_frame_bytes no message of ours is longer."""
    names = [f"Hall{i // 100}/Conveyor{i}.Drive \u00fc.Speed" for i in range(600)]
    with Interface("server", max_data_frame_bytes=8192) as server:
        server.add("MyOutput", bool, "output").add("SetSpeed", float, "output")
        for i, name in enumerate(names):
            server.add(name, float, "input", initial=i + 0.125)
        server.start()
        with Process("mono", csharp_program(), f"ws://127.0.0.1:{server.port}") as client:

            def received():
                """Every value it printed, and how many messages brought some."""
                state, messages = {}, 0
                for line in list(client.lines):
                    if line.startswith("Received: ") and "=" in line:
                        messages += 1
                        pairs = (pair.rsplit("=", 1) for pair in line[len("Received: "):].split(", "))
                        state.update((name, float(value)) for name, value in pairs)
                return state, messages

            server.wait_for(lambda: len(received()[0]) == 600, what="the first state")
            equal(received()[0], {name: i + 0.125 for i, name in enumerate(names)}, "the first state")
            for turn in range(1, 6):
                server.set(**{name: i + turn / 4 for i, name in enumerate(names)})
                server.wait_for(lambda: received()[0][names[-1]] == 599 + turn / 4, what=f"turn {turn}")
            state, messages = received()
            equal(state, {name: i + 5 / 4 for i, name in enumerate(names)}, "the last state")
            check(messages >= 6 * 3, f"six states in {messages} messages: they were not split")
            equal((client.running(), client.errors), (True, []), "whether the client lives, and its errors")
            equal(sorted(c.name for c in server.changes), ["MyOutput", "SetSpeed"], "changes")


@case(needs=["node"])
def both_clients_together_do_not_storm():
    with Interface("server") as server:
        declare_for_clients(server, "simulation")
        server.start()
        with document("client.py", server.port) as first, document("client.js", server.port) as second:
            first.wait_line("Received")
            second.wait_line("Received")
            server.poll_for(0.3)
            before = server.stats()
            server.set(DriveSpeed=1.5)
            equal(server.poll_for(1.8), [], "changes")
            frames = server.stats()["frames_out"] - before["frames_out"]
            check(2 <= frames <= 6, f"{frames} messages for one value and a heartbeat, to two clients")


@case()
def import_from_the_server():
    with document_server() as (port, process), Interface("client", port=port) as client:
        report = client.import_()
        equal((report["added"], report["answered"], report["refused"], report["conflicting"]), (3, 1, 0, 0), "report")
        equal(
            [client.signal(name) for name in client.names()],
            [
                ("PLC_Running", bool, "input", "read_write", "stale", True),
                ("PLC_Speed", float, "input", "read_write", "stale", True),
                ("PLC_Counter", int, "input", "read_write", "stale", True),
            ],
            "signals, direction inverted; stale, since the connection that brought them is closed",
        )
        equal(client.values(*client.names()), {"PLC_Running": True, "PLC_Speed": 0.0, "PLC_Counter": 0}, "values")
        process.wait_line("Client connected: realvirtual-ws")
        equal(client.info().clients, 0, "connections after the import")


@case()
def server_snapshot_after_subscribe():
    with document_server() as (port, _), Interface("client", port=port, debug=1) as client:
        client.add("PLC_Running", bool, "output").add("PLC_Speed", float, "output")
        client.subscribe("PLC_Running")
        began = time.monotonic()
        client.start()
        client.wait_for(lambda: client.changes, what="the snapshot")
        check(time.monotonic() - began < 0.5, "the snapshot took longer than half a second")
        equal([(c.name, c.value, c.rises) for c in client.changes], [("PLC_Running", True, 1)], "changes")
        snapshots = [log.text for log in client.logs if '"type": "snapshot"' in log.text and "<-" in log.text]
        equal(len(snapshots), 1, "snapshots in the log")
        # The server answers our heartbeat with what we subscribed to, and with nothing else.
        equal(client.poll_for(1.5), [], "changes after the snapshot")
        check(client.stats()["values_in"] >= 2, "the heartbeat was not answered")
        equal(client.quality("PLC_Speed"), "never", "quality of what was not subscribed")


@case()
def values_we_read_arrive_without_subscribe():
    """The server speaks only when spoken to: the heartbeat makes it speak."""
    with document_server() as (port, process), Interface("client", port=port) as client:
        client.add("PLC_Running", bool, "output").add("PLC_Speed", float, "output").add("PLC_Counter", int, "output")
        client.start().connected()
        client.wait_for(lambda: len(client.changes) >= 3, timeout=2.5, what="the values")
        equal(client.values(*client.ids), {"PLC_Running": True, "PLC_Speed": 0.0, "PLC_Counter": 0}, "values")
        equal(client.poll_for(1.5), [], "changes after that")
        equal([m for m in from_client(process) if m], [], "values sent back")


@case()
def a_value_we_set_reaches_the_server_which_insists():
    """READ_WRITE: our value stands for two windows, goes out twice, and then the server's stale one has its way."""
    with document_server() as (port, process), Interface("client", port=port) as client:
        client.import_()
        client.start().connected()
        # The first heartbeat and its answer: the state of this connection is known.
        client.wait_for(lambda: client.stats()["values_in"] >= 6, timeout=2.5, what="the first state")
        client.poll_for(0.1)
        client.changes.clear()
        before, began = client.stats(), time.monotonic()
        client.set(PLC_Speed=42.5)
        process.wait_line("From realvirtual-ws: {'PLC_Speed': 42.5}")
        back = client.wait_for(lambda: client.changes, timeout=3, what="the value the server insists on")
        held = time.monotonic() - began
        # Each window lasts the grace of 100 ms after the pong.
        check(held >= 0.2, f"our value stood for only {held * 1000:.0f} ms")
        equal([(c.name, c.value, c.count, c.rises) for c in back], [("PLC_Speed", 0.0, 1, 0)], "changes")
        client.poll_for(2.0)
        equal([m for m in from_client(process) if m], [{"PLC_Speed": 42.5}] * 2, "values sent")
        after = client.stats()
        frames, seconds = after["frames_out"] - before["frames_out"], time.monotonic() - began
        check(frames <= 2 + seconds + 1, f"{frames} messages sent in {seconds:.1f} s")
        # The answer to the last of them may be under way.
        check(0 <= frames - (after["frames_in"] - before["frames_in"]) <= 1, "not one answer for each message")
        equal(after["resends"] - before["resends"], 1, "resends")
        equal(len(client.changes), 1, "change records in all")


@case()
def an_insisting_server_is_not_told_for_ever():
    """As before, but without heartbeats, so that the server is silent unless told a value: that must end as well."""
    with document_server() as (port, process), Interface("client", port=port, heartbeat_ms=0) as client:
        client.import_()
        client.start().connected()
        client.subscribe("PLC_Speed")
        client.poll_for(0.7)
        client.set(PLC_Speed=42.5)
        client.poll_for(2.5)
        sent = len(from_client(process))
        client.poll_for(2.5)
        equal(len(from_client(process)) - sent, 0, "values sent 2.5 to 5 s after the only one that was set")


@case()
def a_value_set_before_the_server_spoke():
    """READ_WRITE, set at once after connecting. The server's first words are its stale state: known repeats, which our
    value outlives. It stands for its two windows and goes out twice, and then the server has its way."""
    with document_server() as (port, process), Interface("client", port=port) as client:
        client.import_()
        client.start().connected()
        client.set(PLC_Speed=42.5)
        process.wait_line("From realvirtual-ws: {'PLC_Speed': 42.5}")
        began = time.monotonic()
        client.wait_for(lambda: client.get("PLC_Speed") == 0.0, timeout=3, what="the value the server insists on")
        held = time.monotonic() - began
        check(held >= 0.2, f"our value stood for only {held * 1000:.0f} ms after it was sent")
        client.poll_for(2.0)
        equal([m for m in from_client(process) if m], [{"PLC_Speed": 42.5}] * 2, "values sent")
        equal(client.stats()["resends"], 1, "resends")
        equal(client.get("PLC_Speed"), 0.0, "the value in the end")
        equal(len([c for c in client.changes if c.name == "PLC_Speed" and c.count]), 2, "changes: import, and back")


@case()
def a_value_only_we_write_never_regresses():
    """WRITE: the server's stale answers are refused, and corrected at most once a second."""
    with document_server() as (port, process), Interface("client", port=port) as client:
        client.add("PLC_Speed", float, access="write", initial=1.0)
        client.add("PLC_Running", bool, access="write", initial=False)
        client.start().connected()
        began = time.monotonic()
        for step in range(30):
            client.set(PLC_Speed=2.0 + step, PLC_Running=step % 2 == 1)
            client.poll_for(0.02)
            equal(client.get("PLC_Speed"), 2.0 + step, "our value")
        equal(client.poll_for(2.0), [], "changes")
        equal(client.values("PLC_Speed", "PLC_Running"), {"PLC_Speed": 31.0, "PLC_Running": True}, "our values")
        stats, seconds = client.stats(), time.monotonic() - began
        sent = {name: value for message in from_client(process) for name, value in message.items()}
        equal(sent, {"PLC_Speed": 31.0, "PLC_Running": True}, "the newest sent")
        check(stats["rejected_direction"] > 0, "the server's values were not counted as refused")
        check(stats["corrections"] <= 2 * (seconds + 1), f"{stats['corrections']} corrections in {seconds:.1f} s")
        # One for each set, a correction and a heartbeat a second, init.
        check(stats["frames_out"] <= 31 + 2 * (seconds + 1), f"{stats['frames_out']} messages in {seconds:.1f} s")


@case()
def import_store_declare_again():
    """Access is part of an import's result: a host that stores it gets values after a restart."""
    with document_server() as (port, process):
        with Interface("client", port=port) as client:
            client.import_()
            stored = [client.signal(name) for name in client.names()]
        equal({signal.access for signal in stored}, {"read_write"}, "stored access")

        with Interface("client", port=port) as client:
            for signal in stored:
                client.add(signal.name, signal.kind, signal.direction, signal.access)
            equal([client.signal(s.name).access for s in stored], [s.access for s in stored], "declared access")
            equal({client.quality(s.name) for s in stored}, {"never"}, "quality before the first value")
            client.start().connected()
            client.wait_for(lambda: len(client.changes) >= 3, timeout=2.5, what="values after the restart")
            equal(client.values(*client.ids), {"PLC_Running": True, "PLC_Speed": 0.0, "PLC_Counter": 0}, "values")
            equal({client.quality(s.name) for s in stored}, {"good"}, "quality")
            equal([m for m in from_client(process) if m], [], "defaults sent over the server's values")
            client.set(PLC_Counter=7)
            process.wait_line("From realvirtual-ws: {'PLC_Counter': 7}")
            equal(client.stats()["rejected_direction"], 0, "refused values")


@case()
def declared_by_direction_alone_no_value_arrives():
    """The control to import_store_declare_again. Without the stored access, direction and perspective decide: PLCInput
    is what a simulation writes. Its default values go to the server, the server's are refused, and the log says so."""
    with document_server() as (port, process):
        with Interface("client", port=port) as client:
            client.import_()
            stored = [client.signal(name) for name in client.names()]

        with Interface("client", port=port) as client:
            for signal in stored:
                client.add(signal.name, signal.kind, signal.direction)
            equal({client.signal(s.name).access for s in stored}, {"write"}, "access by direction")
            client.start().connected()
            process.wait_line("From realvirtual-ws: {'PLC_Running': False, 'PLC_Speed': 0.0, 'PLC_Counter': 0}")
            client.poll_for(2.5)
            equal(client.changes, [], "changes")
            equal(client.get("PLC_Running"), False, "our default, although the server has True")
            check(client.stats()["rejected_direction"] >= 1, "the server's True was not refused")
            warnings = [log.text for log in client.logs if "PLC_Running" in log.text and "peer_perspective" in log.text]
            equal(len(warnings), 1, f"log records about PLC_Running in {[log.text for log in client.logs]}")
