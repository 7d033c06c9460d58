"""Web pages in Chromium: of an origin that must not talk to the server, and of one that may (C45)."""

import contextlib
import functools
import http.server
import itertools
import json
import tempfile
import threading
import urllib.request
from pathlib import Path

from rig import LIMIT, Authority, Program, equal, find, folder, logged, served, spki_digest, until, upgrade

NEEDS = ("chromium", "openssl", "websockets")
HERE = Path(__file__).resolve().parent


class Chromium:
    """A headless browser, driven over its DevTools protocol."""

    def __init__(self):
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        # Of test certificates it trusts this one, by its key.
        certificates = Path(self.profile.name) / "certificates"
        certificates.mkdir()
        self.certificate, self.key = Authority(certificates).server()
        self.program = Program(
            find("chromium"), "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--disable-dev-shm-usage",
            f"--ignore-certificate-errors-spki-list={spki_digest(self.certificate)}",
            f"--user-data-dir={self.profile.name}", "--remote-debugging-port=0", "about:blank",
        )  # fmt: skip
        self.port = None
        port = Path(self.profile.name) / "DevToolsActivePort"
        try:
            text = until(
                lambda: f"Chromium starts; it said {self.program.lines[-5:]}",
                lambda: port.exists() and port.read_text(),
                3 * LIMIT,
            )
        except AssertionError:
            self.end()
            raise
        self.port = int(text.split()[0])

    def end(self):
        # By itself, so that it ends the processes that it has started.
        with contextlib.suppress(Exception):
            from websockets.sync.client import connect

            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/json/version", timeout=LIMIT) as answer:
                with connect(json.load(answer)["webSocketDebuggerUrl"]) as tools:
                    tools.send(json.dumps({"id": 1, "method": "Browser.close"}))
                    self.program.process.wait(LIMIT)
        self.program.end()
        self.profile.cleanup()

    def attempt(self, page, url, protocols=(), say=(), wanted=None):
        """What becomes of a connection to `url` that the page at `page` makes; see page.html."""
        with self.tab(page) as evaluate:
            until(f"{page} is loaded", lambda: evaluate("typeof attempt === 'function'"))
            arguments = ", ".join(json.dumps(argument) for argument in (url, list(protocols), list(say), wanted))
            return evaluate(f"attempt({arguments})")

    @contextlib.contextmanager
    def tab(self, page):
        """A tab that shows `page`; gives what evaluates an expression in it, and waits for a promise."""
        from websockets.sync.client import connect

        at = f"http://127.0.0.1:{self.port}/json"
        new = urllib.request.Request(f"{at}/new?{page}", method="PUT")
        with urllib.request.urlopen(new, timeout=LIMIT) as answer:
            tab = json.load(answer)
        numbers = itertools.count(1)
        with connect(tab["webSocketDebuggerUrl"], max_size=None) as tools:

            def evaluate(expression):
                number = next(numbers)
                parameters = {"expression": expression, "awaitPromise": True, "returnByValue": True}
                tools.send(json.dumps({"id": number, "method": "Runtime.evaluate", "params": parameters}))
                while True:
                    answer = json.loads(tools.recv(2 * LIMIT))
                    if answer.get("id") == number:
                        return answer["result"]["result"].get("value")

            yield evaluate
        urllib.request.urlopen(f"{at}/close/{tab['id']}", timeout=LIMIT).close()


_chromium = None
_lock = threading.Lock()


def chromium():
    """The browser that all tests share; started by the first one."""
    global _chromium
    with _lock:
        if _chromium is None:
            _chromium = Chromium()
        return _chromium


def end():
    if _chromium is not None:
        _chromium.end()


class Files(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@contextlib.contextmanager
def site():
    """A web server with page.html; gives its port. `127.0.0.1` and `localhost` are two origins."""
    handler = functools.partial(Files, directory=str(HERE))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()


def page(origin):
    return f"{origin}/page.html"


SENSOR = {"name": "Sensor", "value": True}
SAY = ({"type": "init", "version": 2, "name": "a page"}, {"type": "data", "signals": {"Motor": 7.5}})


def is_refused(server, found, origin):
    """The page saw an error and no more; the server's log names the origin and the option."""
    equal((found["opened"], found["failed"], found["code"]), (False, True, 1006), "what the page saw")
    logged(server, "403", f'"{origin}"', "allowed_origins")
    equal((server.stats().refused_connections, server.stats().connects), (1, 0), "refused and accepted")
    equal(server["Motor"].value, 0.0, "Motor")


def works(server, found):
    """Values went both ways."""
    equal((found["opened"], found["found"]), (True, True), f"what the page saw ({found})")
    equal(server["Motor"].value, 7.5, "Motor")


def a_page_of_another_origin_is_refused():
    with site() as port, served(allowed_origins=f"http://127.0.0.1:{port}") as server:
        foreign = f"http://localhost:{port}"
        found = chromium().attempt(page(foreign), f"ws://127.0.0.1:{server.port}/", say=SAY)
        is_refused(server, found, foreign)


def a_page_is_refused_where_no_origin_is_listed():
    with site() as port, served() as server:
        origin = f"http://127.0.0.1:{port}"
        found = chromium().attempt(page(origin), f"ws://127.0.0.1:{server.port}/", say=SAY)
        is_refused(server, found, origin)


def a_page_of_an_allowed_origin_exchanges_values():
    with site() as port, served(allowed_origins=[f"http://127.0.0.1:{port}"]) as server:
        server["Sensor"].value = True
        url = f"ws://127.0.0.1:{server.port}/"
        found = chromium().attempt(page(f"http://127.0.0.1:{port}"), url, (), SAY, SENSOR)
        works(server, found)
        equal(server.stats().refused_connections, 0, "refused")


def a_page_exchanges_values_over_tls():
    browser = chromium()
    files = {"tls_certificate_file": str(browser.certificate), "tls_key_file": str(browser.key)}
    with site() as port, served(allowed_origins=f"http://127.0.0.1:{port}", tls=True, **files) as server:
        server["Sensor"].value = True
        url = f"wss://127.0.0.1:{server.port}/"
        works(server, browser.attempt(page(f"http://127.0.0.1:{port}"), url, (), SAY, SENSOR))
        foreign = f"http://localhost:{port}"
        found = browser.attempt(page(foreign), url, say=SAY)
        equal((found["opened"], found["code"]), (False, 1006), "what a foreign page saw")
        logged(server, "403", f'"{foreign}"', "allowed_origins")


def a_page_is_kept_from_a_server_whose_certificate_is_unknown():
    with folder() as path, site() as port:
        certificate, key = Authority(path).server()
        files = {"tls_certificate_file": str(certificate), "tls_key_file": str(key)}
        with served(allowed_origins=f"http://127.0.0.1:{port}", tls=True, **files) as server:
            found = chromium().attempt(page(f"http://127.0.0.1:{port}"), f"wss://127.0.0.1:{server.port}/", say=SAY)
            equal((found["opened"], found["failed"], found["code"]), (False, True, 1006), "what the page saw")
            logged(server, "does not accept this server's certificate")


def a_page_from_a_file_is_refused_and_can_be_allowed():
    """Such a page has no site: Chromium calls its origin `null`, some web views `file://`."""
    file = page(HERE.as_uri())
    with served() as server:
        url = f"ws://127.0.0.1:{server.port}/"
        found = chromium().attempt(file, url, say=SAY)
        is_refused(server, found, "null")
        equal(upgrade(server.port, "Origin: file://")[0], 403, "status")
    with served(allowed_origins=["null", "file://"]) as server:
        equal(upgrade(server.port, "Origin: file://")[0], 101, "status")
        server["Sensor"].value = True
        works(server, chromium().attempt(file, f"ws://127.0.0.1:{server.port}/", (), SAY, SENSOR))


TESTS = [
    a_page_of_another_origin_is_refused,
    a_page_is_refused_where_no_origin_is_listed,
    a_page_of_an_allowed_origin_exchanges_values,
    a_page_exchanges_values_over_tls,
    a_page_is_kept_from_a_server_whose_certificate_is_unknown,
    a_page_from_a_file_is_refused_and_can_be_allowed,
]
