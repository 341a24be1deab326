"""The charge state machine. Cases A1..A18 are the behaviour of the field's open
implementations (IEC 61851-1 Table A.6 sequences as they cite them).
"""

from ballast.control.pilot import charge_state as cs
from ballast.control.pilot import pilot
from ballast.control.pilot.charge_state import ChargeState
from ballast.control.records import PILOT_HOLD, PILOT_NEG, PILOT_PWM, PILOT_ZERO


class Box:
    """Drives the machine; the contactor follows the wish at once."""

    def __init__(self):
        self.cs = ChargeState()
        self.level = pilot.A
        self.allow = False
        self.locked = False
        self.closed = 0
        self.step()

    def step(self, n=1):
        for _ in range(n):
            self.cs.step(20, self.level, self.allow, self.locked, self.closed)
            self.closed = self.cs.close

    def at(self, level, allow=None, ms=20):
        self.level = level
        if allow is not None:
            self.allow = allow
        self.step(ms // 20)
        return self.cs


def _charging():
    box = Box()
    box.at(pilot.B, True)
    box.at(pilot.C)
    assert box.cs.state == cs.C2 and box.cs.close
    return box


def test_a1_plug_in_does_nothing_but_see_it():
    box = Box()
    assert box.cs.state == cs.A and not box.cs.plugged
    c = box.at(pilot.B, False)
    assert c.state == cs.B1 and c.plugged and not c.close and c.pilot == PILOT_HOLD


def test_a2_a3_closes_on_c_with_pwm():
    box = Box()
    c = box.at(pilot.B, True)
    assert c.state == cs.B2 and c.pilot == PILOT_PWM and not c.close
    c = box.at(pilot.C)
    assert c.state == cs.C2 and c.close


def test_a4_no_pwm_no_power():
    box = Box()
    box.at(pilot.B, False)
    c = box.at(pilot.C, False)
    assert c.state == cs.C1 and not c.close
    c = box.at(pilot.C, True)
    assert c.state == cs.C2 and c.close


def test_a5_back_to_b_opens_at_once():
    box = _charging()
    c = box.at(pilot.B)
    assert c.state == cs.B2 and not c.close and c.pilot == PILOT_PWM


def test_a6_unplug_opens_and_is_told_once():
    box = _charging()
    c = box.at(pilot.A)
    assert c.state == cs.A and not c.close and c.unplug_event and c.pilot == PILOT_HOLD
    assert not box.at(pilot.A).unplug_event


def test_a7_opens_under_load_at_six_seconds():
    box = _charging()
    c = box.at(pilot.C, False)
    assert c.state == cs.C1 and c.close and c.pilot == PILOT_HOLD
    c = box.at(pilot.C, ms=6000)
    assert c.close
    c = box.at(pilot.C)
    assert not c.close


def test_a8_pwm_again_stops_the_timer():
    box = _charging()
    box.at(pilot.C, False, 3020)
    c = box.at(pilot.C, True)
    assert c.state == cs.C2 and c.close
    c = box.at(pilot.C, ms=8000)
    assert c.close


def test_a9_b_before_six_seconds():
    box = _charging()
    box.at(pilot.C, False, 2000)
    c = box.at(pilot.B)
    assert not c.close and c.state == cs.B1
    assert not box.at(pilot.B, ms=8000).close


def test_a10_short_and_lost_open_at_once_without_pwm():
    for level in (pilot.E, pilot.LOST, pilot.NEG):
        box = _charging()
        c = box.at(level)
        assert c.state == cs.E and not c.close and c.pilot == PILOT_HOLD
        assert c.plugged  # not an unplugging
        assert not c.unplug_event


def test_a11_locked_is_state_f():
    box = _charging()
    box.locked = True
    c = box.at(pilot.C)
    assert c.state == cs.F and c.pilot == PILOT_NEG and not c.close


def test_a13_straight_to_c():
    box = Box()
    c = box.at(pilot.C, True)
    assert c.plugged and c.state == cs.C2


def test_a14_a15_ventilation():
    box = Box()
    box.at(pilot.B, True)
    c = box.at(pilot.D)
    assert c.state == cs.D1 and not c.close and c.pilot == PILOT_HOLD and c.plugged
    box = Box()
    box.cs.ventilation = 1
    box.at(pilot.B, True)
    c = box.at(pilot.D)
    assert c.state == cs.D2 and c.close and c.pilot == PILOT_PWM
    c = box.at(pilot.D, False)
    assert c.state == cs.D1 and c.close


def test_a17_boot_with_a_car():
    box = ChargeState()
    assert box.state == cs.F and not box.close and box.pilot == PILOT_HOLD
    box.step(20, pilot.C, False, False, 0)
    assert box.plugged and box.state == cs.C1


def test_x1_lasts_three_seconds():
    box = _charging()
    box.at(pilot.B, False)
    for _ in range(150):
        assert box.at(pilot.B, True).pilot == PILOT_HOLD
        assert box.cs.state == cs.B1
    assert box.at(pilot.B, True).pilot == PILOT_PWM
    assert box.cs.pwm_on


def test_x1_is_not_asked_of_a_new_connection():
    box = _charging()
    box.at(pilot.A)
    assert box.at(pilot.B, True).pilot == PILOT_PWM


def _asleep(wake):
    """Charging, paused by us, PWM again, and the car stays in B."""
    box = _charging()
    box.cs.wake = wake
    box.at(pilot.C, False)
    box.at(pilot.B, False, 4000)
    box.at(pilot.B, True)
    assert box.cs.pilot == PILOT_PWM
    return box


def test_wake_up_pulse_after_thirty_seconds_once():
    for wake, state, mode in ((cs.WAKE_F, cs.F, PILOT_NEG), (cs.WAKE_E, cs.E, PILOT_ZERO)):
        box = _asleep(wake)
        box.at(pilot.B, ms=30000)
        assert box.cs.pilot == PILOT_PWM
        c = box.at(pilot.B)
        assert c.state == state and c.pilot == mode and c.wakes == 1 and not c.close
        level = pilot.NEG if wake == cs.WAKE_F else pilot.E
        c = box.at(level, ms=4000)
        assert c.pilot == mode
        c = box.at(level)
        assert c.pilot == PILOT_HOLD and c.state == cs.B1
        c = box.at(pilot.B, ms=2980)
        assert c.pilot == PILOT_HOLD
        c = box.at(pilot.B, ms=40)
        assert c.pilot == PILOT_PWM
        c = box.at(pilot.B, ms=60000)
        assert c.pilot == PILOT_PWM and c.wakes == 1


def test_no_wake_up_when_the_profile_forbids_or_the_car_is_awake():
    box = _asleep(cs.WAKE_NONE)
    assert box.at(pilot.B, ms=60000).wakes == 0
    box = _asleep(cs.WAKE_F)
    box.at(pilot.C, ms=1000)
    assert box.at(pilot.B, ms=60000).wakes == 0


def test_no_wake_up_without_a_pause_of_ours():
    box = _charging()
    assert box.at(pilot.B, ms=120000).wakes == 0


def test_each_pause_may_have_its_pulse():
    box = _asleep(cs.WAKE_F)
    box.at(pilot.B, ms=38000)
    assert box.cs.wakes == 1
    box.at(pilot.B, False, 4000)
    assert box.at(pilot.B, True, 38000).wakes == 2


def test_the_pulse_ends_at_once_when_charging_is_forbidden():
    box = _asleep(cs.WAKE_F)
    box.at(pilot.B, ms=30020)
    assert box.cs.pilot == PILOT_NEG
    c = box.at(pilot.NEG, False)
    assert c.pilot == PILOT_HOLD and c.state == cs.B1
    c = box.at(pilot.B, False, 8000)
    assert c.state == cs.B1 and c.pilot == PILOT_HOLD


def test_unplugging_ends_the_pulse():
    box = _asleep(cs.WAKE_F)
    box.at(pilot.B, ms=30020)
    c = box.at(pilot.A)
    assert c.state == cs.A and c.unplug_event


def test_a_lock_ends_the_pulse():
    box = _asleep(cs.WAKE_F)
    box.at(pilot.B, ms=30020)
    box.locked = True
    c = box.at(pilot.NEG)
    assert c.state == cs.F
    box.locked = False
    c = box.at(pilot.B)
    assert c.state in (cs.B1, cs.B2)


def test_long_waits_do_not_wrap():
    c = ChargeState()
    c.step(20, pilot.B, True, False, 0)
    c.step(20, pilot.B, False, False, 0)
    for _ in range(400):
        c.step(1000000, pilot.B, False, False, 0)
    assert c.step(20, pilot.B, True, False, 0) is None
    assert c.pilot == PILOT_PWM


def _one(box, dt, level=pilot.B, allow=True):
    box.cs.step(dt, level, allow, False, box.closed)
    return box.cs


def test_flags_are_zero_or_one():
    box = Box()
    c = box.at(pilot.B, True)
    assert (c.plugged, c.pwm_on, c.close, c._had_pwm) == (1, 1, 0, 0)
    c = box.at(pilot.C)
    assert (c.plugged, c.pwm_on, c.close) == (1, 1, 1)
    c = box.at(pilot.B, False)
    assert (c.plugged, c.pwm_on, c.close, c._had_pwm) == (1, 0, 0, 1)
    assert box.at(pilot.B, False)._wake_armed == 1
    c = box.at(pilot.A)
    assert (c.plugged, c.unplug_event, c._wake_armed, c._had_pwm) == (0, 1, 0, 0)
    c = Box().at(pilot.D, False)
    assert (c.plugged, c.state) == (1, cs.D1)
    assert Box().at(pilot.C, False).plugged == 1


def test_x1_and_the_wait_for_c_to_the_millisecond():
    box = Box()
    _one(box, 20)
    _one(box, 20, allow=False)
    assert _one(box, 20, allow=False)._wake_armed == 1
    _one(box, 2999)
    assert box.cs.pwm_on == 0
    assert _one(box, 1).pwm_on == 1
    _one(box, 30019)
    assert box.cs.state == cs.B2
    assert _one(box, 1).state == cs.F


def test_the_pulse_to_the_millisecond_and_never_with_a_wish_to_close():
    box = _asleep(cs.WAKE_F)
    while box.cs.state != cs.F:
        box.step()
    c = box.cs
    for dt, state, on in ((4019, cs.F, 0), (1, cs.B1, 0), (3019, cs.B1, 0)):
        c = _one(box, dt)
        assert (c.state, c.close, c.pwm_on) == (state, 0, on), dt
    assert c._waking == 2
    c = _one(box, 1)
    assert c._waking == 0 and c.close == 0 and c.pwm_on == 1, "3 s of X1 after the pulse are over"


def test_a_pulse_that_was_forbidden_still_has_its_rest():
    box = _asleep(cs.WAKE_F)
    while box.cs.state != cs.F:
        box.step()
    c = _one(box, 20, allow=False)
    assert c._waking == 2 and c.state == cs.B1 and c.close == 0
    _one(box, 7019)
    assert c._waking == 2
    assert _one(box, 1)._waking == 0


def test_unplugging_disarms_the_wake_up():
    box = Box()
    box.at(pilot.B, True)
    box.at(pilot.B, False, 100)
    box.at(pilot.A)
    box.at(pilot.B, True, 40000)
    assert box.cs.wakes == 0 and box.cs.state == cs.B2
