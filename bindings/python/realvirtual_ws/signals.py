"""Signals: one object for each, with its value."""

from __future__ import annotations

import ctypes
import math
import operator
import threading
from typing import Any, Dict, Generic, Iterator, List, Mapping, Type, TypeVar, Union

from . import _native as _n
from ._core import Core, check, encode, read_text
from .enums import Access, Direction, Kind, Quality
from .errors import InvalidError, NotFoundError
from .records import SignalInfo

__all__ = ["BoolSignal", "FloatSignal", "IntSignal", "Signal", "Signals", "TextSignal", "Value"]

T = TypeVar("T")
Value = Union[bool, int, float, str]


class Signal(Generic[T]):
    """One signal of a server or a client. All of it may be used from any thread.

    ``value`` is its current value; reading and setting it never waits for the network. A set goes out with the next
    cycle (or as ``send_mode`` says), and raises :class:`NotWritableError` when the other side writes this signal.
    """

    __slots__ = ("_core", "_level", "falls", "id", "name", "rises")

    kind: Kind
    """What it holds."""

    def __init__(self, core: Core, number: int, name: str) -> None:
        self._core = core
        self.id = number
        """Its number: 0, 1, 2 … in the order of declaration. It never changes."""
        self.name = name
        self.rises = 0
        """Bool: the rising edges among all changes that ``poll`` has given so far."""
        self.falls = 0
        """Bool: the falling edges among them."""
        self._level = False  # bool: the value before the changes that come next

    @property
    def value(self) -> T:
        """The current value."""
        raise NotImplementedError

    @value.setter
    def value(self, value: T) -> None:
        raise NotImplementedError

    def fill(self, record: _n.rv_value, value: object) -> None:
        """Puts a value into a record for the library. TypeError or OverflowError for one that does not fit."""
        raise NotImplementedError

    def take(self, record: _n.rv_change) -> T:
        """The value in a record of the library's."""
        raise NotImplementedError

    def follow(self, value: bool, changes: int, rises: int) -> int:
        """Bool: counts a record's edges, and gives how many of them fall."""
        # Not `changes - rises`: the first value that a signal ever gets is a change, but may be no edge.
        falls = max(0, min(rises + self._level - value, changes - rises))
        self._level = value
        self.rises += rises
        self.falls += falls
        return falls

    def info(self) -> SignalInfo:
        """What is known of it besides its value, all of one moment."""
        lib = self._core.lib
        found = self._core.struct(_n.rv_signal_info, lib.rv_get_signal_info, self.id)
        return SignalInfo(
            kind=Kind(found.kind),
            direction=Direction(found.direction),
            access=Access(found.access),
            quality=Quality(found.quality),
            source=found.source,
            imported=bool(found.imported),
            age=found.age_us / 1e6 if found.age_us >= 0 else math.inf,
        )

    @property
    def direction(self) -> Direction:
        """Its direction from the PLC's point of view; ``AUTO`` = it has none."""
        return self.info().direction

    @property
    def access(self) -> Access:
        """What this program may do with it. Setting it to ``Access.DEFAULT`` = by direction and perspectives."""
        return self.info().access

    @access.setter
    def access(self, access: Access) -> None:
        check(self._core.lib.rv_set_access(self._core.handle, self.id, access))

    @property
    def writable(self) -> bool:
        """Whether this program may set it."""
        return self.info().access in (Access.WRITE, Access.READ_WRITE)

    @property
    def quality(self) -> Quality:
        """How far its value can be trusted."""
        return self.info().quality

    @property
    def age(self) -> float:
        """Seconds since a value came from a peer; infinite when none has, or this program has set it since."""
        return self.info().age

    @property
    def comment(self) -> str:
        """For people; empty if it has none."""
        return self._note(_n.RV_NOTE_COMMENT)

    @property
    def folder(self) -> str:
        """The group it stands in, with ``/`` between levels; empty if it has none."""
        return self._note(_n.RV_NOTE_FOLDER)

    @property
    def display_name(self) -> str:
        """What people read in the place of its name; empty if it has none."""
        return self._note(_n.RV_NOTE_DISPLAY_NAME)

    def _note(self, note: int) -> str:
        core = self._core
        return read_text(
            lambda buf, size, required: core.lib.rv_get_signal_note(core.handle, self.id, note, buf, size, required)
        )

    def __repr__(self) -> str:
        try:
            return f"<{type(self).__name__} {self.name!r} = {self.value!r}>"
        except Exception as error:
            return f"<{type(self).__name__} {self.name!r}: {error}>"


class BoolSignal(Signal[bool]):
    """A signal that is True or False."""

    __slots__ = ()
    kind = Kind.BOOL

    @property
    def value(self) -> bool:
        out = ctypes.c_uint8()
        check(self._core.lib.rv_get_bool(self._core.handle, self.id, ctypes.byref(out)))
        return out.value != 0

    @value.setter
    def value(self, value: bool) -> None:
        level = to_bool(self.name, value)
        check(self._core.lib.rv_set_bool(self._core.handle, self.id, level))
        self._level = level

    def fill(self, record: _n.rv_value, value: object) -> None:
        record.integer = to_bool(self.name, value)

    def take(self, record: _n.rv_change) -> bool:
        return record.integer != 0


class IntSignal(Signal[int]):
    """A signal that is a signed integer of 64 bits."""

    __slots__ = ()
    kind = Kind.INT

    @property
    def value(self) -> int:
        out = ctypes.c_int64()
        check(self._core.lib.rv_get_int(self._core.handle, self.id, ctypes.byref(out)))
        return out.value

    @value.setter
    def value(self, value: int) -> None:
        check(self._core.lib.rv_set_int(self._core.handle, self.id, to_int(self.name, value)))

    def fill(self, record: _n.rv_value, value: object) -> None:
        record.integer = to_int(self.name, value)

    def take(self, record: _n.rv_change) -> int:
        return record.integer


class FloatSignal(Signal[float]):
    """A signal that is a finite floating point number of 64 bits."""

    __slots__ = ()
    kind = Kind.FLOAT

    @property
    def value(self) -> float:
        out = ctypes.c_double()
        check(self._core.lib.rv_get_float(self._core.handle, self.id, ctypes.byref(out)))
        return out.value

    @value.setter
    def value(self, value: float) -> None:
        check(self._core.lib.rv_set_float(self._core.handle, self.id, to_float(self.name, value)))

    def fill(self, record: _n.rv_value, value: object) -> None:
        record.number = to_float(self.name, value)

    def take(self, record: _n.rv_change) -> float:
        return record.number


class TextSignal(Signal[str]):
    """A signal that is a text of at most 65536 bytes in UTF-8, without NUL."""

    __slots__ = ()
    kind = Kind.TEXT

    @property
    def value(self) -> str:
        core = self._core
        return read_text(lambda buf, size, required: core.lib.rv_get_text(core.handle, self.id, buf, size, required))

    @value.setter
    def value(self, value: str) -> None:
        check(self._core.lib.rv_set_text(self._core.handle, self.id, encode(value, f"the value of {self.name!r}")))

    def fill(self, record: _n.rv_value, value: object) -> None:
        record.text = encode(value, f"the value of {self.name!r}")  # type: ignore[arg-type]  # it checks the type

    def take(self, record: _n.rv_change) -> str:
        return self.value  # a record has no room for it


def to_bool(name: str, value: object) -> bool:
    # Not everything that has a truth value: "False" is true.
    if isinstance(value, int):
        return value != 0
    raise TypeError(f"{name!r} is a bool signal: it cannot be {value!r}")


def to_int(name: str, value: object) -> int:
    try:
        number = operator.index(value)  # type: ignore[arg-type]  # it checks the type
    except TypeError:
        raise TypeError(f"{name!r} is an int signal: it cannot be {value!r}") from None
    if not -(1 << 63) <= number < 1 << 63:
        raise OverflowError(f"{name!r} holds integers of 64 bits: {number} is out of its range")
    return number


def to_float(name: str, value: object) -> float:
    if isinstance(value, (str, bytes)):
        raise TypeError(f"{name!r} is a float signal: it cannot be {value!r}")
    try:
        return float(value)  # type: ignore[arg-type]  # it checks the type
    except TypeError:
        raise TypeError(f"{name!r} is a float signal: it cannot be {value!r}") from None


_CLASSES: Dict[int, Type[Signal[Any]]] = {
    Kind.BOOL: BoolSignal,
    Kind.INT: IntSignal,
    Kind.FLOAT: FloatSignal,
    Kind.TEXT: TextSignal,
}


def new_signal(core: Core, kind: int, number: int, name: str) -> Signal[Any]:
    return _CLASSES[kind](core, number, name)


class Signals(Mapping[str, Signal[Any]]):
    """All signals of an interface by their names, in the order of their ids. It is live: an import adds to it."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._lock = threading.Lock()
        self._by_name: Dict[str, Signal[Any]] = {}
        self.by_id: List[Signal[Any]] = []

    def learn(self) -> None:
        """Makes the objects of signals that are new in the library."""
        core = self._core
        lib = core.lib
        count = check(lib.rv_signal_count(core.handle))
        if count == len(self.by_id):
            return
        with self._lock:
            for number in range(len(self.by_id), count):
                name = ctypes.create_string_buffer(513)  # always enough
                check(lib.rv_get_signal_name(core.handle, number, name, len(name), None))
                info = core.struct(_n.rv_signal_info, lib.rv_get_signal_info, number)
                signal = new_signal(core, info.kind, number, name.value.decode())
                if info.kind == Kind.BOOL:
                    signal._level = signal.value
                self._by_name[signal.name] = signal
                self.by_id.append(signal)

    def find(self, signal: Union[str, Signal[Any]]) -> Signal[Any]:
        """A signal by itself or its name."""
        if not isinstance(signal, Signal):
            return self[signal]
        if signal._core is not self._core:
            raise ValueError(f"{signal.name!r} is a signal of another interface")
        return signal

    def __getitem__(self, name: str) -> Signal[Any]:
        found = self._by_name.get(name)
        if found is None:
            number = ctypes.c_uint32()
            result = self._core.lib.rv_find_signal(
                self._core.handle, encode(name, "a signal's name"), ctypes.byref(number)
            )
            check(result)
            self.learn()
            found = self.by_id[number.value]
        return found

    def __contains__(self, name: object) -> bool:
        try:
            return isinstance(name, str) and self[name] is not None
        except (NotFoundError, InvalidError, ValueError):
            return False

    def __iter__(self) -> Iterator[str]:
        self.learn()
        return iter([signal.name for signal in self.by_id])

    def __len__(self) -> int:
        self.learn()
        return len(self.by_id)

    def __repr__(self) -> str:
        return f"<Signals {list(self)}>"
