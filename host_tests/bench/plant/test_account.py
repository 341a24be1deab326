"""The books, against a step-by-step sum of the definition."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ballast_bench.plant.account import Account

CURRENT = st.floats(-10.0, 45.0)
PIECE = st.tuples(
    st.integers(1, 400),
    st.tuples(CURRENT, CURRENT, CURRENT),
    st.sampled_from([0.0, 0.01, 6.0, 16.0, 32.0]),
    st.integers(0, 7),
)


@settings(deadline=None)
@given(st.lists(PIECE, min_size=1, max_size=15))
def test_integrals_are_those_of_the_definition(pieces):
    account = Account(25.0)
    step = longest = run = 0
    heat = energy = over_s = 0.0
    for steps, house, ev, mask in pieces:
        ev_a = [ev if mask >> p & 1 else 0.0 for p in range(3)]
        mains = [h + e for h, e in zip(house, ev_a, strict=True)]
        account.flush(step * 0.02)
        account.note(step * 0.02, house, ev_a, mains, sum(ev_a) * 230.0)
        excess = [
            m * m - 625.0
            for h, e, m in zip(house, ev_a, mains, strict=True)
            if m > 25.1 and e > 0.05 and h < 25.0
        ]
        for _ in range(steps):
            step += 1
            energy += sum(ev_a) * 230.0 * 0.02
            if excess:
                over_s += 0.02
                run += 1
                longest = max(longest, run)
                heat += sum(excess) * 0.02
            else:
                run = 0
    account.flush(step * 0.02)
    assert account.overload_s == pytest.approx(over_s, abs=1e-6)
    assert account.overload_longest_s == pytest.approx(longest * 0.02, abs=1e-6)
    assert account.overload_a2s == pytest.approx(heat, abs=1e-3)
    assert account.energy_kwh * 3.6e6 == pytest.approx(energy, abs=1e-3)


def one(house, ev, limit=25.0):
    account = Account(limit)
    account.note(0.0, [house, 0, 0], [ev, 0, 0], [house + ev, 0, 0], 0.0)
    account.flush(10.0)
    return account


def test_who_is_to_blame():
    assert one(20.0, 6.0).overload_s == 10.0
    assert one(19.1, 6.0).overload_s == 0.0, "within 0.1 A"
    assert one(26.0, 6.0).overload_s == 0.0, "the house alone is over"
    assert one(25.2, 0.0).overload_s == 0.0, "the car does not draw"
    assert one(20.0, 6.0).overload_peak_a == pytest.approx(1.0)
    assert one(20.0, 6.0).overload_a2s == pytest.approx((26.0**2 - 625.0) * 10.0)


def test_separate_overloads_are_counted_and_a_new_limit_holds_from_now():
    account = Account(25.0)
    for k in range(6):
        account.flush(k * 1.0)
        account.note(k * 1.0, [20.0, 0, 0], [6.0 * (k % 2), 0, 0], [20.0 + 6.0 * (k % 2), 0, 0], 0)
    assert account.overloads == 3
    account.set_limit(30.0, 5.5)
    assert account.overload_s == pytest.approx(2.5)
