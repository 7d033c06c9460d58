"""A peer in Python: the package websockets with json, as the protocol's document has it. Arguments: see peer.hpp."""

import asyncio
import json
import time

import websockets
from plant import Job, axis, cpu, name_of, report, value_of

job = Job.from_arguments()


def encode(values):
    return json.dumps({"type": "data", "version": 2, "signals": values}, separators=(",", ":"))


def apply(table, text):
    for name, value in json.loads(text)["signals"].items():
        if table.get(name) != value:
            table[name] = value


async def answer(socket, done):
    table, before = {}, None
    async for text in socket:
        before = cpu() if before is None else before
        apply(table, text)
        await socket.send(encode(axis("Echo", table["Axis.Count"])))
        if table["Axis.Count"] >= job.frames:
            break
    report(cpu() - before, job.frames)
    done.set_result(None)


async def produce(sockets):
    await asyncio.sleep(0.6)
    names = [name_of(n) for n in range(job.signals)]
    before, begin = cpu(), time.perf_counter()
    for frame in range(1, job.frames + 1):
        await asyncio.sleep(max(job.due(begin, frame) - time.perf_counter(), 0))
        text = encode({names[n]: value_of(n, frame) for n in range(job.changed)})
        websockets.broadcast(sockets, text)
    await asyncio.sleep(0.1)
    report(cpu() - before, job.frames)


async def serve():
    done, sockets, complete = asyncio.get_running_loop().create_future(), set(), asyncio.Event()

    async def client(socket):
        if job.roundtrip:
            await answer(socket, done)
            return
        sockets.add(socket)
        if len(sockets) == job.clients:
            complete.set()
        await socket.wait_closed()

    async with websockets.serve(client, "127.0.0.1", job.port, compression=None) as server:
        print(f"port {server.sockets[0].getsockname()[1]}", flush=True)
        if job.roundtrip:
            await done
        else:
            await complete.wait()
            await produce(sockets)


async def ask(socket):
    table, latency = {}, []
    before, begin = cpu(), time.perf_counter()
    for number in range(1, job.frames + 1):
        sent = job.due(begin, number)
        if job.rate:
            await asyncio.sleep(max(sent - time.perf_counter(), 0))
        await socket.send(encode(axis("Axis", number)))
        apply(table, await socket.recv())
        latency.append(time.perf_counter() - sent)
    report(cpu() - before, job.frames, latency)


async def consume(socket):
    table, frames, before, first = {}, 0, cpu(), name_of(0)
    async for text in socket:
        apply(table, text)
        frames += 1
        if table[first] >= job.frames:
            break
    report(cpu() - before, frames)


async def connect():
    url = f"ws://127.0.0.1:{job.port}/"
    async with websockets.connect(url, compression=None, max_size=None) as socket:
        await (ask(socket) if job.roundtrip else consume(socket))


asyncio.run(serve() if job.role == "server" else connect())
