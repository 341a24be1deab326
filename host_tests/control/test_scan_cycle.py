"""The whole step: stories of one charger on ideal hardware (see rig.py)."""

from ballast.control import charge_state as cs
from ballast.control import faults, light, limits, pilot, rcd_test, ticks
from ballast.control.records import PILOT_HOLD, PILOT_NEG, PILOT_PWM
from rig import A_MV, B_MV, C_MV, D_MV, E_MV, Rig, full_fit


def _active(rig):
    return [n for n in range(faults.COUNT) if rig.cycle.faults.active[n]]


def _charging(**values):
    rig = Rig(**values)
    rig.run(1)
    rig.charge()
    assert _active(rig) == []
    return rig


# -- the good story ---------------------------------------------------------------


def test_plug_in_test_charge_unplug():
    rig = Rig()
    rig.run(1)
    assert rig.cycle.charge.state == cs.A and rig.out.led == light.READY
    assert rig.cycle.why == cs.WHY_UNPLUGGED
    rig.level_mv = B_MV
    rig.step(3)
    assert rig.cycle.charge.state == cs.B1 and rig.cycle.why == cs.WHY_TEST
    assert rig.out.led == light.WAIT
    took = rig.until(lambda: rig.out.pilot == PILOT_PWM, 5)
    assert 2000 <= took <= 2600  # the RCD module's own self-test
    assert rig.cycle.rcd.state == rcd_test.PASSED
    rig.run(1)
    assert rig.cycle.why == cs.WHY_CAR and rig.out.coil == 0
    rig.level_mv = C_MV
    assert rig.until(lambda: rig.out.coil == 1, 3) <= 100
    rig.draw_ma = 16000
    rig.run(1)
    assert rig.cycle.why == cs.WHY_NONE and rig.out.led == light.CHARGE
    assert rig.cycle.offered_ma == 32000
    rig.draw_ma = 0
    rig.run(1)
    assert rig.cycle.why == cs.WHY_CAR_IDLE
    rig.level_mv = A_MV
    assert rig.until(lambda: rig.out.coil == 0, 1) <= 60
    rig.run(1)
    assert rig.cycle.charge.state == cs.A and rig.out.duty_u16 == 0
    assert rig.cycle.session.ended == 1 and rig.cycle.rcd.state == rcd_test.IDLE
    assert _active(rig) == []


def test_advertised_is_never_above_any_limit():
    rig = _charging()
    for ma in (32000, 31999, 16000, 6000, 6001, 20000, 20099, 20100, 19999):
        rig.settings.set("user_ma", ma)
        rig.step()
        assert rig.out.pilot == PILOT_PWM
        assert pilot.advertised_ma(rig.out.duty_u16) <= ma
        assert rig.cycle.offered_ma == pilot.advertised_ma(rig.out.duty_u16)


def test_a_raise_of_less_than_100_ma_is_not_worth_a_duty():
    rig = _charging(user_ma=10000)
    duty = rig.out.duty_u16
    rig.settings.set("user_ma", 10099)
    rig.step()
    assert rig.out.duty_u16 == duty
    rig.settings.set("user_ma", 10100)
    rig.step()
    assert rig.out.duty_u16 > duty


# -- pauses -------------------------------------------------------------------------


def test_user_pause_is_graceful_and_resumes():
    rig = _charging()
    rig.charger.pause()
    rig.step()
    assert rig.out.pilot == PILOT_HOLD and rig.out.coil == 1 and rig.cycle.why == cs.WHY_USER
    rig.level_mv = B_MV  # the vehicle opens S2
    rig.run(1)
    assert rig.out.coil == 0 and rig.out.led == light.PAUSE
    rig.charger.resume()
    assert rig.until(lambda: rig.out.pilot == PILOT_PWM, 5) >= 0
    rig.level_mv = C_MV
    assert rig.until(lambda: rig.out.coil == 1, 3) >= 0


def test_pause_opens_under_load_at_six_seconds():
    rig = _charging()
    rig.draw_ma = 10000
    rig.run(1)
    rig.charger.pause()
    rig.step()
    took = rig.until(lambda: rig.out.coil == 0, 7)
    assert 5980 <= took <= 6020
    assert rig.cycle.contactor.under_load == 1


def test_less_than_the_minimum_is_a_pause_never_six_amperes():
    rig = _charging()
    assert rig.charger.put_limit(limits.API, 5999, 60000)
    rig.step()
    assert rig.out.pilot == PILOT_HOLD and rig.cycle.offered_ma == 0
    assert rig.cycle.why == cs.WHY_LIMIT
    assert rig.charger.put_limit(limits.API, 6000, 60000)
    rig.run(4)
    assert rig.out.pilot == PILOT_PWM and 0 < rig.cycle.offered_ma <= 6000


def test_profile_minimum_is_kept():
    rig = _charging(min_ma=8000)
    rig.charger.put_limit(limits.API, 7999, 60000)
    rig.step()
    assert rig.out.pilot == PILOT_HOLD


def test_limit_expires_to_its_fall_back():
    rig = _charging()
    assert rig.charger.fall_to(limits.OCPP, 8000)
    assert rig.charger.put_limit(limits.OCPP, 20000, 10000)
    rig.run(9)
    assert 19900 < rig.cycle.offered_ma <= 20000
    rig.run(2)
    assert 7900 < rig.cycle.offered_ma <= 8000


def test_boost_passes_over_wishes_for_its_time():
    rig = _charging()
    rig.charger.put_limit(limits.SCHEDULE, 0, 3600000)
    rig.step()
    assert rig.out.pilot == PILOT_HOLD
    assert rig.charger.boost(30)
    rig.run(4)
    assert rig.out.pilot == PILOT_PWM
    rig.run(27)
    assert rig.out.pilot == PILOT_HOLD


def test_voltage_pauses_and_returns_after_thirty_seconds():
    rig = _charging()
    rig.scan.supply_mv[0] = 190000
    took = rig.until(lambda: rig.out.pilot == PILOT_HOLD, 3)
    assert 900 <= took <= 1200
    assert rig.cycle.why == cs.WHY_PAUSE_FAULT
    rig.level_mv = B_MV
    rig.scan.supply_mv[0] = 230000
    took = rig.until(lambda: rig.out.pilot == PILOT_PWM, 40)
    assert 30000 <= took <= 30500


def test_start_delay_counts_only_with_a_car():
    rig = Rig()
    rig.charger.boot(rig.now_ms, 0, False, 5000)
    rig.run(10)
    rig.level_mv = B_MV
    rig.run(4)
    assert rig.cycle.why == cs.WHY_HOLD and rig.out.pilot == PILOT_HOLD
    rig.run(3)
    assert rig.out.pilot == PILOT_PWM


# -- stops --------------------------------------------------------------------------


def test_vehicle_stops_and_starts_again():
    rig = _charging()
    rig.draw_ma = 16000
    rig.run(1)
    rig.level_mv = B_MV
    assert rig.until(lambda: rig.out.coil == 0, 1) <= 60
    assert rig.out.pilot == PILOT_PWM  # X2 goes on: the module's test is short
    rig.level_mv = C_MV
    took = rig.until(lambda: rig.out.coil == 1, 5)
    assert 0 <= took <= 3000  # after a new self-test, within sequence 4's 3 s
    assert rig.cycle.contactor.closings == 2


def test_a_long_self_test_takes_pwm_away_first():
    fit = full_fit()
    fit.rcd_module = 2
    rig = Rig(fit)
    rig.rcd_answers = False
    rig.run(1)
    rig.level_mv = B_MV
    rig.step(10)
    assert rig.out.pilot == PILOT_HOLD and rig.cycle.why == cs.WHY_TEST


def _ntc(mv):
    def strike(rig):
        rig.scan.ntc_mv[0] = mv

    return strike


STOPS = (
    ("leak", lambda rig: setattr(rig, "leak", 1), faults.RCD_TRIP, 20),
    ("pe", lambda rig: setattr(rig.scan, "pe", 0), faults.PE_LOST, 220),
    ("short", lambda rig: setattr(rig, "level_mv", E_MV), None, 60),
    ("open window", lambda rig: setattr(rig, "level_mv", 7500), None, 60),
    ("D", lambda rig: setattr(rig, "level_mv", D_MV), None, 60),
    ("diode", lambda rig: setattr(rig, "low_mv", -6000), faults.DIODE, 140),
    ("hot plug", _ntc(300), faults.PLUG_HOT, 240),
    ("open ntc", _ntc(3300), faults.PLUG_SENSOR, 240),
)


def test_stops_open_in_time():
    for name, strike, fault, limit in STOPS:
        rig = _charging()
        rig.draw_ma = 10000
        rig.run(1)
        strike(rig)
        took = rig.until(lambda rig=rig: rig.out.coil == 0, 3)
        assert 0 <= took <= limit, (name, took)
        if fault is not None:
            assert fault in _active(rig) and rig.cycle.faults.first == fault, name
            assert rig.out.led == light.FAULT
            assert rig.cycle.why == cs.WHY_FAULT
        rig.run(1)
        assert rig.out.coil == 0 and rig.out.pilot == PILOT_HOLD, name


def test_pilot_faults_are_raised_after_the_contactor_is_open():
    for level, fault in (
        (E_MV, faults.PILOT_SHORT), (7500, faults.PILOT_LOST), (D_MV, faults.VENTILATION),
    ):  # fmt: skip
        rig = _charging()
        rig.level_mv = level
        rig.step(3)
        assert rig.out.coil == 0
        rig.run(1)
        assert _active(rig) == [fault]


def test_adc_failure_is_a_lost_pilot():
    rig = _charging()
    for _ in range(3):
        rig.feed()
        rig.scan.pilot_samples = 0
        rig.charger.step(rig.now_ms, rig.scan, rig.out)
        rig.now_ms += 20
    assert rig.out.coil == 0


def test_rcd_trip_ends_with_the_plug_or_by_hand_in_europe():
    for end in ("unplug", "hand"):
        rig = _charging()
        rig.leak = 1
        rig.run(1)
        rig.leak = 0
        rig.run(100)
        assert _active(rig) == [faults.RCD_TRIP]
        if end == "unplug":
            rig.level_mv = A_MV
            rig.run(1)
        else:
            assert rig.charger.reset_faults()
        assert _active(rig) == []


def test_rcd_trip_reclosing_by_profile():
    rig = _charging(rcd_retries=4, rcd_retry_ms=60000)
    for n in range(5):
        rig.leak = 1
        rig.run(1)
        rig.leak = 0
        rig.level_mv = B_MV
        rig.run(59)
        assert _active(rig) == [faults.RCD_TRIP], n
        rig.run(3)
        if n < 4:
            assert _active(rig) == [], n
            rig.run(10)
            rig.level_mv = C_MV
            rig.run(2)
            assert rig.out.coil == 1
    rig.run(200)
    assert _active(rig) == [faults.RCD_TRIP]
    assert rig.charger.reset_faults()


def test_failed_self_test_locks_into_f():
    rig = Rig()
    rig.rcd_answers = False
    rig.run(1)
    rig.level_mv = B_MV
    rig.run(4)
    assert _active(rig) == [faults.RCD_TEST]
    assert rig.out.pilot == PILOT_NEG and rig.cycle.charge.state == cs.F
    assert rig.out.led == light.LOCKED
    rig.level_mv = A_MV
    rig.run(5)
    rig.charger.reset_faults()
    assert _active(rig) == [faults.RCD_TEST]


def test_weld_is_found_after_opening_and_locks():
    rig = _charging()
    rig.level_mv = A_MV
    rig.step(2)
    assert rig.out.coil == 0
    for _ in range(15):
        rig.feed()
        rig.scan.mirror = 1
        rig.charger.step(rig.now_ms, rig.scan, rig.out)
        rig.now_ms = (rig.now_ms + 20) % (1 << 30)
    assert faults.WELD in _active(rig)
    rig.run(1)
    rig.charger.reset_faults()
    rig.level_mv = B_MV
    rig.run(5)
    assert faults.WELD in _active(rig) and rig.out.pilot == PILOT_NEG


def test_contactor_that_does_not_close():
    rig = Rig()
    rig.run(1)
    rig.level_mv = B_MV
    rig.until(lambda: rig.out.pilot == PILOT_PWM, 5)
    rig.level_mv = C_MV
    for _ in range(30):
        rig.feed()
        rig.scan.mirror = 0
        rig.charger.step(rig.now_ms, rig.scan, rig.out)
        rig.now_ms = (rig.now_ms + 20) % (1 << 30)
    assert _active(rig) == [faults.NO_CLOSE] and rig.out.coil == 0


def test_silent_own_meter():
    rig = _charging()
    for _ in range(60):
        seq = rig.scan.meter_seq
        rig.feed()
        rig.scan.meter_seq = seq
        rig.charger.step(rig.now_ms, rig.scan, rig.out)
        rig.now_ms = (rig.now_ms + 20) % (1 << 30)
    assert _active(rig) == [faults.OWN_METER] and rig.out.coil == 0


def test_over_current():
    rig = _charging(user_ma=10000)
    rig.draw_ma = 13000
    took = rig.until(lambda: rig.out.coil == 0, 10)
    assert 6800 <= took <= 7200
    rig = _charging(user_ma=10000)
    rig.draw_ma = 16000
    took = rig.until(lambda: rig.out.coil == 0, 10)
    assert 400 <= took <= 700


def test_late_step():
    rig = _charging()
    rig.now_ms = (rig.now_ms + 21) % (1 << 30)
    rig.step()
    assert _active(rig) == [faults.OVERRUN] and rig.out.coil == 0
    rig.run(60)
    assert _active(rig) == [faults.OVERRUN]
    assert rig.charger.reset_faults()
    rig = _charging()
    rig.charger.allow_blocking(1000)
    rig.now_ms = (rig.now_ms + 200) % (1 << 30)
    rig.step()
    assert _active(rig) == [] and rig.cycle.gap_max_ms == 220


def test_an_exception_is_the_end():
    rig = _charging()
    rig.scan.ntc_mv = None
    rig.run(1)
    assert rig.cycle.broken == 1
    assert (rig.out.coil, rig.out.pilot, rig.out.duty_u16) == (0, PILOT_HOLD, 0)
    assert (rig.out.rcd_test, rig.out.led) == (0, light.FAULT)
    assert faults.EXCEPTION in _active(rig)
    rig.scan.ntc_mv = [1650] * 3
    rig.charger.reset_faults()
    rig.level_mv = B_MV
    rig.run(10)
    assert rig.out.coil == 0 and rig.out.pilot == PILOT_HOLD


def test_crash_loop_stays_off_until_a_hand():
    rig = Rig()
    rig.charger.boot(rig.now_ms, 2, True, 0)
    rig.level_mv = B_MV
    rig.run(5)
    assert faults.CRASH_LOOP in _active(rig) and faults.WATCHDOG in _active(rig)
    assert rig.out.pilot == PILOT_NEG
    assert rig.charger.reset_faults()
    rig.run(5)
    assert rig.out.pilot == PILOT_PWM


# -- supply meter -------------------------------------------------------------------


def _metered(rig, seconds, house_ma, every=1000):
    """Feed a supply meter: house plus what the EV draws."""
    for _ in range(seconds * 1000 // every):
        ev = rig.draw_ma if rig.out.coil else 0
        rig.charger.put_sample(0, rig.now_ms, house_ma + ev, 0, 0, 0)
        rig.draw_ma = min(rig.cycle.offered_ma, 32000) if rig.out.coil else 0
        rig.step(every // 20)


def test_the_house_comes_first():
    rig = Rig(meter_kind=1, fuse_ma=25000, fallback_ma=6000)
    rig.run(1)
    rig.level_mv = B_MV
    _metered(rig, 20, 5000)
    rig.level_mv = C_MV
    _metered(rig, 30, 5000)
    assert 17000 <= rig.cycle.offered_ma <= 20000
    assert rig.cycle.limits.winner == limits.SITE
    _metered(rig, 10, 15000)
    assert 8000 <= rig.cycle.offered_ma <= 10000


def test_a_silent_meter_falls_back_within_five_seconds():
    for fallback, least in ((6000, 5900), (0, 0), (10000, 9900)):
        rig = Rig(meter_kind=1, fuse_ma=25000, fallback_ma=fallback)
        rig.run(1)
        rig.level_mv = B_MV
        _metered(rig, 20, 3000)
        rig.level_mv = C_MV
        _metered(rig, 30, 3000)
        assert rig.cycle.offered_ma > 15000
        took = rig.until(lambda rig=rig, f=fallback: rig.cycle.offered_ma <= f, 10)
        assert 0 <= took <= 5000, took
        assert rig.cycle.offered_ma >= least


def test_metered_without_a_word_starts_at_the_fall_back():
    rig = Rig(meter_kind=1, fallback_ma=8000)
    rig.run(1)
    rig.level_mv = B_MV
    rig.run(5)
    assert 7900 < rig.cycle.offered_ma <= 8000
    rig = Rig(meter_kind=1, fallback_ma=0)
    rig.level_mv = B_MV
    rig.run(5)
    assert rig.cycle.offered_ma == 0 and rig.cycle.why == cs.WHY_LIMIT


# -- the rest -----------------------------------------------------------------------


def test_retest_after_a_day_of_charging():
    rig = _charging()
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
    rig = _charging()
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
    assert rig.out.coil == 1 and rig.cycle.charge.state == cs.D2 and _active(rig) == []


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
    rig = _charging()
    rig.run(5)
    before = rig.cycle._pwm_steps
    rig.run(5)
    assert rig.cycle._pwm_steps == before == 2


def test_derating_lowers_the_offer():
    rig = _charging()
    rig.scan.ntc_mv[2] = 440  # about 74 degC in the box
    rig.run(1)
    assert 6000 < rig.cycle.offered_ma < 30000
    assert rig.cycle.limits.winner == limits.TEMP and _active(rig) == [faults.DERATED]


def test_uptime_counts_seconds():
    rig = Rig()
    rig.run(61)
    assert 60 <= rig.cycle.uptime_s <= 61
    assert rig.cycle.faults.now_s == rig.cycle.uptime_s
    assert rig.cycle.steps == 61 * 50


# -- over a power cut ------------------------------------------------------------------


def _reborn(old, level_mv):
    """A new charger with what the old one's storage kept, on the same wires."""
    rig = Rig()
    f = old.cycle.faults
    rig.cycle.faults.restore(f.count, f.latched(), f.used(), f.first, f.first_s)
    rig.charger.boot(rig.now_ms, 0, False, 0)
    rig.level_mv = level_mv
    return rig


def test_a_supply_that_returns_does_not_reclose_onto_a_residual_current():
    rig = _charging()
    rig.leak = 1
    rig.step(2)
    assert rig.out.coil == 0 and rig.cycle.faults.first == faults.RCD_TRIP
    rig.leak = 0
    again = _reborn(rig, C_MV)
    again.run(20)
    assert again.out.coil == 0 and again.out.pilot == PILOT_HOLD
    assert again.cycle.faults.before == faults.RCD_TRIP
    again.level_mv = A_MV
    again.run(1)
    assert again.cycle.faults.stop == 0


def test_a_vehicle_that_left_while_there_was_no_supply_ends_the_latch():
    rig = _charging()
    rig.leak = 1
    rig.step(2)
    again = _reborn(rig, A_MV)
    again.step(5)
    assert again.cycle.faults.stop == 0
    again.charge()


def test_after_an_exception_time_goes_on_and_nothing_is_said_to_be_closed():
    rig = _charging()
    rig.cycle.limits = None
    rig.step()
    assert rig.cycle.broken and rig.out.coil == 0
    up = rig.cycle.uptime_s
    rig.run(10)
    assert rig.cycle.uptime_s == up + 10
    assert rig.cycle.contactor.state == 0 and rig.cycle.offered_ma == 0
    assert rig.out.coil == 0 and rig.out.pilot == PILOT_HOLD


def test_earth_lost_without_a_vehicle_is_forgotten_when_it_is_back():
    rig = Rig()
    rig.run(1)
    rig.scan.pe = 0
    rig.run(1)
    assert rig.cycle.faults.active[faults.PE_LOST]
    rig.scan.pe = 1
    rig.run(4)
    assert rig.cycle.faults.active[faults.PE_LOST], "hold"
    rig.run(2)
    assert not rig.cycle.faults.active[faults.PE_LOST]
    rig.charge()


def test_a_contactor_that_did_not_close_is_tried_again_after_unplugging():
    rig = Rig()
    rig.level_mv = B_MV
    rig.run(5)
    rig.level_mv = C_MV
    feed = rig.feed

    def stuck():
        feed()
        rig.scan.mirror = rig.scan.load_live = 0

    rig.feed = stuck
    assert rig.until(lambda: rig.cycle.faults.active[faults.NO_CLOSE], 4) >= 0
    rig.feed = feed
    rig.level_mv = A_MV
    rig.run(1)
    assert rig.cycle.faults.stop == 0
    rig.charge()


def test_a_self_test_that_ends_after_unplugging_does_not_count():
    rig = Rig()
    rig.level_mv = B_MV
    assert rig.until(lambda: rig.cycle.rcd.state == 1, 2) >= 0
    rig.level_mv = A_MV
    rig.run(5)
    assert rig.cycle.rcd.state == 0 and rig.cycle.faults.stop == 0


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
        rig.cycle._commission(rig.now_ms)
        assert rig.cycle.limits.slot_ma[limits.COMMISSION] == held


def test_a_sub_panel_is_guarded_however_small_its_limit_is():
    for panel_ma, used in ((0, False), (1, True), (20000, True)):
        rig = Rig(meter_kind=1, panel_ma=panel_ma)
        rig.step()
        assert rig.cycle.panel.used == used, panel_ma


def test_export_is_taken_from_the_settings():
    for export in (0, 1):
        rig = Rig(export=export)
        rig.run(1)
        assert rig.cycle._export == (export == 1)


def test_seconds_of_uptime_do_not_drift():
    rig = Rig()
    rig.run(100)
    assert rig.cycle.uptime_s == 100 and rig.cycle._second_ms == 0


def test_the_car_may_draw_what_is_offered_only_while_closed():
    rig = Rig(meter_kind=1, fallback_ma=16000)
    seen = []
    rig.cycle.site.step = lambda now, ev, fresh, may, all_limits: seen.append(may)
    rig.level_mv = B_MV
    assert rig.until(lambda: rig.out.duty_u16 > 0, 12) >= 0
    rig.step(10)
    assert seen and max(seen) == 0
    rig.charge()
    assert seen[-1] == rig.cycle.offered_ma > 0


def test_two_meters_are_compared_only_where_there_are_two():
    for panel_ma in (0, 20000):
        rig = Rig(meter_kind=1, fallback_ma=6000, panel_ma=panel_ma)
        seen = []
        note = seen.append
        rig.cycle.pair.step = lambda now, site, panel, export, note=note: note((site, panel))
        rig.step(3)
        both = (rig.cycle.site.meter, rig.cycle.panel.meter)
        assert seen == ([both] * 3 if panel_ma else [])


def test_either_meter_s_distrust_is_told():
    for place in ("site", "panel"):
        rig = Rig(meter_kind=1, fallback_ma=6000, panel_ma=20000)
        rig.run(1)
        getattr(rig.cycle, place).distrusted = lambda: True
        rig.run(1)
        assert rig.cycle.faults.active[faults.METER_DISTRUST]


def test_without_an_own_meter_its_silence_is_no_fault():
    fit = full_fit()
    fit.own_meter = False
    rig = Rig(fit)
    rig.run(1)
    rig.charge()
    rig.run(5)
    assert rig.out.coil == 1 and _active(rig) == []


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


def test_either_meter_s_silence_is_told():
    for place in ("site", "panel"):
        rig = Rig()
        rig.run(1)
        assert not rig.cycle.faults.active[faults.METER_LOST]
        getattr(rig.cycle, place).lost = lambda: True
        rig.run(1)
        assert rig.cycle.faults.active[faults.METER_LOST]


def test_a_trickle_is_no_charging():
    for ma, counts in ((1000, False), (1001, True)):
        rig = _charging()
        rig.draw_ma = ma
        rig.run(1)
        before = rig.cycle.session.charge_s
        rig.run(3)
        assert (rig.cycle.session.charge_s > before) == counts, ma


def test_a_car_that_takes_a_trickle_is_called_idle():
    for ma, why in ((0, cs.WHY_CAR_IDLE), (1000, cs.WHY_CAR_IDLE), (1001, cs.WHY_NONE)):
        rig = _charging()
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
    rig = _charging()
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
