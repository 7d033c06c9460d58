"""Servers."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, List, Mapping, Optional, Sequence

from . import _native as _n
from . import options as _options
from ._core import check, encode, read_text
from .errors import NotFoundError
from .interface import Interface, to_json
from .records import ClientInfo, Event
from .options import ServerOptions, lines

if TYPE_CHECKING:
    from typing_extensions import Unpack

__all__ = ["Role", "Server"]


@dataclass(frozen=True)
class Role:
    """What the clients of one token or user may do: whatever is not allowed here is not.

    Patterns are signal names with ``*`` (any characters) and ``?`` (one). A signal that a client may not read does not
    exist for it; one that it may write and not read is written blind.
    """

    name: str = ""  # for the log
    read: Sequence[str] = ()  # patterns of the signals that it may read
    write: Sequence[str] = ()  # patterns of the signals that it may write
    may_import: bool = False  # it may ask for the catalogue, and bring signals of its own
    may_config: bool = False  # it may read and set the configuration, and exchange messages of the program's own


def _native_role(role: Optional[Role]) -> Optional[_n.rv_role]:
    if role is None:
        return None
    for name, patterns in (("read", role.read), ("write", role.write)):
        if isinstance(patterns, str):
            raise TypeError(f"{name} must be a list of patterns, not the string {patterns!r}")
    native = _n.rv_role()
    native.struct_size = ctypes.sizeof(native)
    native.name = encode(role.name, "name")
    native.read = lines("read", role.read)
    native.write = lines("write", role.write)
    native.may_import = int(role.may_import)
    native.may_config = int(role.may_config)
    return native


class Server(Interface):
    """Listens for clients and exchanges signals with them. Without options on 127.0.0.1, port 1234.

    ::

        with Server(port=7000) as rv:
            sensor = rv.add_bool("Sensor", Direction.INPUT)
            motor = rv.add_float("Motor", Direction.OUTPUT)
            while simulating():
                for change in rv.poll():
                    print(change.name, change.value)
                sensor.value = part_is_at_sensor()

    `options`: see :class:`ServerOptions`. Raises TypeError or ValueError for an option that is none or cannot be, and
    InvalidError for what only the library can judge.
    """

    def __init__(self, **options: Unpack[ServerOptions]) -> None:
        super().__init__(_options.make(_n.RV_MODE_SERVER, ServerOptions, options))

    def clients(self) -> List[ClientInfo]:
        """The connected clients."""
        core, capacity = self._core, 64
        while True:
            ids = (ctypes.c_uint32 * capacity)()
            count = check(core.lib.rv_client_ids(core.handle, ids, capacity))
            if count <= capacity:
                break
            capacity = 2 * count
        found = []
        for client in ids[:count]:
            try:
                found.append(self.client(client))
            except NotFoundError:  # it has left meanwhile
                continue
        return found

    def client(self, client: int) -> ClientInfo:
        """The client with this id; NotFoundError when it is no longer connected."""
        core, found = self._core, _n.rv_client_info()
        name = read_text(
            lambda buf, size, required: core.lib.rv_get_client(
                core.handle, client, ctypes.byref(found), ctypes.sizeof(found), buf, size, required
            )
        )
        return ClientInfo(
            id=found.id,
            name=name,
            address=found.address.decode(),
            library=bool(found.library),
            subscribed=bool(found.subscribed),
            connected=found.connected_us / 1e6,
            frames_in=found.frames_in,
            frames_out=found.frames_out,
        )

    def disconnect_client(self, client: int) -> None:
        """Closes the connection to a client, without waiting for it. Most clients come back by themselves.

        NotFoundError when it is no longer connected.
        """
        check(self._core.lib.rv_disconnect_client(self._core.handle, client))

    def add_token(self, token: str, role: Optional[Role] = None) -> None:
        """Lets clients in that present `token`, with what `role` allows; None = everything. Also before the start.

        From the first token or user on, nobody gets in without one; connections made before stay. ExistsError when
        there is such a token, InvalidError for one that is empty or holds anything but visible ASCII.
        """
        native = _native_role(role)
        check(self._core.lib.rv_add_token(self._core.handle, encode(token, "token"), native and ctypes.byref(native)))

    def revoke_token(self, token: str) -> None:
        """Takes a token back, also that of the options; connections that came by it close.

        Without any token or user left nobody gets in. NotFoundError when there is no such token.
        """
        check(self._core.lib.rv_revoke_token(self._core.handle, encode(token, "token")))

    def add_user(self, user: str, password: str, role: Optional[Role] = None) -> None:
        """Lets clients in that present `user` and `password` (HTTP Basic), as :meth:`add_token` does with a token."""
        native = _native_role(role)
        check(
            self._core.lib.rv_add_user(
                self._core.handle,
                encode(user, "user"),
                encode(password, "password"),
                native and ctypes.byref(native),
            )
        )

    def revoke_user(self, user: str) -> None:
        """Takes a user back, as :meth:`revoke_token` does with a token."""
        check(self._core.lib.rv_revoke_user(self._core.handle, encode(user, "user")))

    def config_publish(self, config: Mapping[str, Any]) -> None:
        """Publishes the configuration: clients that ask get it as it is now.

        A server that has published one is also asked to change it: an event of type CONFIG_SET, whose ``json`` is the
        new one, to be answered with :meth:`config_reply` within 5 seconds. Until then such requests are refused.
        """
        check(self._core.lib.rv_config_publish(self._core.handle, to_json(config)))

    def config_reply(self, event: Event, success: bool, message: str = "") -> None:
        """Answers an event of type CONFIG_SET; `message` is for a person at the client.

        What clients get to read stays what was published. NotFoundError when nobody waits for it any more.
        """
        text = encode(message, "message")
        check(self._core.lib.rv_config_reply(self._core.handle, event.token, success, text))
