"""Interlocks: how late a step may be, and what a permit changes."""

from ballast.control.pilot.pilot import NOT_PENDING
from ballast.control.safety import faults
from interlocks_kit import Box


def test_gap():
    for dt, late in ((0, 0), (20, 0), (51, 0), (52, 1), (250, 1), (-1, 1)):
        box = Box()
        box.i.gap(0, dt, True, NOT_PENDING)
        assert box.active() == ([faults.OVERRUN] if late else []), dt


def test_no_step_is_too_late_while_the_contactor_is_open():
    box = Box()
    for dt in (52, 250, 5000):
        box.i.gap(0, dt, False, 0)
    assert box.active() == []
    box.i.gap(0, 51, True, NOT_PENDING)  # and nothing of it is kept
    assert box.active() == []
    box.i.gap(0, -1, False, NOT_PENDING)
    assert box.active() == [faults.OVERRUN], "a clock that runs back"


def _gaps(gaps):
    """How many of these gaps pass before the overrun; -1 = all."""
    box = Box()
    for n, dt in enumerate(gaps):
        box.i.gap(0, dt, True, NOT_PENDING)
        if box.active():
            return n
    return -1


def test_late_steps_add_up_and_are_forgotten():
    assert _gaps([51] * 6) == 4
    assert _gaps([48] * 7) == 6, "10 ms each"
    assert _gaps([38] * 1000) == -1
    # 20 ms are forgotten in a second of steps in time; a collection of 50 ms each second passes
    a_second = [51] + [20] * 50
    assert _gaps(a_second * 100) == -1
    half = [51] + [20] * 12
    assert 0 < _gaps(half * 100) < 10 * len(half)


def test_with_another_level_in_sight_the_next_step_must_come_sooner():
    for pending, dt, late in ((0, 42, 0), (0, 43, 1), (9, 33, 0), (9, 34, 1), (NOT_PENDING, 51, 0)):
        box = Box()
        box.i.gap(0, dt, True, pending)
        assert box.active() == ([faults.OVERRUN] if late else []), (pending, dt)


def test_permit_is_bounded_in_length_and_time():
    box = Box()
    box.i.allow_blocking(1000, 500)
    box.i.gap(1200, 900, True, NOT_PENDING)
    assert box.active() == []
    box.i.gap(1300, 901, True, NOT_PENDING)
    assert box.active() == [faults.OVERRUN]
    box = Box()
    box.i.allow_blocking(1000, 500)
    box.i.gap(1500, 200, True, 0)  # the blocking work that ends now had the permit
    assert box.active() == []
    box.i.gap(1520, 52, True, NOT_PENDING)
    assert box.active() == [faults.OVERRUN]
