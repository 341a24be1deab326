"""The facade: what services may read and do. None of it closes a contactor or raises the
limit of another source.
"""

from micropython import const

from ballast.control.group.shared import MAX_SHARED_MS
from ballast.control.limits import limits
from ballast.control.meter import commissioning
from ballast.control.pilot import pilot
from ballast.control.places import COUNT
from ballast.control.power import MAX_W, volt_of
from ballast.control.records import Fit, Status
from ballast.control.safety import contactor, faults, rcd_test
from ballast.control.scan_cycle import ScanCycle
from ballast.control.settings import Settings

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Callable

    from ballast.control.group.own_state import OwnState

SUPPLY = const(0)
PANEL = const(1)

RESET_POWER_ON = const(0)
RESET_SOFT = const(1)
RESET_WATCHDOG = const(2)
RESET_BROWN_OUT = const(3)

_SERVICE_MAX_MA = const(1000000)
_TEST_MA = const(16000)  # chosen: 10 A above the minimum, a step that every meter shows
# The longest permit for blocking work, chosen: five flash sectors, each given up by ESP-IDF after
# 600 ms (spi_flash_chip_generic.c)
_BLOCKING_MAX_MS = const(3000)
_BOOST_MAX_S = const(86400)


class Charger:
    """One charger.

    step(now_ms, scan, out): one scan, for whoever drives the step. cycle: the control itself,
    for compose/ alone. refused: calls of services that were refused.
    """

    def __init__(self, settings: Settings, fit: Fit) -> None:
        self.settings = settings
        self.cycle = ScanCycle(settings, fit)
        self.step = self.cycle.step
        self.cycle.site.make(settings["supply_phases"])
        settings.add_rule(("panel_ma", "meter_kind", "supply_phases"), self._supplies_fit)
        self.refused = 0  # calls of services that were turned down
        self._phase_kept = False  # of the commissioning test that is over
        self.step_us_max = 0  # the longest step since the start; handed in by the owner of a clock

    def _supplies_fit(self, panel_ma: int, meter_kind: int, phases: int) -> str:
        """A rule of the settings: what the supplies need is made here, before the step needs it."""
        try:
            self.cycle.site.make(phases)
        except MemoryError:
            return "supply_phases: this board has not enough memory for so many"
        if panel_ma and meter_kind:
            try:
                self.cycle.panel.make(phases)
            except MemoryError:
                return "panel_ma: this board has not enough memory for a sub-panel; set it to 0"
        return ""

    # -- limits and samples -------------------------------------------------------

    def put_limit(self, slot: int, ma: int, ttl_ms: int) -> bool:
        """Renew an external slot with `ma` per phase for `ttl_ms`.

        False = refused: a slot that services may not write, or a number out of its range.
        """
        if (
            not isinstance(slot, int)
            or not limits.external(slot)
            or not isinstance(ma, int)
            or not 0 <= ma <= _SERVICE_MAX_MA
            or not limits.may_last(ttl_ms)
        ):
            self.refused += 1
            return False
        cycle = self.cycle
        if slot == limits.GRID:
            cycle.modes.dimming.stop()
        cycle.limits.put(slot, ma, cycle.now(), ttl_ms)
        return True

    def fall_to(self, slot: int, ma: int) -> bool:
        """Set what an external slot falls to when it is not renewed; NO_LIMIT_MA = no limit.

        False = refused, as for put_limit.
        """
        if not limits.external(slot) or not 0 <= ma <= _SERVICE_MAX_MA:
            self.refused += 1
            return False
        self.cycle.limits.fall_ma[slot] = ma
        return True

    def share_supply(self, ttl_ms: int) -> bool:
        """A group's leader balances the main fuse for the next `ttl_ms`: see group/shared.py.

        False = refused: this charger is in no group, or `ttl_ms` is out of its range.
        """
        if not self.settings["group_id"] or not 0 < ttl_ms <= MAX_SHARED_MS:
            self.refused += 1
            return False
        self.cycle.shared.renew(self.cycle.now(), ttl_ms)
        return True

    def dim(self, watt: int, ttl_ms: int) -> bool:
        """Dimming by the grid operator: `watt` as the limit of the GRID slot, for `ttl_ms`.

        Section 14a EnWG leaves a charger at least 4200 W: limits/dimming.py. False = refused: a
        number out of its range.
        """
        if not isinstance(watt, int) or not 0 <= watt <= MAX_W or not limits.may_last(ttl_ms):
            self.refused += 1
            return False
        cycle = self.cycle
        cycle.modes.dimming.put(watt, cycle.now(), ttl_ms, cycle.ev, cycle.limits)
        return True

    def supply_v(self) -> int:
        """The supply's voltage in V by the own meter; 230 V where it measures none."""
        return volt_of(self.cycle.ev.supply_mv[0])

    def own_state(self, state: "OwnState") -> None:
        """Fill an OwnState (group/own_state.py): what this charger's group has to know of it."""
        c = self.cycle
        site = c.site
        state.plugged = c.charge.plugged
        state.why = c.why
        state.min_ma = c.settings_min_ma
        state.phases = c.fit.phases
        for slot in range(limits.COUNT):
            state.slot_ma[slot] = c.limits.slot_ma[slot]
        state.ev_fitted = c.ev.fitted
        state.ev_max_ma = c.ev.max_ma
        state.metered = site.used
        state.meter_state = site.meter.state
        state.meter_seq = site.meter.seq
        state.limit_ma = site.limit_ma
        for i in range(3):
            state.ev_ma[i] = c.ev.ma[i]
            state.phase_map[i] = site.phase_map[i]
            state.used[i] = site.balancer.phases.used[i]
            state.mains_ma[i] = site.meter.ma[i]

    def put_sample(
        self, source: int, now_ms: int, l1_ma: int, l2_ma: int, l3_ma: int, age_ms: int
    ) -> bool:
        """Take a reading of the mains (SUPPLY) or the sub-panel (PANEL); signed mA, + = import.

        age_ms: how old the reading was at now_ms. The result is that of meter/meter.Meter.put().
        """
        supply = self.cycle.site if source == SUPPLY else self.cycle.panel
        return supply.meter.put(now_ms, l1_ma, l2_ma, l3_ma, age_ms)

    def expect(self, source: int, interval_ms: int) -> None:
        """Readings of `source` come every `interval_ms`."""
        supply = self.cycle.site if source == SUPPLY else self.cycle.panel
        supply.meter.expect(interval_ms)

    # -- commands -----------------------------------------------------------------

    def set_user_ma(self, ma: int) -> bool:
        """Keep the current that the person wants in the settings. False = out of range."""
        if self.settings.check("user_ma", ma) is not None:
            return False
        self.settings.set("user_ma", ma)
        return True

    def pause(self) -> None:
        """Pause by the person's wish; the pause is kept over a power cut."""
        self.settings.set("user_paused", 1)

    def resume(self) -> None:
        """End the person's pause."""
        self.settings.set("user_paused", 0)

    def boost(self, seconds: int) -> bool:
        """Charge as fast as the house allows for `seconds`: schedule and solar slots do not count.

        0 ends it. False = out of range.
        """
        if not 0 <= seconds <= _BOOST_MAX_S:
            return False
        self.cycle.boost_s = seconds
        return True

    def reset_faults(self) -> bool:
        """A reset by hand. True when no STOP fault is left."""
        return self.cycle.faults.reset()

    def allow_blocking(self, ttl_ms: int) -> None:
        """Permit blocking work for `ttl_ms`, at most 3 s: a step may then be up to 900 ms late.

        See interlocks.STEP_PERMIT_MS.
        """
        cycle = self.cycle
        cycle.interlocks.allow_blocking(cycle.now(), min(ttl_ms, _BLOCKING_MAX_MS))

    def permit_stall(self, ms: int, coil: int) -> bool:
        """Whether work that blocks for up to `ms` may start now: only while the contactor is open.

        coil: Out.coil of the last step. The contactor stays open and a late step is no overrun
        until end_stall(), or until `ms` are over.
        """
        permit = self.cycle.interlocks
        if coil or self.cycle.contactor.state == contactor.CLOSED:
            return False
        if not self.cycle.started:
            return True  # no step can come between, and now() is not known yet
        self.allow_blocking(ms)
        if self.cycle.contactor.state == contactor.CLOSED:  # a step came between
            permit.permit = False
            return False
        return True

    def end_stall(self) -> None:
        """The work that permit_stall() was asked for is done. The next step may still be late."""
        permit = self.cycle.interlocks
        if permit.permit:
            permit.permit_until_ms = self.cycle.now()

    def may_pause(self) -> bool:
        """Whether the next step may be late without disturbing anything that is under way.

        That is another level of the pilot that waits for its second burst, and a self-test of
        the residual current monitor.
        """
        cycle = self.cycle
        return cycle.pilot.pending_ms < 0 and cycle.rcd.state != rcd_test.RUNNING

    # -- commissioning ------------------------------------------------------------

    def commission(self) -> bool:
        """Start the commissioning test. False = no EV is charging, or no meter is set up."""
        cycle = self.cycle
        if cycle.contactor.state != contactor.CLOSED or not cycle.site.used:
            return False
        high = min(max(cycle.limits.ma, pilot.MIN_MA), _TEST_MA)
        cycle.commission.start(cycle.now(), cycle.ev, pilot.MIN_MA, high)
        return True

    def commission_abort(self) -> None:
        """End the test, and free its limit slot."""
        self.cycle.commission.abort()
        self.cycle.limits.release(limits.COMMISSION)

    def keep_phase(self) -> None:
        """Write the phase that a commissioning test has found into the settings, once per test.

        Called once a second.
        """
        test = self.cycle.commission
        if test.state != commissioning.DONE:
            self._phase_kept = False
        elif not self._phase_kept:
            self._phase_kept = True
            if test.verdict == commissioning.OK and test.first >= 0:
                self.settings.set_all({"phase_of_l1": test.first + 1, "phase_proven": 1})

    def sync_quarter(self, into_ms: int) -> None:
        """Tell the demand limit that the quarter hour began `into_ms` ago."""
        self.cycle.modes.sync(self.cycle.now(), into_ms)

    # -- boot and storage ---------------------------------------------------------

    def boot(self, now_ms: int, cause: int, crash_loop: int, delay_ms: int) -> None:
        """Take over why the chip restarted, before the first step.

        cause: RESET_*. crash_loop: 1 = it restarts again and again. delay_ms: randomised delay
        before the first charge.
        """
        put = self.cycle.faults.put
        put(faults.WATCHDOG, cause == RESET_WATCHDOG, now_ms)
        put(faults.WATCHDOG, 0, now_ms)
        put(faults.BROWN_OUT, cause == RESET_BROWN_OUT, now_ms)
        put(faults.BROWN_OUT, 0, now_ms)
        put(faults.CRASH_LOOP, crash_loop, now_ms)
        put(faults.CRASH_LOOP, 0, now_ms)
        self.cycle.start_delay_ms = delay_ms

    def start_delay_ms(self, cause: int, restore_delay_s: int, draw: "Callable[[], int]") -> int:
        """How long no charge may begin after this start: a random time up to the longest delay.

        cause: RESET_*. restore_delay_s: the market's longest delay after the supply returns; it
        returns for the whole street, and the EVs must not all start at once. After a restart, an
        update or a brown-out of this chip alone the street has its supply. draw(): a random whole
        number of 24 bits.
        """
        longest_s = self.settings["start_delay_s"]
        if cause == RESET_POWER_ON:
            longest_s = max(longest_s, restore_delay_s)
        return draw() % (longest_s * 1000) if longest_s else 0

    def warn(self, fault: int, present: int, now_ms: int) -> None:
        """A service reports SETTINGS, STORAGE or CLOCK, faults that stop nothing. present: 0 or 1."""
        if fault in (faults.SETTINGS, faults.STORAGE, faults.CLOCK):
            self.cycle.faults.put(fault, present, now_ms)

    # -- status -------------------------------------------------------------------

    def status(self, st: Status) -> None:
        """Fill a Status record with the present numbers."""
        c = self.cycle
        now = c.now()
        st.uptime_s = c.uptime_s
        st.state = c.charge.state
        st.why = c.why
        st.contactor = 1 if c.contactor.state == contactor.CLOSED else 0
        st.offered_ma = c.offered_ma
        st.limit_ma = c.limits.ma
        st.limit_slot = c.limits.winner
        for slot in range(limits.COUNT):
            st.slot_ma[slot] = c.limits.slot_ma[slot]
            st.slot_left_ms[slot] = c.limits.left_ms(slot, now)
        meter = c.site.meter
        for i in range(3):
            st.ev_ma[i] = c.ev.ma[i]
            st.supply_mv[i] = c.ev.supply_mv[i]
            st.mains_ma[i] = meter.ma[i]
            st.house_ma[i] = c.site.house_ma(i)
        for place in range(COUNT):
            st.temp_ddegc[place] = c.heat.ddegc[place]
            st.temp_known[place] = c.heat.known[place]
        st.ev_w = c.ev.dw // 10
        st.fuse_ma = self.settings["fuse_ma"]
        st.meter_state = meter.state
        st.meter_reason = meter.reason
        st.meter_age_ms = meter.age_ms
        st.meter_delay_ms = meter.delay_ms
        st.panel_state = c.panel.meter.state
        st.session_wh = c.session.wh
        st.session_s = c.session.seconds
        st.charge_s = c.session.charge_s
        st.total_wh = c.session.total_wh
        st.user_paused = c.user_paused
        st.boost_left_s = c.boost_s
        for fault in range(faults.COUNT):
            st.fault_active[fault] = c.faults.active[fault]
            st.fault_count[fault] = c.faults.count[fault]
            st.fault_action[fault] = c.faults.action[fault]
        st.fault_first = c.faults.first
        st.step_us_max = self.step_us_max
