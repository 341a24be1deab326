"""Bugs planted on purpose: what the campaign must find. Each returns how to take it out again."""

from ballast.control.limits.limits import Limits
from ballast.control.pilot import charge_state
from ballast.control.pilot.charge_state import ChargeState
from ballast.control.pilot.pilot import Pilot
from ballast.control.safety import contactor, rcd_test
from ballast.control.safety.contactor import Contactor
from ballast.control.safety.interlocks import Interlocks
from ballast.control.scan_cycle import ScanCycle


def _swap(owner, name, value):
    old = getattr(owner, name)
    setattr(owner, name, value)
    return lambda: setattr(owner, name, old)


def slow_pilot():
    """The level is believed only after ten equal bursts."""
    old = Pilot.step

    def step(self, scan, dt_ms, pwm):
        level = self.level
        self.pending_ms = min(self.pending_ms, 0)
        self._wait = getattr(self, "_wait", 0)
        old(self, scan, dt_ms, pwm)
        if self.level != level:
            self._wait += 1
            if self._wait < 10:
                self.level = level
            else:
                self._wait = 0

    return _swap(Pilot, "step", step)


def no_self_test():
    """The contactor closes without the residual current monitor's test."""
    old = ScanCycle._switch

    def switch(self, now_ms, dt_ms, scan, out):
        self.rcd.state = rcd_test.PASSED
        old(self, now_ms, dt_ms, scan, out)

    return _swap(ScanCycle, "_switch", switch)


def deaf_to_rcd():
    """The trip line is looked at only while the contactor is open."""
    old = Interlocks.fast

    def fast(self, now_ms, dt_ms, scan, pilot_in, charge, testing):
        old(self, now_ms, dt_ms, scan, pilot_in, charge, testing or charge.close)

    return _swap(Interlocks, "fast", fast)


def eternal_limits():
    """A slot that is not renewed keeps its value for ever."""
    old = Limits.step

    def step(self, now_ms):
        for slot in range(16):
            self._timed[slot] = 0
        old(self, now_ms)

    return _swap(Limits, "step", step)


def rounds_up():
    """Less than 6 A is advertised as 6 A."""
    from ballast.control.pilot import pilot

    old = pilot.duty_u16
    return _swap(pilot, "duty_u16", lambda ma, bits: old(max(ma, 8000), bits))


def hasty_x1():
    """PWM returns without T_step_X1."""
    return _swap(charge_state, "X1_MIN_MS", 0)


def blind_to_weld():
    """The contactor's evidence is not asked before closing."""
    old = Contactor._proof
    return _swap(
        Contactor, "_proof", lambda self, scan, state: state == contactor.OPEN or old(self, scan, state)
    )


def patient_with_s2():
    """Under load it waits for the EV for ever."""
    return _swap(charge_state, "S2_WAIT_MS", 10**8)


def latched_close():
    """The wish for the contactor survives a fault and is not gated."""
    old = ScanCycle._switch

    def switch(self, now_ms, dt_ms, scan, out):
        closed = self.contactor.state
        old(self, now_ms, dt_ms, scan, out)
        if closed and self.faults.stop and self.faults.first in (8, 11):
            out.coil = 1

    return _swap(ScanCycle, "_switch", switch)


def state_b_keeps_closed():
    """The gate forgets the pilot's level, and state B forgets to open."""
    old_b, old_switch = ChargeState._step_b, ScanCycle._switch

    def step_b(self, allow):
        was = self.close
        old_b(self, allow)
        self.close = was

    def switch(self, now_ms, dt_ms, scan, out):
        self.pilot.level, level = (2 if self.charge.close else self.pilot.level), self.pilot.level
        old_switch(self, now_ms, dt_ms, scan, out)
        self.pilot.level = level

    undo = [_swap(ChargeState, "_step_b", step_b), _swap(ScanCycle, "_switch", switch)]
    return lambda: [u() for u in undo]


def trusts_the_diode():
    """A diode that was seen once is not looked for any more."""
    old = Pilot._judge_diode

    def judge(self, low_mv, dt_ms):
        if self.diode != 1:
            old(self, low_mv, dt_ms)

    return _swap(Pilot, "_judge_diode", judge)


BUGS = {
    bug.__name__: bug
    for bug in (
        slow_pilot, no_self_test, deaf_to_rcd, eternal_limits, rounds_up, hasty_x1,
        blind_to_weld, patient_with_s2, latched_close, state_b_keeps_closed,
        trusts_the_diode,
    )
}  # fmt: skip
