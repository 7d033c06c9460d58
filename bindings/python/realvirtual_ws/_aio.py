"""Waiting in an asyncio event loop, by the interface's event descriptor: no thread, no polling."""

from __future__ import annotations

import asyncio
import math
import os
from typing import Callable, Optional, TypeVar

from . import _native as _n
from ._core import LOOK, SLICE, Core, check, failure, milliseconds

T = TypeVar("T")


async def wait(core: Core, look: Callable[[], Optional[T]], timeout: Optional[float]) -> Optional[T]:
    """As `Core.wait`, without holding up the event loop."""
    loop = asyncio.get_running_loop()
    end = math.inf if timeout is None else loop.time() + timeout
    woken = False
    while True:
        found = look()
        if found is not None:
            return found
        left = end - loop.time()
        if left <= 0:
            return None
        if woken:
            # Something is there that `look` does not take: the descriptor stays readable.
            await asyncio.sleep(min(LOOK, left))
        woken = await _something(core, loop, left)


async def _something(core: Core, loop: asyncio.AbstractEventLoop, seconds: float) -> bool:
    """Waits until there is something to poll, or the interface is closed; False when the time is up."""
    descriptor = _descriptor(core)
    if descriptor is None:
        return await _something_by_thread(core, loop, seconds)
    readable: asyncio.Future[None] = loop.create_future()

    def wake() -> None:
        if not readable.done():
            readable.set_result(None)

    try:
        try:
            loop.add_reader(descriptor, wake)
        except NotImplementedError:  # an event loop without descriptors
            return await _something_by_thread(core, loop, seconds)
        try:
            await asyncio.wait({readable}, timeout=None if seconds == math.inf else seconds)
            return readable.done()
        finally:
            loop.remove_reader(descriptor)
    finally:
        os.close(descriptor)


def _descriptor(core: Core) -> Optional[int]:
    """A descriptor of our own for the interface's events, which outlives it; None where there is none (Windows)."""
    with core.closing:
        found = core.lib.rv_event_fd(core.handle)
        if found >= 0:
            return os.dup(found)
    if found == _n.RV_ERR_UNSUPPORTED:
        return None
    raise failure(found)


async def _something_by_thread(core: Core, loop: asyncio.AbstractEventLoop, seconds: float) -> bool:
    """The same with a thread of the loop's pool that waits, for platforms without event descriptors."""

    def block() -> int:
        return check(core.lib.rv_wait(core.handle, milliseconds(min(seconds, SLICE))))

    return await loop.run_in_executor(None, block) == 1
