"""Two machines with a cable between them, as network namespaces: what the kernel's own network does to a connection
(torture table E). Needs root, iproute2 and nftables."""

import contextlib
import os
import re
import shutil
import statistics
import subprocess
import time
from pathlib import Path

from rig import End, Failure, Skipped, case, exchange, noticed, until_values, wait_for

ADDRESS = {"a": "10.123.0.1", "b": "10.123.0.2"}
SIGNALS = {"down": "int", "up": "int"}
# What kernels and containers say that have none of this.
UNABLE = ("not permitted", "not supported", "No such file or directory", "kind is unknown")


def run(*command, text=None):
    done = subprocess.run(command, input=text, capture_output=True, text=True)
    if done.returncode:
        raise OSError(f"{' '.join(command)}: {done.stderr.strip() or done.returncode}")
    return done.stdout


class Network:
    """Namespaces a and b, named after this process, each with an eth0."""

    def __init__(self):
        self.names = {side: f"rv{os.getpid()}{side}" for side in ADDRESS}

    def within(self, side):
        return ("ip", "netns", "exec", self.names[side])

    def build(self):
        a, b = self.names.values()
        run("ip", "netns", "add", a)
        run("ip", "netns", "add", b)
        run("ip", "-n", a, "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", b)
        for side, name in self.names.items():
            run("ip", "-n", name, "address", "add", f"{ADDRESS[side]}/24", "dev", "eth0")
            run("ip", "-n", name, "link", "set", "lo", "up")
            run("ip", "-n", name, "link", "set", "eth0", "up")
        # What the cases need of the kernel.
        self.filter("a", "drop", 10)
        self.slow()
        self.clear()

    def remove(self):
        for name in self.names.values():
            subprocess.run(["ip", "netns", "delete", name], capture_output=True)

    def cable(self, state):
        """Plugs the cable in ("up") or pulls it ("down"); gives the time when that is done."""
        run("ip", "-n", self.names["a"], "link", "set", "eth0", state)
        return time.monotonic()

    def filter(self, side, verdict, percent=100):
        """From now on, of what comes to `side`, so much is dropped, or answered with a reset."""
        some = "" if percent == 100 else f"numgen random mod 100 < {percent} "
        rule = f"meta l4proto tcp {some}{verdict}"
        table = ["table inet rv {", "chain arrivals {", "type filter hook input priority 0;", rule, "}", "}", ""]
        run(*self.within(side), "nft", "-f", "-", text="\n".join(table))
        return time.monotonic()

    def slow(self):
        """256 kbit/s each way."""
        for side in ADDRESS:
            shape = ["root", "tbf", "rate", "256kbit", "burst", "4kb", "latency", "400ms"]
            run(*self.within(side), "tc", "qdisc", "replace", "dev", "eth0", *shape)

    def clear(self):
        for side in ADDRESS:
            run(*self.within(side), "nft", "flush", "ruleset")
            subprocess.run([*self.within(side), "tc", "qdisc", "delete", "dev", "eth0", "root"], capture_output=True)


def remove_what_is_left():
    """Of runs that were killed."""
    for name in re.findall(r"^(rv(\d+)[ab])\b", run("ip", "netns", "list"), re.M):
        if not Path(f"/proc/{name[1]}").exists():
            subprocess.run(["ip", "netns", "delete", name[0]], capture_output=True)


@contextlib.contextmanager
def network():
    if os.geteuid():
        raise Skipped("network namespaces need root")
    for tool, package in (("ip", "iproute2"), ("tc", "iproute2"), ("nft", "nftables")):
        if not shutil.which(tool):
            raise Skipped(f"{tool} is not installed, on Debian: apt-get install {package}")
    net = Network()
    try:
        try:
            remove_what_is_left()
            net.build()
        except OSError as error:
            if not any(reason in str(error) for reason in UNABLE):
                raise
            raise Skipped(f"no network namespaces here: {error}") from None
        yield net
    finally:
        for end in list(End.alive):
            end.kill()
        net.remove()


def times(full):
    """Time-outs: the library's own, or short ones."""
    return (15.0, {}) if full else (1.5, {"ping_interval_ms": 200, "peer_timeout_ms": 1500})


def ends(net, options, signals):
    """A server in a and a client in b, which have exchanged values and pings."""
    server = End("server", signals, net.within("a"), address=ADDRESS["a"], port=0, allow_anonymous_network=True, **options)
    client = End(
        "client",
        signals,
        net.within("b"),
        address=ADDRESS["a"],
        port=server.port,
        reconnect_interval_ms=200,
        connect_timeout_ms=1000,
        **options,
    )
    exchange(server, {"up": client}, 1)
    time.sleep(2 * options.get("ping_interval_ms", 5000) / 1000)
    return server, client


@case
def e1_a_pulled_cable_is_noticed_on_both_sides_and_mended(full):
    timeout, options = times(full)
    with network() as net:
        server, client = ends(net, options, SIGNALS)
        pulled = net.cable("down")
        took = [noticed(server, "up", pulled, timeout), noticed(client, "down", pulled, timeout)]
        # What was set meanwhile arrives when it is plugged in again.
        server.set(down=2)
        client.set(up=3)
        time.sleep(0.5)
        net.cable("up")
        until_values(client, down=2)
        until_values(server, up=3)
        exchange(server, {"up": client}, 4)
    return f"noticed after {took[0]:.2f} and {took[1]:.2f} s of {timeout:g}"


@case
def e2_a_second_in_which_nothing_arrives_costs_no_connection(full):
    timeout, options = times(full)
    with network() as net:
        server, client = ends(net, {**options, "peer_timeout_ms": 10000}, SIGNALS)
        for side in ADDRESS:
            net.filter(side, "drop")
        server.set(down=2)
        client.set(up=3)
        time.sleep(1)
        for end, name, number in ((client, "down", 2), (server, "up", 3)):
            if end.measure()["values"][name] == number:
                raise Failure("the network is not down")
        net.clear()
        until_values(client, down=2)
        until_values(server, up=3)
        for end in (server, client):
            found = end.measure()
            if (found["connects"], found["disconnects"], found["stale"]) != (1, 0, {}):
                raise Failure(f"the {end.mode} was disturbed: {found}")


@case
def e3_connections_that_are_reset_are_made_again(full):
    # One side is reset, the other one only falls silent.
    _, options = times(False)
    with network() as net:
        server, client = ends(net, options, SIGNALS)
        for number in range(2, 6):
            connects = client.measure()["connects"]
            net.filter("a" if number % 2 else "b", "reject with tcp reset")
            server.set(down=number)
            client.set(up=number)
            wait_for("the client is cut off", lambda: client.measure()["disconnects"] >= connects)
            net.clear()
            until_values(client, down=number)
            until_values(server, up=number)


@case
def e4_over_a_bad_slow_link_the_newest_values_arrive(full):
    texts = [f"down {n}" for n in range(20)]
    signals = {**SIGNALS, "down stamp": "float", **{name: "text" for name in texts}}
    with network() as net:
        server, client = ends(net, {"ping_interval_ms": 200}, signals)
        net.slow()
        for side in ADDRESS:
            net.filter(side, "drop", 10)
        client.ask("forget")
        # Some hundred KB a second for a link that takes 32.
        server.ask("stream", [texts, 200])
        time.sleep(20 if full else 4)
        client.set(up=2)
        server.ask("stream")
        server.set(down=2)
        begin = time.monotonic()
        found = until_values(client, down=2)
        until_values(server, up=2)
        took = time.monotonic() - begin
        ages = found["ages"]
        text = f"{len(ages)} values, age {statistics.median(ages):.2f} s (median), equal after {took:.2f} s"
        if found["connects"] != 1:
            raise Failure(f"{found['connects']} connections; {text}")
        # What the system itself holds takes a second or two; a lost packet holds up what is behind it.
        if statistics.median(ages) > 5 or took > 10:
            raise Failure(f"old values are on their way: {text}")
        return text


@case
def e5_a_link_that_loses_one_direction_is_noticed(full):
    timeout, options = times(full)
    found = []
    for deaf, name in (("b", "down"), ("a", "up")):
        with network() as net:
            server, client = ends(net, options, SIGNALS)
            since = net.filter(deaf, "drop")
            found.append(noticed({"a": server, "b": client}[deaf], name, since, timeout))
            net.clear()
            exchange(server, {"up": client}, 2)
    return f"the client notices after {found[0]:.2f} s, the server after {found[1]:.2f} s of {timeout:g}"
