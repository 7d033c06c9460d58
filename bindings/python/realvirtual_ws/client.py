"""Clients."""

from __future__ import annotations

import asyncio
import ctypes
import json
from typing import TYPE_CHECKING, Any, Dict, Iterable, Mapping

from . import _native as _n
from . import options as _options
from ._core import check, encode, interruptible, library, milliseconds
from ._events import Request
from .interface import Interface, to_json
from .options import ClientOptions
from .records import ConnectionReport, Event

if TYPE_CHECKING:
    from typing_extensions import Unpack

__all__ = ["Client", "test_connection", "test_connection_async"]


class Client(Interface):
    """Connects to a server, keeps the connection, and exchanges signals. Without options to 127.0.0.1, port 1234.

    ::

        with Client(port=7000) as rv:
            rv.import_signals()
            rv["Motor"].value = 12.5
            for change in rv.changes():
                print(change.name, change.value)

    `options`: see :class:`ClientOptions`. Raises TypeError or ValueError for an option that is none or cannot be, and
    InvalidError for what only the library can judge.
    """

    def __init__(self, **options: Unpack[ClientOptions]) -> None:
        super().__init__(_options.make(_n.RV_MODE_CLIENT, ClientOptions, options))

    def subscribe(self, names: Iterable[str]) -> None:
        """Asks the server for these signals only; the list replaces the former one and holds for later connections.

        Names that the server does not have yet count when it has them. An empty list asks for nothing at all.
        """
        if isinstance(names, str):
            raise TypeError(f"a list of names, not the text {names!r}")
        found = [encode(name, "a signal's name") for name in names]
        array = (ctypes.c_char_p * len(found))(*found)
        check(self._core.lib.rv_subscribe(self._core.handle, array, len(found)))

    def subscribe_all(self) -> None:
        """Asks the server for all signals again; connects anew when a list is in force."""
        check(self._core.lib.rv_subscribe_all(self._core.handle))

    def config_get(self, timeout: float = 10.0) -> Dict[str, Any]:
        """The server's configuration.

        Blocks for at most `timeout` seconds. RvTimeoutError; ConnectError without a connection; StateError when another
        such request is not answered yet.
        """
        return self._run(self._begin_config_get(timeout))

    async def config_get_async(self, timeout: float = 10.0) -> Dict[str, Any]:
        """As :meth:`config_get`, for event loops."""
        return await self._run_async(self._begin_config_get(timeout))

    def config_set(self, config: Mapping[str, Any], timeout: float = 10.0) -> str:
        """Asks the server to apply a configuration, and gives what the server says to it.

        Blocks for at most `timeout` seconds. DeniedError, with the server's message, when it was not applied; otherwise
        as :meth:`config_get`. After RvTimeoutError or a broken connection it may have been applied.
        """
        return self._run(self._begin_config_set(config, timeout))

    async def config_set_async(self, config: Mapping[str, Any], timeout: float = 10.0) -> str:
        """As :meth:`config_set`, for event loops."""
        return await self._run_async(self._begin_config_set(config, timeout))

    def _begin_config_get(self, timeout: float) -> Request[Dict[str, Any]]:
        lib = self._core.lib
        return self._events.begin(lib.rv_config_get_begin, milliseconds(timeout), finish=_json)

    def _begin_config_set(self, config: Mapping[str, Any], timeout: float) -> Request[str]:
        lib = self._core.lib
        return self._events.begin(lib.rv_config_set_begin, to_json(config), milliseconds(timeout), finish=_text)


def _json(event: Event) -> Dict[str, Any]:
    found: Dict[str, Any] = json.loads(event.text)
    return found


def _text(event: Event) -> str:
    return event.text


def test_connection(timeout: float = 10.0, **options: Unpack[ClientOptions]) -> ConnectionReport:
    """Tries whether a client with these options would reach its server: connects, measures a round trip, disconnects.

    Blocks for at most `timeout` seconds, and up to half a second more for a server that does not answer pings. Raises
    why there is no connection: ConnectError, DeniedError or RvTimeoutError.
    """
    chosen = _options.make(_n.RV_MODE_CLIENT, ClientOptions, options)
    limit = milliseconds(timeout)
    return interruptible(lambda: _test(chosen, limit))


async def test_connection_async(timeout: float = 10.0, **options: Unpack[ClientOptions]) -> ConnectionReport:
    """As :func:`test_connection`, for event loops; a thread of the loop's pool waits."""
    chosen = _options.make(_n.RV_MODE_CLIENT, ClientOptions, options)
    limit = milliseconds(timeout)
    return await asyncio.get_running_loop().run_in_executor(None, lambda: _test(chosen, limit))


def _test(options: _n.rv_options, limit: int) -> ConnectionReport:
    found = _n.rv_connection_report()
    check(library().rv_test_connection(ctypes.byref(options), limit, ctypes.byref(found), ctypes.sizeof(found)))
    return ConnectionReport(found.connect_us / 1e6, found.round_trip_us / 1e6, bool(found.library))


# Their names begin as those of tests do, which pytest would run in modules that import them.
for _function in (test_connection, test_connection_async):
    setattr(_function, "__test__", False)
