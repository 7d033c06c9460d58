"""Tokens: what a server asks for, how clients present it, and that nobody is told."""

import base64
import os
import re
import socket
from urllib.parse import urlsplit

from rig import Running, bare, equal, expect, fails, folder, http, rvws, served, succeeds, until

TOKEN = "t0ken-/+of=ours"


def environment(**variables):
    return {"env": {**os.environ, **variables}}


def a_token_has_256_bits_and_is_alone_on_its_line():
    tokens = {succeeds("token") for _ in range(3)}
    equal(len(tokens), 3)
    for token in tokens:
        equal(len(base64.urlsafe_b64decode(token.strip() + "=")), 32)
    line = succeeds("token", "--role", "viewer read=Line1/* import")
    expect(re.fullmatch(r"[\w-]{43} viewer read=Line1/\* import\n", line), line)
    fails(2, "is nothing that a role allows", "token", "--role", "viewer sees=*")
    fails(2, "begins with its name", "token", "--role", "read=*")


def a_server_with_a_token_lets_in_who_presents_it():
    with served("--token", TOKEN) as url, folder() as path:
        fails(6, "--token-file", "ls", url)
        fails(6, "wrong", "ls", url, "--token", "another")
        for how in ("auto", "x-api-key", "query", "subprotocol"):
            expect("Sensor" in succeeds("ls", url, "--token", TOKEN, "--token-by", how), how)
        (path / "token").write_text(TOKEN + "\n")
        expect("Sensor" in succeeds("ls", url, "--token-file", path / "token"), "from a file")
        expect("Sensor" in succeeds("ls", url, **environment(RVWS_TOKEN=TOKEN)), "from the environment")
        expect("Sensor" in succeeds("ls", f"{url}/?token=t0ken-%2F%2Bof%3Dours"), "in the URL")
        (path / "empty").write_text("\n")
        fails(2, "empty", "ls", url, "--token-file", path / "empty")
        fails(9, "no-such", "ls", url, "--token-file", path / "no-such")
        fails(2, "RVWS_PASSWORD", "ls", url, "--user", "bob", **environment(RVWS_PASSWORD=""))
        fails(6, "401", "ls", url, "--user", "bob", **environment(RVWS_PASSWORD="x"))
        fails(2, "cannot be used", "ls", url, "--user", "bob", "--token", TOKEN)


def a_server_with_a_user_lets_in_who_knows_the_password():
    with folder() as path:
        (path / "password").write_text("s3cret\n")
        known = ("--user", "bob", "--password-file", path / "password")
        with served(*known) as url:
            expect("Sensor" in succeeds("ls", url, *known), "the right one")
            fails(6, "401", "ls", url, "--user", "bob", **environment(RVWS_PASSWORD="another"))
            fails(6, "--user", "ls", url)
        (path / "list.csv").write_text("Name,Type\nA,BOOL\n")
        fails(2, "RVWS_PASSWORD", "serve", path / "list.csv", "--user", "bob", **environment(RVWS_PASSWORD=""))


def answer(url, host):
    """The first line of the answer to an upgrade that calls the server so."""
    place = urlsplit(url)
    with socket.create_connection((place.hostname, place.port), 10) as connection:
        connection.sendall(
            f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
        )
        return connection.makefile("rb").readline().decode()


def a_server_answers_to_the_names_that_are_allowed():
    with served("--allow-host", "twin.example", "--allow-host", "other.example:81") as url:
        for host, status in (("twin.example", "101"), ("other.example:81", "101"), ("evil.example", "403")):
            expect(status in answer(url, host), host)


def a_server_has_the_limits_that_it_is_given():
    with served("--max-clients", 1, "--max-message-bytes", 300, "--strict-types") as url:
        expect(rvws("set", url, "Status=" + "x" * 400).returncode != 0, "larger than a message may be")
        succeeds("set", url, "Status=" + "x" * 100)
        with Running("watch", url):
            until("there is room for one", lambda: "503" in rvws("ls", url).stderr)
    with served("--handshake-timeout", 0.3) as url:
        place = urlsplit(url)
        with socket.create_connection((place.hostname, place.port), 10) as silent:
            silent.settimeout(4)
            equal(silent.recv(1), b"")
    with folder() as path:
        (path / "list.csv").write_text("Name,Type\nA,BOOL\nB,BOOL\n")
        fails(8, "--max-signals", "serve", path / "list.csv", "--port", 0, "--max-signals", 1)


def roles_decide_what_a_client_sees_and_sets():
    with folder() as path:
        tokens = path / "tokens"
        tokens.write_text("# who may what\n\nfull-1\nview-1 viewer read=S* write=Status import\n")
        with served("--token-file", tokens, "--token", "other-1", "--role", "blind write=*") as url:
            names = [line.split()[0] for line in succeeds("ls", url, "--token", "view-1").splitlines()]
            equal(names, ["Sensor", "Speed", "Status"])
            equal(len(succeeds("ls", url, "--token", "full-1").splitlines()), 5)
            fails(7, "Motor", "get", url, "Motor", "--token", "view-1")
            fails(8, "", "set", url, "Speed=5", "--token", "view-1")
            succeeds("set", url, "Motor=5", "--token", "full-1")
            fails(6, "role", "config", "set", url, "{}", "--token", "view-1")
        tokens.write_text("# nothing\n")
        (path / "list.csv").write_text("Name,Type\nA,BOOL\n")
        fails(9, "no token", "serve", path / "list.csv", "--port", 0, "--token-file", tokens)
        tokens.write_text("secret-9 viewer sees=*\n")
        fails(9, "line 1", "serve", path / "list.csv", "--port", 0, "--token-file", tokens)
        fails(2, "--role", "serve", path / "list.csv", "--port", 0, "--role", "viewer read=*")
        fails(2, "empty", "serve", path / "list.csv", "--port", 0, "--token", "")


def the_network_is_open_to_whom_has_a_token_and_closed_to_tokens_in_plain_text():
    with folder() as path:
        (path / "list.csv").write_text("Name,Type\nA,BOOL\n")
        fails(11, "--token", "serve", path / "list.csv", "--port", 0, "--address", "0.0.0.0")
    with served("--address", "0.0.0.0", "--token", TOKEN) as url:
        succeeds("ls", url.replace("0.0.0.0", "127.0.0.1"), "--token", TOKEN)
    fails(2, "--allow-plain-credentials", "ls", "ws://192.0.2.1:1", "--token", TOKEN)
    fails(2, "--allow-plain-credentials", "ls", "ws://192.0.2.1:1/?token=x")
    done = rvws("ls", "ws://192.0.2.1:1", "--token", TOKEN, "--allow-plain-credentials", "-W", "0.2")
    expect(done.returncode in (3, 10), done.stderr)


def refusals_name_their_remedy_and_no_secret():
    for status, remedy in (
        ("401 Unauthorized", "RVWS_TOKEN"),
        ("403 Forbidden", "hosts and origins"),
        ("429 Too Many Requests", "wait"),
    ):
        with bare(http(status)) as url:
            fails(6, status[:3], "ls", url, "--token", TOKEN)
            done = rvws("doctor", url, "--token", TOKEN)
            equal(done.returncode, 1)
            told = done.stdout + done.stderr
            expect(remedy in told and "t0ken" not in told, told)


TESTS = [
    a_token_has_256_bits_and_is_alone_on_its_line,
    a_server_with_a_token_lets_in_who_presents_it,
    a_server_with_a_user_lets_in_who_knows_the_password,
    a_server_answers_to_the_names_that_are_allowed,
    a_server_has_the_limits_that_it_is_given,
    roles_decide_what_a_client_sees_and_sets,
    the_network_is_open_to_whom_has_a_token_and_closed_to_tokens_in_plain_text,
    refusals_name_their_remedy_and_no_secret,
]
