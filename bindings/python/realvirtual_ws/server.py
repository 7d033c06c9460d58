"""Servers."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any, List, Mapping

from . import _native as _n
from . import options as _options
from ._core import check, encode, read_text
from .errors import NotFoundError
from .interface import Interface, to_json
from .records import ClientInfo, Event
from .options import ServerOptions

if TYPE_CHECKING:
    from typing_extensions import Unpack

__all__ = ["Server"]


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
