"""The connection is lost and comes back."""

import signal

from document import document, document_server, from_client
from harness import Peer, case, check, equal, free_port
from rv import Error, Interface

QUICK = {"reconnect_interval_ms": 100}


@case(each=[{"subscribed": subscribed} for subscribed in ("all", "by list")])
def the_documents_server_comes_back(subscribed):
    """Killed and started again: values are STALE, then GOOD, and go both ways again."""
    port = free_port()
    with Interface("client", port=port, **QUICK) as client:
        client.add("PLC_Running", bool, access="read").add("PLC_Speed", float, access="read_write")
        client.add("Ours", int, access="write", initial=1)
        if subscribed != "all":
            client.subscribe("PLC_Running", "PLC_Speed")
        client.start()
        with document_server(port) as (_, process):
            client.wait_for(lambda: client.quality("PLC_Speed") == "good", timeout=3, what="the first values")
            equal(client.values("PLC_Running", "PLC_Speed"), {"PLC_Running": True, "PLC_Speed": 0.0}, "values")
            client.poll()
            client.changes.clear()
            process.child.send_signal(signal.SIGKILL)
            client.wait_for(lambda: len(client.changes) == 2, timeout=2, what="the loss")
        equal(
            sorted((c.name, c.value, c.quality, c.flags, c.count) for c in client.changes),
            [("PLC_Running", True, "stale", 16, 0), ("PLC_Speed", 0.0, "stale", 16, 0)],
            "changes: quality alone",
        )
        equal(client.info().clients, 0, "connections")
        client.set(Ours=2)
        client.poll_for(0.4)
        check(client.info().reconnect_attempts >= 2, f"{client.info().reconnect_attempts} attempts in 0.4 s")
        client.changes.clear()

        with document_server(port) as (_, process):
            client.wait_for(lambda: len(client.changes) == 2, timeout=3, what="values again")
            equal(
                sorted((c.name, c.value, c.quality, c.count, c.rises) for c in client.changes),
                [("PLC_Running", True, "good", 0, 0), ("PLC_Speed", 0.0, "good", 0, 0)],
                "changes: quality alone, no edge",
            )
            # What only we write went out at once; what was set meanwhile is the newest.
            process.wait_line("From realvirtual-ws: {'Ours': 2}")
            equal([m for m in from_client(process) if "Ours" in m], [{"Ours": 2}], "what we write, after the reconnect")
            client.set(Ours=3)
            process.wait_line("From realvirtual-ws: {'Ours': 3}")
        equal((client.stats()["connects"], client.stats()["disconnects"] >= 1), (2, True), "connections")


@case(each=[{"language": language} for language in ("python", "js")])
def another_state_after_the_restart(language):
    """The server comes back with other values; ours that it has not seen go out, its own stand."""
    port = free_port()

    def server(**state):
        return Peer(language, role="server", port=port, behaviour="cyclic", state=state)

    with Interface("client", port=port, **QUICK) as client:
        client.add("Theirs", float, access="read").add("Both", int, access="read_write")
        client.add("SetMeanwhile", int, access="read_write")
        client.start()
        with server(Theirs=1.5, Both=1) as peer:
            client.wait_for(lambda: client.quality("Both") == "good", what="the first values")
        client.wait_for(lambda: client.quality("Both") == "stale", what="the loss")
        equal(client.get("Theirs"), 1.5, "the last value stays")
        client.set(SetMeanwhile=70)
        client.set(SetMeanwhile=71)
        client.changes.clear()
        with server(Theirs=2.5, Both=2) as peer:
            client.wait_for(lambda: client.quality("Both") == "good", what="values again")
            equal(client.values("Theirs", "Both"), {"Theirs": 2.5, "Both": 2}, "values")
            client.wait_for(lambda: peer.state().get("SetMeanwhile") == 71, timeout=2, what="what was set meanwhile")
            client.poll_for(0.3)
            equal(peer.frames_with("SetMeanwhile"), [71], "values sent of it")
            equal(peer.frames_with("Both"), [], "its own value sent back")
            equal(
                sorted((c.name, c.value, c.quality, c.count) for c in client.changes),
                [("Both", 2, "good", 1), ("Theirs", 2.5, "good", 1)],
                "changes",
            )


@case()
def our_server_marks_what_a_lost_client_wrote():
    """The document's client is killed: what it wrote is STALE, and GOOD when it is back."""
    with Interface("server") as server:
        server.add("Sensor1", bool, access="write").add("DriveSpeed", float, access="write")
        server.add("MyOutput", bool, access="read").add("SetSpeed", float, access="read")
        server.start()
        for _ in range(2):
            with document("client.py", server.port) as client:
                client.wait_line("Received")
                server.wait_for(lambda: server.quality("SetSpeed") == "good", what="what the client writes")
            server.wait_for(lambda: server.quality("SetSpeed") == "stale", what="the loss")
        equal(server.values("MyOutput", "SetSpeed"), {"MyOutput": True, "SetSpeed": 100.5}, "values")
        counts = {name: sum(c.count for c in server.changes if c.name == name) for name in server.ids}
        equal((counts["MyOutput"], counts["SetSpeed"]), (1, 1), "changes over two connections")


@case()
def waiting_right_after_start_waits():
    """rv_wait_connected directly after rv_start waits for the connection."""
    with document_server() as (port, _):
        for attempt in range(20):
            with Interface("client", port=port) as client:
                client.start()
                try:
                    client.wait_connected()
                except Error as error:
                    raise AssertionError(f"attempt {attempt}: {error}") from None
