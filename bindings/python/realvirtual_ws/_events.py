"""Events: those that end a request of this package go to whoever waits for it, the others to the program."""

from __future__ import annotations

import ctypes
import threading
from collections import deque
from typing import Any, Callable, Deque, Dict, Generic, List, Optional, TypeVar

from . import _native as _n
from ._core import Core, check, failure
from .enums import EventType
from .records import Event

T = TypeVar("T")

# Events that the program has not polled, taken from the library while something else was waited for.
KEPT = 4096
_ENDS = (EventType.IMPORT_DONE, EventType.CONFIG_DONE)


class Request(Generic[T]):
    """Something that was asked of the other side and ends in an event."""

    def __init__(self, core: Core, token: int, finish: Callable[[Event], T]) -> None:
        self._core = core
        self.token = token
        self._finish = finish
        self.event: Optional[Event] = None

    def result(self) -> T:
        """What the request gives, or its failure, once it has ended."""
        assert self.event is not None
        if self.event.result < 0:
            raise failure(self.event.result, self.event.text)
        return self._finish(self.event)

    def cancel(self) -> None:
        self._core.lib.rv_cancel(self._core.handle, self.token)


class Events:
    """The events of one interface."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._lock = threading.Lock()
        self._size = 1024
        self._kept: Deque[Event] = deque()
        self._requests: Dict[int, Request[Any]] = {}
        self.dropped = 0

    def begin(self, begin: Callable[..., int], *arguments: object, finish: Callable[[Event], T]) -> Request[T]:
        """Begins a request. `begin` gets the handle, the arguments, and a place for the token."""
        token = ctypes.c_uint32()
        # Under the lock, so that nobody takes its event before it is known here.
        with self._lock:
            check(begin(self._core.handle, *arguments, ctypes.byref(token)))
            request = Request(self._core, token.value, finish)
            self._requests[token.value] = request
        return request

    def end(self, request: Request[T]) -> None:
        """Forgets a request; one that is not complete is given up."""
        with self._lock:
            self._requests.pop(request.token, None)
        if request.event is None:
            request.cancel()

    def pump(self) -> None:
        """Takes all events from the library."""
        with self._lock:
            while True:
                event = self._next()
                if event is None:
                    return
                request = self._requests.get(event.token) if event.type in _ENDS else None
                if request is not None:
                    request.event = event
                    continue
                if len(self._kept) >= KEPT:
                    self._kept.popleft()
                    self.dropped += 1
                self._kept.append(event)

    @property
    def waiting(self) -> bool:
        """Whether there are events that were taken from the library and not yet from here."""
        return bool(self._kept)

    def take(self) -> List[Event]:
        """All events that no request waits for."""
        self.pump()
        with self._lock:
            events = list(self._kept)
            self._kept.clear()
        return events

    def _next(self) -> Optional[Event]:
        core = self._core
        found, required = _n.rv_event(), ctypes.c_size_t()
        while True:
            text = ctypes.create_string_buffer(self._size)
            result = core.lib.rv_poll_event(core.handle, ctypes.byref(found), text, self._size, ctypes.byref(required))
            if result != _n.RV_ERR_BUFFER:
                break
            self._size = required.value
        if check(result) == 0:
            return None
        return Event(
            type=EventType(found.type),
            client=found.client,
            token=found.token,
            result=found.result,
            time=found.time_us / 1e6,
            signal=found.signal,
            text=text.value.decode(),
        )
