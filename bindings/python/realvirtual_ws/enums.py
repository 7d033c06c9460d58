"""The C interface's numbers with names. One that a newer library adds gets the name ``UNKNOWN_`` and its digits."""

from __future__ import annotations

from enum import IntEnum, IntFlag

from . import _native as _n

__all__ = [
    "Access",
    "CatalogDirection",
    "ChangeFlag",
    "Direction",
    "EventType",
    "ImportDirection",
    "Kind",
    "ListFormat",
    "LogLevel",
    "Perspective",
    "Quality",
    "SendMode",
    "State",
    "TokenTransport",
]


class _Growing(IntEnum):
    @classmethod
    def _missing_(cls, value: object) -> _Growing:
        if not isinstance(value, int):
            raise ValueError(f"{value!r} is no {cls.__name__}")
        member = int.__new__(cls, value)
        member._name_ = f"UNKNOWN_{value}"
        member._value_ = value
        return member


class TokenTransport(_Growing):
    """How a client presents its token: in a header, in the URL's query (which logs show), or as a subprotocol."""

    AUTO = _n.RV_TOKEN_AUTO
    X_API_KEY = _n.RV_TOKEN_X_API_KEY
    QUERY = _n.RV_TOKEN_QUERY
    SUBPROTOCOL = _n.RV_TOKEN_SUBPROTOCOL


class Kind(_Growing):
    """The kind of value that a signal holds; it never changes."""

    BOOL = _n.RV_KIND_BOOL
    INT = _n.RV_KIND_INT
    FLOAT = _n.RV_KIND_FLOAT
    TEXT = _n.RV_KIND_TEXT


class Direction(_Growing):
    """A signal's direction from the PLC's point of view: the simulation writes an ``INPUT``, the PLC an ``OUTPUT``."""

    AUTO = _n.RV_DIRECTION_AUTO
    INPUT = _n.RV_DIRECTION_INPUT
    OUTPUT = _n.RV_DIRECTION_OUTPUT


class Access(_Growing):
    """What this program may do with a signal; ``DEFAULT`` = by its direction and the perspectives."""

    DEFAULT = _n.RV_ACCESS_DEFAULT
    READ = _n.RV_ACCESS_READ
    WRITE = _n.RV_ACCESS_WRITE
    READ_WRITE = _n.RV_ACCESS_READ_WRITE


class Quality(_Growing):
    """How far a value can be trusted: nobody has set it yet, it is current, or its writer's connection is lost."""

    NEVER = _n.RV_QUALITY_NEVER
    GOOD = _n.RV_QUALITY_GOOD
    STALE = _n.RV_QUALITY_STALE


class State(_Growing):
    """What an interface is doing."""

    STOPPED = _n.RV_STATE_STOPPED
    CONNECTING = _n.RV_STATE_CONNECTING
    CONNECTED = _n.RV_STATE_CONNECTED
    LISTENING = _n.RV_STATE_LISTENING
    RECONNECTING = _n.RV_STATE_RECONNECTING
    FAILED = _n.RV_STATE_FAILED


class SendMode(_Growing):
    """When changed values go out: every ``update_cycle_ms``, at once, or only on ``flush``."""

    CYCLE = _n.RV_SEND_CYCLE
    ON_CHANGE = _n.RV_SEND_ON_CHANGE
    MANUAL = _n.RV_SEND_MANUAL


class Perspective(_Growing):
    """The side of the PLC's interface that a program stands on; ``UNKNOWN`` only for the peer's."""

    UNKNOWN = _n.RV_PERSPECTIVE_UNKNOWN
    SIMULATION = _n.RV_PERSPECTIVE_SIMULATION
    CONTROLLER = _n.RV_PERSPECTIVE_CONTROLLER


class ImportDirection(_Growing):
    """What an import does with the directions in a peer's types."""

    INVERT = _n.RV_IMPORT_INVERT
    KEEP = _n.RV_IMPORT_KEEP


class CatalogDirection(_Growing):
    """How directions appear in the catalogue that peers get."""

    KEEP = _n.RV_CATALOG_KEEP
    INVERT = _n.RV_CATALOG_INVERT
    NEUTRAL = _n.RV_CATALOG_NEUTRAL


class EventType(_Growing):
    """What happened; see ``rv_event_type`` in the C header for the text of each."""

    CONNECTED = _n.RV_EVENT_CONNECTED
    DISCONNECTED = _n.RV_EVENT_DISCONNECTED
    CLIENT_JOINED = _n.RV_EVENT_CLIENT_JOINED
    CLIENT_LEFT = _n.RV_EVENT_CLIENT_LEFT
    IMPORT_DONE = _n.RV_EVENT_IMPORT_DONE
    CONFIG_SET = _n.RV_EVENT_CONFIG_SET
    CONFIG_DONE = _n.RV_EVENT_CONFIG_DONE
    TEST_DONE = _n.RV_EVENT_TEST_DONE
    CATALOG_CHANGED = _n.RV_EVENT_CATALOG_CHANGED
    FOREIGN_PROTOCOL = _n.RV_EVENT_FOREIGN_PROTOCOL
    RAW = _n.RV_EVENT_RAW
    STATE = _n.RV_EVENT_STATE


class ListFormat(_Growing):
    """How a signal list is written; ``AUTO`` = CSV for a name that ends in ``.csv``, otherwise the exchange file."""

    AUTO = _n.RV_LIST_AUTO
    JSON = _n.RV_LIST_JSON
    CSV = _n.RV_LIST_CSV


class LogLevel(_Growing):
    """How much a log record matters; ``DEBUG`` only with the option ``debug``."""

    ERROR = _n.RV_LOG_ERROR
    WARN = _n.RV_LOG_WARN
    INFO = _n.RV_LOG_INFO
    DEBUG = _n.RV_LOG_DEBUG


class ChangeFlag(IntFlag):
    """What else is to be said of a change."""

    OVERFLOW = _n.RV_CHANGE_OVERFLOW
    MORE = _n.RV_CHANGE_MORE
    FAILSAFE = _n.RV_CHANGE_FAILSAFE
    IMPORTED = _n.RV_CHANGE_IMPORTED
    QUALITY = _n.RV_CHANGE_QUALITY
