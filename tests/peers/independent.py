"""Peers over `websockets` and `ws` that know nothing of this library, in both roles, and one over a bare socket."""

import json
import time
from contextlib import ExitStack, contextmanager

from bare import BareClient, BareServer
from harness import Peer, case, check, equal
from rv import Interface

LANGUAGES = [{"language": language} for language in ("python", "js")]
PAIRS = [{"language": language, "role": role} for language in ("python", "js") for role in ("client", "server")]


@contextmanager
def pair(declare, language, role, options=None, **peer):
    """Our interface and a peer of the given role, connected. `declare` adds the signals first."""
    options = options or {}
    with ExitStack() as stack:
        if role == "client":
            ours = stack.enter_context(Interface("server", **options))
            declare(ours)
            ours.start()
            theirs = stack.enter_context(Peer(language, role="client", port=ours.port, **{"name": "peer", **peer}))
        else:
            theirs = stack.enter_context(Peer(language, role="server", **peer))
            ours = stack.enter_context(Interface("client", port=theirs.wait_report("listening")["port"], **options))
            declare(ours)
            ours.start()
        theirs.wait_report("open")
        ours.connected()
        yield ours, theirs


def declare_all(ours):
    """Two signals that only we write, two that both write, one that only the peer writes."""
    ours.add("OwnSpeed", float, access="write", initial=1.0).add("OwnPulse", bool, access="write", initial=False)
    ours.add("BothSpeed", float, access="read_write").add("BothPulse", bool, access="read_write")
    ours.add("PeerCount", int, access="read")


def ramp(ours, steps=50, pause=0.02):
    """Sets four signals again and again, pulses among them, and looks after each step whether they are still ours."""
    for step in range(steps):
        # Floats whose shortest form is long, so that a peer's own printing is part of the test.
        speed, pulse = 2.0 + step * 0.1, step % 4 < 2
        values = {"OwnSpeed": speed, "BothSpeed": speed / 3, "OwnPulse": pulse, "BothPulse": pulse}
        ours.set(**values)
        end = time.monotonic() + pause
        while time.monotonic() < end:
            equal(ours.poll(), [], f"changes in step {step}")
            equal(ours.values(*values), values, f"our values in step {step}")
            time.sleep(0.004)
    return values


@case(each=[{**pair_, "lag_ms": lag} for pair_ in PAIRS for lag in (0, 50)])
def echo_at_60_hz(language, role, lag_ms):
    """A viewer that takes over what it gets and sends all it has, sixty times a second (B36)."""
    with pair(declare_all, language, role, behaviour="echo", lag_ms=lag_ms, state={"PeerCount": 3}) as (ours, peer):
        ours.wait_for(lambda: ours.changes, what="the peer's value")
        equal([(c.name, c.value, c.count) for c in ours.changes], [("PeerCount", 3, 1)], "changes")
        before = ours.stats()
        values = ramp(ours)
        equal(ours.poll_for(0.6), [], "changes after the last set")
        after = ours.stats()
        sent, seconds = after["frames_out"] - before["frames_out"], 1.6
        # One for each set; corrections of what only we write and heartbeats, one a second.
        check(sent <= 50 + 2 * (seconds + 1), f"{sent} messages for 50 sets in {seconds} s")
        check(after["frames_in"] - before["frames_in"] > 60, "the peer did not echo")
        check(after["echoes"] > before["echoes"], "no echo was recognised as one")
        equal(ours.values(*values), values, "our values")
        equal({name: peer.state()[name] for name in values}, values, "what the peer has")

        # Nothing but echoes from here on: nearly nothing goes out, and nothing changes.
        before = ours.stats()
        equal(ours.poll_for(1.2), [], "changes while the peer only echoes")
        after = ours.stats()
        idle = after["frames_out"] - before["frames_out"]
        check(idle <= 3, f"{idle} idle messages")
        equal(after["resends"], before["resends"], "resends while the peer only echoes")

        # What the peer changes itself still arrives, once.
        peer.tell(set={"BothSpeed": 55.5, "BothPulse": not values["BothPulse"], "PeerCount": 4})
        ours.wait_for(lambda: ours.get("BothSpeed") == 55.5 and ours.get("PeerCount") == 4, what="the peer's changes")
        ours.poll_for(0.4)
        counts = {name: sum(c.count for c in ours.changes if c.name == name) for name in ours.ids}
        equal(counts, {"OwnSpeed": 0, "OwnPulse": 0, "BothSpeed": 1, "BothPulse": 1, "PeerCount": 2}, "changes in all")
        equal(peer.frames_with("BothSpeed")[-1], values["BothSpeed"], "the newest value sent to the peer")


@case(needs=["node"])
def three_viewers_echo_each_other():
    """One writes forty values, which the server relays; the others echo them, late. None comes back as a change."""
    with Interface("server") as server:
        declare_all(server)
        server.start()
        viewer = {"role": "client", "port": server.port, "behaviour": "echo"}
        with (
            Peer("python", **viewer, name="writer", state={"PeerCount": 0}) as writer,
            Peer("js", **viewer, name="late", lag_ms=30) as late,
            Peer("js", **viewer, name="prompt") as prompt,
        ):
            viewers = [writer, late, prompt]
            for peer in viewers:
                peer.wait_report("open")
            server.wait_for(lambda: server.quality("PeerCount") == "good", what="the first value")
            server.poll_for(0.3)
            server.changes.clear()
            before = server.stats()
            for value in range(1, 41):
                writer.tell(set={"PeerCount": value})
                server.poll_for(0.025)
            server.poll_for(0.4)
            values = [change.value for change in server.changes]
            equal(values, sorted(set(values)), "values in the order of their arrival")
            equal(values[-1], 40, "the last value")
            equal([peer.state()["PeerCount"] for peer in (late, prompt)], [40, 40], "what the others have")
            frames = server.stats()["frames_out"] - before["frames_out"]
            check(frames <= 2 * 40 + 8, f"{frames} messages for 40 values to two others")

            server.set(BothSpeed=1.5)
            server.poll_for(0.3)
            late.tell(set={"BothSpeed": 77.0})
            server.wait_for(lambda: server.get("BothSpeed") == 77.0, what="the value of another viewer")
            server.poll_for(0.5)
            equal([peer.state()["BothSpeed"] for peer in (writer, prompt)], [77.0, 77.0], "what the others have")
            server.changes.clear()
            before = server.stats()["frames_out"]
            equal(server.poll_for(1.0), [], "changes while all only echo")
            check(server.stats()["frames_out"] - before <= 6, f"{server.stats()['frames_out'] - before} idle messages")


@case(each=PAIRS)
def full_state_at_60_hz(language, role):
    """A peer that sends a state of its own, stale as it is, sixty times a second (B35)."""
    stale = {"OwnSpeed": 0.5, "OwnPulse": False, "BothSpeed": 0.5, "BothPulse": False, "PeerCount": 3}
    with pair(declare_all, language, role, behaviour="cyclic", state=stale) as (ours, peer):
        ours.wait_for(lambda: ours.quality("PeerCount") == "good", what="the peer's values")
        ours.poll_for(0.2)
        equal(
            sorted((c.name, c.value, c.count, c.rises) for c in ours.changes),
            [("BothPulse", False, 1, 0), ("BothSpeed", 0.5, 1, 0), ("PeerCount", 3, 1, 0)],
            "changes",
        )
        ours.changes.clear()
        before = ours.stats()
        values = ramp(ours)
        began, sent = time.monotonic(), len(peer.frames_with("BothSpeed"))
        after = ours.stats()
        messages = after["frames_out"] - before["frames_out"]
        check(messages <= 50 + 5, f"{messages} messages for 50 sets in 1 s")
        check(after["rejected_direction"] > before["rejected_direction"], "stale values of ours were not refused")

        # The peer insists: after two windows it has its way where both write, and nowhere else.
        ours.wait_for(lambda: len(ours.changes) >= 2 - (not values["BothPulse"]), timeout=3, what="the peer's way")
        held = time.monotonic() - began
        check(held >= 0.18, f"our value stood for only {held * 1000:.0f} ms after the last set")
        ours.poll_for(1.2)
        names = ["BothSpeed"] + ["BothPulse"] * values["BothPulse"]
        equal(sorted((c.name, c.count, c.rises) for c in ours.changes), sorted((n, 1, 0) for n in names), "changes")
        equal(
            ours.values("OwnSpeed", "OwnPulse", "BothSpeed", "BothPulse"),
            {"OwnSpeed": values["OwnSpeed"], "OwnPulse": values["OwnPulse"], "BothSpeed": 0.5, "BothPulse": False},
            "values in the end",
        )
        check(len(peer.frames_with("BothSpeed")) - sent <= 2, f"{len(peer.frames_with('BothSpeed')) - sent} resends")

        # Idle: corrections and heartbeats only, and what both write is settled for good.
        before, sent = ours.stats(), len(peer.frames_with("BothSpeed"))
        equal(ours.poll_for(1.2), [], "changes while idle")
        after = ours.stats()
        idle = after["frames_out"] - before["frames_out"]
        check(idle <= 6, f"{idle} messages in 1.2 idle seconds")
        check(after["corrections"] - before["corrections"] <= 2 * 2, "more than one correction a signal and second")
        equal(len(peer.frames_with("BothSpeed")), sent, "values of what is settled")


@case(each=PAIRS)
def values_that_cross_settle_on_one(language, role):
    """Both ends set the same signal within a few milliseconds of each other, again and again."""

    def declare(ours):
        ours.add("Both", float, access="read_write")

    with pair(declare, language, role) as (ours, peer):
        for step in range(6):
            peer.tell(set={"Both": 100.0 + step})
            time.sleep(step * 0.001)
            ours.set(Both=200.0 + step)
            ours.poll_for(0.35)
        frames = peer.frames_with("Both")
        check(len(frames) <= 3 * 6, f"{len(frames)} messages for 6 crossings")
        check(ours.get("Both") in (105.0, 205.0), f"ours is {ours.get('Both')}")
        equal(ours.poll_for(0.5), [], "changes after all has settled")
        equal(peer.holds("Both"), ours.get("Both"), "what the peer has, and what we have")


@case(each=LANGUAGES)
def a_client_that_says_nothing_gets_everything(language):
    """Connects, no init, no subscribe: the full state within half a second."""
    with Interface("server") as server:
        declare_all(server)
        server.start()
        with Peer(language, role="client", port=server.port) as peer:
            peer.wait_report("open")
            began = time.monotonic()
            peer.wait_report("message")
            took = time.monotonic() - began
            check(took < 0.5, f"the first state took {took:.3f} s")
            equal(
                peer.messages()[0],
                {"type": "data", "version": 2, "signals": {"OwnSpeed": 1.0, "OwnPulse": False}},
                "the first message: all that has a value",
            )
            server.set(OwnSpeed=2.5)
            server.wait_for(lambda: peer.state().get("OwnSpeed") == 2.5, timeout=1, what="the change")
            equal(peer.messages()[1]["signals"], {"OwnSpeed": 2.5}, "the change, alone")


@case(each=[{"first": a, "second": b} for a, b in (("python", "js"), ("js", "python"))])
def each_client_gets_its_own_list(first, second):
    with Interface("server") as server:
        for name in ("A", "B", "C"):
            server.add(name, int, access="write", initial=0)
        server.add("Relayed", int, access="read").add("Unheard", int, access="read")
        server.start()
        with (
            Peer(first, role="client", port=server.port, name="one", subscribe=["A", "B", "Relayed"]) as one,
            Peer(second, role="client", port=server.port, name="two", subscribe=["B", "Later", "Nothing"]) as two,
        ):
            one.wait_report("message")
            two.wait_report("message")
            equal(one.messages()[0], {"type": "snapshot", "version": 2, "signals": {"A": 0, "B": 0}}, "one's snapshot")
            equal(two.messages()[0], {"type": "snapshot", "version": 2, "signals": {"B": 0}}, "two's snapshot")
            for value in range(1, 6):
                server.set(A=value, B=10 * value, C=100 * value)
                server.poll_for(0.03)
            two.tell(set={"Relayed": 7, "Unheard": 8})
            server.add("Later", bool, access="write", initial=True)
            server.wait_for(lambda: one.state().get("Relayed") == 7, what="what two wrote, at one")
            server.wait_for(lambda: two.state().get("Later") is True, what="a signal that was created later")
            server.poll_for(0.1)
            equal(one.state(), {"A": 5, "B": 50, "Relayed": 7}, "what one got")
            equal(two.state(), {"B": 50, "Later": True}, "what two got")
            # A new list replaces the former one.
            one.tell(send={"type": "subscribe", "version": 2, "subscribe": ["C"]})
            server.wait_for(lambda: len(one.messages("snapshot")) == 2, what="the second snapshot")
            equal(one.messages("snapshot")[1]["signals"], {"C": 500}, "the second snapshot")
            known = len(one.messages())
            server.set(A=6, B=60, C=600)
            server.wait_for(lambda: one.state().get("C") == 600, what="the new list's signal")
            server.poll_for(0.1)
            equal([m["signals"] for m in one.messages()[known:]], [{"C": 600}], "messages with the new list")
            clients = sorted((e.text.split(" ")[0]) for e in server.events if e.type == 3)
            equal(clients, ["one", "two"], "names in the events")


@case(each=PAIRS)
def compression_is_not_negotiated(language, role):
    def declare(ours):
        ours.add("Text", str, access="write", initial="compress me " * 100)

    with pair(declare, language, role) as (ours, peer):
        opened = peer.wait_report("open")
        if role == "client":
            check("permessage-deflate" in opened["offered"], f"the peer offered {opened['offered']!r}")
        else:
            equal(opened["offered"], "", "what we offered")
        equal(opened["agreed"], "", "what was agreed")
        # And the connection works: a text longer than any threshold, both ways.
        ours.wait_for(lambda: peer.state().get("Text") == "compress me " * 100, what="the text")


@case(each=LANGUAGES)
def a_foreign_web_page_is_refused(language):
    page = "https://viewer.example"
    with Interface("server") as server:
        server.add("A", int, access="write")
        server.start()
        for origin in (page, "null", f"http://127.0.0.1:{server.port + 1}", f"http://127.0.0.1.example:{server.port}"):
            with Peer(language, role="client", port=server.port, origin=origin) as peer:
                equal(peer.wait_report("refused")["status"], 403, f"status for {origin}")
        server.poll()
        equal(server.stats()["connects"], 0, "connections")
        # A refusal is counted when its answer is through, which the page may see first.
        server.wait_for(lambda: server.stats()["refused_connections"] == 4, what="four refused connections")
        with Peer(language, role="client", port=server.port) as peer:
            peer.wait_report("open")


@case(each=[{**language, "allowed": allowed} for language in LANGUAGES for allowed in ("listed", "any")])
def an_allowed_web_page_is_served(language, allowed):
    page = "https://viewer.example"
    listed = "https://other.example\n" + page if allowed == "listed" else "*"
    with Interface("server", allowed_origins=listed) as server:
        server.add("A", int, access="write", initial=5)
        server.start()
        with Peer(language, role="client", port=server.port, origin=page) as peer:
            peer.wait_report("open")
            server.wait_for(lambda: peer.state() == {"A": 5}, what="the state")
        with Peer(language, role="client", port=server.port, origin=page + ".evil") as peer:
            if allowed == "listed":
                equal(peer.wait_report("refused")["status"], 403, "status for another page")
            else:
                peer.wait_report("open")


QUICK_KEEP_ALIVE = {"ping_interval_ms": 150, "peer_timeout_ms": 500}


def exchange_without_pongs(ours, peer_state, silence=2.0):
    """Nothing comes from the peer for four times peer_timeout_ms; the connection is there and values go out."""
    ours.poll_for(silence)
    stats = ours.stats()
    equal((stats["connects"], stats["disconnects"]), (1, 0), "connections made and lost")
    for value in (1.5, 2.5, 3.5):
        ours.set(BothSpeed=value, OwnSpeed=value)
        ours.wait_for(lambda: peer_state().get("BothSpeed") == value, timeout=1, what=f"{value} at the peer")
        equal(ours.get("BothSpeed"), value, "our value")
    # No pong ever ends a window: it ends after a second by itself, and nothing is sent again.
    equal(ours.poll_for(1.5), [], "changes")
    equal(ours.stats()["resends"], 0, "resends")


@case(each=[{"role": role} for role in ("client", "server")])
def ws_without_pongs_stays_connected(role):
    """The document allows a peer that is silent for ever."""
    with pair(declare_all, "js", role, QUICK_KEEP_ALIVE, autoPong=False) as (ours, peer):
        exchange_without_pongs(ours, peer.state)


@case()
def a_bare_client_without_pongs_stays_connected():
    with Interface("server", **QUICK_KEEP_ALIVE) as server:
        declare_all(server)
        server.start()
        with BareClient(server.port) as peer:
            server.wait_for(lambda: peer.state(), what="the first state")
            exchange_without_pongs(server, peer.state)
            check(peer.pings >= 10, f"only {peer.pings} pings came")


@case()
def a_bare_server_without_pongs_stays_connected():
    with BareServer() as peer, Interface("client", port=peer.port, **QUICK_KEEP_ALIVE) as client:
        declare_all(client)
        client.start().connected()
        exchange_without_pongs(client, peer.state)
        check(peer.pings >= 10, f"only {peer.pings} pings came")


@case()
def a_client_that_stops_answering_is_dropped():
    """The control to the cases without pongs: who has answered a ping before is taken for dead when it falls silent."""
    with Interface("server", **QUICK_KEEP_ALIVE) as server:
        declare_all(server)
        server.start()
        with BareClient(server.port, pongs=2) as peer:
            peer.send(json.dumps({"type": "data", "signals": {"PeerCount": 9}}))
            server.wait_for(lambda: server.quality("PeerCount") == "good", what="its value")
            server.wait_for(lambda: server.stats()["disconnects"] == 1, timeout=2, what="the end of the connection")
            equal(server.quality("PeerCount"), "stale", "quality of what it wrote")
