"""The change log, which has one consumer: taking from it is one step at a time."""

from __future__ import annotations

import ctypes
import struct
import threading
from typing import Any, List, Tuple

from . import _native as _n
from ._core import Core, check, read_text
from .enums import ChangeFlag, Kind, Quality
from .records import Change
from .signals import Signals

Raw = Tuple[int, int, int, int, int, float, int, int, int, int]

# rv_change, without its last, reserved field.
RECORD = struct.Struct("=IBBHqdIIqI4x")
assert RECORD.size == ctypes.sizeof(_n.rv_change)

# Calling an enumeration is slow, and these are few.
_BOOL, _INT, _FLOAT = int(Kind.BOOL), int(Kind.INT), int(Kind.FLOAT)
_QUALITIES = {int(quality): quality for quality in Quality}
_FLAGS = {bits: ChangeFlag(bits) for bits in range(1 << len(ChangeFlag))}


class ChangeLog:
    """What peers changed since it was last taken."""

    def __init__(self, core: Core, signals: Signals) -> None:
        self._core = core
        self._signals = signals
        self._lock = threading.Lock()
        self._make_room(64)

    def _make_room(self, count: int) -> None:
        self._capacity = count
        self._buffer = (_n.rv_change * count)()
        # A view that struct may read without a copy.
        self._bytes = memoryview(self._buffer).cast("B")

    def _poll(self) -> int:
        """Fills the buffer. It has room for all signals, so that what arrived together is never torn apart."""
        core = self._core
        signals = check(core.lib.rv_signal_count(core.handle))
        if signals > self._capacity:
            self._make_room(max(signals, 2 * self._capacity))
        return check(core.lib.rv_poll_changes(core.handle, self._buffer, self._capacity))

    def take_raw(self) -> List[Raw]:
        with self._lock:
            size = self._poll() * RECORD.size
            records: List[Any] = list(RECORD.iter_unpack(self._bytes[:size]))
            return records

    def take(self) -> List[Change]:
        by_id = self._signals.by_id
        new = tuple.__new__  # of a NamedTuple: at half the cost of calling it
        changes: List[Change] = []
        with self._lock:
            size = self._poll() * RECORD.size
            if size:
                self._signals.learn()
            for number, kind, quality, flags, integer, real, count, rises, time, source in RECORD.iter_unpack(
                self._bytes[:size]
            ):
                signal = by_id[number]
                value: Any
                falls = 0
                if kind == _FLOAT:
                    value = real
                elif kind == _BOOL:
                    value = integer != 0
                    falls = signal.follow(value, count, rises)
                elif kind == _INT:
                    value = integer
                else:
                    value = self._text(len(changes), integer + 1)
                changes.append(
                    new(
                        Change,
                        (
                            signal,
                            value,
                            _QUALITIES[quality],
                            _FLAGS.get(flags, flags),
                            count,
                            rises,
                            falls,
                            time / 1e6,
                            source,
                        ),
                    )
                )
        return changes

    def text(self, record: int) -> str:
        with self._lock:
            return self._text(record, 256)

    def _text(self, record: int, size: int) -> str:
        core = self._core
        return read_text(
            lambda buf, size, required: core.lib.rv_get_change_text(core.handle, record, buf, size, required), size
        )
