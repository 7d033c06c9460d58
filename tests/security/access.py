"""Tokens, passwords and roles: raw sockets, `websockets`, pages in Chromium, through nginx (C11 to C22, C36 to C40)."""

import base64
import os

import proxy
from browser import SAY, SENSOR, chromium, page, site, works
from realvirtual_ws import Role, TokenTransport
from rig import (
    LIMIT,
    RVWS,
    Peer,
    client,
    equal,
    exchange,
    expect,
    holds,
    logged,
    refused,
    run,
    served,
    until,
    upgrade,
)

NEEDS = ("chromium", "nginx", "openssl", "websockets")
# With what is an escape in a URL, and what base64 has and base64url has not.
TOKEN = "s3cret/+%41~token?>"
ESCAPED = "s3cret%2F%2B%2541~token%3F%3E"
TOKEN64 = base64.urlsafe_b64encode(TOKEN.encode()).decode().rstrip("=")


def basic(user, password):
    return "Authorization: Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


# How a request presents the token: its target, and a header line.
TRANSPORTS = {
    "bearer": ("/", f"Authorization: Bearer {TOKEN}"),
    "x_api_key": ("/", f"X-API-Key: {TOKEN}"),
    "token": (f"/?token={ESCAPED}", "X-Nothing: 1"),
    "access_token": (f"/?a=1&access_token={ESCAPED}", "X-Nothing: 1"),
    "apikey": (f"/?apikey={ESCAPED}", "X-Nothing: 1"),
    "subprotocol": ("/", f"Sec-WebSocket-Protocol: rv.v2, rv.token.{TOKEN64}"),
}


def without_the_right_token_it_is_401():
    """None, empty, a part, too much, another case, the right one as a password; each tells how to do it (C11, C12)."""
    with served(access_token=TOKEN) as server:
        wrong = [
            (),
            ("Authorization: Bearer",),
            (f"Authorization: Bearer {TOKEN[:-1]}",),
            (f"Authorization: Bearer {TOKEN}x",),
            (f"X-API-Key: {TOKEN.upper()}",),
            (basic("", TOKEN),),
        ]
        for number, headers in enumerate(wrong):
            # Each from an address of its own: here nobody is to wait.
            status, head = upgrade(server.port, *headers, source=f"127.0.1.{number + 1}")
            equal(status, 401, f"status with {headers}")
            holds(head, "WWW-Authenticate: Bearer")
        until("all are counted", lambda: server.stats().refused_connections == len(wrong))
        equal(server.stats().connects, 0, "accepted")
        refused("401", port=server.port)


def the_right_token_passes_by_every_transport():
    with served(access_token=TOKEN) as server:
        for name, (target, header) in TRANSPORTS.items():
            status, head = upgrade(server.port, header, target=target)
            equal(status, 101, f"status by {name}")
            expect(TOKEN64 not in head, f"the token is in the answer: {head}")
        until("all were accepted", lambda: server.stats().connects == len(TRANSPORTS))


def peers_and_clients_exchange_values_by_every_transport():
    url = "ws://127.0.0.1:{}/"
    ways = [
        dict(additional_headers={"Authorization": f"Bearer {TOKEN}"}),
        dict(additional_headers={"X-API-Key": TOKEN}),
        dict(subprotocols=["rv.v2", f"rv.token.{TOKEN64}"]),
    ]
    with served(access_token=TOKEN) as server:
        value = 0.0
        for way in ways:
            value += 1
            with Peer(url.format(server.port), **way) as theirs:
                theirs.exchange(server, value)
        with Peer(url.format(server.port) + f"?token={ESCAPED}") as theirs:
            theirs.exchange(server, 10.0)
        for transport in TokenTransport:
            value += 1
            with client(port=server.port, access_token=TOKEN, token_transport=transport) as rv:
                rv.wait_connected(LIMIT)
                rv.import_signals(LIMIT)
                exchange(server, rv, value)


def users_and_passwords_pass_as_basic():
    with served(user="operator", password="päss:word") as server:
        pairs = ("operator", "päss:word", 101), ("operator", "pass", 401), ("", "päss:word", 401)
        for user, password, expected in pairs:
            status, head = upgrade(server.port, basic(user, password))
            equal(status, expected, f"status of {user!r} and {password!r}")
        holds(head, "WWW-Authenticate: Basic")
        server.add_user("panel", "hunter2")
        with Peer(f"ws://panel:hunter2@127.0.0.1:{server.port}/") as theirs:
            theirs.exchange(server, 1.5)
        with client(port=server.port, user="operator", password="päss:word") as rv:
            rv.wait_connected(LIMIT)
            rv.import_signals(LIMIT)
            exchange(server, rv, 2.5)
        refused("401", port=server.port, user="operator", password="pass")


def secrets_are_in_no_log_and_no_error():
    """Right and wrong ones, by every transport, with every frame logged (C17 to C19)."""
    wrong = TOKEN.replace("s3cret", "gu3ssed")
    wrong64 = base64.urlsafe_b64encode(wrong.encode()).decode().rstrip("=")
    with served(access_token=TOKEN, debug=True) as server:
        for target, header in TRANSPORTS.values():
            upgrade(server.port, header, target=target)
            for right, ours in ((TOKEN, wrong), (ESCAPED, ESCAPED.replace("s3cret", "gu3ssed")), (TOKEN64, wrong64)):
                target, header = target.replace(right, ours), header.replace(right, ours)
            upgrade(server.port, header, target=target)
        theirs = []
        for transport in TokenTransport:
            error = refused("4", port=server.port, access_token=wrong, token_transport=transport, path="/a")
            theirs.append(str(error))
            with client(port=server.port, access_token=TOKEN, token_transport=transport, debug=True) as rv:
                # Others' wrong ones came from this address, too.
                rv.wait_connected(2 * LIMIT)
                theirs += [record.text for record in rv.poll_log()]
        logged(server, "wrong")
        for text in server.log + theirs:
            for secret in ("s3cret", "gu3ssed", TOKEN64, wrong64):
                expect(secret not in text, f"{secret} is in {text!r}")
        expect(len(server.log) > 20, server.log)


def guessing_is_slowed_down_for_its_address_alone():
    """C20: soon nothing of it is looked at, not even the right one; others get in at once."""
    with served(access_token=TOKEN) as server:
        statuses = [
            upgrade(server.port, f"Authorization: Bearer guess{number}", source="127.0.2.1")[0] for number in range(300)
        ]
        expect(set(statuses) == {401, 429}, f"{set(statuses)}")
        expect(statuses.count(401) < 20, f"{statuses.count(401)} guesses were looked at")
        status, head = upgrade(server.port, f"Authorization: Bearer {TOKEN}", source="127.0.2.1")
        equal(status, 429, "status of the right one")
        holds(head, "Retry-After: ")
        status, _ = upgrade(server.port, f"Authorization: Bearer {TOKEN}", source="127.0.2.2")
        equal(status, 101, "status from another address")


def a_revoked_token_closes_with_1008():
    """C22: those who came by it, at once; the others stay."""
    with served(access_token=TOKEN) as server:
        server.add_token("for-the-panel", Role("panel", read=["*"]))
        url = f"ws://127.0.0.1:{server.port}/"
        with Peer(url, additional_headers={"X-API-Key": "for-the-panel"}) as panel:
            with Peer(url, additional_headers={"X-API-Key": TOKEN}) as other:
                other.exchange(server, 1.5)
                server.revoke_token("for-the-panel")
                code, reason = panel.closed()
                equal(code, 1008, f"the code ({reason})")
                expect("for-the-panel" not in reason, reason)
                other.exchange(server, 2.5)
        equal(upgrade(server.port, "X-API-Key: for-the-panel")[0], 401, "status")


def roles_hide_and_deny():
    """A program that knows nothing of roles, against one that may read Sensor alone (C36 to C40)."""
    with served() as server:
        server.add_token("reader", Role("reader", read=["Sens*"], may_import=True))
        server.add_token("writer", Role("writer", write=["Motor"]))
        url = f"ws://127.0.0.1:{server.port}/"
        with (
            Peer(url, additional_headers={"X-API-Key": "reader"}) as reader,
            Peer(url, additional_headers={"X-API-Key": "writer"}) as writer,
        ):
            reader.tell(type="import_request")
            answer = reader.hear(lambda message: message["type"] == "import_answer")
            equal(list(answer["signalTypes"]), ["Sensor"], "what it may know of")
            reader.tell(type="subscribe", subscribe=["Motor", "Sensor"])
            answer = reader.hear(lambda message: message["type"] == "snapshot")
            equal(list(answer["signals"]), ["Sensor"], "what it may see")
            reader.tell(type="data", signals={"Motor": 66.0, "Sensor": True})
            until("it is denied", lambda: server.stats().denied >= 1)
            writer.tell(type="data", signals={"Motor": 7.5})
            server.wait_for("Motor", lambda motor: motor == 7.5, LIMIT)
            server["Sensor"].value = True
            heard = reader.hear(lambda message: message.get("signals", {}).get("Sensor") is True)
            equal(heard["signals"], {"Sensor": True}, "what it hears")
            equal(server["Motor"].value, 7.5, "Motor")


def a_token_from_the_tool_lets_its_client_in():
    token = run(RVWS, "token").split()[0]
    expect(len(token) >= 40, token)
    with served(access_token=token) as server:
        environment = {**os.environ, "RVWS_TOKEN": token}
        holds(run(RVWS, "get", f"ws://127.0.0.1:{server.port}", "Sensor", env=environment), "false")


def behind_nginx_each_client_counts_by_its_own_address():
    """What a client itself says of its address is gone at the proxy, and counts for nothing where none is trusted."""
    with proxy.proxied(access_token=TOKEN, trusted_proxies="127.0.0.1") as (server, before, authority):
        trust = authority.trust()

        def ask(token, source):
            headers = (f"Authorization: Bearer {token}", "X-Forwarded-For: 192.0.2.66")
            wrap = lambda stream: trust.wrap_socket(stream, server_hostname="localhost")  # noqa: E731
            return upgrade(before.port, *headers, target=proxy.PATH, source=source, wrap=wrap)[0]

        statuses = [ask(f"guess{number}", "127.0.3.1") for number in range(12)]
        expect(429 in statuses, f"{statuses}")
        logged(server, "127.0.3.1 (by the proxy 127.0.0.1:")
        equal(ask(TOKEN, "127.0.3.2"), 101, "status from another address")
        expect(not any("192.0.2.66" in line for line in server.log), server.log)
    with served(access_token=TOKEN) as server:
        equal(upgrade(server.port, "X-Forwarded-For: 192.0.2.66")[0], 401, "status")
        logged(server, "127.0.0.1")
        expect(not any("192.0.2.66" in line for line in server.log), server.log)


def pages_present_a_token_by_query_or_subprotocol():
    """Over ws:// and wss://; without it, or with a wrong one, the page sees an error and no more."""
    browser = chromium()
    files = {"tls": True, "tls_certificate_file": str(browser.certificate), "tls_key_file": str(browser.key)}
    with site() as port:
        origin = f"http://127.0.0.1:{port}"
        for scheme, options in (("ws", {}), ("wss", files)):
            with served(access_token=TOKEN, allowed_origins=origin, **options) as server:
                server["Sensor"].value = True
                url = f"{scheme}://127.0.0.1:{server.port}/"
                for wrong in (url, f"{url}?token=gu3ssed"):
                    found = browser.attempt(page(origin), wrong, say=SAY)
                    equal((found["opened"], found["failed"], found["code"]), (False, True, 1006), "what it saw")
                logged(server, "401")
                equal(server["Motor"].value, 0.0, "Motor")
                works(server, browser.attempt(page(origin), f"{url}?token={ESCAPED}", (), SAY, SENSOR))
                found = browser.attempt(page(origin), url, ["rv.v2", f"rv.token.{TOKEN64}"], SAY, SENSOR)
                works(server, found)
                equal(found["protocol"], "rv.v2", "the subprotocol")


TESTS = [
    without_the_right_token_it_is_401,
    the_right_token_passes_by_every_transport,
    peers_and_clients_exchange_values_by_every_transport,
    users_and_passwords_pass_as_basic,
    secrets_are_in_no_log_and_no_error,
    guessing_is_slowed_down_for_its_address_alone,
    a_revoked_token_closes_with_1008,
    roles_hide_and_deny,
    a_token_from_the_tool_lets_its_client_in,
    behind_nginx_each_client_counts_by_its_own_address,
    pages_present_a_token_by_query_or_subprotocol,
]
