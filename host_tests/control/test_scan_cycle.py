"""The whole step: stories of one charger on ideal hardware (see rig.py)."""

from ballast.control import light
from ballast.control.limits import limits
from ballast.control.pilot import charge_state as cs
from ballast.control.pilot import pilot
from ballast.control.records import PILOT_HOLD, PILOT_NEG, PILOT_PWM
from ballast.control.safety import faults, rcd_test
from ballast_bench.rigs.control import A_MV, B_MV, C_MV, D_MV, E_MV, Rig, active, charging, full_fit

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
    assert rig.cycle.why == cs.WHY_EV and rig.out.coil == 0
    rig.level_mv = C_MV
    assert rig.until(lambda: rig.out.coil == 1, 3) <= 100
    rig.draw_ma = 16000
    rig.run(1)
    assert rig.cycle.why == cs.WHY_NONE and rig.out.led == light.CHARGE
    assert rig.cycle.offered_ma == 32000
    rig.draw_ma = 0
    rig.run(1)
    assert rig.cycle.why == cs.WHY_EV_IDLE
    rig.level_mv = A_MV
    assert rig.until(lambda: rig.out.coil == 0, 1) <= 60
    rig.run(1)
    assert rig.cycle.charge.state == cs.A and rig.out.duty_u16 == 0
    assert rig.cycle.session.ended == 1 and rig.cycle.rcd.state == rcd_test.IDLE
    assert active(rig) == []


def test_advertised_is_never_above_any_limit():
    rig = charging()
    for ma in (32000, 31999, 16000, 6000, 6001, 20000, 20099, 20100, 19999):
        rig.settings.set("user_ma", ma)
        rig.step()
        assert rig.out.pilot == PILOT_PWM
        assert pilot.advertised_ma(rig.out.duty_u16) <= ma
        assert rig.cycle.offered_ma == pilot.advertised_ma(rig.out.duty_u16)


def test_a_raise_of_less_than_100_ma_is_not_worth_a_duty():
    rig = charging(user_ma=10000)
    duty = rig.out.duty_u16
    rig.settings.set("user_ma", 10099)
    rig.step()
    assert rig.out.duty_u16 == duty
    rig.settings.set("user_ma", 10100)
    rig.step()
    assert rig.out.duty_u16 > duty


# -- pauses -------------------------------------------------------------------------


def test_user_pause_is_graceful_and_resumes():
    rig = charging()
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
    rig = charging()
    rig.draw_ma = 10000
    rig.run(1)
    rig.charger.pause()
    rig.step()
    took = rig.until(lambda: rig.out.coil == 0, 7)
    assert 5980 <= took <= 6020
    assert rig.cycle.contactor.under_load == 1


def test_less_than_the_minimum_is_a_pause_never_six_amperes():
    rig = charging()
    assert rig.charger.put_limit(limits.API, 5999, 60000)
    rig.step()
    assert rig.out.pilot == PILOT_HOLD and rig.cycle.offered_ma == 0
    assert rig.cycle.why == cs.WHY_LIMIT
    assert rig.charger.put_limit(limits.API, 6000, 60000)
    rig.run(4)
    assert rig.out.pilot == PILOT_PWM and 0 < rig.cycle.offered_ma <= 6000


def test_profile_minimum_is_kept():
    rig = charging(min_ma=8000)
    rig.charger.put_limit(limits.API, 7999, 60000)
    rig.step()
    assert rig.out.pilot == PILOT_HOLD


def test_limit_expires_to_its_fall_back():
    rig = charging()
    assert rig.charger.fall_to(limits.OCPP, 8000)
    assert rig.charger.put_limit(limits.OCPP, 20000, 10000)
    rig.run(9)
    assert 19900 < rig.cycle.offered_ma <= 20000
    rig.run(2)
    assert 7900 < rig.cycle.offered_ma <= 8000


def test_boost_passes_over_wishes_for_its_time():
    rig = charging()
    rig.charger.put_limit(limits.SCHEDULE, 0, 3600000)
    rig.step()
    assert rig.out.pilot == PILOT_HOLD
    assert rig.charger.boost(30)
    rig.run(4)
    assert rig.out.pilot == PILOT_PWM
    rig.run(27)
    assert rig.out.pilot == PILOT_HOLD


def test_voltage_pauses_and_returns_after_thirty_seconds():
    rig = charging()
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
    rig = charging()
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
        rig = charging()
        rig.draw_ma = 10000
        rig.run(1)
        strike(rig)
        took = rig.until(lambda rig=rig: rig.out.coil == 0, 3)
        assert 0 <= took <= limit, (name, took)
        if fault is not None:
            assert fault in active(rig) and rig.cycle.faults.first == fault, name
            assert rig.out.led == light.FAULT
            assert rig.cycle.why == cs.WHY_FAULT
        rig.run(1)
        assert rig.out.coil == 0 and rig.out.pilot == PILOT_HOLD, name


def test_pilot_faults_are_raised_after_the_contactor_is_open():
    for level, fault in (
        (E_MV, faults.PILOT_SHORT), (7500, faults.PILOT_LOST), (D_MV, faults.VENTILATION),
    ):  # fmt: skip
        rig = charging()
        rig.level_mv = level
        rig.step(3)
        assert rig.out.coil == 0
        rig.run(1)
        assert active(rig) == [fault]


def test_adc_failure_is_a_lost_pilot():
    rig = charging()
    for _ in range(3):
        rig.feed()
        rig.scan.pilot_samples = 0
        rig.charger.step(rig.now_ms, rig.scan, rig.out)
        rig.now_ms += 20
    assert rig.out.coil == 0


def test_rcd_trip_ends_with_the_plug_or_by_hand_in_europe():
    for end in ("unplug", "hand"):
        rig = charging()
        rig.leak = 1
        rig.run(1)
        rig.leak = 0
        rig.run(100)
        assert active(rig) == [faults.RCD_TRIP]
        if end == "unplug":
            rig.level_mv = A_MV
            rig.run(1)
        else:
            assert rig.charger.reset_faults()
        assert active(rig) == []


def test_rcd_trip_reclosing_by_profile():
    rig = charging(rcd_retries=4, rcd_retry_ms=60000)
    for n in range(5):
        rig.leak = 1
        rig.run(1)
        rig.leak = 0
        rig.level_mv = B_MV
        rig.run(59)
        assert active(rig) == [faults.RCD_TRIP], n
        rig.run(3)
        if n < 4:
            assert active(rig) == [], n
            rig.run(10)
            rig.level_mv = C_MV
            rig.run(2)
            assert rig.out.coil == 1
    rig.run(200)
    assert active(rig) == [faults.RCD_TRIP]
    assert rig.charger.reset_faults()


def test_failed_self_test_locks_into_f():
    rig = Rig()
    rig.rcd_answers = False
    rig.run(1)
    rig.level_mv = B_MV
    rig.run(4)
    assert active(rig) == [faults.RCD_TEST]
    assert rig.out.pilot == PILOT_NEG and rig.cycle.charge.state == cs.F
    assert rig.out.led == light.LOCKED
    rig.level_mv = A_MV
    rig.run(5)
    rig.charger.reset_faults()
    assert active(rig) == [faults.RCD_TEST]


def test_weld_is_found_after_opening_and_locks():
    rig = charging()
    rig.level_mv = A_MV
    rig.step(2)
    assert rig.out.coil == 0
    for _ in range(15):
        rig.feed()
        rig.scan.mirror = 1
        rig.charger.step(rig.now_ms, rig.scan, rig.out)
        rig.now_ms = (rig.now_ms + 20) % (1 << 30)
    assert faults.WELD in active(rig)
    rig.run(1)
    rig.charger.reset_faults()
    rig.level_mv = B_MV
    rig.run(5)
    assert faults.WELD in active(rig) and rig.out.pilot == PILOT_NEG


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
    assert active(rig) == [faults.NO_CLOSE] and rig.out.coil == 0


def test_over_current():
    rig = charging(user_ma=10000)
    rig.draw_ma = 13000
    took = rig.until(lambda: rig.out.coil == 0, 10)
    assert 6500 <= took <= 6900
    rig = charging(user_ma=10000)
    rig.draw_ma = 16000
    took = rig.until(lambda: rig.out.coil == 0, 10)
    assert 100 <= took <= 400


def test_late_step():
    rig = charging()
    rig.now_ms = (rig.now_ms + 31) % (1 << 30)
    rig.step()
    assert active(rig) == [] and rig.out.coil == 1
    rig.now_ms = (rig.now_ms + 32) % (1 << 30)
    rig.step()
    assert active(rig) == [faults.OVERRUN] and rig.out.coil == 0
    rig.run(60)
    assert active(rig) == [faults.OVERRUN]
    assert rig.charger.reset_faults()
    rig = charging()
    rig.charger.allow_blocking(1000)
    rig.now_ms = (rig.now_ms + 200) % (1 << 30)
    rig.step()
    assert active(rig) == [] and rig.cycle.gap_max_ms == 220


def test_an_exception_is_the_end():
    rig = charging()
    rig.scan.ntc_mv = None
    rig.run(1)
    assert rig.cycle.broken == 1
    assert (rig.out.coil, rig.out.pilot, rig.out.duty_u16) == (0, PILOT_HOLD, 0)
    assert (rig.out.rcd_test, rig.out.led) == (0, light.FAULT)
    assert faults.EXCEPTION in active(rig)
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
    assert faults.CRASH_LOOP in active(rig) and faults.WATCHDOG in active(rig)
    assert rig.out.pilot == PILOT_NEG
    assert rig.charger.reset_faults()
    rig.run(5)
    assert rig.out.pilot == PILOT_PWM
