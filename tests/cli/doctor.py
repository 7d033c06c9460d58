"""Each cause that `doctor` knows, with a peer that produces it."""

import json
import re
import socket
import ssl
import subprocess
import threading
import time
from contextlib import contextmanager

from rig import bare, catalogue, equal, expect, folder, free_port, http, peer, rvws, served


def finds(causes, url, *arguments):
    """The doctor finds exactly these causes, each with a remedy; gives what it says."""
    done = rvws("doctor", url, "--duration", 0.3, *arguments)
    lines = done.stdout.splitlines()
    names = [found.group(1) for found in (re.match(r"([a-z][a-z-]+): ", line) for line in lines) if found]
    equal((names, done.returncode, done.stderr), (causes, 1 if causes else 0, ""))
    remedies = [line for line in lines if line.startswith("    ")]
    equal(len(remedies), len(causes))
    return done.stdout


def a_healthy_server_has_none():
    with served("-g", "Sensor=toggle:50ms") as url:
        said = finds([], url)
        expect("5 signals" in said and said.endswith("nothing wrong found\n"), said)
        said = rvws("doctor", url, "--duration", 0.3, "--json").stdout
        equal(json.loads(said), {"cause": None, "what": "nothing wrong found"})


def no_host():
    finds(["no-host"], "no-such-host.invalid:7000", "-W", 3)


def nothing_listens():
    port = free_port()
    expect(f"127.0.0.1:{port}" in finds(["nothing-listens"], f":{port}"), "where")


def no_answer_from_a_port_that_is_filtered():
    # What arrives at a listener whose queue is full is dropped, as a firewall drops it.
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        place = listener.getsockname()
        fillers = []
        try:
            for _ in range(8):
                filler = socket.socket()
                filler.setblocking(False)
                filler.connect_ex(place)
                fillers.append(filler)
            finds(["no-answer"], f"127.0.0.1:{place[1]}", "-W", 0.5)
        finally:
            for filler in fillers:
                filler.close()


def wrong_path():
    with folder() as path:
        with served("--path", "/signals") as url:
            finds(["wrong-path"], url.replace("/signals", "/other"))
            finds([], url)
    with bare(http("302 Found", headers="Location: http://elsewhere/\r\n")) as url:
        expect("elsewhere" in finds(["wrong-path"], url), "where to")
    with bare(lambda client: client.recv(65536) and client.sendall(b"HTTP/1.0 404 File not found\r\n\r\n")) as url:
        expect("HTTP/1.0" in finds(["wrong-path"], url), "a web server")


def not_a_websocket():
    with bare(http("200 OK", body="hello")) as url:
        finds(["not-websocket"], url)
    with bare(lambda client: client.sendall(b"220 mail.example ESMTP\r\n")) as url:
        finds(["not-websocket"], url)
    with bare(lambda client: client.recv(65536) and client.recv(1)) as url:
        said = finds(["not-websocket"], url, "-W", 0.5)
        expect("accepts connections" in said and "firewall" not in said, said)


def a_server_that_is_full():
    with bare(http("503 Service Unavailable")) as url:
        finds(["busy"], url)


def a_token_is_wanted_or_an_origin_refused():
    for status in ("401 Unauthorized", "403 Forbidden"):
        with bare(http(status, body="because")) as url:
            expect("because" in finds(["refused"], url), "what the server says")


def plain_text_on_a_tls_port_and_the_reverse():
    with tls("localhost") as (url, _):
        finds(["tls-port"], url.replace("wss", "ws"))
    with served() as url:
        finds(["plain-port"], url.replace("ws:", "wss:"))


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


@contextmanager
def tls(name, days=30, wants=False):
    """A WebSocket server with a certificate for `name`, of an authority of its own; gives URL and the authority's file.

    `wants`: it asks its clients for certificates of that authority.
    """
    with folder() as path:
        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        openssl("req", "-x509", *key, "-keyout", path / "ca.key", "-out", path / "ca.pem", "-subj", "/CN=Test", "-days", 30)
        openssl("req", *key, "-keyout", path / "key.pem", "-out", path / "csr.pem", "-subj", f"/CN={name}")
        (path / "ext").write_text(f"subjectAltName=DNS:{name}\nbasicConstraints=CA:FALSE\n")
        openssl(
            *("x509", "-req", "-in", path / "csr.pem", "-CA", path / "ca.pem", "-CAkey", path / "ca.key"),
            *("-set_serial", 1, "-days", days, "-extfile", path / "ext", "-out", path / "cert.pem"),
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path / "cert.pem", path / "key.pem")
        if wants:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(path / "ca.pem")
        with peer(catalogue({"A": ("PLCInputBool", True)}, then=data), ssl=context) as place:
            yield f"wss://{place.replace('127.0.0.1', 'localhost')}", path / "ca.pem"


def data(socket, message):
    """Sends a value once, when the client introduces itself."""
    if message["type"] == "init":
        socket.send('{"type":"data","signals":{"A":true}}')


def an_authority_that_is_not_trusted():
    with tls("localhost") as (url, authority):
        finds(["untrusted"], url)
        finds([], url, "--ca", authority)
        finds([], url, "--insecure")


def a_certificate_for_another_name():
    with tls("other.example") as (url, authority):
        said = finds(["wrong-name"], url, "--ca", authority)
        expect("for other names (other.example)" in said, said)
        # As it is called on this command line.
        expect("the host in the URL" in said and "option" not in said, said)


def a_certificate_that_has_expired():
    with tls("localhost", days=-1) as (url, authority):
        finds(["wrong-time"], url, "--ca", authority)


def a_server_that_wants_a_certificate():
    with tls("localhost", wants=True) as (url, authority):
        finds(["client-certificate"], url, "--ca", authority)
        finds(["client-certificate"], url, "--insecure")


def tls_that_fails_otherwise():
    def alert(client):
        client.recv(65536)
        client.sendall(bytes([21, 3, 3, 0, 2, 2, 40]))  # fatal: handshake_failure
        client.recv(65536)

    with bare(alert) as url:
        finds(["tls"], f"wss://{url}")


def talks(*messages):
    """Sends these at once, and then reads until the client is gone."""

    def handle(socket):
        for message in messages:
            socket.send(message)
        for _ in socket:
            pass

    return handle


def the_older_protocol():
    with peer(talks('{"tag":"data","value":{"A":1}}')) as url:
        finds(["old-protocol"], url)


def the_port_of_the_multiuser_service():
    with peer(talks('{"type":"room_state","users":[]}')) as url:
        finds(["multiuser"], url)


def a_server_that_ends_the_connection():
    with peer(lambda socket: socket.close(1008, "go away")) as url:
        expect("go away" in finds(["lost"], url), "its reason")


def a_server_without_a_catalogue_or_data():
    with peer(talks()) as url:
        finds(["no-catalogue", "no-data"], url, "-W", 1)
    with served() as url:
        finds([], url)


def connected_but_no_data():
    with peer(catalogue({"A": ("PLCInputBool", False)})) as url:
        finds(["no-data"], url)


def types_that_clash():
    def lie(socket, message):
        if message["type"] == "init":
            for _ in range(40):
                socket.send('{"type":"data","signals":{"A":"no number"}}')
                time.sleep(0.05)

    handle = catalogue({"A": ("PLCInputInt", 1)})

    def both(socket):
        threading.Thread(target=lambda: quietly(lie, socket, {"type": "init"}), daemon=True).start()
        handle(socket)

    with peer(both) as url:
        finds(["type-clash"], url)
    with_list(["type-clash"], "Name,Type,Direction\nSensor,INT,OUTPUT\n")


def quietly(function, *arguments):
    try:
        function(*arguments)
    except Exception:  # the client is gone
        pass


def with_list(causes, text, *arguments):
    with served("-g", "Sensor=toggle:50ms") as url, folder() as path:
        (path / "own.csv").write_text(text)
        return finds(causes, url, "--list", path / "own.csv", *arguments)


def both_sides_write_or_both_read():
    with_list(["both-write"], "Name,Type,Direction\nSensor,BOOL,INPUT\n")
    with_list(["both-read"], "Name,Type,Direction\nMotor,FLOAT,OUTPUT\n")
    with_list([], "Name,Type,Direction\nSensor,BOOL,OUTPUT\nMotor,FLOAT,INPUT\n")
    # A controller's list has the simulation's types.
    sides = ("--perspective", "controller", "--peer-perspective", "simulation")
    with_list([], "Name,Type,Direction\nSensor,BOOL,INPUT\nMotor,FLOAT,OUTPUT\n", *sides)
    with_list(["both-write"], "Name,Type,Direction\nSensor,BOOL,OUTPUT\n", *sides)


def names_that_differ_only_in_case():
    said = with_list(["case"], "Name,Type,Direction\nsensor,BOOL,OUTPUT\n")
    expect("sensor here, Sensor there" in said, said)
    with peer(catalogue({"A": ("PLCInputBool", True), "a": ("PLCInputBool", True)}, then=data)) as url:
        finds(["case"], url)


def names_that_the_server_does_not_have():
    expect("Unknown" in with_list(["missing"], "Name,Type,Direction\nUnknown,BOOL,OUTPUT\n"), "the name")


def messages_of_more_than_8_kb():
    wide = "Name,Type,Direction\n" + "".join(f"A rather long name of signal {n},BOOL,INPUT\n" for n in range(300))
    with served("-g", "*=toggle:100ms", text=wide) as url:
        finds(["large-messages"], url)
    # The answer to an import alone is none: who does not ask does not get it.
    with served("-g", "*0=toggle:100ms", text=wide.replace("INPUT", "OUTPUT")) as url:
        finds([], url)


def a_server_that_answers_data_with_data():
    def echo(socket, message):
        if message["type"] == "data":
            socket.send('{"type":"data","signals":{"A":true}}')

    with peer(catalogue({"A": ("PLCInputBool", True)}, then=echo)) as url:
        finds(["echo"], url)


def a_storm_of_values_that_are_not_new():
    def storm(socket):
        while True:
            socket.send('{"type":"data","signals":{"A":true}}')
            time.sleep(0.0005)

    answer = catalogue({"A": ("PLCInputBool", True)})

    def both(socket):
        threading.Thread(target=lambda: quietly(storm, socket), daemon=True).start()
        answer(socket)

    with peer(both) as url:
        finds(["storm"], url)


def findings_as_json():
    done = rvws("doctor", f":{free_port()}", "--json")
    (finding,) = map(json.loads, done.stdout.splitlines())
    equal((finding["cause"], sorted(finding)), ("nothing-listens", ["cause", "remedy", "what"]))


TESTS = (
    a_healthy_server_has_none,
    no_host,
    nothing_listens,
    no_answer_from_a_port_that_is_filtered,
    wrong_path,
    not_a_websocket,
    a_server_that_is_full,
    a_token_is_wanted_or_an_origin_refused,
    plain_text_on_a_tls_port_and_the_reverse,
    an_authority_that_is_not_trusted,
    a_certificate_for_another_name,
    a_certificate_that_has_expired,
    a_server_that_wants_a_certificate,
    tls_that_fails_otherwise,
    the_older_protocol,
    the_port_of_the_multiuser_service,
    a_server_that_ends_the_connection,
    a_server_without_a_catalogue_or_data,
    connected_but_no_data,
    types_that_clash,
    both_sides_write_or_both_read,
    names_that_differ_only_in_case,
    names_that_the_server_does_not_have,
    messages_of_more_than_8_kb,
    a_server_that_answers_data_with_data,
    a_storm_of_values_that_are_not_new,
    findings_as_json,
)
