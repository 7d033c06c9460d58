"""The options of servers and clients, as keywords. What is left out has the library's default.

Times are in milliseconds, sizes in bytes. ``help`` of the classes lists every option with its default.
"""

from __future__ import annotations

import ctypes
import difflib
import operator
import re
from enum import IntEnum
from typing import Any, Dict, Iterable, Mapping, Sequence, Type, TypedDict, Union, get_type_hints

from . import _native as _n
from ._core import check, encode, library
from .enums import Access, CatalogDirection, Direction, ImportDirection, Perspective, SendMode, TokenTransport

__all__ = ["ClientOptions", "CommonOptions", "ServerOptions"]


class CommonOptions(TypedDict, total=False):
    """What servers and clients both have."""

    address: str  # server: the IP address to listen on; client: the server's address or host name
    port: int  # TCP port; a server may use 0 for any free one
    path: str  # client: path and query of the URL; server: the only path served
    own_perspective: Perspective  # the side this program stands on; decides the access of declared signals
    peer_perspective: Perspective  # the side the peer stands on, if known; gives imported signals one writer
    import_direction: ImportDirection  # what an import does with the peer's directions
    catalog_direction: CatalogDirection  # how directions appear in the catalogue that peers get
    default_direction: Direction  # of a signal that has none and that no pattern matches; not AUTO
    send_mode: SendMode  # when changed values go out
    use_patterns: bool  # use the patterns
    input_patterns: Union[str, Sequence[str]]  # substrings of names that mark a signal as INPUT
    output_patterns: Union[str, Sequence[str]]  # substrings of names that mark a signal as OUTPUT
    update_cycle_ms: int  # the cycle of SendMode.CYCLE, 1 to 3600000
    only_transmit_changed: bool  # False = every cycle carries every signal that this program has set
    ping_interval_ms: int  # time between keep-alive pings; 0 = none
    peer_timeout_ms: int  # silence after which a peer is dead that answered pings; 0 = never
    heartbeat_ms: int  # an empty message after this long without values; 0 = never
    fence_grace_ms: int  # how much longer crossing values of other programs are looked for
    max_message_bytes: int  # the largest message accepted; 0 = 4 MiB for a server, 64 MiB for a client
    max_signals: int  # signals in all, 1 to 10000000
    max_data_frame_bytes: int  # split larger messages with values; 0 = never
    accept_remote_writes: bool  # apply peers' values even to signals that this program alone writes
    auto_import: bool  # create signals from a catalogue that was not asked for
    strict_types: bool  # refuse received values that lose something when converted
    catalog_push: bool  # peers that asked for the catalogue get a fresh one when signals were added
    raw_events: bool  # messages of unknown types become events of type RAW
    debug: bool  # log every frame
    log_to_stderr: bool  # write the log to standard error, too (also: the environment's RV_LOG=info)
    tls: bool  # wss://; a server then needs tls_certificate_file and tls_key_file
    tls_certificate_file: str  # a PEM file: the certificate of this side, and those that lead to its authority
    tls_key_file: str  # a PEM file with its private key, not encrypted
    access_token: str  # server: clients must present it, see Server.add_token; client: the one that it presents
    user: str  # server: clients may present this and `password` instead (HTTP Basic); client: what it presents
    password: str  # see `user`


class ServerOptions(CommonOptions, total=False):
    """The keywords of :class:`Server`."""

    relay: bool  # pass values that one client sent on to the others
    first_state_wait_ms: int  # how long a new client may stay silent before it gets the whole state
    max_clients: int  # connected clients in all
    max_clients_per_address: int  # connected clients from one address, when listening beyond this machine
    handshake_timeout_ms: int  # time for TLS and the HTTP upgrade together
    max_pending_handshakes: int  # connections in their handshake; for one more the oldest of the busiest address is cut
    allow_anonymous_network: bool  # listen beyond this machine although nothing authenticates clients
    allowed_origins: Union[str, Sequence[str]]  # web pages that may connect (values of Origin); "*" = any
    allowed_hosts: Union[str, Sequence[str]]  # names that may stand in Host, besides addresses and this machine's
    tls_client_ca_file: str  # a PEM file: clients must show a certificate of one of these authorities
    prefix_collisions: bool  # of two clients' signals that collide keep the later one, as client/name
    trusted_proxies: Union[str, Sequence[str]]  # addresses and networks of proxies that tell a client's own address


class ClientOptions(CommonOptions, total=False):
    """The keywords of :class:`Client` and :func:`test_connection`."""

    client_name: str  # the name it gives itself
    auto_reconnect: bool  # connect again when the connection is lost or cannot be made
    reconnect_interval_ms: int  # time between attempts to connect, +-10 %
    reconnect_backoff_max_ms: int  # the interval doubles up to this; 0 = it stays fixed
    max_reconnect_attempts: int  # attempts before giving up; -1 = unlimited
    connect_timeout_ms: int  # time for one attempt
    resync_wait_ms: int  # how long signals that both sides write wait for the server's state after a connect
    tls_insecure_skip_verify: bool  # accept any certificate: nothing then protects against an attacker in between
    tls_ca_file: str  # a PEM file with authorities to trust besides the platform's
    tls_pin: str  # the SHA-256 of the server's public key, hexadecimal or Base64
    token_transport: TokenTransport  # how it presents the token
    allow_plain_credentials: bool  # present token or password without TLS to another machine, too


_LISTS = {"input_patterns", "output_patterns", "allowed_origins", "allowed_hosts", "trusted_proxies"}
_BOOLS = {name for name, kind, *_ in _n.rv_options._fields_ if kind is ctypes.c_uint8}
_TEXTS = {name for name, kind, *_ in _n.rv_options._fields_ if kind is ctypes.c_char_p}
_RANGES: Dict[Any, Any] = {
    ctypes.c_uint16: (0, (1 << 16) - 1),
    ctypes.c_uint32: (0, (1 << 32) - 1),
    ctypes.c_int32: (-(1 << 31), (1 << 31) - 1),
}
_HINTS = {**get_type_hints(ServerOptions), **get_type_hints(ClientOptions)}
_ENUMS: Dict[str, Type[IntEnum]] = {
    name: kind for name, kind in _HINTS.items() if isinstance(kind, type) and issubclass(kind, IntEnum)
}
_NUMBERS = {name: _RANGES[kind] for name, kind, *_ in _n.rv_options._fields_ if kind in _RANGES}


def _document(known: Type[Any]) -> str:
    """What `help` shows: every option with its default, as the library's own table has them."""
    lines = [
        f"{known.__doc__} What is left out, or None, has the default that stands here.",
        "",
        "Names in _ms are milliseconds, in _bytes bytes. A list is a sequence of str, or one str with a line for each entry.",
        "",
    ]
    for name in known.__annotations__:
        default, meaning = _n.OPTIONS[name]
        if name in _ENUMS:
            default = f"{_ENUMS[name].__name__}.{_ENUMS[name](int(default)).name}"
        elif name in _BOOLS:
            default = str(default != "0")
            meaning = meaning.replace("0 = ", "False = ")
        meaning = re.sub(r"^(\([cs]\) )?RV_\w+: ", r"\1", meaning).replace("(c) ", "client: ").replace("(s) ", "server: ")
        for prefix, names in (("RV_SEND_", SendMode), ("RV_ACCESS_", Access), ("RV_TOKEN_", TokenTransport)):
            meaning = meaning.replace(prefix, names.__name__ + ".")
        lines.append(f"{name} = {default}: {meaning}".replace("NULL", "None"))
    return "\n".join(lines) + "\n"


for _known in (CommonOptions, ServerOptions, ClientOptions):
    _known.__doc__ = _document(_known)


def member(name: str, value: Any, kind: Type[IntEnum]) -> int:
    """A member of an enumeration for the library, by itself or as its number."""
    try:
        return operator.index(value)
    except TypeError:
        names = ", ".join(item.name for item in kind)
        raise TypeError(f"{name} must be a {kind.__name__} ({names}), not {value!r}") from None


def make(mode: int, known: Type[Any], given: Mapping[str, object]) -> _n.rv_options:
    """The library's struct of the options that were `given`, whose names must be among the `known` ones."""
    options = _n.rv_options()
    check(library().rv_options_init(ctypes.byref(options), ctypes.sizeof(options), mode))
    for name, value in given.items():
        if name not in known.__annotations__:
            close = difflib.get_close_matches(name, known.__annotations__, 1)
            hint = f": did you mean {close[0]}?" if close else ""
            raise TypeError(f"{name} is not among the {known.__name__}{hint}")
        if value is not None:
            setattr(options, name, _convert(name, value))
    return options


def _convert(name: str, value: Any) -> Union[bytes, int]:
    if name in _TEXTS:
        if name not in _LISTS or isinstance(value, str):
            return encode(value, name)
        return lines(name, value)
    if name in _BOOLS:
        if not isinstance(value, (bool, int)):
            raise TypeError(f"{name} must be a bool, not {value!r}")
        return int(bool(value))
    if name in _ENUMS:
        value = member(name, value, _ENUMS[name])
    return _number(name, value, *_NUMBERS[name])


def lines(name: str, value: Any) -> bytes:
    """A list for the library, which has an entry on each line."""
    entries = list(value) if isinstance(value, Iterable) else [None]
    if not all(isinstance(entry, str) for entry in entries):
        raise TypeError(f"{name} must be a str or a sequence of str, not {value!r}")
    for entry in entries:
        if "\n" in entry:
            raise ValueError(f"{name}: an entry must not hold a line break, but one is {entry!r}")
    return encode("\n".join(entries), name)


def u32(name: str, value: int) -> int:
    """A number for the library, which has it in 32 bits without a sign."""
    return _number(name, value, 0, (1 << 32) - 1)


def _number(name: str, value: Any, low: int, high: int) -> int:
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be an int, not {value!r}") from None
    if not low <= number <= high:
        raise ValueError(f"{name} must be {low} to {high}, not {number}")
    return number
