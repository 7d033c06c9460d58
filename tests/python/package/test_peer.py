"""The package against the independent implementation `websockets`, over the wire protocol itself."""

import asyncio
import json

import pytest
from conftest import SECONDS

from realvirtual_ws import Client, Direction, Perspective, Quality

websockets = pytest.importorskip("websockets")


def run(coroutine):
    return asyncio.run(asyncio.wait_for(coroutine, 4 * SECONDS))


async def next_of(peer, kind, name=None):
    """The next message of this kind, with this signal."""
    while True:
        message = json.loads(await asyncio.wait_for(peer.recv(), SECONDS))
        if message["type"] == kind and (name is None or name in message["signals"]):
            return message


def test_a_server_of_ours_serves_it(server):
    sensor = server.add_bool("Sensor", Direction.INPUT)
    speed = server.add_float("Geschwindigkeit ü", Direction.OUTPUT)
    server.add_text("Text", Direction.INPUT, initial="grün")

    async def main():
        async with websockets.connect(f"ws://127.0.0.1:{server.port}") as peer:
            await peer.send(json.dumps({"type": "init", "version": 2, "name": "Gegenstelle"}))
            await peer.send(json.dumps({"type": "import_request", "version": 2}))
            answer = await next_of(peer, "import_answer")
            assert answer["signalTypes"] == {
                "Sensor": "PLCInputBool",
                "Geschwindigkeit ü": "PLCOutputFloat",
                "Text": "PLCInputText",
            }
            assert answer["signals"]["Text"] == "grün"
            await peer.send(json.dumps({"type": "data", "signals": {"Geschwindigkeit ü": 12.5}}))
            assert await server.wait_for_async(speed, lambda value: value == 12.5, SECONDS) == 12.5
            sensor.value = True
            while not (await next_of(peer, "data", "Sensor"))["signals"]["Sensor"]:
                pass
            assert [client.name for client in server.clients()] == ["Gegenstelle"]
            assert speed.quality is Quality.GOOD
        async for event in server.events(timeout=SECONDS):
            if event.type.name == "CLIENT_LEFT":
                break
        assert speed.quality is Quality.STALE

    run(main())


def test_a_client_of_ours_uses_it():
    received = {}

    async def serve(peer):
        async for text in peer:
            message = json.loads(text)
            if message["type"] == "import_request":
                signals = {"Running": True, "Count": 3}
                types = {"Running": "PLCOutputBool", "Count": "PLCInputInt"}
                await peer.send(json.dumps({"type": "import_answer", "signals": signals, "signalTypes": types}))
            elif message["type"] == "data":
                received.update(message["signals"])
                await peer.send(json.dumps({"type": "data", "signals": {"Running": False}}))

    async def main():
        async with websockets.serve(serve, "127.0.0.1", 0) as listening:
            port = listening.sockets[0].getsockname()[1]
            async with Client(port=port, peer_perspective=Perspective.CONTROLLER) as client:
                report = await client.import_signals_async(SECONDS)
                assert report.added == 2
                assert client.get_values() == {"Running": True, "Count": 3}
                client["Count"].value = 41
                await client.wait_for_async("Running", lambda running: not running, SECONDS)
        assert received["Count"] == 41

    run(main())
