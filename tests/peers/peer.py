"""A peer over the package `websockets`. peer.js is the same over `ws`; the two are kept alike on purpose.

The argument is JSON:
  role       "client" connects to `port`, "server" listens on a free one and reports it
  name       client: sends `init` with it
  subscribe  client: sends `subscribe` with it
  behaviour  "echo":   its state takes over what it gets, and all of it goes out `hz` times a second
             "cyclic": its state is its own, and all of it goes out `hz` times a second
             "quiet":  only what it is told on stdin goes out (default)
  state      its own values
  lag_ms     "echo": how long what it gets takes to appear in its state
  origin     client: the header Origin

It reports on stdout, a JSON object a line, and takes commands on stdin likewise: `set` changes its own values, `send`
sends a message as it is. It ends with its stdin.
"""

import asyncio
import json
import sys

from websockets.asyncio.client import connect
from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed, InvalidStatus

what = json.loads(sys.argv[1])
behaviour = what.get("behaviour", "quiet")
state = dict(what.get("state", {}))
connections = set()


def report(event, **fields):
    print(json.dumps({"event": event, **fields}), flush=True)


async def send(message):
    for connection in list(connections):
        try:
            await connection.send(json.dumps(message))
        except ConnectionClosed:
            pass


async def cycle():
    while True:
        await asyncio.sleep(1 / what.get("hz", 60))
        if state:
            await send({"type": "data", "signals": state})


async def converse(connection):
    connections.add(connection)
    try:
        async for raw in connection:
            message = json.loads(raw)
            report("message", message=message)
            if behaviour == "echo" and message.get("type") in ("data", "snapshot"):
                asyncio.get_running_loop().call_later(what.get("lag_ms", 0) / 1000, state.update, message["signals"])
    except ConnectionClosed:
        pass
    connections.discard(connection)
    report("closed", code=connection.close_code)


async def commands():
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        command = json.loads(line)
        state.update(command.get("set", {}))
        if behaviour == "quiet" and "set" in command:
            report("set", signals=command["set"])
            await send({"type": "data", "signals": command["set"]})
        if "send" in command:
            await send(command["send"])


async def client():
    try:
        connection = await connect(f"ws://127.0.0.1:{what['port']}", origin=what.get("origin"), proxy=None)
    except InvalidStatus as refusal:
        report("refused", status=refusal.response.status_code)
        return
    report(
        "open",
        offered=connection.request.headers.get("Sec-WebSocket-Extensions", ""),
        agreed=connection.response.headers.get("Sec-WebSocket-Extensions", ""),
    )
    if "name" in what:
        await connection.send(json.dumps({"type": "init", "version": 2, "name": what["name"]}))
    if "subscribe" in what:
        await connection.send(json.dumps({"type": "subscribe", "version": 2, "subscribe": what["subscribe"]}))
    await converse(connection)


async def accepted(connection):
    report(
        "open",
        offered=connection.request.headers.get("Sec-WebSocket-Extensions", ""),
        agreed=connection.response.headers.get("Sec-WebSocket-Extensions", ""),
    )
    await converse(connection)


async def server():
    async with serve(accepted, "127.0.0.1", what.get("port", 0)) as listener:
        report("listening", port=listener.sockets[0].getsockname()[1])
        await asyncio.Future()


async def main():
    tasks = [asyncio.create_task(client() if what["role"] == "client" else server())]
    if behaviour != "quiet":
        tasks.append(asyncio.create_task(cycle()))
    await commands()
    for task in tasks:
        task.cancel()


asyncio.run(main())
