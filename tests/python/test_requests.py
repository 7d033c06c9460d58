"""Configuration both ways, connection tests and imports between a server and a client of this library, over loopback.

Needs nothing but python3 and the library.
"""

import ctypes
import json
import sys
import threading
import time
from ctypes import byref, sizeof
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bindings" / "python" / "realvirtual_ws"))
sys.path.insert(0, str(ROOT / "tests" / "support"))
import _native as rv  # noqa: E402
from ports import free_port  # noqa: E402

LIBRARY = rv.load()
SECONDS = 10
MS = SECONDS * 1000


def name(result):
    return LIBRARY.rv_result_name(result).decode()


def equal(found, expected, what):
    if found != expected:
        raise AssertionError(f"{what} is {found!r}, expected {expected!r}")


def result(found, expected):
    equal(name(found), expected, f"result (last error: {last_error()!r})")


def last_error():
    text = ctypes.create_string_buffer(1025)
    LIBRARY.rv_last_error(text, len(text), None)
    return text.value.decode()


def options(mode, port):
    made = rv.rv_options()
    result(LIBRARY.rv_options_init(byref(made), sizeof(made), mode), "RV_OK")
    made.port = port
    made.connect_timeout_ms = 2000
    made.reconnect_interval_ms = 100
    return made


class Interface:
    def __init__(self, mode, port=0):
        self.handle = ctypes.c_void_p()
        result(LIBRARY.rv_create(byref(options(mode, port)), byref(self.handle)), "RV_OK")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        LIBRARY.rv_destroy(self.handle)

    def add(self, signal, kind=1):
        identifier = ctypes.c_uint32()
        result(LIBRARY.rv_add_signal(self.handle, signal, kind, 1, byref(identifier)), "RV_OK")

    def start(self):
        result(LIBRARY.rv_start(self.handle), "RV_OK")

    def port(self):
        info = rv.rv_info()
        result(LIBRARY.rv_get_info(self.handle, byref(info), sizeof(info)), "RV_OK")
        return info.port

    def event(self, kind, token=None, seconds=SECONDS):
        """The next event of this kind (and token) with its text."""
        return wait_event(self.handle, kind, token, seconds)

    def publish(self, text):
        result(LIBRARY.rv_config_publish(self.handle, text), "RV_OK")

    def reply_in_background(self, success, message):
        """Answers the next request to change the configuration; the list gets its text."""
        asked = []

        def answer():
            event, text = self.event(rv.RV_EVENT_CONFIG_SET)
            asked.append(text)
            LIBRARY.rv_config_reply(self.handle, event.token, success, message)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        return thread, asked


def wait_event(handle, kind, token=None, seconds=SECONDS):
    event = rv.rv_event()
    text = ctypes.create_string_buffer(1 << 20)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        while LIBRARY.rv_poll_event(handle, byref(event), text, len(text), None) == 1:
            if event.type == kind and token in (None, event.token):
                return event, text.value.decode()
        LIBRARY.rv_wait(handle, 50)
    raise AssertionError(f"no event {kind} with token {token} in {seconds} s")


class Pair:
    """A started server and a connected client."""

    def __enter__(self):
        self.server = Interface(rv.RV_MODE_SERVER)
        self.server.start()
        self.client = Interface(rv.RV_MODE_CLIENT, self.server.port())
        self.client.start()
        self.client.event(rv.RV_EVENT_CONNECTED)
        return self.server, self.client

    def __exit__(self, *_):
        self.client.__exit__()
        self.server.__exit__()


def config_is_read_with_a_buffer_of_any_size():
    with Pair() as (server, client):
        text, size = ctypes.create_string_buffer(4096), ctypes.c_size_t()
        get = LIBRARY.rv_config_get
        result(get(client.handle, MS, text, len(text), byref(size)), "RV_OK")
        equal((text.value, size.value), (b"{}", 3), "the configuration of a server without one")

        published = json.dumps({"interval": 5, "name": "Gr\u00fcn" * 50}, ensure_ascii=False).encode()
        server.publish(published)
        result(get(client.handle, MS, None, 0, byref(size)), "RV_ERR_BUFFER")
        equal(size.value, len(published) + 1, "required")
        server.publish(b'{"later":true}')
        result(get(client.handle, MS, text, size.value - 1, byref(size)), "RV_ERR_BUFFER")
        equal((text.value, size.value), (b"", len(published) + 1), "the buffer and required")
        result(get(client.handle, 0, text, size.value, None), "RV_OK")
        equal(text.value, published, "the configuration that was kept")
        result(get(client.handle, MS, text, len(text), None), "RV_OK")
        equal(text.value, b'{"later":true}', "the configuration after it")


def a_kept_config_ends_with_the_next_change():
    with Pair() as (server, client):
        text, size = ctypes.create_string_buffer(4096), ctypes.c_size_t()
        server.publish(b'{"a":1}')
        result(LIBRARY.rv_config_get(client.handle, MS, None, 0, byref(size)), "RV_ERR_BUFFER")
        server.publish(b'{"a":2}')
        thread, _ = server.reply_in_background(1, b"")
        result(LIBRARY.rv_config_set(client.handle, b'{"a":2}', MS, None, 0, None), "RV_OK")
        thread.join()
        result(LIBRARY.rv_config_get(client.handle, MS, text, len(text), None), "RV_OK")
        equal(text.value, b'{"a":2}', "the configuration")


def config_is_set_once_whatever_the_buffer():
    with Pair() as (server, client):
        server.publish(b"{}")
        said = "gespeichert: \u00e4\u00f6\u00fc".encode()
        for capacity, expected in ((100, said), (len(said) + 1, said), (len(said), said[:-2]), (1, b"")):
            text, size = ctypes.create_string_buffer(b"#" * 100), ctypes.c_size_t()
            thread, asked = server.reply_in_background(1, said)
            result(
                LIBRARY.rv_config_set(client.handle, b'{"a":[1,{"b":2}]}', MS, text, capacity, byref(size)), "RV_OK"
            )
            thread.join()
            equal(asked, ['{"a":[1,{"b":2}]}'], "what the server was asked")
            equal((text.value, size.value), (expected, len(said) + 1), f"the message in {capacity} bytes and required")
        thread, _ = server.reply_in_background(1, said)
        result(LIBRARY.rv_config_set(client.handle, b"{}", MS, None, 0, None), "RV_OK")
        thread.join()
        try:
            server.event(rv.RV_EVENT_CONFIG_SET, seconds=0.3)
        except AssertionError:
            return
        raise AssertionError("a request was sent twice")


def a_refused_config_says_why():
    with Pair() as (server, client):
        text, size = ctypes.create_string_buffer(100), ctypes.c_size_t()
        config_set = LIBRARY.rv_config_set
        result(config_set(client.handle, b"{}", MS, text, len(text), byref(size)), "RV_ERR_DENIED")
        equal(text.value, b"this server has no configuration", "the message")
        server.publish(b"{}")
        thread, _ = server.reply_in_background(0, b"interval: must be 1 to 100")
        result(config_set(client.handle, b'{"interval":0}', MS, text, len(text), byref(size)), "RV_ERR_DENIED")
        thread.join()
        equal((text.value, size.value), (b"interval: must be 1 to 100", 27), "the message and required")
        equal("interval: must be 1 to 100" in last_error(), True, f"the message in {last_error()!r}")
        result(config_set(client.handle, b"[1]", MS, text, len(text), byref(size)), "RV_ERR_ARGUMENT")
        equal(text.value, b"", "the message")
        result(LIBRARY.rv_config_reply(server.handle, 1, 1, b"too late"), "RV_ERR_NOT_FOUND")


def config_requests_end_in_events():
    with Pair() as (server, client):
        server.publish(b'{"interval":5}')
        token = ctypes.c_uint32()
        result(LIBRARY.rv_config_get_begin(client.handle, MS, byref(token)), "RV_OK")
        event, text = client.event(rv.RV_EVENT_CONFIG_DONE, token.value)
        equal((event.result, text), (0, '{"interval":5}'), "the event")
        thread, asked = server.reply_in_background(1, b"applied")
        result(LIBRARY.rv_config_set_begin(client.handle, b'{"interval":6}', MS, byref(token)), "RV_OK")
        event, text = client.event(rv.RV_EVENT_CONFIG_DONE, token.value)
        thread.join()
        equal((event.result, text, asked), (0, "applied", ['{"interval":6}']), "the event")
        thread, _ = server.reply_in_background(0, b"not today")
        result(LIBRARY.rv_config_set_begin(client.handle, b"{}", MS, byref(token)), "RV_OK")
        event, text = client.event(rv.RV_EVENT_CONFIG_DONE, token.value)
        thread.join()
        equal((name(event.result), "not today" in text), ("RV_ERR_DENIED", True), f"the event with {text!r}")
        for begin in (LIBRARY.rv_config_get_begin(server.handle, MS, byref(token)),
                      LIBRARY.rv_config_set_begin(server.handle, b"{}", MS, byref(token))):
            result(begin, "RV_ERR_UNSUPPORTED")


def a_cancelled_request_ends_in_no_event():
    with Pair() as (server, client):
        server.publish(b"{}")
        token = ctypes.c_uint32()
        result(LIBRARY.rv_config_set_begin(client.handle, b"{}", MS, byref(token)), "RV_OK")
        event, _ = server.event(rv.RV_EVENT_CONFIG_SET)
        result(LIBRARY.rv_cancel(client.handle, token.value), "RV_OK")
        result(LIBRARY.rv_config_reply(server.handle, event.token, 1, b"done"), "RV_OK")
        try:
            client.event(rv.RV_EVENT_CONFIG_DONE, seconds=0.3)
        except AssertionError:
            return
        raise AssertionError("a cancelled request ended in an event")


def a_destroy_wakes_config_set():
    with Pair() as (server, client):
        server.publish(b"{}")
        results = []

        def wait():
            results.append(LIBRARY.rv_config_set(client.handle, b"{}", 60000, None, 0, None))

        thread = threading.Thread(target=wait, daemon=True)
        thread.start()
        server.event(rv.RV_EVENT_CONFIG_SET)
        LIBRARY.rv_destroy(client.handle)
        thread.join(2)
        equal([name(found) for found in results], ["RV_ERR_HANDLE"], "the result of the call that waited")


def a_connection_test_reports():
    with Interface(rv.RV_MODE_SERVER) as server:
        server.start()
        report = rv.rv_connection_report()
        chosen = options(rv.RV_MODE_CLIENT, server.port())
        result(LIBRARY.rv_test_connection(byref(chosen), MS, byref(report), sizeof(report)), "RV_OK")
        found = (0 < report.connect_us < MS * 1000, 0 < report.round_trip_us < MS * 1000, report.library)
        equal(found, (True, True, 1), f"the report ({report.connect_us} us, {report.round_trip_us} us)")
        result(LIBRARY.rv_test_connection(byref(chosen), MS, None, 0), "RV_OK")
        unsuitable = options(rv.RV_MODE_SERVER, 0)
        result(LIBRARY.rv_test_connection(byref(unsuitable), MS, None, 0), "RV_ERR_UNSUPPORTED")
        chosen.port = free_port()
        result(LIBRARY.rv_test_connection(byref(chosen), MS, None, 0), "RV_ERR_REFUSED")
        equal(LIBRARY.rv_live_count(), 1, "the number of interfaces")


def a_connection_test_ends_in_an_event():
    with Interface(rv.RV_MODE_SERVER) as server:
        server.start()
        chosen = options(rv.RV_MODE_CLIENT, server.port())
        handle = ctypes.c_void_p()
        result(LIBRARY.rv_test_connection_begin(byref(chosen), MS, byref(handle)), "RV_OK")
        event, text = wait_event(handle, rv.RV_EVENT_TEST_DONE)
        equal((event.result, "round trip" in text), (0, True), f"the event with {text!r}")
        report = rv.rv_connection_report()
        size = sizeof(report)
        result(LIBRARY.rv_test_connection_result(handle, byref(report), size - 1), "RV_ERR_STRUCT_SIZE")
        equal(LIBRARY.rv_test_connection_result(handle, byref(report), size), 1, "that there is a report")
        found = (0 < report.connect_us < MS * 1000, 0 < report.round_trip_us < MS * 1000, report.library)
        equal(found, (True, True, 1), f"the report ({report.connect_us} us, {report.round_trip_us} us)")
        equal(LIBRARY.rv_test_connection_result(handle, byref(report), size), 0, "that it is given once")
        result(LIBRARY.rv_test_connection_result(server.handle, byref(report), size), "RV_ERR_STATE")
        result(LIBRARY.rv_destroy(handle), "RV_OK")
        chosen.port = free_port()
        result(LIBRARY.rv_test_connection_begin(byref(chosen), MS, byref(handle)), "RV_OK")
        event, text = wait_event(handle, rv.RV_EVENT_TEST_DONE)
        equal(name(event.result), "RV_ERR_REFUSED", "the event's result")
        equal(text != "", True, "that the event has a text")
        result(LIBRARY.rv_test_connection_result(handle, byref(report), size), "RV_ERR_REFUSED")
        result(LIBRARY.rv_destroy(handle), "RV_OK")
        result(LIBRARY.rv_destroy(handle), "RV_ERR_HANDLE")


def import_result(client, token):
    """The result of the import, waited for by polling alone."""
    report = rv.rv_import_report()
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        found = LIBRARY.rv_import_result(client.handle, token, byref(report), sizeof(report))
        if found != 0:
            return found, report
        time.sleep(0.01)
    raise AssertionError("the import does not end")


def an_import_is_begun_and_polled():
    with Interface(rv.RV_MODE_SERVER) as server:
        server.add(b"Sensor")
        server.add(b"Speed", 3)
        server.start()
        with Interface(rv.RV_MODE_CLIENT, server.port()) as client:
            client.add(b"Sensor", 4)  # of another kind
            token = ctypes.c_uint32()
            result(LIBRARY.rv_import_begin(client.handle, MS, byref(token)), "RV_OK")
            event, text = client.event(rv.RV_EVENT_IMPORT_DONE, token.value)
            equal((event.result, "Sensor" in text), (0, True), f"the event with {text!r}")
            found, report = import_result(client, token.value)
            numbers = (found, report.added, report.conflicting, report.answered, report.unanswered)
            equal(numbers, (1, 1, 1, 1, 0), "the report")
            again = LIBRARY.rv_import_result(client.handle, token.value, byref(report), sizeof(report))
            equal(again, 0, "the result of what was taken")
            equal(LIBRARY.rv_signal_count(client.handle), 2, "the number of signals")
            result(
                LIBRARY.rv_import_result(client.handle, token.value, byref(report), sizeof(report) - 1),
                "RV_ERR_STRUCT_SIZE",
            )


def an_import_that_waits_has_its_words_in_the_event():
    with Interface(rv.RV_MODE_SERVER) as server:
        server.add(b"Sensor")
        server.add(b"Speed", 3)
        server.start()
        with Interface(rv.RV_MODE_CLIENT, server.port()) as client:
            client.add(b"Sensor", 4)  # of another kind
            report = rv.rv_import_report()
            result(LIBRARY.rv_import(client.handle, MS, byref(report), sizeof(report)), "RV_OK")
            equal((report.added, report.conflicting), (1, 1), "the report")
            _, text = client.event(rv.RV_EVENT_IMPORT_DONE)
            equal("Sensor" in text, True, f"that the conflict is in {text!r}")


def an_import_that_fails_says_why():
    with Interface(rv.RV_MODE_CLIENT, free_port()) as client:
        token = ctypes.c_uint32()
        result(LIBRARY.rv_import_begin(client.handle, 300, byref(token)), "RV_OK")
        result(import_result(client, token.value)[0], "RV_ERR_REFUSED")
    with Interface(rv.RV_MODE_SERVER) as server:
        result(LIBRARY.rv_import_begin(server.handle, 300, byref(ctypes.c_uint32())), "RV_ERR_STATE")


CASES = [
    config_is_read_with_a_buffer_of_any_size,
    a_kept_config_ends_with_the_next_change,
    config_is_set_once_whatever_the_buffer,
    a_refused_config_says_why,
    config_requests_end_in_events,
    a_cancelled_request_ends_in_no_event,
    a_destroy_wakes_config_set,
    a_connection_test_reports,
    a_connection_test_ends_in_an_event,
    an_import_is_begun_and_polled,
    an_import_that_waits_has_its_words_in_the_event,
    an_import_that_fails_says_why,
]


def main():
    failed = 0
    for case in CASES:
        try:
            case()
            equal(LIBRARY.rv_live_count(), 0, "the number of interfaces left")
        except AssertionError as error:
            failed += 1
            print(f"FAILED {case.__name__}: {error}")
            LIBRARY.rv_shutdown_all(0)
    print(f"{len(CASES) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
