"""The C interface of realvirtual-ws in Python's words: one class, values as Python values, failures as exceptions.

A small helper for the examples here, on top of the generated ctypes declarations in bindings/python. It needs nothing
but Python 3.9 and the built library; REALVIRTUAL_WS_LIBRARY says where that is, see `_native.find`.

    with rvws.Interface.client(port=7000) as cell:
        cell.connect_and_import()
        cell["Motor"] = 12.5
        for change in cell.poll():
            print(change.name, change.value)
"""

import ctypes
import sys
from pathlib import Path
from typing import NamedTuple, Union

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bindings" / "python"))
from realvirtual_ws import _native as rv  # noqa: E402

Value = Union[bool, int, float, str]

NEVER, GOOD, STALE = rv.RV_QUALITY_NEVER, rv.RV_QUALITY_GOOD, rv.RV_QUALITY_STALE
MAX_NAME, MAX_TEXT = 513, 65537  # always enough, with the NUL


class Error(Exception):
    """A failed call: `code` is the rv_result, the text says what happened and what to do."""

    def __init__(self, code, name, message):
        super().__init__(f"{name}: {message}")
        self.code = code
        self.name = name


class Signal(NamedTuple):
    """What is known of a signal, besides its value."""

    id: int
    name: str
    kind: int
    direction: int
    access: int

    @property
    def kind_name(self):
        return ("?", "Bool", "Int", "Float", "Text")[self.kind if self.kind < 5 else 0]

    @property
    def writable(self):
        return self.access in (rv.RV_ACCESS_WRITE, rv.RV_ACCESS_READ_WRITE)


class Change(NamedTuple):
    """A signal that peers have changed: its newest value, and how often it changed and rose since the last poll."""

    name: str
    value: Value
    quality: int
    count: int
    rises: int


class Interface:
    """One client or one server. Use it in a `with` statement: at its end the last values go out and it is destroyed."""

    def __init__(self, mode, **options):
        self._lib = rv.load()
        fields = rv.rv_options()
        self._check(self._lib.rv_options_init(ctypes.byref(fields), ctypes.sizeof(fields), mode))
        for name, value in options.items():
            if name not in dict(rv.rv_options._fields_):
                raise TypeError(f"there is no option {name}")
            setattr(fields, name, value.encode() if isinstance(value, str) else value)
        handle = ctypes.c_void_p()
        self._check(self._lib.rv_create(ctypes.byref(fields), ctypes.byref(handle)))
        self._handle = handle.value
        self.signals = {}  # name -> Signal
        self._names = []  # id -> name
        self._changes = (rv.rv_change * 64)()

    @classmethod
    def client(cls, **options):
        return cls(rv.RV_MODE_CLIENT, **options)

    @classmethod
    def server(cls, **options):
        return cls(rv.RV_MODE_SERVER, **options)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self, timeout_ms=1000):
        """Sends what is due, disconnects, and destroys the interface."""
        if self._handle is not None:
            self._lib.rv_stop(self._handle, timeout_ms)
            self._lib.rv_destroy(self._handle)
            self._handle = None

    def _check(self, result):
        if result < 0:
            message = ctypes.create_string_buffer(1025)
            self._lib.rv_last_error(message, len(message), None)
            raise Error(result, self._lib.rv_result_name(result).decode(), message.value.decode())
        return result

    # Connection

    def start(self):
        """Server: listens. Client: begins to connect."""
        self._check(self._lib.rv_start(self._handle))

    def connect_and_import(self, timeout_ms=10000):
        """Client: connects, takes over all signals of the server, and returns how many there are."""
        self.start()
        self._check(self._lib.rv_wait_connected(self._handle, timeout_ms))
        self._check(self._lib.rv_import(self._handle, timeout_ms, None, 0))
        return self._learn()

    def info(self):
        return self._struct(rv.rv_info, self._lib.rv_get_info)

    def stats(self):
        return self._struct(rv.rv_stats, self._lib.rv_get_stats)

    def _struct(self, kind, function, *arguments):
        out = kind()
        self._check(function(self._handle, *arguments, ctypes.byref(out), ctypes.sizeof(out)))
        return out

    # Signals

    def add(self, name, kind, direction):
        """Declares a signal, such as `add("Motor", rv.RV_KIND_FLOAT, rv.RV_DIRECTION_OUTPUT)`."""
        number = ctypes.c_uint32()
        self._check(self._lib.rv_add_signal(self._handle, name.encode(), kind, direction, ctypes.byref(number)))
        self._learn()

    def _learn(self):
        """Reads names and kinds of the signals that are new here."""
        name = ctypes.create_string_buffer(MAX_NAME)
        for number in range(len(self._names), self._check(self._lib.rv_signal_count(self._handle))):
            self._check(self._lib.rv_get_signal_name(self._handle, number, name, len(name), None))
            info = self._struct(rv.rv_signal_info, self._lib.rv_get_signal_info, number)
            signal = Signal(number, name.value.decode(), info.kind, info.direction, info.access)
            self._names.append(signal.name)
            self.signals[signal.name] = signal
        if len(self._changes) < len(self._names):
            self._changes = (rv.rv_change * len(self._names))()
        return len(self._names)

    def __setitem__(self, name, value):
        signal = self.signals[name]
        set_value = {
            rv.RV_KIND_BOOL: self._lib.rv_set_bool,
            rv.RV_KIND_INT: self._lib.rv_set_int,
            rv.RV_KIND_FLOAT: self._lib.rv_set_float,
            rv.RV_KIND_TEXT: self._lib.rv_set_text,
        }[signal.kind]
        self._check(set_value(self._handle, signal.id, value.encode() if isinstance(value, str) else value))

    def __getitem__(self, name):
        return self.read([name])[0].value

    def read(self, names):
        """The current values of these signals, all of one moment."""
        ids = [self.signals[name].id for name in names]
        records = (rv.rv_change * len(ids))()
        self._check(self._lib.rv_get_values(self._handle, (ctypes.c_uint32 * len(ids))(*ids), records, len(ids)))
        return [self._change(record) for record in records]

    # Polling

    def wait(self, timeout_ms):
        """Waits for a change or an event; False when the time is up. Take both, or the next wait returns at once."""
        return self._check(self._lib.rv_wait(self._handle, timeout_ms)) == 1

    def poll(self):
        """The signals that peers have changed since the last poll, each once."""
        self._learn()
        count = self._check(self._lib.rv_poll_changes(self._handle, self._changes, len(self._changes)))
        return [self._change(self._changes[index]) for index in range(count)]

    def poll_events(self):
        """What happened since the last time: (rv_event_type, text)."""
        event, text = rv.rv_event(), ctypes.create_string_buffer(1 << 16)
        events = []
        while self._check(self._lib.rv_poll_event(self._handle, ctypes.byref(event), text, len(text), None)) == 1:
            events.append((event.type, text.value.decode()))
        return events

    def poll_log(self):
        """What the library has to say since the last time: (rv_log_level, text)."""
        record, text = rv.rv_log_record(), ctypes.create_string_buffer(1 << 12)
        size, records = ctypes.sizeof(record), []
        while (
            self._check(self._lib.rv_poll_log(self._handle, ctypes.byref(record), size, text, len(text), None)) == 1
        ):
            records.append((record.level, text.value.decode()))
        return records

    def _change(self, record):
        if record.kind == rv.RV_KIND_BOOL:
            value = bool(record.integer)
        elif record.kind == rv.RV_KIND_INT:
            value = record.integer
        elif record.kind == rv.RV_KIND_FLOAT:
            value = record.number
        else:
            text = ctypes.create_string_buffer(MAX_TEXT)
            self._check(self._lib.rv_get_text(self._handle, record.signal, text, len(text), None))
            value = text.value.decode()
        return Change(self._names[record.signal], value, record.quality, record.change_count, record.rise_count)
