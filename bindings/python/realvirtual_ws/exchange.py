"""Signals of an interface: declaring, setting, getting and polling them."""

from __future__ import annotations

import ctypes
import os
from typing import (
    TYPE_CHECKING,
    Any,
    Callable,
    Dict,
    Iterable,
    List,
    Mapping,
    Optional,
    TypedDict,
    TypeVar,
    Union,
    overload,
)

from . import _aio
from . import _native as _n
from ._changes import ChangeLog, Raw
from ._core import Core, check, encode, timed_out
from ._events import Events
from .enums import Access, ChangeFlag, Direction, Kind, ListFormat, Quality
from .options import member, u32
from .records import Change
from .signals import Signal, Signals, Value, new_signal
from .streams import Stream

if TYPE_CHECKING:
    from typing_extensions import Unpack

__all__ = ["Exchange", "SignalOptions"]

T = TypeVar("T")


class SignalOptions(TypedDict, total=False):
    """What can be said about a signal of any kind when it is declared; see :meth:`Exchange.add_bool`."""

    access: Access  # what this program may do with it; DEFAULT = by direction and own_perspective
    failsafe_after_ms: int  # milliseconds from its writer's lost connection to the fail-safe value
    fifo_depth: int  # every change is kept and polled by itself, up to so many; 0 = the newest with counters
    comment: str  # for people
    folder: str  # for people, to group signals, with "/" between levels
    display_name: str  # what people read in the place of the name


class Exchange:
    """The signals of a server or a client."""

    def __init__(self, options: _n.rv_options) -> None:
        self._core = Core(options, f"a {type(self).__name__}")
        self._events = Events(self._core)
        self.signals = Signals(self._core)
        """All signals by their names, live."""
        self._changes = ChangeLog(self._core, self.signals)

    # Declaring

    def add_bool(
        self,
        name: str,
        direction: Direction = Direction.AUTO,
        *,
        initial: Optional[bool] = None,
        failsafe: Optional[bool] = None,
        min_hold_ms: int = 0,
        **more: Unpack[SignalOptions],
    ) -> Signal[bool]:
        """Declares a bool signal, at any time.

        `name`: 1 to 512 bytes in UTF-8. `direction`: the PLC's point of view; AUTO = by the patterns, then
        ``default_direction``. `initial`: the value before anybody sets it. `failsafe`: what is seen here
        ``failsafe_after_ms`` after its writer's connection was lost; it is never sent. `min_hold_ms`: how long a level
        lasts on the wire at least, for peers that sample. More keywords: :class:`SignalOptions`.

        Declaring it once more in the same way gives the same signal; in another way ExistsError. InvalidError for a
        name that is none.
        """
        return self._add(name, Kind.BOOL, direction, initial, failsafe, min_hold_ms, more)

    def add_int(
        self,
        name: str,
        direction: Direction = Direction.AUTO,
        *,
        initial: Optional[int] = None,
        failsafe: Optional[int] = None,
        **more: Unpack[SignalOptions],
    ) -> Signal[int]:
        """Declares an int signal: 64 bits with a sign. As :meth:`add_bool`."""
        return self._add(name, Kind.INT, direction, initial, failsafe, 0, more)

    def add_float(
        self,
        name: str,
        direction: Direction = Direction.AUTO,
        *,
        initial: Optional[float] = None,
        failsafe: Optional[float] = None,
        **more: Unpack[SignalOptions],
    ) -> Signal[float]:
        """Declares a float signal: 64 bits, finite. As :meth:`add_bool`."""
        return self._add(name, Kind.FLOAT, direction, initial, failsafe, 0, more)

    def add_text(
        self,
        name: str,
        direction: Direction = Direction.AUTO,
        *,
        initial: Optional[str] = None,
        failsafe: Optional[str] = None,
        **more: Unpack[SignalOptions],
    ) -> Signal[str]:
        """Declares a text signal: at most 65536 bytes in UTF-8, without NUL. As :meth:`add_bool`."""
        return self._add(name, Kind.TEXT, direction, initial, failsafe, 0, more)

    def _add(
        self,
        name: str,
        kind: Kind,
        direction: Direction,
        initial: Optional[Value],
        failsafe: Optional[Value],
        min_hold_ms: int,
        more: SignalOptions,
    ) -> Signal[Any]:
        unknown = set(more) - set(SignalOptions.__annotations__)
        if unknown:
            raise TypeError(f"{unknown.pop()} is not among the SignalOptions")
        options = _n.rv_signal_options(struct_size=ctypes.sizeof(_n.rv_signal_options), kind=kind)
        options.name = encode(name, "a signal's name")
        options.direction = member("direction", direction, Direction)
        options.access = member("access", more.get("access", Access.DEFAULT), Access)
        options.comment = encode(more.get("comment", ""), "comment") or None
        options.folder = encode(more.get("folder", ""), "folder") or None
        options.display_name = encode(more.get("display_name", ""), "display_name") or None
        options.fifo_depth = u32("fifo_depth", more.get("fifo_depth", 0))
        options.failsafe_after_ms = u32("failsafe_after_ms", more.get("failsafe_after_ms", 0))
        options.min_hold_ms = u32("min_hold_ms", min_hold_ms)
        example = new_signal(self._core, kind, 0, name)
        for record, value in ((options.initial, initial), (options.failsafe, failsafe)):
            if value is not None:
                record.kind = kind
                example.fill(record, value)
        number = ctypes.c_uint32()
        check(self._core.lib.rv_add_signal_with(self._core.handle, ctypes.byref(options), ctypes.byref(number)))
        self.signals.learn()
        return self.signals.by_id[number.value]

    def load_signals(self, path: Union[str, os.PathLike[str]], format: ListFormat = ListFormat.AUTO) -> int:
        """Declares every signal of the list in a file, all or none, and gives how many it lists.

        It is realvirtual's exchange file or CSV; the C header shows both. Signals that exist already in the same way
        get the list's comment, folder and display name. Blocks while it reads. FileError when it cannot be read;
        FormatError, InvalidError or ExistsError with the line that is wrong.
        """
        count = check(self._core.lib.rv_load_signals(self._core.handle, encode(os.fspath(path), "path"), format))
        self.signals.learn()
        return count

    def save_signals(self, path: Union[str, os.PathLike[str]], format: ListFormat = ListFormat.AUTO) -> int:
        """Writes every signal to a file as a signal list, imported ones too, and gives how many.

        The file is replaced at once, when all of it is written. Blocks until it is on its disk. FileError when it
        cannot be written.
        """
        return check(self._core.lib.rv_save_signals(self._core.handle, encode(os.fspath(path), "path"), format))

    # Values

    def __getitem__(self, name: str) -> Signal[Any]:
        """The signal of this name: ``rv["Speed"].value``. NotFoundError (a KeyError) when there is none."""
        return self.signals[name]

    def __contains__(self, name: object) -> bool:
        return name in self.signals

    # Not by its items: `rv.signals` or `rv.changes()` says what is meant.
    __iter__ = None

    def set_values(self, values: Mapping[Any, Value]) -> None:
        """Sets several signals together: all or, if one of them fails, none. They arrive together, too.

        The keys are names or signals. Raises what setting one of them would raise; the text names the one that failed.
        """
        found = [self.signals.find(signal) for signal in values]
        array = (_n.rv_value * len(found))()
        for record, signal, value in zip(array, found, values.values()):
            record.signal = signal.id
            record.kind = signal.kind
            signal.fill(record, value)
        check(self._core.lib.rv_set_values(self._core.handle, array, len(found)))
        for record, signal in zip(array, found):
            signal._level = record.integer != 0

    def get_values(self, signals: Optional[Iterable[Union[str, Signal[Any]]]] = None) -> Dict[str, Any]:
        """The current values by name, all of one moment (texts are read one by one after it); None = of all signals."""
        return {change.name: change.value for change in self.read(signals)}

    def read(self, signals: Optional[Iterable[Union[str, Signal[Any]]]] = None) -> List[Change]:
        """As :meth:`get_values`, with quality, time and source. The counts are 0: this takes nothing from polling."""
        found = [self.signals.find(signal) for signal in (self.signals if signals is None else signals)]
        ids = (ctypes.c_uint32 * len(found))(*[signal.id for signal in found])
        records = (_n.rv_change * len(found))()
        check(self._core.lib.rv_get_values(self._core.handle, ids, records, len(found)))
        return [
            Change(
                signal=signal,
                value=signal.take(record),
                quality=Quality(record.quality),
                flags=ChangeFlag(record.flags),
                changes=record.change_count,
                rises=record.rise_count,
                falls=0,
                time=record.time_us / 1e6,
                source=record.source,
            )
            for signal, record in zip(found, records)
        ]

    def flush(self) -> None:
        """Sends what is due now instead of with the next cycle.

        With SendMode.MANUAL nothing goes out without it, and no peer sees what is set after it before the next.
        """
        check(self._core.lib.rv_flush(self._core.handle))

    # Polling

    def poll(self) -> List[Change]:
        """The signals that peers have changed since the last poll, in the order of their first change, each once.

        Only what comes from outside is reported, not this program's own sets. There is one change log, so changes go
        to one place: ``poll``, ``poll_raw`` and ``changes`` take them from each other. Does not wait.
        """
        return self._changes.take()

    def poll_raw(self) -> List[Raw]:
        """As :meth:`poll`, quicker: tuples with the fields of :class:`RawChange`; texts with :meth:`change_text`."""
        return self._changes.take_raw()

    def change_text(self, record: int) -> str:
        """The text of record number `record`, from 0, of the last ``poll_raw``; NotFoundError when there is none."""
        return self._changes.text(record)

    def wait(self, timeout: Optional[float] = None) -> bool:
        """Waits until there is a change or an event to poll; False when the time is up.

        Blocks for at most `timeout` seconds, None = for ever. Take both changes and events, or the next wait returns at
        once; log records wake nobody.
        """
        return self._core.wait(self._is_something, timeout) is not None

    def _is_something(self) -> Optional[bool]:
        found = check(self._core.lib.rv_wait(self._core.handle, 0)) == 1
        return found or self._events.waiting or bool(self._changes.rest) or None

    def changes(self, timeout: Optional[float] = None) -> Stream[Change]:
        """Changes as they come, for ``for`` and ``async for``; it ends when none came for `timeout` seconds."""
        return Stream(self._core, self._events, self._changes.take, self._changes.rest, timeout)

    @overload
    def wait_for(
        self, signal: Signal[T], predicate: Callable[[T], object], timeout: Optional[float] = None
    ) -> T: ...

    @overload
    def wait_for(self, signal: str, predicate: Callable[[Any], object], timeout: Optional[float] = None) -> Any: ...

    def wait_for(self, signal: Any, predicate: Callable[[Any], object], timeout: Optional[float] = None) -> Any:
        """Waits until `predicate` is true of the signal's value, and gives that value.

        ``rv.wait_for("Speed", lambda speed: speed > 100, timeout=5)``. It takes no change from ``poll``, and looks at
        values, not at pulses: one that is shorter than 2 ms may pass unseen, and is found in the ``rises`` of ``poll``.

        Blocks for at most `timeout` seconds, then raises RvTimeoutError with the value that it has; None = for ever.
        """
        found = self._waited_for(signal, predicate)
        value = self._core.wait(lambda: self._look(found, predicate), timeout)
        return self._seen(found, value, timeout)

    async def wait_for_async(
        self, signal: Any, predicate: Callable[[Any], object], timeout: Optional[float] = None
    ) -> Any:
        """As :meth:`wait_for`, for event loops."""
        found = self._waited_for(signal, predicate)
        value = await _aio.wait(self._core, lambda: self._look(found, predicate), timeout)
        return self._seen(found, value, timeout)

    def _waited_for(self, signal: Any, predicate: Any) -> Signal[Any]:
        if not callable(predicate):
            raise TypeError(
                f"predicate must be a function of the value, such as lambda value: value == {predicate!r}, "
                f"not {predicate!r}"
            )
        return self.signals.find(signal)

    def _look(self, signal: Signal[Any], predicate: Callable[[Any], object]) -> Any:
        self._events.pump()
        value = signal.value
        return value if predicate(value) else None

    def _seen(self, signal: Signal[Any], value: Any, timeout: Optional[float]) -> Any:
        if value is not None:
            return value
        quality = signal.quality.name.lower()
        raise timed_out(
            f"{signal.name!r} did not become what was waited for within {timeout:g} s: "
            f"it is {signal.value!r} ({quality})"
        )
