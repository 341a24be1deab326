"""The car: its duty table, its timing, its battery, its bad habits."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ballast_bench.plant.battery import Battery
from ballast_bench.plant.ev import EV, OHM_B, OHM_C, OHM_D, offered_a
from ballast_bench.plant.pilot import HOLD, NEG, PWM
from ev_kit import DT, Rig, charging

# printed table of test instruments for the EV's reading: (duty %, A)
TABLE = [
    (0, 0),
    (2.9, 0),
    (5, 0),
    (7, 0),
    (7.9, 0),
    (8, 6),
    (9.9, 6),
    (10, 6),
    (16, 9.6),
    (25, 15),
    (50, 30),
    (53, 31.8),
    (85, 51),
    (86, 55),
    (90, 65),
    (96, 80),
    (96.5, 80),
    (97, 80),
    (97.1, 0),
    (100, 0),
]


@pytest.mark.parametrize(("percent", "amps"), TABLE)
def test_duty_table(percent, amps):
    assert offered_a(percent / 100.0) == pytest.approx(amps)


def test_a_wrong_frequency_offers_nothing():
    assert offered_a(0.5, 1000) == 30.0
    assert offered_a(0.5, 500) == offered_a(0.5, 1500) == 0.0


def test_from_plug_to_current():
    ev = EV(delay_s=0.5, ready_s=0.4, soft_start_s=1.0)
    rig = Rig(ev)
    assert ev.ohm == OHM_B
    rig.run(3.0)
    assert not ev.s2
    rig.duty(16.0)
    assert rig.until(lambda: ev.s2) == pytest.approx(0.4, abs=2 * DT)
    assert ev.ohm == OHM_C
    first = rig.until(lambda: ev.level_a > 0.0)
    assert first == pytest.approx(1.0, abs=3 * DT)
    assert rig.until(lambda: ev.level_a >= 15.99) == pytest.approx(1.6, abs=3 * DT)


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from([0.2, 0.5, 2.0, 5.0]),
    st.floats(7.0, 31.0),
    st.floats(7.0, 31.0),
    st.sampled_from([3.0, 10.0, 30.0]),
)
def test_delay_then_slew(delay_s, before_a, after_a, slew):
    ev = EV(delay_s=delay_s, slew_a_s=slew)
    rig = charging(ev, before_a)
    start_a, seen_s = ev.level_a, rig.t + DT  # it looks in the next step
    rig.duty(after_a)
    goal_a = offered_a(round(after_a / 60.0 * 65536) / 65536)
    way = 1.0 if goal_a > start_a else -1.0
    while way * (goal_a - ev.level_a) > 1e-9:
        rig.step()
        reached = min(max(rig.t - seen_s - delay_s, 0.0) * slew, abs(goal_a - start_a))
        assert ev.level_a == pytest.approx(start_a + way * reached, abs=1e-6)
        assert rig.t < 30.0


def test_changes_on_their_way_are_not_forgotten():
    ev = EV(delay_s=2.0)
    rig = charging(ev, 16.0)
    rig.duty(10.0)
    rig.run(1.0)
    rig.duty(20.0)
    rig.run(1.98)
    assert ev.level_a == pytest.approx(10.0, abs=0.01)
    rig.run(2.0)
    assert ev.level_a == pytest.approx(20.0, abs=0.01)


def test_random_delay_stays_in_its_bounds_and_depends_on_the_seed_only():
    def delays(seed):
        ev = EV(delay_s=(0.2, 5.0), seed=seed)
        rig = charging(ev, 10.0)
        found = []
        for amps in (12.0, 10.0, 12.0, 10.0):
            level = ev.level_a
            rig.duty(amps)
            found.append(rig.until(lambda: ev.level_a != level))  # noqa: B023
            rig.run(8.0)
        return found

    assert delays(1) == delays(1) != delays(2)
    assert all(0.2 <= d <= 5.0 + 2 * DT for d in delays(1) + delays(2))


def test_under_6_a_is_refused():
    ev = EV(delay_s=0.2)
    rig = Rig(ev)
    rig.pilot.drive(PWM, round(0.075 * 65536))
    rig.run(20.0)
    assert not ev.s2
    rig.pilot.drive(PWM, round(0.085 * 65536))
    rig.run(20.0)
    assert ev.s2
    assert ev.level_a == 6.0


def test_a_car_with_a_higher_minimum_waits_for_it():
    ev = EV(min_a=8.0)
    rig = Rig(ev)
    for offer_a in (7.0, 7.9):
        rig.duty(offer_a)
        rig.run(10.0)
        assert not ev.s2
    rig.duty(7.96)  # 8 A in the steps of a timer of 10 bits, rounded down
    rig.run(10.0)
    assert ev.s2
    rig.duty(8.1)
    rig.run(10.0)
    assert ev.level_a > 8.0


def test_pwm_off_opens_s2_in_time_or_never():
    ev = EV(off_s=1.5)
    rig = charging(ev)
    rig.pilot.drive(HOLD)
    assert rig.until(lambda: not ev.s2) == pytest.approx(1.5, abs=2 * DT)
    assert ev.level_a == 0.0
    ev = EV(off_s=None)
    rig = charging(ev)
    rig.pilot.drive(HOLD)
    rig.run(30.0)
    assert ev.s2
    assert ev.level_a == pytest.approx(16.0, abs=0.01)


@pytest.mark.parametrize("mode", ["neg", "short"])
def test_states_e_and_f_stop_it_at_once(mode):
    ev = EV(delay_s=5.0)
    rig = charging(ev)
    if mode == "neg":
        rig.pilot.drive(NEG)
    else:
        rig.pilot.short_ohm = 80.0
        rig.pilot.touch()
    assert rig.until(lambda: not ev.s2, 1.0) < 0.2
    assert ev.level_a == 0.0


def test_contactor_opened_under_load_and_closed_again():
    ev = EV(soft_start_s=2.0)
    rig = charging(ev)
    rig.hold_open = True
    rig.step()
    assert ev.amps == [0.0, 0.0, 0.0]
    rig.run(5.0)
    rig.hold_open = False
    rig.step()
    assert rig.until(lambda: ev.level_a > 0.0) == pytest.approx(2.0, abs=2 * DT)


def test_phases():
    ev = EV(phases=(0, 1, 2), max_a=16.0)
    rig = charging(ev, 16.0, live=0b111)
    assert ev.amps == pytest.approx([16.0] * 3, abs=0.01)
    rig.live = 0b001
    rig.run(0.1)
    assert ev.amps == pytest.approx([16.0, 0.0, 0.0], abs=0.01)
    ev = EV(phases=(2,), max_a=16.0)
    charging(ev, 16.0, live=0b111)
    assert ev.amps[:2] == [0.0, 0.0]


def test_taper_and_full_by_itself():
    battery = Battery(10.0, 0.79, target_soc=0.95)
    ev = EV(battery=battery)
    rig = charging(ev, 32.0)
    levels = []
    while ev.s2 and len(levels) < 5000:
        battery.add(ev.level_a * 230.0 / 3600.0)
        rig.run(1.0)
        levels.append((battery.soc, ev.level_a))
    assert battery.soc == pytest.approx(0.95, abs=1e-3)
    assert not ev.wants
    soc, level = min(levels, key=lambda pair: abs(pair[0] - 0.9))
    assert level == pytest.approx(32.0 * (1.0 - 0.5 * 0.85), abs=0.3), soc
    rig.run(60.0)
    assert not ev.s2
    assert ev.level_a == 0.0


def test_the_driver_stops_and_starts_from_the_car():
    ev = EV()
    rig = charging(ev)
    ev.want(False, rig.t)
    assert rig.until(lambda: not ev.s2) == pytest.approx(1.0, abs=2 * DT)
    rig.run(5.0)
    assert not ev.s2
    ev.want(True, rig.t)
    rig.run(6.0)
    assert ev.level_a == pytest.approx(16.0, abs=0.01)


def asleep(wake):
    ev = EV(sleep_after_s=20.0, wake=wake, slow_wake_s=8.0, off_s=1.0)
    rig = charging(ev)
    rig.pilot.drive(HOLD)
    rig.run(25.0)
    assert not ev.awake
    return ev, rig


def test_a_sleeper_that_wakes_on_duty_needs_its_time():
    ev, rig = asleep("duty")
    rig.duty(16.0)
    assert rig.until(lambda: ev.s2) == pytest.approx(8.0, abs=2 * DT)


def test_a_sleeper_that_needs_a_pulse():
    ev, rig = asleep("pulse")
    rig.duty(16.0)
    rig.run(60.0)
    assert not ev.s2
    rig.pilot.drive(NEG)
    rig.run(0.1)  # too short
    rig.pilot.drive(HOLD)
    rig.run(0.1)
    assert not ev.awake
    rig.pilot.drive(NEG)
    rig.run(3.0)
    rig.duty(16.0)
    assert rig.until(lambda: ev.s2) == pytest.approx(8.0, abs=2 * DT)


def test_a_short_pause_does_not_put_it_to_sleep():
    ev = EV(sleep_after_s=20.0, wake="pulse", off_s=1.0, ready_s=0.5)
    rig = charging(ev)
    rig.pilot.drive(HOLD)
    rig.run(15.0)
    rig.duty(16.0)
    assert rig.until(lambda: ev.s2) < 1.0


def test_bad_habits():
    ev = EV(extra_a=4.0)
    rig = Rig(ev)
    rig.duty(16.0)
    rig.run(8.0)
    assert ev.level_a == pytest.approx(20.0, abs=0.01)
    ev = EV(quantum_a=1.0)
    rig = Rig(ev)
    rig.duty(12.9)
    rig.run(8.0)
    assert ev.level_a == 12.0
    ev = EV()
    rig = charging(ev, 16.0)
    ev.stuck = True
    rig.duty(8.0)
    rig.run(20.0)
    assert ev.level_a == pytest.approx(16.0, abs=0.01)


def test_resistors():
    ev = EV(ventilation=True, ohm_scale=1.02)
    rig = Rig(ev)
    rig.duty(16.0)
    rig.run(2.0)
    assert ev.ohm == pytest.approx(OHM_D * 1.02)


def test_nonsense_is_refused():
    for bad in ({"phases": ()}, {"phases": (3,)}, {"wake": "coffee"}):
        with pytest.raises(ValueError, match="EV:"):
            EV(**bad)
    for bad in ({"capacity_kwh": 0.0}, {"soc": 1.2}):
        with pytest.raises(ValueError, match="battery:"):
            Battery(**bad)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                ["off", "neg", "6", "16", "32", "want", "unwant", "open", "close", "short", "heal"]
            ),
            st.floats(0.02, 6.0),
        ),
        max_size=25,
    )
)
def test_it_never_draws_more_than_it_was_offered_in_the_last_seconds(story):
    """Whatever happens: at most the largest offer within delay + slew time, only with S2 and
    voltage, never after a stop's time has passed."""
    ev = EV(delay_s=1.0, off_s=1.0)
    rig = Rig(ev)
    offers = [(0.0, 0.0)]
    for what, span_s in story:
        offer = offers[-1][1]
        if what == "off":
            rig.pilot.drive(HOLD)
            offer = 0.0
        elif what == "neg":
            rig.pilot.drive(NEG)
            offer = 0.0
        elif what.isdigit():
            rig.duty(float(what))
            offer = float(what)
        elif what in ("want", "unwant"):
            ev.want(what == "want", rig.t)
        elif what in ("open", "close"):
            rig.hold_open = what == "open"
        else:
            rig.pilot.short_ohm = 80.0 if what == "short" else None
            rig.pilot.touch()
        offers.append((rig.t, offer))
        for _ in range(round(span_s / DT)):
            rig.step()
            recent = [o for t, o in offers if t >= rig.t - 4.5]
            latest_before = [o for t, o in offers if t < rig.t - 4.5][-1:]
            assert ev.level_a <= max(recent + latest_before) + 0.01
            assert ev.level_a == 0.0 or (ev.s2 and not rig.hold_open)
