"""A server with TLS, looked at with openssl, `websockets`, nginx and raw sockets (C33 to C35)."""

import contextlib
import re
import socket
import ssl
import subprocess

import proxy
from rig import (
    LIMIT,
    RVWS,
    Authority,
    Peer,
    client,
    equal,
    exchange,
    expect,
    fails,
    folder,
    holds,
    logged,
    refused,
    run,
    served,
    until,
    upgrade,
)

NEEDS = ("nginx", "openssl", "websockets")


def s_client(port, *words, say=""):
    """What `openssl s_client` says of a connection, having said `say`, and whether it ended well."""
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-servername", "twin.example", *map(str, words)]
    done = subprocess.run(command, input=say, capture_output=True, text=True, errors="replace", timeout=LIMIT)
    return done.stdout + done.stderr, done.returncode == 0


@contextlib.contextmanager
def secured(**options):
    """A server with TLS, and the authority of its certificate."""
    with folder() as path:
        authority = Authority(path)
        certificate, key = authority.server()
        with served(
            tls=True, tls_certificate_file=str(certificate), tls_key_file=str(key), **options
        ) as server:  # fmt: skip
            yield server, authority


def ours(server, authority, **options):
    return client(port=server.port, tls=True, tls_ca_file=str(authority.ca), **options)


def url(server):
    return f"wss://localhost:{server.port}/"


def tls_1_2_and_1_3_are_spoken():
    with secured() as (server, authority):
        for version, name in (("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")):
            said, well = s_client(server.port, version, "-CAfile", authority.ca, "-verify_return_error", "-brief")
            expect(well, said)
            holds(said, f"Protocol version: {name}", "Verification: OK")


def older_versions_and_weak_ciphers_are_not():
    """The client would speak them: its own security level is lowered for it."""
    with secured() as (server, authority):
        for words in (("-tls1",), ("-tls1_1",), ("-tls1_2", "-cipher", "AES128-SHA:DES-CBC3-SHA")):
            lowered = words if "-cipher" in words else (*words, "-cipher", "ALL:@SECLEVEL=0")
            said, well = s_client(server.port, *lowered, "-CAfile", authority.ca)
            expect(not well, said)
            holds(said, "alert")
            expect(re.search(r"alert (protocol version|handshake failure)", said), said)
        equal(server.stats().connects, 0, "connections")
        logged(server, "TLS handshake")


def the_chain_is_shown_as_configured():
    """The file's certificates, in its order: the server's own, and the one between it and the authority."""
    with folder() as path:
        root = Authority(path)
        (path / "between").mkdir()
        between = root.authority("between", path / "between")
        certificate, key = between.server()
        chain = path / "chain.pem"
        chain.write_text(certificate.read_text() + between.ca.read_text())
        with served(tls=True, tls_certificate_file=str(chain), tls_key_file=str(key)) as server:
            said, well = s_client(server.port, "-CAfile", root.ca, "-verify_return_error", "-showcerts")
            expect(well, said)
            equal(said.count("-----BEGIN CERTIFICATE-----"), 2, "certificates shown")
            shown = re.findall(r"^ *\d s:(.*)$", said, re.M)
            equal([name.replace(" ", "") for name in shown], ["CN=twin.example", "CN=between"], "the chain")
            with ours(server, root) as rv:
                rv.wait_connected(LIMIT)


def other_programs_exchange_values_over_wss():
    with secured() as (server, authority):
        with ours(server, authority) as rv, Peer(url(server), ssl=authority.trust()) as theirs:
            rv.wait_connected(LIMIT)
            rv.import_signals(LIMIT)
            theirs.exchange(server, 1.5)
            rv.wait_for("Motor", lambda motor: motor == 1.5, LIMIT)
            exchange(server, rv, 2.5)
            theirs.hear(lambda message: message.get("signals", {}).get("Motor") == 2.5)


def a_handshake_by_hand_is_answered_inside_tls():
    with secured() as (server, authority):
        trust = authority.trust()

        def wrap(stream):
            return trust.wrap_socket(stream, server_hostname="localhost")

        status, _ = upgrade(server.port, wrap=wrap)
        equal(status, 101, "status")
        status, _ = upgrade(server.port, "Origin: https://elsewhere.example", wrap=wrap)
        equal(status, 403, "status of a foreign page")


def plain_clients_are_told_quickly():
    """ws:// to a wss:// port, and the reverse (C33)."""
    with secured() as (server, authority):
        refused("speaks TLS", "wss://", port=server.port)
        fails(lambda: Peer(f"ws://127.0.0.1:{server.port}/"))
        status, head = upgrade(server.port)
        equal(status, 400, head)
        logged(server, "400", "plain text (ws://)")
    with served() as server:
        refused("does not speak TLS", "ws://", port=server.port, tls=True)
        said, well = s_client(server.port)
        expect(not well, said)
        logged(server, "400", "speaks TLS (wss://)")


def mutual_tls_lets_in_whom_the_authority_knows():
    """No certificate, one of another authority, one for servers, the right one (C34)."""
    with folder() as path:
        for name in ("clients", "others"):
            (path / name).mkdir()
        clients, others = (Authority(path / name, name) for name in ("clients", "others"))
        right = clients.issue("gateway", purpose="clientAuth")
        wrong = others.issue("stranger", purpose="clientAuth")
        misused = clients.issue("a server", purpose="serverAuth")
        with secured(tls_client_ca_file=str(clients.ca)) as (server, authority):
            trust = ("-CAfile", authority.ca, "-tls1_2")
            said, well = s_client(server.port, *trust)
            expect(not well, said)
            holds(said, "alert")
            for certificate, key in (wrong, misused):
                said, well = s_client(server.port, *trust, "-cert", certificate, "-key", key)
                expect(not well, said)
                holds(said, "alert")
            said, well = s_client(server.port, *trust, "-cert", right[0], "-key", right[1])
            expect(well, said)

            there = dict(port=server.port, tls=True, tls_ca_file=str(authority.ca))
            refused("wants a certificate", "tls_certificate_file", **there)
            for certificate, key in (wrong, misused):
                files = {"tls_certificate_file": str(certificate), "tls_key_file": str(key)}
                refused("does not accept the certificate", **files, **there)
            with client(tls_certificate_file=str(right[0]), tls_key_file=str(right[1]), **there) as rv:
                rv.wait_connected(LIMIT)
                rv.import_signals(LIMIT)
                exchange(server, rv, 1.5)
                logged(server, "gateway")
            context = authority.trust()
            fails(lambda: Peer(url(server), ssl=context).hear(lambda _: True))
            context.load_cert_chain(*map(str, right))
            with Peer(url(server), ssl=context) as theirs:
                theirs.exchange(server, 2.5)


def the_tools_certificates_serve_both_sides():
    """What `rvws cert` writes, with openssl, `websockets` and our own client."""
    with folder() as path:
        run(RVWS, "cert", path, "--host", "twin.example")
        of_server = {"tls_certificate_file": path / "server.pem", "tls_key_file": path / "server-key.pem"}
        of_client = {"tls_certificate_file": path / "client.pem", "tls_key_file": path / "client-key.pem"}
        of_server, of_client = ({name: str(file) for name, file in files.items()} for files in (of_server, of_client))
        ca = str(path / "ca.pem")
        with served(tls=True, tls_client_ca_file=ca, **of_server) as server:
            for name in ("twin.example", "localhost"):
                verify = ("-CAfile", ca, "-verify_return_error", "-verify_hostname", name)
                own = ("-cert", of_client["tls_certificate_file"], "-key", of_client["tls_key_file"])
                said, well = s_client(server.port, *verify, *own)
                expect(well, said)
            context = ssl.create_default_context(cafile=ca)
            context.load_cert_chain(*of_client.values())
            with (
                client(port=server.port, tls=True, tls_ca_file=ca, **of_client) as rv,
                Peer(url(server), ssl=context) as theirs,
            ):
                rv.wait_connected(LIMIT)
                rv.import_signals(LIMIT)
                theirs.exchange(server, 1.5)
                rv.wait_for("Motor", lambda motor: motor == 1.5, LIMIT)
                exchange(server, rv, 2.5)


def a_handshake_that_is_cut_hangs_nothing():
    """After each part of a TLS hello the connection ends, one way or the other; the next client is served (C35)."""
    with secured() as (server, authority):
        hello = ssl.MemoryBIO()
        context = authority.trust()
        speaking = context.wrap_bio(ssl.MemoryBIO(), hello, server_hostname="localhost")
        with contextlib.suppress(ssl.SSLWantReadError):
            speaking.do_handshake()
        hello = hello.read()
        cuts = sorted({0, 1, 2, 4, 5, 6, 40, len(hello) // 2, len(hello) - 1, len(hello)})
        for cut in cuts:
            with socket.create_connection(("127.0.0.1", server.port), LIMIT) as stream:
                stream.sendall(hello[:cut])
                if cut % 2:
                    stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        until("all are noticed", lambda: server.stats().refused_connections == len(cuts))
        with ours(server, authority) as rv:
            rv.wait_connected(LIMIT)
            rv.import_signals(LIMIT)
            exchange(server, rv, 1.5)


def nginx_reaches_a_server_with_tls():
    """TLS to the proxy and TLS behind it."""
    with secured(path=proxy.PATH) as (server, authority):
        with folder() as path, proxy.Proxy(path, server.port, authority, authority.ca) as before:
            with proxy.through(before, authority) as rv, Peer(before.url, ssl=authority.trust()) as theirs:
                rv.wait_connected(LIMIT)
                rv.import_signals(LIMIT)
                theirs.exchange(server, 1.5)
                rv.wait_for("Motor", lambda motor: motor == 1.5, LIMIT)
                exchange(server, rv, 2.5)


TESTS = [
    tls_1_2_and_1_3_are_spoken,
    older_versions_and_weak_ciphers_are_not,
    the_chain_is_shown_as_configured,
    other_programs_exchange_values_over_wss,
    a_handshake_by_hand_is_answered_inside_tls,
    plain_clients_are_told_quickly,
    mutual_tls_lets_in_whom_the_authority_knows,
    the_tools_certificates_serve_both_sides,
    a_handshake_that_is_cut_hangs_nothing,
    nginx_reaches_a_server_with_tls,
]
