"""What comes and goes on its own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballast_bench.plant.pulses import Pulses


@given(
    width=st.integers(1, 40),
    gap=st.integers(1, 60),
    times=st.integers(1, 5),
    start=st.integers(0, 100),
)
def test_on_exactly_within_a_pulse(width, gap, times, start):
    """In units of a step: pulse k lasts from start + k * (width + gap) for `width` steps."""
    pulses = Pulses()
    every = width + gap
    pulses.start(float(start), float(width), float(every), times)
    for now in range(start, start + every * times + 5):
        if now >= pulses.next_s:
            pulses.advance(float(now))
        number, inside = divmod(now - start, every)
        assert pulses.on == (number < times and inside < width)


def test_a_step_may_pass_several_edges():
    pulses = Pulses()
    pulses.start(0.0, 0.1, 1.0, 3)
    assert pulses.advance(0.0) and pulses.on
    assert not pulses.advance(1.05) and pulses.on
    assert pulses.advance(10.0) and not pulses.on
    assert pulses.next_s == float("inf")


def test_stopping_ends_the_pulse_that_lasts():
    pulses = Pulses()
    pulses.start(0.0, 5.0, 10.0, 9)
    pulses.advance(0.0)
    pulses.stop()
    assert pulses.advance(0.02) and not pulses.on
    assert pulses.next_s == float("inf") and not pulses.advance(100.0)


@pytest.mark.parametrize(
    ("width", "every", "times", "words"),
    [(0.0, 1.0, 1, "longer than 0"), (1.0, 2.0, 0, "at least one"), (1.0, 1.0, 2, "must be longer")],
)
def test_what_cannot_be_is_told(width, every, times, words):
    with pytest.raises(ValueError, match=words):
        Pulses().start(0.0, width, every, times)
