"""The library under test, as Python sees it: a thin class over the generated declarations of bindings/python."""

import ctypes
import os
import sys
import time
from collections import namedtuple
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bindings" / "python" / "realvirtual_ws"))
import _native  # noqa: E402

KINDS = {bool: _native.RV_KIND_BOOL, int: _native.RV_KIND_INT, float: _native.RV_KIND_FLOAT, str: _native.RV_KIND_TEXT}
DIRECTIONS = {
    "auto": _native.RV_DIRECTION_AUTO,
    "input": _native.RV_DIRECTION_INPUT,
    "output": _native.RV_DIRECTION_OUTPUT,
}
ACCESSES = {
    "default": _native.RV_ACCESS_DEFAULT,
    "read": _native.RV_ACCESS_READ,
    "write": _native.RV_ACCESS_WRITE,
    "read_write": _native.RV_ACCESS_READ_WRITE,
}
QUALITIES = {"never": _native.RV_QUALITY_NEVER, "good": _native.RV_QUALITY_GOOD, "stale": _native.RV_QUALITY_STALE}

Change = namedtuple("Change", "name value quality flags count rises source at")
Signal = namedtuple("Signal", "name kind direction access quality imported")
Log = namedtuple("Log", "level client text")
Event = namedtuple("Event", "type client result text")


class Error(Exception):
    """A function of the library failed."""

    def __init__(self, function, result):
        buffer = ctypes.create_string_buffer(4096)
        library().rv_last_error(buffer, len(buffer), None)
        self.result = result
        self.name = library().rv_result_name(result).decode()
        super().__init__(f"{function}: {self.name}: {buffer.value.decode()}")


_library = None


def library():
    """The library: REALVIRTUAL_WS_LIBRARY, else the newest one that this checkout has built."""
    global _library
    if _library is None:
        path = None
        if not os.environ.get("REALVIRTUAL_WS_LIBRARY"):
            target = ROOT / os.environ.get("CARGO_TARGET_DIR", "target")
            built = [
                target / profile / name
                for profile in ("debug", "release")
                for name in ("librealvirtual_ws.so", "librealvirtual_ws.dylib", "realvirtual_ws.dll")
            ]
            path = max((p for p in built if p.is_file()), key=lambda p: p.stat().st_mtime, default=None)
        _library = _native.load(path)
    return _library


def live_count():
    return library().rv_live_count()


def key_of(table, number):
    return next(key for key, value in table.items() if value == number)


class Interface:
    """A server or a client. What is polled is kept: `changes`, `logs`, `events`."""

    def __init__(self, mode, **options):
        self.handle = None
        self.ids = {}
        self.kinds = {}
        self.changes = []
        self.logs = []
        self.events = []
        fields = _native.rv_options()
        number = {"server": _native.RV_MODE_SERVER, "client": _native.RV_MODE_CLIENT}[mode]
        self._call("rv_options_init", ctypes.byref(fields), ctypes.sizeof(fields), number, bare=True)
        if mode == "server":
            options.setdefault("port", 0)
        for name, value in options.items():
            setattr(fields, name, value.encode() if isinstance(value, str) else value)
        handle = ctypes.c_void_p()
        self._call("rv_create", ctypes.byref(fields), ctypes.byref(handle), bare=True)
        self.handle = handle

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.destroy()

    def destroy(self):
        if self.handle is not None:
            self._call("rv_destroy")
            self.handle = None

    def _call(self, function, *arguments, bare=False):
        if not bare:
            arguments = (self.handle, *arguments)
        result = getattr(library(), function)(*arguments)
        if result < 0:
            raise Error(function, result)
        return result

    def _record(self, function, structure, *arguments):
        record = structure()
        self._call(function, *arguments, ctypes.byref(record), ctypes.sizeof(record))
        return record

    def start(self):
        self._call("rv_start")
        return self

    def stop(self, timeout=1.0):
        self._call("rv_stop", int(timeout * 1000))

    def wait_connected(self, timeout=5.0):
        self._call("rv_wait_connected", int(timeout * 1000))

    def connected(self, timeout=5.0):
        """Waits for the connection, whatever became of earlier attempts."""
        self.wait_for(lambda: self.info().clients > 0, timeout, "the connection")
        return self

    # Signals

    def add(self, name, kind, direction="auto", access="default", initial=None):
        """Declares a signal. `kind` is bool, int, float or str."""
        options = _native.rv_signal_options()
        options.struct_size = ctypes.sizeof(options)
        options.kind = KINDS[kind]
        options.direction = DIRECTIONS[direction]
        options.access = ACCESSES[access]
        options.name = name.encode()
        if initial is not None:
            options.initial = self._value(0, kind, initial)
        number = ctypes.c_uint32()
        self._call("rv_add_signal_with", ctypes.byref(options), ctypes.byref(number))
        self._know(name, number.value)
        return self

    def _know(self, name, number):
        self.ids[name] = number
        self.kinds[name] = key_of(KINDS, self._record("rv_get_signal_info", _native.rv_signal_info, number).kind)

    def names(self):
        """The names of all signals, in the order of their ids."""
        names = []
        for number in range(self._call("rv_signal_count")):
            buffer = ctypes.create_string_buffer(513)
            self._call("rv_get_signal_name", number, buffer, len(buffer), None)
            names.append(buffer.value.decode())
            if names[-1] not in self.ids:
                self._know(names[-1], number)
        return names

    def signal(self, name):
        """What is known of a signal besides its value."""
        info = self._record("rv_get_signal_info", _native.rv_signal_info, self.ids[name])
        return Signal(
            name,
            key_of(KINDS, info.kind),
            key_of(DIRECTIONS, info.direction),
            key_of(ACCESSES, info.access),
            key_of(QUALITIES, info.quality),
            bool(info.imported),
        )

    def quality(self, name):
        return self.signal(name).quality

    @staticmethod
    def _value(number, kind, value):
        record = _native.rv_value(signal=number, kind=KINDS[kind])
        if kind is float:
            record.number = value
        elif kind is str:
            record.text = value.encode()
        else:
            record.integer = int(value)
        return record

    def set(self, **values):
        """Sets one signal, or several together."""
        records = [self._value(self.ids[name], self.kinds[name], value) for name, value in values.items()]
        self._call("rv_set_values", (_native.rv_value * len(records))(*records), len(records))

    def get(self, name):
        return self._read(name, *self._values([name]))

    def values(self, *names):
        """The values of several signals, all of one moment."""
        return {name: self._read(name, record) for name, record in zip(names, self._values(names))}

    def _values(self, names):
        numbers = (ctypes.c_uint32 * len(names))(*(self.ids[name] for name in names))
        records = (_native.rv_change * len(names))()
        self._call("rv_get_values", numbers, records, len(names))
        return records

    def _read(self, name, record):
        kind = self.kinds[name]
        if kind is str:
            buffer = ctypes.create_string_buffer(65537)
            self._call("rv_get_text", self.ids[name], buffer, len(buffer), None)
            return buffer.value.decode()
        return record.number if kind is float else kind(record.integer)

    def flush(self):
        self._call("rv_flush")

    # Polling

    def poll(self):
        """Takes changes, events and log records; gives the changes."""
        records = (_native.rv_change * max(1, self._call("rv_signal_count")))()
        polled = []
        for record in records[: self._call("rv_poll_changes", records, len(records))]:
            name = next((n for n, number in self.ids.items() if number == record.signal), None)
            name = name or self.names()[record.signal]
            polled.append(
                Change(
                    name,
                    self._read(name, record),
                    key_of(QUALITIES, record.quality),
                    record.flags,
                    record.change_count,
                    record.rise_count,
                    record.source,
                    record.time_us / 1e6,
                )
            )
        self.changes += polled
        text = ctypes.create_string_buffer(1 << 16)
        event, log = _native.rv_event(), _native.rv_log_record()
        while self._call("rv_poll_event", ctypes.byref(event), text, len(text), None):
            self.events.append(Event(event.type, event.client, event.result, text.value.decode()))
        while self._call("rv_poll_log", ctypes.byref(log), ctypes.sizeof(log), text, len(text), None):
            self.logs.append(Log(log.level, log.client, text.value.decode()))
        return polled

    def wait_for(self, predicate, timeout=5.0, what="the condition"):
        """Polls until `predicate` is true, and gives what it gave."""
        end = time.monotonic() + timeout
        while True:
            self.poll()
            found = predicate()
            if found:
                return found
            left = end - time.monotonic()
            if left <= 0:
                raise AssertionError(f"{what} did not come within {timeout:g} s; logged: {self.logs[-5:]}")
            # Time may be up without anything to poll: the predicate may be about the peer.
            self._call("rv_wait", max(1, min(20, int(left * 1000))))

    def poll_for(self, seconds):
        """Polls for a time; gives the changes."""
        before = len(self.changes)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.poll()
            time.sleep(0.005)
        self.poll()
        return self.changes[before:]

    # The interface as a whole

    def info(self):
        return self._record("rv_get_info", _native.rv_info)

    @property
    def port(self):
        return self.info().port

    def stats(self):
        """The counters, as a dictionary."""
        record = self._record("rv_get_stats", _native.rv_stats)
        return {name: getattr(record, name) for name, _ in record._fields_ if name != "send_latency"}

    def import_(self, timeout=5.0):
        report = self._record("rv_import", _native.rv_import_report, int(timeout * 1000))
        self.names()
        return {name: getattr(report, name) for name, _ in report._fields_ if name != "reserved"}

    def subscribe(self, *names):
        self._call("rv_subscribe", (ctypes.c_char_p * len(names))(*(n.encode() for n in names)), len(names))
