"""Changes and events as they come, for `for` and for `async for`."""

from __future__ import annotations

from typing import AsyncIterator, Callable, Generic, Iterator, List, Optional, TypeVar

from . import _aio
from ._core import Core
from ._events import Events
from .errors import ClosedError

__all__ = ["Stream"]

T = TypeVar("T")


class Stream(Generic[T]):
    """What comes from an interface, one by one, in a ``for`` loop or an ``async for`` loop.

    A ``for`` loop blocks its thread while nothing comes (Ctrl-C ends it); an ``async for`` loop waits by the
    interface's event descriptor and needs no thread; where there are no such descriptors (Windows) a thread of the
    event loop's pool waits. Both end when the interface is closed, or when nothing came for the time that the stream
    was made with.
    """

    def __init__(self, core: Core, events: Events, take: Callable[[], List[T]], timeout: Optional[float]) -> None:
        self._core = core
        self._events = events
        self._take = take
        self._timeout = timeout

    def _look(self) -> Optional[List[T]]:
        self._events.pump()  # so that an event nobody wants does not end each wait at once
        return self._take() or None

    def __iter__(self) -> Iterator[T]:
        while True:
            try:
                batch = self._core.wait(self._look, self._timeout)
            except ClosedError:
                return
            if batch is None:
                return
            yield from batch

    async def __aiter__(self) -> AsyncIterator[T]:
        while True:
            try:
                batch = await _aio.wait(self._core, self._look, self._timeout)
            except ClosedError:
                return
            if batch is None:
                return
            for item in batch:
                yield item
