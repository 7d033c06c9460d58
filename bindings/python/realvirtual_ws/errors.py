"""What failed calls raise.

Every failure of the library is an :class:`RvError` with the C interface's code and name and a sentence that says what
happened and what to do. Those that programs tell apart have classes of their own, which are also what Python programs
expect: a :class:`KeyError` for a name that is none, a :class:`TimeoutError` when the time is up.
"""

from __future__ import annotations

from typing import Any, Dict, Tuple, Type

from . import _native as _n

__all__ = [
    "BindError",
    "CancelledError",
    "ClosedError",
    "ConnectError",
    "DeniedError",
    "ExistsError",
    "FileError",
    "ForkedError",
    "FormatError",
    "InvalidError",
    "KindError",
    "NotFoundError",
    "NotWritableError",
    "RvError",
    "RvTimeoutError",
    "StateError",
    "UnsupportedError",
]


class RvError(Exception):
    """A call of the library failed.

    ``code`` is the number in the C interface (less than 0), ``name`` its name, such as ``"RV_ERR_KIND"``, and
    ``message`` says what happened, where, and what to do.
    """

    def __init__(self, code: int, name: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.name = name
        self.message = message

    def __str__(self) -> str:
        return f"{self.name}: {self.message}"

    def __reduce__(self) -> Tuple[Any, ...]:
        return type(self), (self.code, self.name, self.message)


class ClosedError(RvError):
    """The interface is closed, or was closed by another thread while the call waited."""


class ForkedError(RvError):
    """This process is a child that was forked after its parent had created an interface: it needs its own process."""


class RvTimeoutError(RvError, TimeoutError):
    """The time is up."""


class CancelledError(RvError):
    """The request was given up, for example because the interface was stopped meanwhile."""


class NotFoundError(RvError, KeyError):
    """There is no signal, client or request of that name or number."""


class ExistsError(RvError):
    """A signal of that name exists and was declared in another way."""


class KindError(RvError, TypeError):
    """The signal is of another kind."""


class NotWritableError(RvError):
    """The other side writes this signal: see its direction and access, and the option ``own_perspective``."""


class InvalidError(RvError, ValueError):
    """An option or an argument is none that can be: out of range, not finite, too long."""


class StateError(RvError):
    """Not possible now, for example because the interface is not started."""


class UnsupportedError(RvError):
    """Not available on this platform, or not for a server, or not for a client."""


class FileError(RvError, OSError):
    """A file cannot be read or written."""


class FormatError(RvError, ValueError):
    """A file is not what it should be; the text tells the line."""


class BindError(RvError, OSError):
    """A server cannot listen there: the port is in use or not allowed, or the address is none of this machine's."""


class ConnectError(RvError, ConnectionError):
    """There is no connection: the server cannot be found, reached or trusted, or the connection broke."""


class DeniedError(RvError):
    """The other side refused."""


_CLASSES: Dict[int, Type[RvError]] = {
    _n.RV_ERR_HANDLE: ClosedError,
    _n.RV_ERR_FORKED: ForkedError,
    _n.RV_ERR_TIMEOUT: RvTimeoutError,
    _n.RV_ERR_CANCELLED: CancelledError,
    _n.RV_ERR_NOT_FOUND: NotFoundError,
    _n.RV_ERR_EXISTS: ExistsError,
    _n.RV_ERR_KIND: KindError,
    _n.RV_ERR_NOT_WRITABLE: NotWritableError,
    _n.RV_ERR_ARGUMENT: InvalidError,
    _n.RV_ERR_UTF8: InvalidError,
    _n.RV_ERR_NOT_FINITE: InvalidError,
    _n.RV_ERR_NAME: InvalidError,
    _n.RV_ERR_TEXT: InvalidError,
    _n.RV_ERR_FILE: FileError,
    _n.RV_ERR_FORMAT: FormatError,
    _n.RV_ERR_STATE: StateError,
    _n.RV_ERR_UNSUPPORTED: UnsupportedError,
    _n.RV_ERR_PORT_IN_USE: BindError,
    _n.RV_ERR_ADDRESS: BindError,
    _n.RV_ERR_INSECURE_BIND: BindError,
    _n.RV_ERR_PERMISSION: BindError,
    _n.RV_ERR_RESOLVE: ConnectError,
    _n.RV_ERR_REFUSED: ConnectError,
    _n.RV_ERR_UNREACHABLE: ConnectError,
    _n.RV_ERR_CONNECTION: ConnectError,
    _n.RV_ERR_HANDSHAKE: ConnectError,
    _n.RV_ERR_TLS: ConnectError,
    _n.RV_ERR_CERTIFICATE: ConnectError,
    _n.RV_ERR_NOT_CONNECTED: ConnectError,
    _n.RV_ERR_DENIED: DeniedError,
}


def make(code: int, name: str, message: str) -> RvError:
    """The exception for a result of the C interface."""
    return _CLASSES.get(code, RvError)(code, name, message)
