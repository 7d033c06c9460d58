"""The client of page.c in a page in headless Chromium, against a server of the native library.

    page.py FOLDER     of page.js, page.wasm and page.html

Needs Chromium, openssl, and the Python package with the native library.
"""

import base64
import hashlib
import http.server
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import urllib.parse
from pathlib import Path

from realvirtual_ws import Direction, Server

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --no-proxy-server --remote-debugging-port=0"
).split()
COUNT = 2**53 + 1
LABEL = "grün 😀"


class Site:
    """Serves the folder, and takes what the page reports."""

    def __init__(self, folder):
        self.reports = queue.Queue()
        reports = self.reports

        class Handler(http.server.SimpleHTTPRequestHandler):
            def __init__(self, *args):
                super().__init__(*args, directory=str(folder))

            def do_POST(self):
                reports.put(self.rfile.read(int(self.headers["Content-Length"])).decode())
                self.send_response(204)
                self.end_headers()

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def expect(self, beginning, timeout=20):
        """The next report, which begins so."""
        report = self.reports.get(timeout=timeout)
        assert report.startswith(beginning), f"the page reports {report!r}, not {beginning!r}"
        return report

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Page:
    """The page, open in a browser of its own."""

    def __init__(self, site, port, tls=False, token="", flags=()):
        self.profile = tempfile.mkdtemp(prefix="rv-chromium-")
        query = "&".join(urllib.parse.quote(part, safe="") for part in (str(port), "1" if tls else "0", token))
        command = [CHROMIUM, *FLAGS, *flags, f"--user-data-dir={self.profile}", f"{site.origin}/page.html?{query}"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.process = subprocess.Popen(command, start_new_session=True, **quiet)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # The browser is a group of processes.
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)


class Certificate:
    """A certificate for localhost, and the flags by which one browser trusts its key."""

    def __init__(self, scratch):
        self.key, self.file = f"{scratch}/key.pem", f"{scratch}/certificate.pem"
        command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
        subprocess.run([*command.split(), "-keyout", self.key, "-out", self.file], check=True, stderr=subprocess.DEVNULL)
        public = ["openssl", "pkey", "-in", self.key, "-pubout", "-outform", "DER"]
        digest = hashlib.sha256(subprocess.run(public, check=True, capture_output=True).stdout).digest()
        self.flags = [f"--ignore-certificate-errors-spki-list={base64.b64encode(digest).decode()}"]


def until(condition, what, timeout=20):
    end = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < end, f"{what} did not come about in {timeout} s"
        time.sleep(0.005)


def serve(site, server, **page):
    """Opens the page, and plays the server's part of page.c."""
    motor = server.add_float("Motor", Direction.OUTPUT)
    start = server.add_bool("Start", Direction.OUTPUT)
    count = server.add_int("Count", Direction.OUTPUT)
    label = server.add_text("Label", Direction.OUTPUT)
    sensor = server.add_bool("Sensor", Direction.INPUT)
    total = server.add_int("Total", Direction.INPUT)
    words = server.add_text("Words", Direction.INPUT)
    server.config_publish({"page": True})
    with server, Page(site, server.info().port, **page):
        site.expect("imported 7")
        until(lambda: count.value == COUNT and label.value == LABEL and motor.value == 0.1, "the page's first values")
        until(lambda: not start.value and sum(c.rises for c in server.poll() if c.name == "Start") == 1, "the page's pulse")
        total.value, words.value = COUNT - 1, LABEL + "!"
        for pulse in range(5):
            # A pulse behind one that is not out yet would collapse, on a busy machine.
            out = server.stats().values_out
            for level in (True, False):
                sensor.value = level
                server.flush()
                time.sleep(0.001)
            until(lambda: server.stats().values_out >= out + 2, f"pulse {pulse}")
        assert site.expect("answered, ") == "answered, 5 rises"
        until(lambda: motor.value == 2.0, "the page's second value")
        [client] = server.clients()
        assert client.name == "page", client
        server.disconnect_client(client.id)
        site.expect("disconnected -45: closed with code 1000")
        site.expect("stale")
        until(lambda: count.value == -COUNT - 2, "the value that was set without a connection")
        total.value = -COUNT - 3
        site.expect("resynchronised")
        site.expect('config {"page": true}')
        until(lambda: motor.value == 3.5, "the page's last value, set before it stopped")
        site.expect("done")
        assert server.stats().malformed == 0


def the_client_in_a_page(site):
    serve(site, Server(port=0, allowed_origins=[site.origin]))


def a_page_from_elsewhere_is_kept_out(site):
    with Server(port=0, allowed_origins=["https://other.example"]) as server, Page(site, server.info().port):
        report = site.expect("disconnected -45: the browser could not connect to ws://127.0.0.1:")
        assert server.stats().refused_connections > 0, report


TOKEN = "A-token+with/every=kind&of?character"


def a_token_in_the_query_over_wss(site):
    with tempfile.TemporaryDirectory() as scratch:
        shown = Certificate(scratch)
        tls = {"tls": True, "tls_certificate_file": shown.file, "tls_key_file": shown.key}
        serve(site, Server(port=0, allowed_origins=[site.origin], access_token=TOKEN, **tls), tls=True, token=TOKEN, flags=shown.flags)


def a_certificate_that_the_browser_does_not_trust(site):
    with tempfile.TemporaryDirectory() as scratch:
        shown = Certificate(scratch)
        tls = {"tls": True, "tls_certificate_file": shown.file, "tls_key_file": shown.key}
        with Server(port=0, allowed_origins=[site.origin], **tls) as server, Page(site, server.info().port, tls=True):
            site.expect("disconnected -45: the browser could not connect to wss://localhost:")
            assert server.stats().connects == 0


def a_wrong_token_is_kept_out(site):
    with Server(port=0, allowed_origins=[site.origin], access_token=TOKEN) as server:
        with Page(site, server.info().port, token="another"):
            site.expect("disconnected -45: the browser could not connect to ws://127.0.0.1:")
        assert server.stats().refused_connections > 0 and server.stats().connects == 0


TESTS = [
    the_client_in_a_page,
    a_page_from_elsewhere_is_kept_out,
    a_token_in_the_query_over_wss,
    a_certificate_that_the_browser_does_not_trust,
    a_wrong_token_is_kept_out,
]


def main():
    if CHROMIUM is None:
        print("skipped: webgl: Chromium is not installed (Debian: chromium)")
        return
    failed = 0
    for test in TESTS:
        site = Site(Path(sys.argv[1]))
        try:
            test(site)
        except Exception:  # noqa: BLE001 - every failure is one of the test
            failed += 1
            print(f"{test.__name__}:\n{traceback.format_exc()}")
        finally:
            site.close()
        while not site.reports.empty():
            print(f"the page also reports: {site.reports.get()}")
    print(f"webgl page: {len(TESTS) - failed} passed, {failed} failed")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
