"""A PLC's program tested against a virtual cell with pytest, over a real connection.

    python3 -m pytest examples/python/test_virtual_cell.py

The cell is a belt with a light barrier at its end and a start button: the server, which simulates. The program under
test starts the belt when the button is pressed and stops it when a part arrives: the client, which controls. The
fixtures come from the package.
"""

import time

import pytest

from realvirtual_ws import Direction, Perspective, Quality

LENGTH = 1.0  # metres
SPEED = 0.5  # metres per second
STEP = 0.01  # seconds of simulated time


class Cell:
    """The simulation. Its time goes on only when a test says so."""

    def __init__(self, server):
        # Without its controller the belt stands.
        self.motor = server.add_bool("Belt.Motor", Direction.OUTPUT, failsafe=False, failsafe_after_ms=50)
        self.barrier = server.add_bool("Belt.Barrier", Direction.INPUT)
        self.start = server.add_bool("Panel.Start", Direction.INPUT)
        self.position = 0.0

    def step(self):
        if self.motor.value:
            self.position = min(self.position + SPEED * STEP, LENGTH)
        self.barrier.value = self.position >= LENGTH

    def press_start(self):
        """For a moment much shorter than a scan."""
        self.start.value = True
        self.start.value = False


class Program:
    """What runs in the PLC: the program under test."""

    def __init__(self, client):
        client.import_signals()
        self.client = client

    def scan(self):
        pressed = sum(change.rises for change in self.client.poll() if change.name == "Panel.Start")
        if self.client["Belt.Barrier"].value:
            self.client["Belt.Motor"].value = False
        elif pressed:
            self.client["Belt.Motor"].value = True


@pytest.fixture
def rv_client_options():
    return {"own_perspective": Perspective.CONTROLLER, "peer_perspective": Perspective.SIMULATION}


@pytest.fixture
def cell(rv_server):
    return Cell(rv_server)


@pytest.fixture
def program(cell, rv_client):
    return Program(rv_client)


def run(cell, program, condition, seconds=5.0):
    """Cell and program in turn, until the condition is met."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"did not come about; the part is at {cell.position:.2f} m"
        program.scan()
        cell.step()
        time.sleep(0.001)


def test_the_belt_stands_until_start_is_pressed(cell, program):
    for _ in range(50):
        program.scan()
        cell.step()
    assert cell.position == 0.0


def test_a_short_press_starts_the_belt(cell, program):
    cell.press_start()
    run(cell, program, lambda: cell.motor.value)


def test_the_belt_stops_when_the_part_is_at_the_barrier(cell, program):
    cell.press_start()
    run(cell, program, lambda: cell.position >= LENGTH)
    run(cell, program, lambda: not cell.motor.value)


def test_the_belt_stops_when_the_controller_is_gone(cell, program, rv_server, rv_client):
    cell.press_start()
    run(cell, program, lambda: cell.motor.value)
    rv_client.close()
    rv_server.wait_for(cell.motor, lambda running: not running, timeout=5)
    assert cell.motor.quality is Quality.STALE
    assert cell.position < LENGTH
