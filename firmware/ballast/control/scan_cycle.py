"""The scan cycle: measure, limit, decide, act. Every 20 ms, without a wait.

Read `_step` first, and the four parts that it calls: these lines are the charger. The contactor
is gated last, so that no line above it can override an interlock, in whatever order they stand.
"""

from micropython import const

from ballast.control import light, ticks
from ballast.control.balance.supply import Supply
from ballast.control.balance.turns import NOBODY, PANEL, SITE, Turns
from ballast.control.button import Button
from ballast.control.group.shared import Shared
from ballast.control.limits import limits
from ballast.control.limits.modes import Modes
from ballast.control.meter.agreement import MeterAgreement
from ballast.control.meter.commissioning import RUNNING, Commissioning
from ballast.control.meter.ev_meter import EvMeter
from ballast.control.pilot import charge_state as cs
from ballast.control.pilot import pilot
from ballast.control.records import PILOT_HOLD, PILOT_PWM, Fit, Out, Scan
from ballast.control.safety import contactor, faults, rcd_test
from ballast.control.safety.derating import PERIOD_MS, Derating
from ballast.control.safety.interlocks import Interlocks
from ballast.control.session import Session
from ballast.control.settings import Settings

_RETEST_MS = const(86400000)  # IEC 62955 / maker practice: at least every 24 h while plugged in
_SETTLE_MS = const(300)  # chosen: after opening, before the RCD's test input is driven
_PWM_MS = const(30)  # chosen: the burst of a step that comes later lies in PWM from its start
_LONGEST_MS = const(60)  # of a debounce, one reading stands for no more than that
_UP_MA = const(100)  # chosen: a smaller raise is not worth a new duty
_IDLE_MA = const(1000)  # chosen: an EV that draws less does not charge


class ScanCycle:
    """One charger's control. Its parts are attributes.

    broken: 1 = an exception ended it; the outputs stay safe until a restart. why: WHY_* of
    charge_state.py. offered_ma: what the pilot advertises, 0 = no PWM. uptime_s: seconds since
    the start. started: a step has run. steps: counts them. gap_max_ms: longest time between two of them.
    boost_s: seconds of boost left. start_delay_ms: randomised delay left. user_paused: the setting.
    settings_min_ma: less than this is a pause.
    """

    def __init__(self, settings: Settings, fit: Fit) -> None:  # noqa: PLR0915 - the list of its parts
        self.settings = settings
        self._watch = settings.watch()
        self.fit = fit
        self.faults = faults.Faults()
        self.limits = limits.Limits()
        self.pilot = pilot.Pilot()
        self.charge = cs.ChargeState()
        self.contactor = contactor.Contactor(fit)
        self.rcd = rcd_test.RcdTest(fit.rcd_module)
        self.heat = Derating(fit)
        self.ev = EvMeter(fit.own_meter)
        self.site = Supply(limits.SITE, "fuse_ma", self.limits)
        self.panel = Supply(limits.PANEL, "panel_ma", self.limits, made=False)
        self._turns = Turns(self.site, self.panel)
        self.shared = Shared()
        self.modes = Modes(self.limits)
        self.commission = Commissioning()
        self.button = Button()
        self._taps = 0
        self.agreement = MeterAgreement()
        self.interlocks = Interlocks(fit, self.faults)
        self.session = Session()
        self.broken = 0
        self.error: "BaseException | None" = None  # what ended the cycle
        self.why = cs.WHY_UNPLUGGED
        self.offered_ma = 0
        self.user_paused = 0
        self.start_delay_ms = 0
        self.gap_max_ms = 0
        self.steps = 0
        self.uptime_s = 0
        self.boost_s = 0
        self.started = False
        self._last_ms = 0
        self._ev_ms = 0
        self._heat_ms = 0
        self._second_ms = 0
        self._pwm_ms = -1  # since PWM was switched on, up to _PWM_MS; -1 = it is off
        self._offer_want_ma = 0
        self._tested_ms = 0
        self._retest = False
        self.settings_min_ma = pilot.MIN_MA
        self._export = False
        self._allow = False

    def step(self, now_ms: int, scan: Scan, out: Out) -> None:
        """One step. After an exception: contactor open, pilot off, fault kept, no restart."""
        if not self.broken:
            try:
                self._step(now_ms, scan, out)
                return
            except Exception as error:  # noqa: BLE001 - whatever it is, the contactor opens
                self.broken = 1
                self.error = error
                self.faults.put(faults.EXCEPTION, 1, now_ms)
                self.contactor.open(scan)
                self.offered_ma = 0
                self.why = cs.WHY_FAULT
        self._count(now_ms)  # the services' clock goes on: the page must explain the fault
        out.coil = 0
        out.pilot = PILOT_HOLD
        out.duty_u16 = 0
        out.rcd_test = 0
        out.led = light.FAULT

    def now(self) -> int:
        """Time of the last step in ms: control/ has no other clock."""
        return self._last_ms

    def _step(self, now_ms: int, scan: Scan, out: Out) -> None:
        dt_ms = self._clock(now_ms)
        seen_ms = dt_ms if dt_ms < _LONGEST_MS else _LONGEST_MS
        if self._watch.changed():
            self._configure_all(now_ms)
        fresh = self._measure(now_ms, seen_ms, scan)
        self.button.step(dt_ms, scan.button)
        if self.button.shorts != self._taps:
            self._tap()
        self._limit(now_ms, fresh)
        self._decide(now_ms, dt_ms, scan)
        self._act(now_ms, seen_ms, scan, out)
        self.steps = (self.steps + 1) & 0xFFFFFFF

    def _measure(self, now_ms: int, dt_ms: int, scan: Scan) -> bool:
        """From readings to levels and faults. True = the own power meter has a new reading."""
        fresh = self.ev.step(now_ms, scan)
        if 0 <= self._pwm_ms < _PWM_MS:
            self._pwm_ms += dt_ms
        self.pilot.step(scan, dt_ms, self._pwm_ms >= _PWM_MS)
        if ticks.diff(now_ms, self._heat_ms) >= PERIOD_MS or not self.steps:
            self._warmth(now_ms, scan)
        self._judge(now_ms, dt_ms, scan, fresh)
        return fresh

    def _limit(self, now_ms: int, fresh: bool) -> None:
        """Each source renews its slot; then the smallest one holds."""
        may_draw = self.offered_ma if self.contactor.state == contactor.CLOSED else 0
        site, panel = self.site, self.panel
        turn = NOBODY
        if (site.used and (site.balancer.part or site.meter.waiting)) or (
            panel.used and panel.wants()
        ):
            turn = self._turns.next(fresh or now_ms == self._heat_ms)
        site.step(now_ms, self.ev, fresh, may_draw, turn == SITE)
        if panel.used:
            panel.step(now_ms, self.ev, fresh, may_draw, turn == PANEL)
            self.agreement.step(now_ms, site.meter, panel.meter, self._export)
        self.modes.step(now_ms, site, self.ev, turn == NOBODY)
        if self.commission.state == RUNNING:
            self.modes.commission(now_ms, self.commission, site.meter, self.ev)
        self.limits.ignore_site(self.shared.step(now_ms, site))
        self.limits.ignore(limits.BOOST_MASK if self.boost_s else 0)
        self.limits.step(now_ms)

    def _decide(self, now_ms: int, dt_ms: int, scan: Scan) -> None:
        """The charge state, from the level, the limit and the faults."""
        self._self_test(now_ms, scan)
        self._allow = self._may(dt_ms)
        charge = self.charge
        locked = self.faults.stop and self.faults.locks() and self.contactor.state == contactor.OPEN
        charge.step(dt_ms, self.pilot.level, self._allow, locked, self.contactor.state)
        if charge.plugged:
            self.faults.plugged()
        elif charge.unplug_event:
            self._unplugged(now_ms)
        elif not self.faults.away and charge.state == cs.A:
            self.faults.unplugged(now_ms)  # unplugged while there was no supply

    def _act(self, now_ms: int, dt_ms: int, scan: Scan, out: Out) -> None:
        """The outputs; the contactor last."""
        self._offer(now_ms, out)
        self._switch(now_ms, dt_ms, scan, out)
        out.rcd_test = self.rcd.drive
        out.led = light.pattern(
            self.charge, self.faults.stop, self.contactor.state == contactor.CLOSED, self.why
        )

    def _tap(self) -> None:
        """A short press of the button resets the faults; without a STOP it pauses or resumes."""
        self._taps = self.button.shorts
        if self.faults.stop:
            self.faults.reset()
        else:
            self.settings.set("user_paused", 0 if self.settings["user_paused"] else 1)

    # -- measure ----------------------------------------------------------------

    def _clock(self, now_ms: int) -> int:
        """Time since the last step in ms; the interlocks check it."""
        if not self.started:
            self.started = True
            self._last_ms = ticks.add(now_ms, -20)
            self._ev_ms = self._heat_ms = self._tested_ms = now_ms
        dt_ms = self._count(now_ms)
        if dt_ms > self.gap_max_ms:
            self.gap_max_ms = dt_ms
        closed = self.contactor.state == contactor.CLOSED
        self.interlocks.gap(now_ms, dt_ms, closed, self.pilot.pending_ms)
        return dt_ms

    def _count(self, now_ms: int) -> int:
        """Count the uptime and the boost. Returns the time since the last step in ms."""
        dt_ms = ticks.diff(now_ms, self._last_ms)
        self._last_ms = now_ms
        self._second_ms += dt_ms
        while self._second_ms >= 1000:
            self._second_ms -= 1000
            self.uptime_s += 1
            self.faults.now_s = self.uptime_s
            if self.boost_s:
                self.boost_s -= 1
        return dt_ms

    def _warmth(self, now_ms: int, scan: Scan) -> None:
        """Done every 200 ms: temperatures, the meters' faults, the session."""
        self._heat_ms = now_ms
        self.heat.step(now_ms, scan, self.ev.max_ma)
        self.interlocks.warm(now_ms, self.heat)
        self.limits.put(limits.TEMP, self.heat.limit_ma, now_ms, limits.FOREVER)
        table = self.faults
        table.put(faults.METER_LOST, self.site.lost() or self.panel.lost(), now_ms)
        distrust = self.site.distrusted() or self.panel.distrusted()
        table.put(faults.METER_DISTRUST, distrust, now_ms)
        table.put(faults.METERS_APART, self.agreement.apart, now_ms)
        table.step(now_ms)
        drawing = self.ev.max_ma > _IDLE_MA
        self.session.step(now_ms, self.charge.plugged, drawing, self.ev)

    def _judge(self, now_ms: int, dt_ms: int, scan: Scan, fresh: bool) -> None:
        """The interlocks. fresh: the own power meter has a new reading."""
        self.interlocks.fast(
            now_ms, dt_ms, scan, self.pilot, self.charge, self.rcd.state == rcd_test.RUNNING
        )
        if fresh:
            since = ticks.diff(now_ms, self._ev_ms)
            self._ev_ms = now_ms
            self.interlocks.metered(now_ms, since, scan, self.ev, self.contactor)
        elif self.fit.own_meter:
            self.faults.put(faults.OWN_METER, self.ev.silent, now_ms)

    # -- decide -----------------------------------------------------------------

    def _may(self, dt_ms: int) -> bool:
        """Whether PWM may run. Sets `why` to the first reason why no current flows."""
        delay = self.start_delay_ms
        if delay and self.charge.plugged:
            self.start_delay_ms = delay - dt_ms if delay > dt_ms else 0
        why = self._why_not(delay)
        if why != cs.WHY_NONE:
            self.why = why
            return False
        state = self.charge.state
        if state == cs.B2:
            why = cs.WHY_EV
        elif state == cs.B1:
            why = cs.WHY_HOLD  # T_step_X1 is running
        elif self.ev.fitted and self.ev.max_ma <= _IDLE_MA:
            why = cs.WHY_EV_IDLE
        self.why = why
        return True

    def _why_not(self, delay: int) -> int:
        """The first reason of the charger's against PWM, WHY_NONE if there is none."""
        why = cs.WHY_NONE
        if self.pilot.level == pilot.A:
            why = cs.WHY_UNPLUGGED
        elif self.faults.stop:
            why = cs.WHY_FAULT
        elif self.faults.pause:
            why = cs.WHY_PAUSE_FAULT
        elif self.user_paused:
            why = cs.WHY_USER
        elif self.limits.ma < self.settings_min_ma:
            why = cs.WHY_LIMIT
        elif delay:
            why = cs.WHY_HOLD
        elif not self._tested():
            why = cs.WHY_TEST
        return why

    def _tested(self) -> "bool | int":
        """Whether the RCD's self-test allows PWM: it has passed, or is short enough to run in B2."""
        if not self.fit.rcd:
            return True
        state = self.rcd.state
        if state == rcd_test.PASSED:
            return not self._retest
        return self.rcd.quick and self.charge.pwm_on and state != rcd_test.FAILED

    def _self_test(self, now_ms: int, scan: Scan) -> None:
        """Test the RCD before each closing and every 24 h, with the contactor proven open."""
        if not self.fit.rcd:
            return
        rcd = self.rcd
        if rcd.state == rcd_test.RUNNING:
            rcd.step(now_ms, scan.rcd_trip)
            if rcd.state == rcd_test.FAILED:
                self.faults.put(faults.RCD_TEST, 1, now_ms)
            elif rcd.state == rcd_test.PASSED:
                self._tested_ms = now_ms
                self._retest = False
                if not self.charge.plugged:
                    rcd.abort()  # the EV left meanwhile: the next charge needs a test of its own
            return
        if ticks.diff(now_ms, self._tested_ms) >= _RETEST_MS:
            self._retest = True
            self._tested_ms = ticks.add(now_ms, -_RETEST_MS)
        if (
            (rcd.state == rcd_test.IDLE or self._retest)
            and rcd.state != rcd_test.FAILED
            and self.charge.plugged
            and not self.faults.stop
            and not scan.rcd_trip
            and self.contactor.state == contactor.OPEN
            and self.contactor.settled
            and self.contactor.since_ms >= _SETTLE_MS
        ):
            rcd.start(now_ms, scan.rcd_trip)

    def _unplugged(self, now_ms: int) -> None:
        self.faults.unplugged(now_ms)
        self.site.new_ev()
        self.panel.new_ev()
        self.modes.dimming.phases.forget()
        if self.rcd.state == rcd_test.PASSED:
            self.rcd.abort()  # IEC 62752: a test before each charge

    # -- act --------------------------------------------------------------------

    def _offer(self, now_ms: int, out: Out) -> None:
        """The pilot: its mode, and the duty that advertises the smallest limit."""
        charge = self.charge
        if charge.pilot == PILOT_PWM:
            ma = self.limits.ma
            if ma < self._offer_want_ma or ma >= self._offer_want_ma + _UP_MA or not out.duty_u16:
                self._offer_want_ma = ma
                out.duty_u16 = pilot.duty_u16(ma, self.fit.pwm_bits)
                self.offered_ma = pilot.advertised_ma(out.duty_u16)
            if self._pwm_ms < 0:
                self._pwm_ms = 0
        else:
            self._pwm_ms = -1
            self._offer_want_ma = 0
            self.offered_ma = 0
            out.duty_u16 = 0
        out.pilot = charge.pilot
        self.interlocks.offered(now_ms, self.offered_ma)

    def _switch(self, now_ms: int, dt_ms: int, scan: Scan, out: Out) -> None:
        """The contactor, gated last: no line above can close it against an interlock."""
        level = self.pilot.level
        cont = self.contactor
        was = cont.state
        want = (
            self.charge.close
            and not self.faults.stop
            and (level == pilot.C or (level == pilot.D and self.charge.ventilation))
        )
        if want and was == contactor.OPEN:
            want = (
                self.pilot.diode == 1
                and self._allow and not self.interlocks.permit  # an erase may be under way
                and (not self.fit.rcd or self.rcd.state == rcd_test.PASSED)
            )
        cont.step(dt_ms, want, scan)
        self.interlocks.contacts(now_ms, cont)
        if self.faults.stop:
            cont.open(scan)
        if was == contactor.CLOSED and cont.state == contactor.OPEN:
            if self.rcd.state == rcd_test.PASSED:
                self.rcd.abort()
        out.coil = cont.coil if not self.faults.stop else 0

    # -- settings ---------------------------------------------------------------

    def _configure_all(self, now_ms: int) -> None:
        """Take the settings over. It allocates, so it is called only when one was changed.

        Each part reads the settings that it needs: configure(settings, fit, now_ms). The order
        of the calls has no effect.
        """
        settings, fit = self.settings, self.fit
        self.limits.configure(settings, fit, now_ms)
        self.site.configure(settings, fit, now_ms)
        self.panel.configure(settings, fit, now_ms)
        self.modes.configure(settings, fit, now_ms)
        self.charge.configure(settings, fit, now_ms)
        self.interlocks.configure(settings, fit, now_ms)
        self.heat.configure(settings, fit, now_ms)
        self.faults.configure(settings, fit, now_ms)
        self._export = settings["export"] == 1
        self.settings_min_ma = max(settings["min_ma"], pilot.MIN_MA)
        self.user_paused = settings["user_paused"]
