"""Signals between a digital twin and a controller, over realvirtual.io's WebSocket wire protocol v2.

:class:`Server` and :class:`Client` are the two ends; their signals are objects with a value::

    with Client(port=7000) as rv:
        rv.import_signals()
        rv["Motor"].value = 12.5
        for change in rv.changes():
            print(change.name, change.value)

Nothing of it calls back: what happens is polled, or waited for in a ``for`` or ``async for`` loop. Every call may be
made from any thread and lets other threads run. Timeouts and times are in seconds, but for options and fields whose
names end in ``_ms`` or ``_us``.
"""

from . import _native
from ._core import library as _library
from .client import Client, test_connection, test_connection_async
from .enums import (
    Access,
    CatalogDirection,
    ChangeFlag,
    Direction,
    EventType,
    ImportDirection,
    Kind,
    ListFormat,
    LogLevel,
    Perspective,
    Quality,
    SendMode,
    State,
    TokenTransport,
)
from .errors import (
    BindError,
    CancelledError,
    ClosedError,
    ConnectError,
    DeniedError,
    ExistsError,
    FileError,
    ForkedError,
    FormatError,
    InvalidError,
    KindError,
    NotFoundError,
    NotWritableError,
    RvError,
    RvTimeoutError,
    StateError,
    UnsupportedError,
)
from .exchange import SignalOptions
from .interface import Interface
from .options import ClientOptions, CommonOptions, ServerOptions
from .records import (
    Change,
    ClientInfo,
    ConnectionReport,
    Event,
    ImportReport,
    Info,
    LogRecord,
    RawChange,
    SignalInfo,
    Stats,
)
from .server import Role, Server
from .signals import BoolSignal, FloatSignal, IntSignal, Signal, Signals, TextSignal, Value
from .streams import Stream

__version__ = f"{_native.RV_VERSION_MAJOR}.{_native.RV_VERSION_MINOR}.{_native.RV_VERSION_PATCH}"


def library_version() -> str:
    """The version of the library that is loaded, such as ``"0.1.0"``. OSError when it is not found."""
    return _library().rv_version().decode()


def live_count() -> int:
    """How many servers and clients exist in this process: for tests that look for leaks."""
    return _library().rv_live_count()


__all__ = [
    "Access",
    "BindError",
    "BoolSignal",
    "CancelledError",
    "CatalogDirection",
    "Change",
    "ChangeFlag",
    "Client",
    "ClientInfo",
    "ClientOptions",
    "ClosedError",
    "CommonOptions",
    "ConnectError",
    "ConnectionReport",
    "DeniedError",
    "Direction",
    "Event",
    "EventType",
    "ExistsError",
    "FileError",
    "FloatSignal",
    "ForkedError",
    "FormatError",
    "ImportDirection",
    "ImportReport",
    "Info",
    "IntSignal",
    "Interface",
    "InvalidError",
    "Kind",
    "KindError",
    "ListFormat",
    "LogLevel",
    "LogRecord",
    "NotFoundError",
    "NotWritableError",
    "Perspective",
    "Quality",
    "RawChange",
    "Role",
    "RvError",
    "RvTimeoutError",
    "SendMode",
    "Server",
    "ServerOptions",
    "Signal",
    "SignalInfo",
    "SignalOptions",
    "Signals",
    "State",
    "StateError",
    "Stats",
    "Stream",
    "TextSignal",
    "TokenTransport",
    "UnsupportedError",
    "Value",
    "library_version",
    "live_count",
    "test_connection",
    "test_connection_async",
]
