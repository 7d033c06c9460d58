"""What the library tells: changes, events, log records, reports, statistics."""

from __future__ import annotations

import ctypes
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Tuple

from . import _native as _n
from .enums import Access, ChangeFlag, Direction, EventType, Kind, LogLevel, Quality, State

if TYPE_CHECKING:
    from .signals import Signal

__all__ = [
    "Change",
    "ClientInfo",
    "ConnectionReport",
    "Event",
    "ImportReport",
    "Info",
    "LogRecord",
    "RawChange",
    "SignalInfo",
    "Stats",
]


class Change(NamedTuple):
    """A signal's value and what became of it since it was last polled."""

    signal: Signal[Any]
    """The signal that changed."""
    value: Any
    """Its value: a bool, int, float or str, as the signal's kind says."""
    quality: Quality
    """How far the value can be trusted."""
    flags: ChangeFlag
    """What else is to be said, such as ``ChangeFlag.FAILSAFE``."""
    changes: int
    """How often the value changed; 0 when only the quality did."""
    rises: int
    """Bool: how many of these changes were from False to True. A pulse between two polls has value False and a rise."""
    falls: int
    """Bool: how many of them were from True to False."""
    time: float
    """When it arrived, in seconds of a monotonic clock that starts anywhere."""
    source: int
    """Server: the id of the client it came from. Client: 1 = the server. 0 = this program (fail-safe, stale)."""

    @property
    def name(self) -> str:
        """The signal's name."""
        return self.signal.name


class RawChange(NamedTuple):
    """The fields of a tuple that ``poll_raw`` gives, in their order; it gives bare tuples, which are quicker.

    ``RawChange._make(record)`` names them.
    """

    signal: int
    """The signal's id: its index in ``list(rv.signals.values())``."""
    kind: int
    quality: int
    flags: int
    integer: int
    """Bool (0 or 1), int, or a text's length in bytes; the text itself comes with ``change_text``."""
    number: float
    """Float; also set for bool and int."""
    change_count: int
    rise_count: int
    time_us: int
    source: int


@dataclass(frozen=True)
class Event:
    """Something that happened."""

    type: EventType
    client: int
    """Server: the client's id, or 0."""
    token: int
    """CONFIG_SET: what ``config_reply`` needs."""
    result: int
    """0 or more, or the code of what failed."""
    time: float
    """When it happened, in seconds, on the clock of ``Change.time``."""
    signal: int
    """The id of the signal it is about, or 0."""
    text: str
    """It in words, or the JSON of a CONFIG_SET or RAW event."""

    @property
    def json(self) -> Any:
        """The object of a CONFIG_SET or RAW event; ValueError for others, whose text is no JSON."""
        return json.loads(self.text)


@dataclass(frozen=True)
class LogRecord:
    """One entry of the library's log."""

    level: LogLevel
    client: int
    """Server: the id of the client it is about, or 0."""
    time: float
    """When it was written, in seconds, on the clock of ``Change.time``."""
    text: str


@dataclass(frozen=True)
class Info:
    """What an interface is doing."""

    state: State
    port: int
    """The TCP port: a server's real one, also when the option was 0."""
    clients: int
    """Server: connected clients. Client: 1 while connected, else 0."""
    signals: int
    """Number of signals."""
    last_error: int
    """The code of the last failure of the connection or the listener, 0 if there was none."""
    reconnect_attempts: int
    """Client: attempts since the last stable connection."""
    last_client: int
    """Server: the id of the client that connected last, or 0."""


@dataclass(frozen=True)
class SignalInfo:
    """What is known of a signal, besides its value."""

    kind: Kind
    direction: Direction
    """``AUTO`` = it has none."""
    access: Access
    """What this program may do with it. Store it with an imported signal and declare it with it next time."""
    quality: Quality
    source: int
    """Server: the client that wrote it last. Client: 1 = the server. 0 = this program."""
    imported: bool
    """An import created it."""
    age: float
    """Seconds since a value came from a peer; infinite when none has, or this program has set it since."""


@dataclass(frozen=True)
class ImportReport:
    """What an import did."""

    added: int
    updated: int
    unchanged: int
    conflicting: int
    """Signals that exist with another kind; they stay as they are."""
    refused: int
    """Entries of the answer that cannot be signals, or are too many."""
    answered: int
    unanswered: int
    notes: str
    """What a person should know: a line for each signal that was refused or conflicts and each silent client."""


@dataclass(frozen=True)
class ConnectionReport:
    """What a connection test measured."""

    connect: float
    """Seconds from the start to the end of the WebSocket handshake."""
    round_trip: float
    """Seconds from a ping to its pong; 0 = the server does not answer pings, which many do not."""
    library: bool
    """The server is known to be this library."""


@dataclass(frozen=True)
class ClientInfo:
    """A client of a server."""

    id: int
    """Never used again for another one."""
    name: str
    address: str
    """Its address and port."""
    library: bool
    """It is known to be this library."""
    subscribed: bool
    """It gets only the signals it has subscribed to."""
    connected: float
    """Seconds since it connected."""
    frames_in: int
    """Messages received from it."""
    frames_out: int
    """Messages sent to it."""


@dataclass(frozen=True)
class Stats:
    """What an interface has counted since it was created. Every value that was lost or refused is in one of these.

    The fields are those of ``rv_stats`` in the C header, which describes each; ``_us`` are microseconds.
    """

    frames_in: int
    frames_out: int
    bytes_in: int
    bytes_out: int
    values_in: int
    values_out: int
    changes: int
    coalesced: int
    pulses_collapsed: int
    queue_overflow: int
    unknown_signal: int
    rejected_type: int
    rejected_direction: int
    lossy: int
    denied: int
    malformed: int
    unknown_message: int
    slow_peer_closed: int
    connects: int
    disconnects: int
    refused_connections: int
    echoes: int
    corrections: int
    resends: int
    cycles: int
    cycles_skipped: int
    cycle_us_total: int
    cycle_us_max: int
    log_dropped: int
    events_dropped: int
    send_latency: Tuple[int, ...]
    """Entry n counts times of 2^n up to 2^(n+1) microseconds from a set to the message that carries it."""
    crowded_closed: int


def fields(record: ctypes.Structure) -> Any:
    """A struct's fields by their names, without those that are reserved."""
    return {str(name): getattr(record, name) for name, *_ in record._fields_ if not name.startswith("reserved")}


def stats(record: _n.rv_stats, events_dropped: int) -> Stats:
    """`record`, with the events that were dropped here added to those that the library dropped."""
    values = fields(record)
    values["send_latency"] = tuple(record.send_latency)
    values["events_dropped"] += events_dropped
    return Stats(**values)
