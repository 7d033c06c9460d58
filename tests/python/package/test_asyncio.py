"""In an event loop: by the event descriptor, or by a thread where there is none."""

import asyncio
import os
import threading
import time

import pytest
from conftest import SECONDS

import realvirtual_ws as rv
from realvirtual_ws import Client, ClosedError, ConnectError, DeniedError, Direction, EventType, RvTimeoutError, Server
from realvirtual_ws import _aio, _native

INPUT = Direction.INPUT


@pytest.fixture(params=["descriptor", "thread", "loop without descriptors"])
def way(request, monkeypatch):
    """The ways to wait: the last two are what other platforms have."""
    if request.param == "thread":
        monkeypatch.setattr(_aio, "_descriptor", lambda core: None)
    elif request.param != "descriptor":
        def refuse(*_):
            raise NotImplementedError

        monkeypatch.setattr(asyncio.SelectorEventLoop, "add_reader", refuse)
    return request.param


def run(coroutine):
    async def limited():
        return await asyncio.wait_for(coroutine, 4 * SECONDS)

    return asyncio.run(limited())


def descriptors():
    return len(os.listdir("/proc/self/fd"))


def test_a_loop_that_refuses_the_descriptor_leaves_none(server, monkeypatch):
    def refuse(*_):
        raise OSError("no room")

    async def main():
        server.add_bool("A", INPUT)
        counts = []
        with monkeypatch.context() as patched:
            patched.setattr(asyncio.SelectorEventLoop, "add_reader", refuse)
            for _ in range(2):
                with pytest.raises(OSError, match="no room"):
                    await server.wait_for_async("A", lambda value: value, SECONDS)
                counts.append(descriptors())  # the first time the interface makes the one that it keeps
        assert counts[0] == counts[1]

    run(main())


def test_changes_come_one_by_one(server, client, way):
    async def main():
        number = server.add_int("Number", INPUT)
        await client.import_signals_async(SECONDS)
        client.poll()
        number.value = 1
        seen = []
        async for change in client.changes():
            seen.append(change.value)
            if len(seen) == 20:
                return seen
            number.value = change.value + 1

    assert run(main()) == list(range(1, 21))


def test_a_stream_ends_after_its_time(server, client, way):
    async def main():
        begin = time.monotonic()
        async for _ in client.changes(timeout=0.1):
            pytest.fail("nothing changes")
        assert 0.1 <= time.monotonic() - begin < SECONDS

    run(main())


def test_requests(server, client, way):
    async def main():
        server.add_int("Number", INPUT)
        await client.wait_connected_async(SECONDS)
        assert (await client.import_signals_async(SECONDS)).added == 1
        server.config_publish({"a": 1})
        assert await client.config_get_async(SECONDS) == {"a": 1}

        async def answer(success):
            async for event in server.events():
                if event.type is EventType.CONFIG_SET:
                    server.config_reply(event, success, "so be it")
                    return event.json

        task = asyncio.ensure_future(answer(True))
        assert await client.config_set_async({"a": 2}, SECONDS) == "so be it"
        assert await task == {"a": 2}
        task = asyncio.ensure_future(answer(False))
        with pytest.raises(DeniedError, match="so be it"):
            await client.config_set_async({"a": 3}, SECONDS)
        await task
        server["Number"].value = 7
        assert await client.wait_for_async("Number", lambda value: value == 7, SECONDS) == 7
        with pytest.raises(RvTimeoutError, match="Number"):
            await client.wait_for_async("Number", lambda value: value == 8, 0.05)
        report = await rv.test_connection_async(SECONDS, port=server.port)
        assert report.library

    run(main())


def test_waiting_needs_no_thread_and_no_polling(server, client):
    """A waiting coroutine runs once for each thing that happens, and what it needs is given back."""
    number = server.add_int("Number", INPUT)
    client.import_signals()
    client.poll()
    looks = 0

    async def main():
        stream = client.changes()
        take = stream._take

        def counted():
            nonlocal looks
            looks += 1
            return take()

        stream._take = counted
        asyncio.get_running_loop().call_later(0.3, setattr, number, "value", 1)
        async for change in stream:
            return change.value

    client._core.lib.rv_event_fd(client._core.handle)  # the library makes it once
    before = threading.active_count(), descriptors()
    assert run(main()) == 1
    assert looks <= 4
    assert (threading.active_count(), descriptors()) == before


def test_what_others_leave_unpolled_does_not_busy_the_loop(server, client):
    """Changes that nobody takes keep the descriptor readable."""
    server.add_int("Number", INPUT).value = 1
    client.import_signals()
    assert client.wait(SECONDS)

    async def main():
        begin = time.process_time()
        with pytest.raises(RvTimeoutError):
            await client.wait_for_async("Number", lambda value: value > 1, 0.3)
        assert time.process_time() - begin < 0.25

    run(main())
    assert [change.value for change in client.poll()] == [1]


def test_a_cancelled_stream_loses_no_change(server, client, way):
    number = server.add_int("Number", INPUT)
    client.import_signals()
    client.poll()

    async def first(stream):
        async for change in stream:
            return change.value

    async def main():
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(first(client.changes()), 0.05)
        number.value = 5
        assert await asyncio.wait_for(first(client.changes()), SECONDS) == 5

    client._core.lib.rv_event_fd(client._core.handle)  # the library makes it once
    before = descriptors()
    run(main())
    assert descriptors() == before


def test_a_cancelled_request_is_given_up(server, client):
    server.config_publish({})

    async def main():
        task = asyncio.ensure_future(client.config_set_async({"a": 1}, SECONDS))
        async for event in server.events():
            if event.type is EventType.CONFIG_SET:
                break
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        server.config_reply(event, True)
        assert await client.config_get_async(SECONDS) == {}
        assert not client._events._requests

    run(main())


def test_closing_ends_the_streams(way):
    async def main(close):
        async with Server(port=0) as server:
            async with Client(port=server.port) as client:
                await client.wait_connected_async(SECONDS)

                async def collect():
                    return [change.value async for change in client.changes()]

                tasks = [asyncio.ensure_future(collect()) for _ in range(3)]
                waiting = asyncio.ensure_future(client.wait_for_async(client.add_int("N"), lambda value: value))
                await asyncio.sleep(0.02)
                await close(client)
                assert await asyncio.wait_for(asyncio.gather(*tasks), SECONDS) == [[], [], []]
                with pytest.raises(ClosedError):
                    await asyncio.wait_for(waiting, SECONDS)

    async def here(client):
        client.close()

    async def in_another_thread(client):
        await asyncio.get_running_loop().run_in_executor(None, client.close)

    before = descriptors()
    run(main(here))
    run(main(in_another_thread))
    assert descriptors() == before


def test_several_wait_for_different_things(server, client):
    numbers = [server.add_int(f"N{n}", INPUT) for n in range(5)]

    async def main():
        await client.import_signals_async(SECONDS)
        waits = [client.wait_for_async(f"N{n}", lambda value, n=n: value == n + 1, SECONDS) for n in range(5)]
        tasks = [asyncio.ensure_future(wait) for wait in waits]
        other = asyncio.ensure_future(client.import_signals_async(SECONDS))
        await asyncio.sleep(0.01)
        for n, number in enumerate(numbers):
            number.value = n + 1
        assert await asyncio.gather(*tasks) == [1, 2, 3, 4, 5]
        assert (await other).unchanged >= 0

    run(main())


def test_failures_come_as_exceptions(free_port, way):
    async def main():
        async with Client(port=free_port, reconnect_interval_ms=20) as client:
            with pytest.raises(ConnectError):
                await client.wait_connected_async(0.1)
            with pytest.raises(ConnectError):
                await client.import_signals_async(0.1)
        with pytest.raises(ConnectError):
            await rv.test_connection_async(SECONDS, port=free_port)

    run(main())


def test_no_descriptor_left_is_an_error(server, monkeypatch):
    class Exhausted:
        def __getattr__(self, name):
            return getattr(server._core.lib, name)

        def rv_event_fd(self, _):
            return _native.RV_ERR_SYSTEM

    core = type("Core", (), {"lib": Exhausted(), "handle": server._core.handle, "closing": server._core.closing})()
    with pytest.raises(rv.RvError, match="RV_ERR_SYSTEM"):
        _aio._descriptor(core)
