"""What the tests of the Python package share. `make test-python` runs them."""

import functools
import gc
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import realvirtual_ws as rv

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support"))
import ports  # noqa: E402

SECONDS = 5.0


def until(condition, what="the condition", seconds=SECONDS):
    """Waits until `condition` is true, and gives what it gave."""
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < end, f"{what} did not come about within {seconds:g} s"
        time.sleep(0.002)


@pytest.fixture(autouse=True)
def nothing_is_left():
    """Every test closes what it has opened."""
    yield
    gc.collect()
    assert rv.live_count() == 0


@pytest.fixture
def free_port():
    return ports.free_port()


@pytest.fixture
def server(rv_server):
    return rv_server


@pytest.fixture
def client(rv_client):
    return rv_client


@pytest.fixture
def in_background():
    """Runs a function in a thread; what it gives back waits for its result."""
    with ThreadPoolExecutor() as pool:
        yield lambda function, *arguments: functools.partial(pool.submit(function, *arguments).result, SECONDS)
