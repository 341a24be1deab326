"""The proof of a clamp: what passes, what is refused and why."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballast.services.meters.proof import (
    FAILED,
    FALL,
    IDLE,
    LISTEN,
    PROVEN,
    RISE,
    STEP_MA,
    MeterProof,
)

BASE = [1000, 500, 0]
KETTLE = [1000, 9200, 0]


class Bench:
    def __init__(self):
        self.proof = MeterProof()
        self.now = 0

    def feed(self, readings, seconds):
        for _ in range(seconds):
            self.now += 1
            self.proof.add(self.now, readings)
        return self.proof.state


@pytest.fixture
def bench():
    bench = Bench()
    bench.feed(BASE, 5)
    bench.proof.start()
    return bench


def test_on_and_off_proves_it(bench):
    assert bench.feed(BASE, 3) == RISE
    assert bench.feed(KETTLE, 3) == FALL
    assert bench.feed(BASE, 3) == PROVEN
    assert bench.proof.document(1)["current_ma"] == BASE


def test_nothing_happens_before_the_start():
    bench = Bench()
    assert bench.feed(KETTLE, 100) == IDLE


def test_a_silent_meter(bench):
    assert bench.feed(None, 44) == LISTEN
    assert bench.feed(None, 1) == FAILED
    assert bench.proof.reason == "silent" and bench.proof.failed_at == 0


def test_a_meter_that_falls_silent_on_the_way(bench):
    bench.feed(BASE, 3)
    assert bench.feed(None, 60) == FAILED
    assert bench.proof.reason == "silent" and bench.proof.failed_at == 1


def test_nobody_switched_anything_on(bench):
    bench.feed(BASE, 3)
    assert bench.feed([BASE[0] + 3900, *BASE[1:]], 119) == RISE
    assert bench.feed(BASE, 5) == FAILED
    assert bench.proof.reason == "nothing"


def test_a_clamp_the_wrong_way_round(bench):
    bench.feed(BASE, 3)
    assert bench.feed([1000, -8000, 0], 3) == FAILED
    assert bench.proof.reason == "reversed"


def test_it_stayed_up(bench):
    bench.feed(BASE, 3)
    bench.feed(KETTLE, 3)
    assert bench.feed(KETTLE, 130) == FAILED
    assert bench.proof.reason == "stuck" and bench.proof.failed_at == 2


def test_a_blip_proves_nothing(bench):
    bench.feed(BASE, 3)
    for _ in range(10):
        assert bench.feed(KETTLE, 2) == RISE
        assert bench.feed(BASE, 1) == RISE


def test_a_fall_on_another_phase_proves_nothing(bench):
    bench.feed(BASE, 3)
    bench.feed(KETTLE, 3)
    assert bench.feed([-9000, 9200, 0], 10) == FALL


def test_it_can_be_started_again(bench):
    bench.feed(None, 60)
    bench.proof.start()
    bench.feed(BASE, 3)
    bench.feed(KETTLE, 3)
    assert bench.feed(BASE, 3) == PROVEN


@given(
    st.lists(
        st.lists(st.integers(-STEP_MA // 2 + 1, STEP_MA // 2 - 1), min_size=3, max_size=3),
        max_size=60,
    )
)
def test_small_changes_never_prove_anything(rows):
    bench = Bench()
    bench.proof.start()
    for row in rows:
        assert bench.feed(row, 1) != PROVEN
