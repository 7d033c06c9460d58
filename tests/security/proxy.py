"""nginx as a TLS proxy with a path, configured as docs/SECURITY.md says (C44)."""

import contextlib
import os
import re
import time

from rig import (
    LIMIT,
    ROOT,
    Authority,
    Peer,
    Program,
    client,
    equal,
    expect,
    exchange,
    fails,
    find,
    folder,
    free_port,
    holds,
    logged,
    refused,
    served,
    until,
)

NEEDS = ("nginx", "openssl", "websockets")
PATH = "/my-bridge/ws"
READ_TIMEOUT = float(os.environ.get("RV_PROXY_READ_TIMEOUT", 2))

# What an installation has besides a site's own file; all of it in the test's folder.
NGINX = """daemon off;
master_process off;
pid pid;
error_log stderr error;
events { worker_connections 256; }
http {
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    %s
}
"""


def documented(heading):
    """The nginx configuration under a heading of docs/SECURITY.md."""
    text = (ROOT / "docs" / "SECURITY.md").read_text(encoding="utf-8")
    found = re.search(rf"^#+ {re.escape(heading)}\n.*?^```nginx[^\n]*\n(.*?)^```$", text, re.S | re.M)
    return found.group(1)


class Proxy:
    """nginx with the configuration from the document; but for places and times, which `changes` gives."""

    def __init__(self, path, port, authority, behind=None):
        """`behind`: the authority of the server's own certificate, where that speaks TLS as well."""
        self.path = path
        self.port = free_port()
        certificate, key = authority.server()
        config = documented("Behind nginx")
        if behind:
            changed = documented("Behind nginx, with TLS on both sides")
            holds(changed, "/etc/ssl/twin.example/ca.pem")
            changed = changed.replace("/etc/ssl/twin.example/ca.pem", str(behind))
            plain = "proxy_pass http://127.0.0.1:7000;"
            holds(config, plain)
            config = config.replace(plain, changed)
        changes = {
            "listen 443 ssl": f"listen 127.0.0.1:{self.port} ssl",
            "/etc/ssl/twin.example/chain.pem": str(certificate),
            "/etc/ssl/twin.example/key.pem": str(key),
            "127.0.0.1:7000": f"127.0.0.1:{port}",
            "proxy_read_timeout 60s": f"proxy_read_timeout {READ_TIMEOUT * 1000:.0f}ms",
        }
        for documented_text, ours in changes.items():
            holds(config, documented_text)
            config = config.replace(documented_text, ours)
        (path / "nginx.conf").write_text(NGINX % config)

    def __enter__(self):
        self.program = Program(find("nginx"), "-p", self.path, "-c", self.path / "nginx.conf")
        until(lambda: f"nginx listens; it said {self.program.lines}", self._listens)
        return self

    def _listens(self):
        pid = self.path / "pid"
        return pid.exists() and pid.read_text().strip() == str(self.program.process.pid)

    def __exit__(self, *_):
        self.program.end()

    @property
    def url(self):
        return f"wss://localhost:{self.port}{PATH}"


@contextlib.contextmanager
def proxied(**options):
    """A server, nginx in front of it, and the authority of nginx's certificate."""
    options.setdefault("path", PATH)
    with folder() as path, served(**options) as server:
        authority = Authority(path)
        with Proxy(path, server.port, authority) as proxy:
            yield server, proxy, authority


def through(proxy, authority, **options):
    """A client of the library that goes through the proxy."""
    options.setdefault("path", PATH)
    return client(address="localhost", port=proxy.port, tls=True, tls_ca_file=str(authority.ca), **options)


def clients_exchange_values_through_the_proxy():
    with proxied() as (server, proxy, authority):
        with through(proxy, authority) as ours, Peer(proxy.url, ssl=authority.trust()) as theirs:
            ours.wait_connected(LIMIT)
            ours.import_signals(LIMIT)
            exchange(server, ours, 1.5)
            theirs.exchange(server, 2.5)
            ours.wait_for("Motor", lambda motor: motor == 2.5, LIMIT)
            exchange(server, ours, 3.5)
            theirs.hear(lambda message: message.get("signals", {}).get("Motor") == 3.5)


def idle_clients_stay_connected():
    """Longer than the proxy waits for a byte: heartbeats and pings keep the connection, in both directions."""
    with proxied() as (server, proxy, authority):
        with through(proxy, authority) as ours, Peer(proxy.url, ssl=authority.trust()) as theirs:
            ours.wait_connected(LIMIT)
            ours.import_signals(LIMIT)
            theirs.exchange(server, 0.5)
            time.sleep(1.5 * READ_TIMEOUT)
            theirs.exchange(server, 1.5)
            # Before it writes itself: of two values that cross, the server's stays.
            ours.wait_for("Motor", lambda motor: motor == 1.5, LIMIT)
            exchange(server, ours, 2.5)
            equal((server.stats().disconnects, ours.stats().disconnects), (0, 0), "connections lost")


def pings_alone_keep_it_too():
    with proxied(heartbeat_ms=0, ping_interval_ms=round(min(READ_TIMEOUT * 400, 5000))) as (server, proxy, authority):
        with Peer(proxy.url, ssl=authority.trust(), ping_interval=None) as theirs:
            theirs.exchange(server, 0.5)
            time.sleep(1.5 * READ_TIMEOUT)
            theirs.exchange(server, 1.5)
            equal(server.stats().disconnects, 0, "connections lost")


def without_a_sign_of_life_the_proxy_cuts():
    """What the others are kept from."""
    with proxied(heartbeat_ms=0, ping_interval_ms=0, peer_timeout_ms=0) as (server, proxy, authority):
        with Peer(proxy.url, ssl=authority.trust(), ping_interval=None) as theirs:
            theirs.exchange(server, 0.5)
            begin = time.monotonic()
            until("the proxy cuts it", lambda: server.stats().disconnects == 1, LIMIT + 2 * READ_TIMEOUT)
            expect(time.monotonic() - begin > 0.9 * READ_TIMEOUT, "it was cut earlier")


def a_wrong_path_is_named():
    """Wrong at the proxy, and wrong at the server behind it."""
    from websockets.exceptions import InvalidStatus

    with proxied() as (server, proxy, authority):
        there = dict(address="localhost", port=proxy.port, tls=True, tls_ca_file=str(authority.ca))
        refused("HTTP 404", "/my-bridge/wss", "option path", path="/my-bridge/wss", **there)
        error = fails(lambda: Peer(proxy.url + "s", ssl=authority.trust()), "404")
        equal(type(error), InvalidStatus)
        equal(server.stats().refused_connections, 0, "what reached the server")
    with proxied(path="/elsewhere") as (server, proxy, authority):
        there = dict(address="localhost", port=proxy.port, tls=True, tls_ca_file=str(authority.ca))
        refused("HTTP 404", PATH, "option path", path=PATH, **there)
        logged(server, "404", PATH, "option path")


def a_server_that_is_gone_is_named_and_found_again():
    with proxied() as (server, proxy, authority):
        port = server.port
        with through(proxy, authority) as ours:
            ours.wait_connected(LIMIT)
            ours.import_signals(LIMIT)
            exchange(server, ours, 1.5)
            server.stop()
            until("the client notices", lambda: not ours.connected)
            refused(
                "HTTP 502", "behind it", address="localhost", port=proxy.port, tls=True, tls_ca_file=str(authority.ca),
                path=PATH,
            )  # fmt: skip
            ours["Motor"].value = 4.5
            with served(port=port, path=PATH) as again:
                again.wait_for("Motor", lambda motor: motor == 4.5, LIMIT)
                ours.wait_connected(LIMIT)
                exchange(again, ours, 5.5)


def a_plain_client_at_the_proxys_port_is_told():
    """nginx answers what is not TLS with 400 (C33)."""
    with proxied() as (server, proxy, authority):
        refused("speaks TLS", "wss://", address="127.0.0.1", port=proxy.port, path=PATH)
        refused("certificate", address="localhost", port=proxy.port, tls=True, path=PATH)
        equal(server.stats().connects, 0, "connections")


TESTS = [
    idle_clients_stay_connected,
    pings_alone_keep_it_too,
    without_a_sign_of_life_the_proxy_cuts,
    clients_exchange_values_through_the_proxy,
    a_wrong_path_is_named,
    a_server_that_is_gone_is_named_and_found_again,
    a_plain_client_at_the_proxys_port_is_told,
]
