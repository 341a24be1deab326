"""The facade: all that services may see and do. It can never close a contactor
nor raise another source's limit.
"""

from micropython import const

from ballast.control.group.request import OwnState
from ballast.control.group.shared import MAX_SHARED_MS
from ballast.control.limits import limits
from ballast.control.meter import commissioning
from ballast.control.pilot import pilot
from ballast.control.places import COUNT
from ballast.control.power import MAX_W, volt_of
from ballast.control.safety import contactor, faults
from ballast.control.scan_cycle import ScanCycle

TYPE_CHECKING = const(0)
if TYPE_CHECKING:
    from typing import Callable

SUPPLY = const(0)
PANEL = const(1)

RESET_POWER_ON = const(0)
RESET_SOFT = const(1)
RESET_WATCHDOG = const(2)
RESET_BROWN_OUT = const(3)

_SERVICE_MAX_MA = const(1000000)
_TEST_MA = const(16000)  # a step of 10 A is plain in any meter


class Charger:
    """One charger. `settings`: control/settings.py. `step` is for the driver alone."""

    def __init__(self, settings, fit):
        self.settings = settings
        self.cycle = ScanCycle(settings, fit)
        self.step = self.cycle.step
        self.refused = 0  # calls of services that were turned down
        self._phase_kept = False  # of the commissioning test that is over
        self.step_us_max = 0  # the longest step since the start; handed in by the owner of a clock

    # -- limits and samples -------------------------------------------------------

    def put_limit(self, slot, ma, ttl_ms):
        """Renew an external slot. False = refused (not yours, or no current, or no time)."""
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

    def fall_to(self, slot, ma):
        """What an external slot falls to when it is not renewed; NO_LIMIT_MA = nothing."""
        if not limits.external(slot) or not 0 <= ma <= _SERVICE_MAX_MA:
            self.refused += 1
            return False
        self.cycle.limits.fall_ma[slot] = ma
        return True

    def share_supply(self, ttl_ms):
        """A group's leader balances the main fuse for the next `ttl_ms`: see group/shared.py.

        False = refused: this charger is in no group, or the time is none.
        """
        if not self.settings["group_id"] or not 0 < ttl_ms <= MAX_SHARED_MS:
            self.refused += 1
            return False
        self.cycle.shared.renew(self.cycle.now(), ttl_ms)
        return True

    def dim(self, watt, ttl_ms):
        """Dimming by the grid operator: the GRID slot from a power in W, for `ttl_ms`.

        Section 14a EnWG leaves a charger at least 4200 W: dimming.py. False = refused.
        """
        if not isinstance(watt, int) or not 0 <= watt <= MAX_W or not limits.may_last(ttl_ms):
            self.refused += 1
            return False
        cycle = self.cycle
        cycle.modes.dimming.put(watt, cycle.now(), ttl_ms, cycle.ev, cycle.limits)
        return True

    def supply_v(self):
        """The supply's voltage in V as the own meter sees it; nominal where it sees none."""
        return volt_of(self.cycle.ev.supply_mv[0])

    def own_state(self, state: OwnState) -> None:
        """Fill an OwnState (group/request.py): what this charger's group has to know of it."""
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

    def put_sample(self, source, now_ms, l1_ma, l2_ma, l3_ma, age_ms):
        """A reading of the mains (SUPPLY) or the sub-panel (PANEL); signed mA, + = import."""
        supply = self.cycle.site if source == SUPPLY else self.cycle.panel
        return supply.meter.put(now_ms, l1_ma, l2_ma, l3_ma, age_ms)

    def expect(self, source, interval_ms):
        """The sender says how often it sends, in ms."""
        supply = self.cycle.site if source == SUPPLY else self.cycle.panel
        supply.meter.expect(interval_ms)

    # -- commands -----------------------------------------------------------------

    def set_user_ma(self, ma):
        """The person's current, kept in the settings. False = out of range."""
        if self.settings.check("user_ma", ma) is not None:
            return False
        self.settings.set("user_ma", ma)
        return True

    def pause(self):
        """The person's pause: outlives a power cut."""
        self.settings.set("user_paused", 1)

    def resume(self):
        """End the person's pause."""
        self.settings.set("user_paused", 0)

    def boost(self, seconds):
        """Charge as fast as the house allows for `seconds`, whatever schedule or solar say."""
        if not 0 <= seconds <= 86400:
            return False
        self.cycle.boost_s = seconds
        return True

    def reset_faults(self):
        """A reset by hand. True when no STOP fault is left."""
        return self.cycle.faults.reset()

    def allow_blocking(self, ttl_ms):
        """Ask for a permit for blocking work: always when open, bounded when closed."""
        cycle = self.cycle
        cycle.interlocks.allow_blocking(cycle.now(), min(ttl_ms, 1000))
        return True

    def permit_stall(self, ms: int, coil: int, urgent: bool = False) -> bool:
        """Whether work that blocks for up to `ms` may start now: while the coil is off, or urgent.

        coil: Out.coil of the last step. A permitted stall is no overrun.
        """
        if coil and not urgent:
            return False
        return self.allow_blocking(ms)

    # -- commissioning ------------------------------------------------------------

    def commission(self):
        """Begin the commissioning test. False = no car is charging, or no meter is set up."""
        cycle = self.cycle
        if cycle.contactor.state != contactor.CLOSED or not cycle.site.used:
            return False
        high = min(max(cycle.limits.ma, pilot.MIN_MA), _TEST_MA)
        cycle.commission.start(cycle.now(), cycle.ev, pilot.MIN_MA, high)
        return True

    def commission_abort(self):
        """End the test; the car is free again."""
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

    def sync_quarter(self, into_ms):
        """The clock says how long ago the quarter hour began: for the demand limit."""
        self.cycle.modes.sync(self.cycle.now(), into_ms)

    # -- boot and storage ---------------------------------------------------------

    def boot(self, now_ms, cause, crash_loop, delay_ms):
        """Tell what happened before: reset cause, crash loop, a randomised delay in ms."""
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
        returns for the whole street, and the cars must not all start at once. draw(): a random
        whole number of 24 bits.
        """
        longest_s = self.settings["start_delay_s"]
        if cause in (RESET_POWER_ON, RESET_BROWN_OUT):
            longest_s = max(longest_s, restore_delay_s)
        return draw() % (longest_s * 1000) if longest_s else 0

    def warn(self, fault, present, now_ms):
        """A service reports SETTINGS, STORAGE or CLOCK: warnings that stop nothing."""
        if fault in (faults.SETTINGS, faults.STORAGE, faults.CLOCK):
            self.cycle.faults.put(fault, present, now_ms)

    # -- status -------------------------------------------------------------------

    def status(self, st):
        """Fill a Status record with the numbers of this moment."""
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
