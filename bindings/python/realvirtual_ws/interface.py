"""What servers and clients have in common."""

from __future__ import annotations

import asyncio
import ctypes
import json
from typing import Any, List, Mapping, Optional, TypeVar

from . import _aio, records
from . import _native as _n
from ._core import check, encode, interruptible, milliseconds, read_text
from ._events import Request
from .enums import LogLevel, State
from .exchange import Exchange
from .records import Event, ImportReport, Info, LogRecord, Stats
from .streams import Stream

__all__ = ["Interface"]

I = TypeVar("I", bound="Interface")
T = TypeVar("T")


class Interface(Exchange):
    """A server or a client. All of it may be used from any thread; see :class:`Server` and :class:`Client`.

    In a ``with`` (or ``async with``) statement it is started, and at the end it sends what is due and is closed.
    Failures are :class:`RvError`. Calls that block say so, take a ``timeout`` in seconds, let other threads run, and
    end with Ctrl-C.
    """

    # From start to end

    def start(self) -> None:
        """Starts. A server has its port when this returns; a client has begun to connect and goes on trying.

        Starting what is started does nothing. BindError when a server cannot listen there; RvError when a file of the
        options ``tls_…`` cannot be used.
        """
        check(self._core.lib.rv_start(self._core.handle))

    def reload_tls(self) -> None:
        """Reads the files of the options ``tls_…`` again: new connections use what they hold now, others stay.

        Reads files, so it blocks for a moment. RvError when something in them cannot be used; everything then stays as
        it was. StateError when TLS is off.
        """
        check(self._core.lib.rv_reload_tls(self._core.handle))

    def stop(self, timeout: float = 1.0) -> None:
        """Sends what is due, closes the connections, and gives the port back. Signals and values stay.

        Blocks for at most `timeout` seconds; RvTimeoutError when something was dropped (it is stopped all the same).
        """
        limit = milliseconds(timeout)
        interruptible(lambda: check(self._core.lib.rv_stop(self._core.handle, limit)))

    def close(self, timeout: float = 1.0) -> None:
        """Sends what is due within `timeout` seconds (0 = nothing), and ends it: later calls raise ClosedError.

        Closing what is closed does nothing. Other threads' calls on it end with ClosedError.
        """
        limit = milliseconds(timeout)
        try:
            if limit and not self._core.closed:
                # Its failures are those of a connection that nobody needs any more.
                interruptible(lambda: self._core.lib.rv_stop(self._core.handle, limit))
        finally:
            self._core.close()

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return self._core.closed

    def __enter__(self: I) -> I:
        try:
            self.start()
        except BaseException:
            self._core.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self: I) -> I:
        return self.__enter__()

    async def __aexit__(self, *_: object) -> None:
        await asyncio.get_running_loop().run_in_executor(None, self.close)

    def __repr__(self) -> str:
        if self.closed:
            return f"<{type(self).__name__}, closed>"
        info = self.info()
        return f"<{type(self).__name__} port {info.port}, {info.state.name.lower()}, {info.signals} signals>"

    # Connection

    def info(self) -> Info:
        """What it is doing, all of one moment."""
        found = records.fields(self._core.struct(_n.rv_info, self._core.lib.rv_get_info))
        del found["mode"]
        return Info(**{**found, "state": State(found["state"])})

    @property
    def state(self) -> State:
        """Whether it is stopped, connected, listening …"""
        return self.info().state

    @property
    def port(self) -> int:
        """The TCP port: a server's real one, also when the option was 0."""
        return self.info().port

    @property
    def connected(self) -> bool:
        """Whether there is a connection; server: a client."""
        return self.info().clients > 0

    def stats(self) -> Stats:
        """What it has counted since it was created."""
        found = self._core.struct(_n.rv_stats, self._core.lib.rv_get_stats)
        return records.stats(found, self._events.dropped)

    def wait_connected(self, timeout: float = 10.0) -> None:
        """Waits until there is a connection; server: until a client has sent its first valid message.

        Blocks for at most `timeout` seconds, then raises RvTimeoutError, or ConnectError or DeniedError when attempts
        have failed meanwhile. StateError when it is not started.
        """
        if self._core.wait(self._is_connected, timeout) is None:
            check(self._core.lib.rv_wait_connected(self._core.handle, 0))

    async def wait_connected_async(self, timeout: float = 10.0) -> None:
        """As :meth:`wait_connected`, for event loops."""
        if await _aio.wait(self._core, self._is_connected, timeout) is None:
            check(self._core.lib.rv_wait_connected(self._core.handle, 0))

    def _is_connected(self) -> Optional[bool]:
        self._events.pump()
        result = self._core.lib.rv_wait_connected(self._core.handle, 0)
        if result < 0 and self.info().state not in (State.FAILED, State.STOPPED):
            return None  # it goes on trying
        check(result)
        return True

    # Events and log

    def poll_events(self) -> List[Event]:
        """What happened since the last time, oldest first. What nobody takes is dropped after a while, and counted."""
        return self._events.take()

    def events(self, timeout: Optional[float] = None) -> Stream[Event]:
        """Events as they come, for ``for`` and ``async for``; it ends when none came for `timeout` seconds."""
        return Stream(self._core, self._events, self._events.take, self._events.rest, timeout)

    def poll_log(self) -> List[LogRecord]:
        """What the library has to say since the last time, oldest first."""
        core, record, size = self._core, _n.rv_log_record(), ctypes.sizeof(_n.rv_log_record)
        taken = 0

        def call(buf: Any, capacity: int, required: Any) -> int:
            nonlocal taken
            result = core.lib.rv_poll_log(core.handle, ctypes.byref(record), size, buf, capacity, required)
            taken = max(result, 0)
            return result

        records_: List[LogRecord] = []
        while True:
            text = read_text(call, 1024)
            if not taken:
                return records_
            records_.append(LogRecord(LogLevel(record.level), record.client, record.time_us / 1e6, text))

    # Requests

    def import_signals(self, timeout: float = 10.0) -> ImportReport:
        """Asks for the signals of the other side and declares them here. Names that exist keep their kind.

        A client connects for this when it is not started, and disconnects again afterwards; a server must be started,
        and asks all its clients, of which some (web viewers) never answer.

        Blocks for at most `timeout` seconds; what has arrived by then is declared. RvTimeoutError when nobody answered;
        StateError when another import is running or a server is not started; ConnectError when there is no connection.
        """
        return self._run(self._begin_import(timeout))

    async def import_signals_async(self, timeout: float = 10.0) -> ImportReport:
        """As :meth:`import_signals`, for event loops."""
        return await self._run_async(self._begin_import(timeout))

    def _begin_import(self, timeout: float) -> Request[ImportReport]:
        lib = self._core.lib
        return self._events.begin(lib.rv_import_begin, milliseconds(timeout), finish=self._imported)

    def _imported(self, event: Event) -> ImportReport:
        found = self._core.struct(_n.rv_import_report, self._core.lib.rv_import_result, event.token)
        self.signals.learn()
        return ImportReport(**records.fields(found), notes=event.text)

    def send_raw(self, message: Mapping[str, Any], client: int = 0) -> None:
        """Sends a message of the program's own, for extensions of the protocol: an object with a ``type`` of its own.

        Server: to `client`, 0 = to all; client: to the server. Does not wait. What peers send of that kind comes as
        events of type RAW with the option ``raw_events``. ConnectError without any connection.
        """
        check(self._core.lib.rv_send_raw(self._core.handle, client, to_json(message)))

    def _run(self, request: Request[T]) -> T:
        try:
            self._core.wait(lambda: self._ended(request), None)
            return request.result()
        finally:
            self._events.end(request)

    async def _run_async(self, request: Request[T]) -> T:
        try:
            await _aio.wait(self._core, lambda: self._ended(request), None)
            return request.result()
        finally:
            self._events.end(request)

    def _ended(self, request: Request[Any]) -> Optional[Event]:
        self._events.pump()
        return request.event


def to_json(message: Mapping[str, Any]) -> bytes:
    """An object as JSON for the library."""
    return encode(json.dumps(message, ensure_ascii=False, allow_nan=False), "the message")
