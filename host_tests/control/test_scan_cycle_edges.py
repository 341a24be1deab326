"""The whole step at its edges: the day of the self-test, the last gate, single conditions."""

from ballast.control import ticks
from ballast.control.limits import limits
from ballast.control.pilot import charge_state as cs
from ballast.control.pilot import pilot
from ballast.control.records import PILOT_HOLD, PILOT_PWM, Status
from ballast.control.safety import faults, rcd_test
from ballast_bench.rigs.control import B_MV, C_MV, D_MV, Rig, active, charging, full_fit


def test_retest_after_a_day_of_charging():
    rig = charging()
    rig.draw_ma = 10000
    rig.cycle._tested_ms = (rig.now_ms - 86400000 + 1000) % (1 << 30)
    rig.run(1)
    rig.step(2)
    assert rig.cycle.why == cs.WHY_TEST and rig.out.pilot == PILOT_HOLD
    rig.level_mv = B_MV
    took = rig.until(lambda: rig.out.pilot == PILOT_PWM, 10)
    assert 2000 <= took <= 4000
    assert rig.cycle.rcd.state == rcd_test.PASSED


def test_retest_after_a_day_of_waiting():
    rig = Rig()
    rig.run(1)
    rig.level_mv = B_MV
    rig.run(4)
    rig.cycle._tested_ms = (rig.now_ms - 86400000) % (1 << 30)
    rig.step(2)
    assert rig.cycle.rcd.state == rcd_test.RUNNING
    rig.run(4)
    assert rig.cycle.rcd.state == rcd_test.PASSED and rig.out.pilot == PILOT_PWM


def test_a_day_is_over_with_its_last_millisecond():
    for short_ms, tests in ((1, False), (0, True)):
        rig = Rig()
        rig.run(1)
        rig.level_mv = B_MV
        assert rig.until(lambda rig=rig: rig.out.pilot == PILOT_PWM, 5) >= 0
        rig.run(1)
        rig.cycle._tested_ms = ticks.add(rig.now_ms, short_ms - 86400000)
        rig.step()
        assert (rig.cycle.rcd.state == rcd_test.RUNNING) == tests, short_ms


def test_the_monitor_is_tested_300_ms_after_opening():
    # the contacts have come to rest by then, and no more of the 3 s of B to C is spent
    rig = charging()
    rig.level_mv = B_MV
    assert rig.until(lambda: rig.out.coil == 0, 1) >= 0
    assert rig.until(lambda: rig.cycle.rcd.state == rcd_test.RUNNING, 1) == 300 + rig.dt_ms


def test_no_rcd_fitted_needs_no_test():
    fit = full_fit()
    fit.rcd = False
    rig = Rig(fit)
    rig.run(1)
    rig.level_mv = B_MV
    rig.step(4)
    assert rig.out.pilot == PILOT_PWM
    rig.level_mv = C_MV
    rig.step(20)
    assert rig.out.coil == 1


def test_ventilation_profile_charges_in_d():
    rig = Rig(ventilation=1)
    rig.run(1)
    rig.level_mv = B_MV
    rig.until(lambda: rig.out.pilot == PILOT_PWM, 5)
    rig.level_mv = D_MV
    rig.run(1)
    assert rig.out.coil == 1 and rig.cycle.charge.state == cs.D2 and active(rig) == []


def test_the_diode_is_judged_from_the_second_burst_in_pwm_on():
    # the burst in which PWM began is half steady +12 V: its low level proves nothing
    rig = Rig()
    rig.run(1)
    seen, judge = [], rig.cycle.pilot.step

    def step(scan, dt_ms, pwm):
        seen.append("01"[pwm] if rig.out.pilot == PILOT_PWM else "-x"[pwm])
        judge(scan, dt_ms, pwm)

    rig.cycle.pilot.step = step
    rig.level_mv = B_MV
    for paused in (0, 1, 0):
        rig.settings.set("user_paused", paused)
        rig.run(5)
    runs = [run for run in "".join(seen).split("-") if run]
    assert len(runs) == 2, "before the pause and after it"
    for run in runs:
        assert run == "0" + "1" * (len(run) - 1) and len(run) > 50, run


def test_no_count_grows_for_as_long_as_pwm_runs():
    # a charge may last for months; beyond 2**30 a number needs the heap
    rig = charging()
    rig.run(5)
    before = rig.cycle._pwm_ms
    rig.run(5)
    assert rig.cycle._pwm_ms == before == 40


def test_derating_lowers_the_offer():
    rig = charging()
    rig.scan.ntc_mv[2] = 440  # about 74 degC in the box
    rig.run(1)
    assert 6000 < rig.cycle.offered_ma < 30000
    assert rig.cycle.limits.winner == limits.TEMP and active(rig) == [faults.DERATED]


def test_without_the_box_sensor_six_amperes_or_a_stop_by_the_market():
    rig = charging()
    rig.scan.ntc_mv[2] = 3300
    rig.run(2)
    assert rig.out.coil == 1 and 5900 < rig.cycle.offered_ma <= 6000
    assert active(rig) == [faults.BOX_SENSOR, faults.DERATED]
    rig = charging(box_stop=1)
    rig.scan.ntc_mv[2] = 3300
    assert 0 <= rig.until(lambda: rig.out.coil == 0, 1) <= 240
    assert active(rig) == [faults.BOX_SENSOR] and rig.cycle.faults.first == faults.BOX_SENSOR
    st = Status(limits.COUNT, faults.COUNT)
    rig.charger.status(st)
    assert st.fault_action[faults.BOX_SENSOR] == faults.STOP
    assert st.fault_action[faults.DERATED] == faults.DERATE
    rig.settings.set("box_stop", 0)
    rig.step(2)
    assert not rig.cycle.faults.stop and rig.cycle.faults.derate


def test_uptime_counts_seconds():
    rig = Rig()
    rig.run(61)
    assert 60 <= rig.cycle.uptime_s <= 61
    assert rig.cycle.faults.now_s == rig.cycle.uptime_s
    assert rig.cycle.steps == 61 * 50


def _about_to_close(**values):
    """A rig whose last gate would close in the next step."""
    rig = Rig(**values)
    rig.run(1)
    rig.level_mv = B_MV
    assert (
        rig.until(lambda: rig.cycle.rcd.state == rcd_test.PASSED and rig.out.duty_u16 > 0, 12) >= 0
    )
    rig.step(50)
    c = rig.cycle
    c.pilot.level, c.pilot.diode, c.charge.close, c._allow = pilot.C, 1, 1, True
    return rig


def _gate(rig):
    rig.feed()
    rig.cycle._switch(rig.now_ms, 20, rig.scan, rig.out)
    return rig.out.coil


def test_the_last_gate_asks_for_each_condition_by_itself():
    assert _gate(_about_to_close()) == 1

    def spoil(part, name, value):
        rig = _about_to_close()
        setattr(getattr(rig.cycle, part) if part else rig.cycle, name, value)
        assert _gate(rig) == 0, (part, name, value)

    for state in (rcd_test.IDLE, rcd_test.RUNNING, rcd_test.FAILED):
        spoil("rcd", "state", state)
    for level in (pilot.A, pilot.B, pilot.D, pilot.E, pilot.NEG, pilot.LOST):
        spoil("pilot", "level", level)
    for diode in (0, -1):
        spoil("pilot", "diode", diode)
    spoil("charge", "close", 0)
    spoil("faults", "stop", 1)
    spoil("", "_allow", False)


def test_the_last_gate_takes_state_d_only_with_ventilation():
    for ventilation in (0, 1):
        rig = _about_to_close()
        rig.cycle.pilot.level = pilot.D
        rig.cycle.charge.ventilation = ventilation
        assert _gate(rig) == ventilation


def test_a_self_test_holds_for_one_closing():
    rig = _about_to_close()
    assert _gate(rig) == 1 and rig.cycle.rcd.state == rcd_test.PASSED
    rig.cycle.charge.close = 0
    assert _gate(rig) == 0 and rig.cycle.rcd.state == rcd_test.IDLE
    rig = _about_to_close()
    assert _gate(rig) == 1
    rig.cycle.rcd.state = rcd_test.FAILED
    rig.cycle.charge.close = 0
    assert _gate(rig) == 0 and rig.cycle.rcd.state == rcd_test.FAILED, "a failed one stays failed"


def test_the_commissioning_s_0_is_a_limit_and_less_than_0_is_none():
    for ma, held in ((16000, 16000), (1, 1), (0, 0), (-1, limits.NO_LIMIT_MA)):
        rig = Rig()
        rig.run(1)
        rig.cycle.limits.put(limits.COMMISSION, 9000, rig.now_ms, limits.FOREVER)
        rig.cycle.commission.step = lambda now_ms, meter, ev, ma=ma: ma
        rig.cycle.modes.commission(rig.now_ms, rig.cycle.commission, rig.cycle.site.meter, rig.cycle.ev)
        assert rig.cycle.limits.slot_ma[limits.COMMISSION] == held


def test_seconds_of_uptime_do_not_drift():
    rig = Rig()
    rig.run(100)
    assert rig.cycle.uptime_s == 100 and rig.cycle._second_ms == 0


def test_the_car_may_draw_what_is_offered_only_while_closed():
    rig = Rig(meter_kind=1, fallback_ma=16000)
    seen = []
    rig.cycle.site.step = lambda now, ev, fresh, may, room: seen.append(may)
    rig.level_mv = B_MV
    assert rig.until(lambda: rig.out.duty_u16 > 0, 12) >= 0
    rig.step(10)
    assert seen and max(seen) == 0
    rig.charge()
    assert seen[-1] == rig.cycle.offered_ma > 0


def test_a_second_is_a_thousand_milliseconds_and_a_boost_counts_them():
    rig = Rig()
    cycle = rig.cycle
    cycle._last_ms = 0
    cycle._count(999)
    assert cycle.uptime_s == 0
    cycle._count(1000)
    assert cycle.uptime_s == 1 and cycle._second_ms == 0
    rig = Rig()
    rig.charger.boost(100)
    rig.run(10)
    assert rig.cycle.boost_s == 90


def test_a_trickle_is_no_charging():
    for ma, counts in ((1000, False), (1001, True)):
        rig = charging()
        rig.draw_ma = ma
        rig.run(1)
        before = rig.cycle.session.charge_s
        rig.run(3)
        assert (rig.cycle.session.charge_s > before) == counts, ma


def test_a_car_that_takes_a_trickle_is_called_idle():
    for ma, why in ((0, cs.WHY_EV_IDLE), (1000, cs.WHY_EV_IDLE), (1001, cs.WHY_NONE)):
        rig = charging()
        rig.draw_ma = ma
        rig.run(1)
        assert rig.cycle.why == why, ma


def test_temperatures_are_judged_five_times_a_second():
    rig = Rig()
    seen = []
    rig.cycle.heat.step = lambda now, scan, ma: seen.append(now)
    rig.step(31)
    assert len(seen) == 4


def test_a_short_press_pauses_resumes_or_resets():
    rig = charging()
    for paused in (1, 0, 1):
        rig.cycle.button.shorts += 1
        rig.step()
        assert rig.settings["user_paused"] == paused and rig.cycle._taps == rig.cycle.button.shorts
    rig.cycle.faults.put(faults.OVERRUN, 1, rig.now_ms)
    rig.cycle.faults.put(faults.OVERRUN, 0, rig.now_ms)
    rig.cycle.button.shorts += 1
    rig.step()
    assert not rig.cycle.faults.stop and rig.settings["user_paused"] == 1


def test_unplugging_spends_a_passed_test_and_nothing_else():
    for state, after in (
        (rcd_test.PASSED, rcd_test.IDLE), (rcd_test.FAILED, rcd_test.FAILED),
        (rcd_test.RUNNING, rcd_test.RUNNING), (rcd_test.IDLE, rcd_test.IDLE),
    ):  # fmt: skip
        rig = _about_to_close()
        rig.cycle.rcd.state = state
        rig.cycle._unplugged(rig.now_ms)
        assert rig.cycle.rcd.state == after


def test_only_a_passed_test_counts_as_tested():
    rig = Rig()
    rig.run(1)
    rig.level_mv = B_MV
    assert rig.until(lambda: rig.cycle.rcd.state == rcd_test.RUNNING, 5) >= 0
    before = rig.cycle._tested_ms
    rig.cycle._retest = True
    rig.step(5)
    assert rig.cycle._tested_ms == before and rig.cycle._retest is True
    assert rig.until(lambda: rig.cycle.rcd.state == rcd_test.PASSED, 5) >= 0
    assert rig.cycle._tested_ms != before and rig.cycle._retest is False
