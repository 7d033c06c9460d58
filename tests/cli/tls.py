"""TLS: the certificates that the tool makes, keys in every form, `serve` with them, and who gets in."""

import os
import re
import signal
import ssl
import stat
from contextlib import contextmanager

from doctor import finds, openssl
from rig import LIST, Running, equal, expect, fails, folder, rvws, succeeds, until

FILES = ["ca.pem", "client-key.pem", "client.pem", "server-key.pem", "server.pem"]


@contextmanager
def certificates(*arguments):
    with folder() as path:
        succeeds("cert", path, *arguments)
        yield path


@contextmanager
def served(certificate, key, *arguments):
    """`rvws serve` with TLS; gives the program and its URL."""
    with folder() as path:
        file = path / "list.csv"
        file.write_text(LIST)
        with Running("serve", file, "--port", 0, "--tls-cert", certificate, "--tls-key", key, *arguments) as server:
            yield server, re.search(r"wss://\S+", server.line(" at ws")).group()
            equal(server.end(signal.SIGTERM), 0)


def own(path, whose):
    return path / f"{whose}.pem", path / f"{whose}-key.pem"


def as_client(path):
    certificate, key = own(path, "client")
    return "--ca", path / "ca.pem", "--cert", certificate, "--key", key


def cert_makes_a_set_that_others_accept():
    with certificates("--host", "plc.example", "--host", "10.0.0.9", "--client-name", "Viewer", "--days", 20) as path:
        equal(sorted(os.listdir(path)), FILES)
        for name in FILES:
            mode = stat.S_IMODE((path / name).stat().st_mode)
            equal(mode & 0o077 == 0, name.endswith("-key.pem"))
        for whose, purpose in (("server", "sslserver"), ("client", "sslclient")):
            ca = path / "ca.pem"
            openssl("verify", "-x509_strict", "-purpose", purpose, "-CAfile", ca, path / f"{whose}.pem")
        for kind, host in (("host", "plc.example"), ("host", "localhost"), ("ip", "10.0.0.9"), ("ip", "::1")):
            openssl("verify", "-CAfile", path / "ca.pem", f"-verify_{'hostname' if kind == 'host' else 'ip'}", host, path / "server.pem")
        context = ssl.create_default_context(cafile=path / "ca.pem")
        context.load_cert_chain(*own(path, "client"))


def cert_leaves_what_is_there_unless_told():
    with certificates() as path:
        before = {name: (path / name).read_text() for name in FILES}
        fails(9, "--force", "cert", path)
        equal({name: (path / name).read_text() for name in FILES}, before)
        (path / "server-key.pem").chmod(0o644)
        succeeds("cert", path, "--force")
        expect(all((path / name).read_text() != before[name] for name in FILES), "all are new")
        equal(stat.S_IMODE((path / "server-key.pem").stat().st_mode), 0o600)
        fails(9, "cannot write", "cert", path / "ca.pem")
        fails(2, "a b", "cert", path / "other", "--host", "a b\u00e9")


def serve_with_tls_and_clients_with_certificates():
    with certificates() as path, certificates() as others, served(*own(path, "server")) as (_, url):
        equal(len(succeeds("ls", url, "--ca", path / "ca.pem").splitlines()), 5)
        succeeds("ls", url.replace("127.0.0.1", "localhost"), "--ca", path / "ca.pem")
        fails(5, "unknown authority", "ls", url, "--ca", others / "ca.pem")
    with certificates() as path, certificates() as others:
        with served(*own(path, "server"), "--tls-client-ca", path / "ca.pem") as (server, url):
            fails(5, "set --cert and --key", "ls", url, "--ca", path / "ca.pem")
            certificate, key = own(others, "client")
            fails(5, "--cert", "ls", url, "--ca", path / "ca.pem", "--cert", certificate, "--key", key)
            equal(len(succeeds("ls", url, *as_client(path)).splitlines()), 5)
            finds(["client-certificate"], url, "--ca", path / "ca.pem")
            until("a log line", lambda: any("--tls-client-ca" in line or "tls_client_ca_file" in line for line in server.errors))


def keys_in_every_form():
    with folder() as path:
        certificate, key = path / "a.pem", path / "a-key.pem"

        def made(*how):
            openssl(how[0], "-out", key, *how[1:])
            extensions = ("-addext", "basicConstraints=CA:FALSE", "-addext", "subjectAltName=IP:127.0.0.1")
            openssl("req", "-x509", "-new", "-key", key, "-subj", "/CN=a", "-days", 2, *extensions, "-out", certificate)
            return key.read_text()

        for how, head in (
            (("genrsa", "-traditional", "2048"), "BEGIN RSA PRIVATE KEY"),
            (("genpkey", "-algorithm", "RSA"), "BEGIN PRIVATE KEY"),
            (("ecparam", "-name", "secp384r1", "-genkey", "-noout"), "BEGIN EC PRIVATE KEY"),
            (("genpkey", "-algorithm", "ed25519"), "BEGIN PRIVATE KEY"),
        ):
            expect(head in made(*how), head)
            with served(certificate, key) as (_, url):
                succeeds("ls", url, "--insecure")

        file = path / "list.csv"
        file.write_text(LIST)
        refused = "serve", file, "--port", 0, "--tls-cert", certificate, "--tls-key", key
        made("genrsa", "-traditional", "2048")
        plain = key.read_text()
        for how in (("rsa", "-traditional", "-aes128"), ("pkcs8", "-topk8")):
            key.write_text(plain)
            openssl(*how, "-in", key, "-passout", "pass:secret", "-out", path / "new")
            key.write_text((path / "new").read_text())
            expect("ENCRYPTED" in key.read_text(), "encrypted")
            fails(5, "openssl pkey", *refused)
        made("genpkey", "-algorithm", "ED448")
        fails(5, "not supported", *refused)


def sighup_reads_the_files_again():
    with certificates() as path, certificates() as others:
        certificate, key = own(path, "server")
        with served(certificate, key) as (server, url):
            place = url.removeprefix("wss://").split(":")
            shown = lambda: ssl.get_server_certificate((place[0], int(place[1])))  # noqa: E731
            first = shown()
            equal(first, certificate.read_text())
            certificate.write_text((others / "server.pem").read_text())
            server.process.send_signal(signal.SIGHUP)
            until("it says why not", lambda: any("--tls-key" in line and "stays in use" in line for line in server.errors))
            equal(shown(), first)
            key.write_text((others / "server-key.pem").read_text())
            server.process.send_signal(signal.SIGHUP)
            until("it says so", lambda: any("read again" in line for line in server.errors))
            equal(shown(), (others / "server.pem").read_text())


def flags_that_belong_together():
    for arguments in (("--tls-cert", "a"), ("--tls-key", "a"), ("--tls-client-ca", "a")):
        fails(2, "--tls-", "serve", "list.csv", *arguments)
    fails(2, "--key", "ls", "wss://127.0.0.1:1", "--cert", "a")
    fails(2, "wss://", "ls", "ws://127.0.0.1:1", "--cert", "a", "--key", "b")
    equal(rvws("ls", "wss://127.0.0.1:1", "--cert", "no/such", "--key", "b").returncode, 9)


TESTS = (
    cert_makes_a_set_that_others_accept,
    cert_leaves_what_is_there_unless_told,
    serve_with_tls_and_clients_with_certificates,
    keys_in_every_form,
    sighup_reads_the_files_again,
    flags_that_belong_together,
)
