"""The supply's meter as people own it: each behaviour against a one-line oracle."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballast_bench.plant import meter_parts as parts
from ballast_bench.plant.metering import SupplyMeter

VOLTS = [230.0, 230.0, 230.0]


def ramp(seed=1, seconds=40):
    """A supply whose L1 is as many amperes as it has seconds; L2 constant, L3 exports."""
    meter = SupplyMeter(random.Random(seed), seed=seed)
    for second in range(seconds + 1):
        meter.note(float(second), [float(second), 4.0, -3.0], VOLTS, 50.0)
    return meter


def shown(meter, times):
    return [meter.read(t).amps[0] for t in times]


@given(st.integers(0, 50), st.floats(0.5, 20.0))
def test_held_values_change_only_once_a_period(seed, period_s):
    meter = SupplyMeter(random.Random(seed), seed=seed)
    meter.held_s = period_s
    changes, before = [], None
    for k in range(400):
        now_s = k * 0.1
        meter.note(now_s, [now_s, 0.0, 0.0], VOLTS, 50.0)
        value = meter.read(now_s).amps[0]
        assert now_s - period_s - 0.1 - 1e-6 <= value <= now_s  # the supply changes every 0.1 s
        if value != before:
            changes.append(now_s)
        before = value
    gaps = [later - sooner for sooner, later in zip(changes, changes[1:], strict=False)]
    assert all(period_s - 0.11 < gap < period_s + 0.11 for gap in gaps[1:])


@given(
    st.lists(st.tuples(st.floats(0.01, 3.0), st.floats(-60.0, 60.0)), min_size=1, max_size=30),
    st.floats(0.1, 20.0), st.floats(0.0, 5.0),
)  # fmt: skip
def test_a_sliding_mean_is_the_integral_over_its_window(steps, mean_s, delay_s):
    meter = SupplyMeter(random.Random(1))
    edges, t = [(0.0, 0.0)], 0.0
    meter.note(0.0, [0.0] * 3, VOLTS, 50.0)
    for wait_s, amps in steps:
        t += wait_s
        edges.append((t, amps))
        meter.note(t, [amps, 0.0, 0.0], VOLTS, 50.0)
    now_s = t + 0.7
    meter.mean_s, meter.delay_s = mean_s, delay_s
    end_s = now_s - delay_s
    start_s = end_s - mean_s
    total = 0.0
    for (begin_s, amps), (next_s, _) in zip(edges, [*edges[1:], (now_s, 0.0)], strict=True):
        total += amps * max(0.0, min(next_s, end_s) - max(begin_s, start_s))
    assert meter.read(now_s).amps[0] == pytest.approx(total / mean_s, abs=1e-6)


def test_a_block_mean_stands_still_until_the_block_is_over():
    meter = ramp()
    meter.mean_s, meter.mean_kind = 5.0, "block"
    values = shown(meter, [20 + 0.1 * k for k in range(150)])
    assert len(set(values)) == 4  # 15 s of blocks of 5 s, and a part of one
    assert all(round(b - a, 6) in (0.0, 5.0) for a, b in zip(values, values[1:], strict=False))


@pytest.mark.parametrize(("step_a", "true", "seen"), [(1.0, 6.49, 6.0), (1.0, 6.51, 7.0), (0.1, 6.46, 6.5)])
def test_a_coarse_resolution(step_a, true, seen):
    meter = SupplyMeter(random.Random(1))
    meter.note(0.0, [true, 0.0, 0.0], VOLTS, 50.0)
    meter.step_a, meter.step_w = step_a, 10.0
    reading = meter.read(1.0)
    assert reading.amps[0] == pytest.approx(seen)
    assert reading.watts[0] == pytest.approx(round(true * 23.0) * 10.0)  # of the fine current


def test_zero_reads_nothing_but_the_voltages():
    meter = ramp()
    meter.zero = True
    meter.offset_a = 3.0
    reading = meter.read(30.0)
    assert reading.amps == reading.watts == [0.0] * 3 and reading.volts == VOLTS


def test_spells_of_zero_last_10_to_60_s_and_come_as_often_as_asked():
    spells = parts.Spells(random.Random(4))
    spells.start(0.0, 300.0)
    flags = [spells.active(k * 0.2) for k in range(500_000)]
    starts = [k for k in range(1, len(flags)) if flags[k] and not flags[k - 1]]
    ends = [k for k in range(1, len(flags)) if flags[k - 1] and not flags[k]]
    lengths = [(b - a) * 0.2 for a, b in zip(starts, ends, strict=False)]
    assert 9.7 < min(lengths) < 15.0 and 55.0 < sorted(lengths)[-5] < 60.3
    assert 100_000 / len(starts) == pytest.approx(300.0 + 35.0, rel=0.15)


def test_an_offset_is_added_after_the_direction():
    meter = ramp()
    meter.reversed, meter.offset_a, meter.offset_w = {0}, 0.5, 20.0
    reading = meter.read(30.0)
    assert reading.amps[0] == -29.5 and reading.watts[0] == pytest.approx(-29.5 * 230 + 20)


def test_magnitudes_with_and_without_the_powers_sign():
    meter = ramp()
    meter.unsigned, meter.unsigned_w = True, False
    assert meter.read(30.0).amps[2] == 3.0 and meter.read(30.0).watts[2] == -690.0
    meter.unsigned_w = True
    assert meter.read(30.0).watts[2] == 690.0


@pytest.mark.parametrize("order", [(1, 2, 0), (2, 0, 1), (1, 0, 2), (0, 2, 1), (2, 1, 0)])
def test_exchanged_phases(order):
    meter = ramp()
    meter.order = order
    true = [30.0, 4.0, -3.0]
    assert meter.read(30.0).amps == [true[k] for k in order]
    assert meter.read(30.0).watts == [230.0 * true[k] for k in order]
    meter.volts_too = False  # the transformers alone: 120 degrees between current and voltage
    for phase, watts in enumerate(meter.read(30.0).watts):
        right = 1.0 if order[phase] == phase else -0.5
        assert watts == pytest.approx(230.0 * true[order[phase]] * right)


def test_a_gateway_answers_with_old_values_also_for_a_meter_that_is_gone():
    meter = ramp()
    meter.gateway_s = 10.0
    first = meter.read(20.0).amps[0]
    meter.silent = True
    assert 10.0 <= first <= 20.0 and meter.read(60.0).amps[0] == first
    meter.dead = True  # no supply at all: the gateway has none either
    assert meter.read(61.0) is None


def test_the_energy_registers_count_what_the_meter_measures():
    meter = SupplyMeter(random.Random(1))
    meter.note(0.0, [10.0, 0.0, 0.0], VOLTS, 50.0)
    assert meter.read(3600.0).import_kwh == pytest.approx(2.3)
    meter.reversed, meter.ratio = {0}, 0.5
    reading = meter.read(7200.0)
    assert reading.import_kwh == pytest.approx(2.3) and reading.export_kwh == pytest.approx(1.15)


@given(st.dictionaries(st.sampled_from(parts.KINDS[1:]), st.floats(0.0, 0.16)))
def test_answers_fail_as_often_as_asked(shares):
    answers = parts.Answers(random.Random(9))
    answers.share.update(shares)
    count = 3000
    drawn = [answers.draw() for _ in range(count)]
    for kind, name in enumerate(parts.KINDS[1:], 1):
        share = answers.share[name]
        assert abs(drawn.count(kind) / count - share) <= 5 * (share / count) ** 0.5 + 1e-9


def test_what_a_meter_can_do_costs_no_random_number_until_it_is_asked_for():
    """The order of the draws is that of a meter without faults: the same seed, the same run."""
    plain, other = SupplyMeter(random.Random(3), 0.1), SupplyMeter(random.Random(3), 0.1)
    other.zeros.start(0.0, 1e9)
    other.answers.share["nan"] = 0.5
    for meter in (plain, other):
        meter.note(0.0, [5.0, 5.0, 5.0], VOLTS, 50.0)
        meter.answers.draw()
    assert plain.read(1.0).amps == other.read(1.0).amps


# -- as a clamp sees it ----------------------------------------------------------------------


@given(st.floats(0.0, 50.0), st.floats(0.0, 50.0), st.floats(0.0, 1.0))
def test_a_clamps_window_is_the_mean_square_of_what_flowed(before, after, share):
    meter = SupplyMeter(random.Random(1))
    meter.note(0.0, [before, 0.0, 0.0], VOLTS, 50.0)
    meter.note(10.0, [after, 0.0, 0.0], VOLTS, 50.0)
    start_s = 10.0 - 0.045 * share
    squares, last = meter.window(start_s, start_s + 0.045)
    if start_s + 0.045 >= 10.0:
        wanted = before**2 * share + after**2 * (1.0 - share)
        assert squares[0] == pytest.approx(wanted, rel=1e-6, abs=1e-6) and last[0] == after


def test_a_clamp_sees_ratio_direction_order_delay_and_offset():
    meter = ramp()
    meter.ratio, meter.reversed, meter.order, meter.offset_a = 0.5, {1}, (1, 0, 2), 0.25
    meter.delay_s = 10.0
    squares, last = meter.window(30.5, 30.545)
    assert last == [2.25, -9.75, -1.25] and squares == [a * a for a in last]
