"""Control alone on thin hardware that can fail: what a fault campaign runs by the ten thousand.

A `Campaign` rig knows the truth (what the EV, the contacts, the leak really are) and
checks after every step what must hold whatever happened. Nothing of its judgement comes
from control/: duty, level, limits and self-test are followed by its own means.
"""

from ballast.control import ticks
from ballast.control.limits import limits
from ballast.control.pilot import charge_state
from ballast.control.places import COUNT
from ballast.control.records import PILOT_NEG, PILOT_PWM, PILOT_ZERO
from ballast.control.safety import contactor, faults
from ballast.control.safety.interlocks import STEP_MAX_MS
from ballast_bench.rigs.control import A_MV, B_MV, C_MV, D_MV, E_MV, Rig, full_fit

STEP_MS = 20
SLOW_MS = 60  # 100 ms at the contacts, less 15 ms of armature, less the phase of one step
_X1_MS = 3000  # T_step_X1
_AFTER_PWM_MS = 6100  # sequence 10.2 and a step


class Violation(Exception):
    """One line: which rule, when, what was seen."""


class CampaignRig(Rig):
    """The EV lives: it asks for C when it sees PWM and opens S2 when PWM goes."""

    def __init__(self, **values):
        super().__init__(full_fit(values.pop("phases", 1)), **values)
        self.here = False  # an EV is plugged in
        self.want = True
        self.force_mv = None
        self.ventilated = False
        self.weld = self.no_close = self.drop_out = False
        self.mirror_stuck = self.load_stuck = None
        self.adc_dead = self.meter_dead = False
        self.volts = 230000
        self.phase_out = False
        self.pe_good = 1
        self.ntc = [1650] * COUNT
        self.extra_ma = 0
        self.boom = False
        self.one_dt_ms = 0
        self.test_dead = False
        self.closed = 0  # the contacts
        self.s2_ms = 0
        self.t_ms = 0
        self.truth_limit = {}  # slot: (mA, until t_ms, mA after)
        self._coil = 0
        self._not_c_ms = 0
        self._leak_ms = 0
        self._pwm_gone_ms = 100000
        self._had_pwm = False
        self._tested = False
        self._level_mv = A_MV
        self._answered = False
        self._no_diode_ms = 0
        self._no_diode_pwm_ms = 0
        self._welded_ever = False
        self._weld_ms = 0
        self._air_ms = 0
        self._pwm_off_closed_ms = 0
        self.closings = 0

    # -- hardware ---------------------------------------------------------------------

    def feed(self):
        out = self.out
        self._live_ev(out)
        self.ntc_mv = self.ntc[0]
        self.rcd_answers = not self.test_dead
        super().feed()
        s = self.scan
        if self.adc_dead:
            s.pilot_samples = 0
        if out.pilot == PILOT_NEG or out.pilot == PILOT_ZERO:
            s.pilot_low_mv = s.pilot_high_mv = -12000
        self.closed = 1 if self.weld else 0 if self.no_close or self.drop_out else out.coil
        if self.leak and out.coil:
            self.closed = 1 if self.weld else 0  # the hardware opens by itself
        s.mirror = self.closed if self.mirror_stuck is None else self.mirror_stuck
        live = (1 if self.fit.phases == 1 else 7) if self.closed else 0
        s.load_live = live if self.load_stuck is None else self.load_stuck
        s.pe = self.pe_good
        for i in range(self.fit.phases):
            s.supply_mv[i] = 0 if self.phase_out and i == self.fit.phases - 1 else self.volts
        for i in range(COUNT):
            s.ntc_mv[i] = self.ntc[i]
        if self.meter_dead:
            s.meter_seq = self._dead_seq
        else:
            self._dead_seq = s.meter_seq
        if out.rcd_test:
            self._answered = False
        elif self._test_ms >= 0 and self.rcd_answers and 700 <= self._test_ms < 2050:
            self._answered = True  # the module did answer, whatever else holds the line

    _dead_seq = 0

    def _live_ev(self, out):
        pwm = out.pilot == PILOT_PWM and out.duty_u16 > 0
        self.s2_ms = self.s2_ms + self.dt_ms if pwm else (
            self.s2_ms if not self.obeys else max(0, min(self.s2_ms, 1500) - self.dt_ms))
        asks = self.want and self.s2_ms >= (300 if pwm else 1)
        if self.force_mv is not None:
            self.level_mv = self.force_mv
        elif not self.here:
            self.level_mv = A_MV
        else:
            self.level_mv = (D_MV if self.ventilated else C_MV) if asks else B_MV
        offered = min(out.duty_u16 * 60000 >> 16, 16000) if pwm else 6000 if self.level_mv == C_MV else 0
        self.draw_ma = offered + self.extra_ma if self.level_mv == C_MV else 0

    # -- the step and its rules ----------------------------------------------------------

    def step(self):
        """One step, then every rule. Violation when one is broken."""
        self.dt_ms = self.one_dt_ms or STEP_MS
        self.one_dt_ms = 0
        self.now_ms = ticks.add(self.now_ms, self.dt_ms - STEP_MS)
        self.feed()
        if self.boom:
            self.cycle.pilot.step = None  # the step raises from now on
        self.charger.step(self.now_ms, self.scan, self.out)
        self.now_ms = ticks.add(self.now_ms, STEP_MS)
        self.t_ms += self.dt_ms
        self.check()

    def fail(self, rule):
        raise Violation(f"{rule} at {self.t_ms} ms, state {charge_state.NAMES[self.cycle.charge.state]}")

    def check(self):
        out, cycle, dt = self.out, self.cycle, self.dt_ms
        is_c = (self.level_mv == C_MV and not self.adc_dead) or (
            self.level_mv == D_MV and self.settings["ventilation"])
        self._not_c_ms = 0 if is_c else self._not_c_ms + dt
        self._leak_ms = self._leak_ms + dt if self.leak else 0
        self._welded_ever = self._welded_ever or cycle.faults.active[faults.WELD] == 1
        honest = self.mirror_stuck is None or self.load_stuck is None
        self._weld_ms = self._weld_ms + dt if self.weld and honest and not out.coil else 0
        if self._weld_ms > 350 and not self._welded_ever and not cycle.broken:
            self.fail("a weld not seen within 350 ms")
        missing = self.low_mv > -11000
        self._no_diode_ms = self._no_diode_ms + dt if missing else 0
        visible = missing and out.pilot == PILOT_PWM  # without PWM nobody can see a diode
        self._no_diode_pwm_ms = self._no_diode_pwm_ms + dt if visible else 0
        if out.coil:
            self._closed_rules(dt)
        if out.coil and not self._coil:
            self._closing_rules()
        unplugged = self.level_mv == A_MV and self._level_mv != A_MV
        self._level_mv = self.level_mv
        if (not out.coil and self._coil) or unplugged:
            self._tested = False  # a test that runs on over an unplugging still proves the module
        self._follow_test()
        self._pilot_rules(dt)
        self._coil = out.coil

    def _closed_rules(self, dt):
        cycle = self.cycle
        if self._not_c_ms > max(SLOW_MS, dt):
            self.fail(f"closed for {self._not_c_ms} ms though the vehicle does not ask")
        if cycle.faults.stop:
            self.fail("closed with a STOP fault")
        if self._leak_ms > 40:
            self.fail("closed for more than 40 ms with a residual current")
        if cycle.broken:
            self.fail("closed after the step had raised")
        if dt > STEP_MAX_MS and not cycle.interlocks.permit:
            self.fail(f"closed after a step that came {dt} ms after the last")
        if self._no_diode_pwm_ms > 1000:
            self.fail("closed for more than 1 s without a diode")
        if self._welded_ever:
            self.fail("closed after a weld")
        if cycle.contactor.state != contactor.CLOSED:
            self.fail("coil on though the contactor is said to be open")

    def _closing_rules(self):
        self.closings += 1
        if not self._tested:
            self.fail("closed without a passed self-test of the residual current monitor")
        if self._no_diode_ms:
            self.fail("closed without a diode")
        if not self.pe_good and self.cycle.interlocks._pe_ms >= 200:
            self.fail("closed without protective earth")
        if self.out.pilot != PILOT_PWM:
            self.fail("closed without PWM")
        if self.weld:
            self.fail("closed onto a welded contact")

    def _follow_test(self):
        """Passed: driven, answered, and quiet again, while the contactor was open."""
        if self._answered and not self.scan.rcd_trip and not self.out.coil:
            self._tested = True
            self._answered = False

    def _limit_rules(self, told):
        """No slot, as it stands and as it was told from outside, is below what is advertised."""
        for slot in range(limits.COUNT):
            if not limits.BOOST_MASK >> slot & 1 and self.cycle.limits.slot_ma[slot] < told:
                self.fail(f"{told:.0f} mA advertised, slot {limits.NAMES[slot]} allows less")
        for slot, (ma, until, fall) in self.truth_limit.items():
            if self.t_ms >= until:  # one step to notice
                ma = fall if self.t_ms > until + STEP_MS else max(ma, fall)
            if ma < told:
                self.fail(f"{told:.0f} mA advertised, {limits.NAMES[slot]} was told less")

    def _pilot_rules(self, dt):
        out = self.out
        pwm = out.pilot == PILOT_PWM
        if pwm:
            told = out.duty_u16 * 60000 / 65536 if out.duty_u16 <= 55705 else (
                out.duty_u16 * 250000 / 65536 - 160000)
            if not 6550 <= out.duty_u16 <= 63570:
                self.fail(f"duty {out.duty_u16} says no current that there is")
            self._limit_rules(told)
            if self.level_mv == A_MV:
                if self._air_ms > 100:
                    self.fail("PWM into the air")
            elif not self._had_pwm and self._pwm_gone_ms < _X1_MS:
                self.fail(f"PWM again after {self._pwm_gone_ms} ms of X1")
            self._pwm_gone_ms = 0
            self._pwm_off_closed_ms = 0
        else:
            self._pwm_gone_ms += dt
            self._pwm_off_closed_ms = self._pwm_off_closed_ms + dt if out.coil else 0
            if self._pwm_off_closed_ms > _AFTER_PWM_MS:
                self.fail("closed for more than 6.1 s without PWM")
        self._air_ms = self._air_ms + dt if self.level_mv == A_MV else 0
        if self._air_ms > STEP_MS:
            self._pwm_gone_ms = 100000  # seen as unplugged: a new connection
        self._had_pwm = pwm


LEVELS = {"a": A_MV, "b": B_MV, "c": C_MV, "d": D_MV, "e": E_MV, "neg": -12000, "lost": 7500}
