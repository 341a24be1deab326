"""EVerest's rules as vectors, on the whole of control/.

Source: EVerest/everest-core at 23c9dac16 (2026-05-06), facts read from
modules/EVSE/EvseManager/IECStateMachine.cpp (set A), Charger.cpp ampere_to_duty_cycle and
the EV-side table of IEC 61851-1 A.7 (set B), and docs/source/how-to-guides/bringup/basic.rst
with the timing derived from it (set D). No code was taken over.
"""

from ballast.control.limits import limits
from ballast.control.pilot import charge_state as cs
from ballast.control.pilot import pilot
from ballast.control.records import PILOT_HOLD, PILOT_PWM
from ballast.control.safety import faults
from ballast_bench.rigs.control import A_MV, B_MV, C_MV, D_MV, E_MV, Rig, charging


def _b2(**values):
    rig = Rig(**values)
    rig.level_mv = B_MV
    assert rig.until(lambda: rig.out.duty_u16 > 0, 10) >= 0
    return rig


# -- set A: the state machine ---------------------------------------------------------


def test_a1_plugged_in_is_not_charging():
    rig = Rig()
    rig.level_mv = B_MV
    rig.run(5)
    assert rig.cycle.charge.plugged and rig.out.coil == 0


def test_a2_a3_pwm_then_c_closes_once_within_3_s():
    rig = _b2()
    rig.level_mv = C_MV
    assert 0 <= rig.until(lambda: rig.out.coil == 1, 3) <= 3000
    rig.run(5)
    assert rig.cycle.contactor.closings == 1 and rig.cycle.charge.state == cs.C2


def test_a3_late_permission_in_c():
    rig = Rig()
    rig.charger.pause()
    rig.level_mv = B_MV
    rig.run(5)
    rig.level_mv = C_MV
    rig.run(5)
    assert rig.out.coil == 0
    rig.charger.resume()
    assert 0 <= rig.until(lambda: rig.out.coil == 1, 3)


def test_a4_c_without_pwm_does_not_close():
    rig = Rig()
    rig.charger.pause()
    rig.level_mv = C_MV
    rig.run(10)
    assert rig.out.coil == 0 and rig.out.pilot == PILOT_HOLD


def test_a5_c_to_b_opens_and_c_again_closes():
    rig = charging()
    rig.level_mv = B_MV
    assert rig.until(lambda: rig.out.coil == 0, 1) <= 60
    rig.run(4)
    rig.level_mv = C_MV
    assert rig.until(lambda: rig.out.coil == 1, 3) >= 0


def test_a6_unplugged_opens_and_stops_pwm():
    rig = charging()
    rig.level_mv = A_MV
    assert rig.until(lambda: rig.out.coil == 0, 1) <= 60
    assert rig.out.pilot == PILOT_HOLD and rig.cycle.charge.state == cs.A


def test_a7_pwm_off_and_c_stays_opens_between_6_and_6_5_s():
    rig = charging()
    rig.charger.pause()
    assert rig.until(lambda: rig.out.pilot == PILOT_HOLD, 1) <= 40
    took = rig.until(lambda: rig.out.coil == 0, 8)
    assert 5980 <= took <= 6500


def test_a8_pwm_back_after_3_s_never_opens():
    rig = charging()
    rig.charger.pause()
    rig.run(3)
    rig.charger.resume()
    for _ in range(400):
        rig.step()
        assert rig.out.coil == 1
    assert rig.cycle.charge.state == cs.C2


def test_a9_b_during_the_wait_opens_at_once():
    rig = charging()
    rig.charger.pause()
    rig.run(2)
    rig.level_mv = B_MV
    assert rig.until(lambda: rig.out.coil == 0, 1) <= 60
    rig.run(6)
    assert rig.out.coil == 0


def test_a10_a12_state_e_opens_and_b_comes_back():
    rig = charging()
    rig.level_mv = E_MV
    assert rig.until(lambda: rig.out.coil == 0, 1) <= 60
    rig.run(1)
    assert rig.cycle.charge.state == cs.E and rig.out.pilot == PILOT_HOLD
    assert rig.cycle.faults.active[faults.PILOT_SHORT]
    rig.level_mv = B_MV
    rig.run(8)
    assert rig.cycle.faults.stop == 0 and rig.cycle.charge.state == cs.B2


def test_a13_c_at_once_charges_with_pwm():
    """EVerest limits the simplified pilot to 10 A; here PWM runs in any case, so the duty limits."""
    rig = Rig()
    rig.level_mv = C_MV
    assert rig.until(lambda: rig.out.coil == 1, 10) >= 0
    assert rig.out.pilot == PILOT_PWM and rig.cycle.pilot.diode == 1


def test_state_d_is_refused_without_ventilation_and_charged_with():
    rig = charging()
    rig.level_mv = D_MV
    assert rig.until(lambda: rig.out.coil == 0, 1) <= 60
    rig = _b2(ventilation=1)
    rig.level_mv = D_MV
    assert rig.until(lambda: rig.out.coil == 1, 3) >= 0
    assert rig.cycle.charge.state == cs.D2


# -- set B: duty ------------------------------------------------------------------------

# (mA, duty in 0.01 %): 6..51 A: d = I / 0.6; 51..80 A: d = I / 2.5 + 64; the gap is clamped
_DUTY = (
    (0, 0), (5899, 0), (5999, 0), (6000, 1000), (8000, 1333), (10000, 1667), (13000, 2167),
    (16000, 2667), (20000, 3333), (24000, 4000), (25000, 4167), (32000, 5333), (51000, 8500),
    (52000, 8500), (52500, 8500), (63000, 8920), (80000, 9600), (90000, 9600),
)  # fmt: skip


def test_b_duty_of_a_current():
    for ma, want in _DUTY:
        for bits in (10, 12, 13, 14, 16):
            duty = pilot.duty_u16(ma, bits)
            cpct = duty * 10000 / 65536
            assert cpct <= want + 0.5, (ma, bits)
            assert cpct > want - 10000 / (1 << bits) - 0.5 or want == 0, (ma, bits)


def test_b_no_duty_of_this_charger_lets_a_vehicle_draw_more_than_the_limit():
    """Both tables against each other, every 10 mA."""
    for ma in range(6000, 80001, 10):
        for bits in (10, 13):
            duty = pilot.duty_u16(ma, bits)
            said = duty * 60000 / 65536 if duty <= 55705 else duty * 250000 / 65536 - 160000
            assert said <= ma and duty >= 6553 - (1 << 16 - bits)


# -- set D: timing ------------------------------------------------------------------------


def test_d1_d2_c_to_b_and_a_within_100_ms_at_every_allowed_lateness():
    for level in (A_MV, B_MV):
        for dt in range(20, 41):
            rig = charging()
            rig.dt_ms = dt
            rig.step(2)
            rig.level_mv = level
            took = rig.until(lambda rig=rig: rig.out.coil == 0, 1)
            assert took + 15 <= 100, (level, dt, took)


def test_d3_short_within_3_s():
    rig = charging()
    rig.run(5)
    rig.level_mv = E_MV
    assert rig.until(lambda: rig.out.coil == 0, 3) <= 100


def test_d6_b_to_c_with_permission_within_3_s():
    rig = _b2()
    rig.run(10)
    rig.level_mv = C_MV
    assert 0 <= rig.until(lambda: rig.out.coil == 1, 3) <= 200


def test_d7_the_latest_of_many_limits_wins():
    """A reduction is advertised at once (safety before the 5 s rule)."""
    rig = charging()
    for n in range(10):
        assert rig.charger.put_limit(limits.OCPP, 16000 - 500 * n, 60000)
        rig.run(1)
    assert rig.cycle.offered_ma <= 11500 and rig.cycle.limits.winner == limits.OCPP


def test_d8_a_silent_source_is_never_the_old_value():
    rig = charging()
    assert rig.charger.fall_to(limits.GROUP, 0)
    assert rig.charger.put_limit(limits.GROUP, 16000, 10000)
    rig.run(9)
    assert rig.out.pilot == PILOT_PWM
    rig.run(2)
    assert rig.out.pilot == PILOT_HOLD and rig.cycle.why == cs.WHY_LIMIT


def test_d9_over_current_at_7_s_not_at_6_5():
    rig = charging(user_ma=16000)
    rig.draw_ma = 16000
    rig.run(15)
    rig.draw_ma = 18300  # (16 A + 0.5 A) x 1.1 = 18.15 A
    rig.step(325)
    assert rig.out.coil == 1
    rig.run(1)
    assert rig.out.coil == 0 and rig.cycle.faults.active[faults.OVERCURRENT]
    rig = charging(user_ma=16000)
    rig.draw_ma = 18100
    rig.run(30)
    assert rig.out.coil == 1


def test_d10_a_200_ms_toggle_is_seen_and_no_fault():
    rig = _b2()
    rig.level_mv = C_MV
    rig.step(10)
    assert rig.cycle.charge.state == cs.C2
    rig.level_mv = B_MV
    rig.step(10)
    assert rig.cycle.charge.state == cs.B2 and rig.cycle.faults.stop == 0


def test_d11_one_bad_reading_changes_nothing():
    for level in (A_MV, B_MV, D_MV, E_MV, -12000, 7500):
        rig = charging()
        rig.level_mv = level
        rig.step()
        rig.level_mv = C_MV
        for _ in range(10):
            rig.step()
            assert rig.out.coil == 1


def test_d12_live_behind_an_open_contactor_locks():
    rig = charging()
    feed = rig.feed

    def welded():
        feed()
        rig.scan.mirror = rig.scan.load_live = 1

    rig.feed = welded
    rig.level_mv = B_MV
    assert rig.until(lambda: rig.cycle.faults.active[faults.WELD], 1) <= 400
    rig.level_mv = C_MV
    rig.run(20)
    assert rig.out.coil == 0
