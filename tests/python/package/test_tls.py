"""TLS: a server with a certificate, clients with one of their own, and files that are read again."""

import os
import subprocess
from pathlib import Path

import pytest
from conftest import SECONDS, until

from realvirtual_ws import Client, ConnectError, InvalidError, Server, StateError, test_connection


@pytest.fixture
def files(tmp_path):
    """An authority, and certificates of it for a server and a client."""
    subprocess.run([os.environ["RVWS"], "cert", tmp_path], check=True, capture_output=True)
    return lambda name: str(tmp_path / f"{name}.pem")


@pytest.fixture
def secure(files):
    """A server that wants certificates of its clients."""
    options = {"tls_certificate_file": files("server"), "tls_key_file": files("server-key")}
    with Server(port=0, tls=True, tls_client_ca_file=files("ca"), **options) as server:
        server.add_int("A")
        yield server


def client(files, server, **options):
    return Client(port=server.port, tls=True, tls_ca_file=files("ca"), **options)


def test_values_cross(files, secure):
    secure["A"].value = 7
    own = {"tls_certificate_file": files("client"), "tls_key_file": files("client-key")}
    with client(files, secure, **own) as panel:
        panel.wait_connected(SECONDS)
        panel.import_signals()
        until(lambda: panel["A"].value == 7)


def test_a_client_without_a_certificate_is_told(files, secure):
    with pytest.raises(ConnectError, match="tls_certificate_file") as failure:
        test_connection(port=secure.port, tls=True, tls_ca_file=files("ca"))
    assert failure.value.name == "RV_ERR_CERTIFICATE"


def test_files_are_read_again(files, secure):
    secure.reload_tls()
    Path(files("server-key")).write_text(Path(files("client-key")).read_text())
    with pytest.raises(ConnectError, match="stays in use"):
        secure.reload_tls()
    with Server(port=0) as plain, pytest.raises(StateError, match="option tls"):
        plain.reload_tls()


def test_what_belongs_together():
    with pytest.raises(InvalidError, match="tls_certificate_file"):
        Server(port=0, tls=True)
    with pytest.raises(TypeError, match="tls_client_ca_file"):
        Client(tls_client_ca_file="ca.pem")
