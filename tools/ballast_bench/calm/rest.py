"""Whether control/ is at rest: the next steps change nothing but what lane.py adds up.

Each function names a part of ScanCycle._step and holds where another step with the same inputs
would leave that part as it is; left_ms() says until when. Everything that is not known to rest
does not rest. The proof is in prove.py and host_tests/bench/calm.
"""

from ballast.control import ticks
from ballast.control.balance import balancer
from ballast.control.limits.limits import _SITE_MASK
from ballast.control.meter import commissioning
from ballast.control.meter import meter as meters
from ballast.control.pilot import charge_state, pilot
from ballast.control.records import PILOT_HOLD, PILOT_PWM
from ballast.control.safety import contactor, faults, rcd_test
from ballast.control.safety.interlocks import _LEAK_MA, _OC_NOISE_MA, _VOLT_LOST_MV
from ballast.control.safety.interlocks import _OC_HARD_HOLD_MS as _HARD_MS
from ballast.control.safety.interlocks import _OC_SOFT_HOLD_MS as _SOFT_MS
from ballast.control.scan_cycle import _IDLE_MA, _PWM_MS, _RETEST_MS, _SETTLE_MS

LONGEST_MS = 10_000
"""Chosen: after so long at rest one step is whole again."""

_TICKS = (1 << 30) - 1
_AT_REST_MS = 2 * _SETTLE_MS  # chosen: the contactor moved so long ago, and no wait of it is left
_HEARD_MS = 200  # chosen: two readings of the own meter
_METERED = (faults.OVERCURRENT, faults.LEAK_OPEN, faults.UNDERVOLT, faults.OVERVOLT, faults.PHASE_LOST)
_AGE_MAX_MS = 50_000_000  # chosen: far from the age at which a meter's time is moved along


def outcome(cycle, out):
    """What one step hands on to the next: while this moves, nothing is at rest."""
    charge, cont, table, level = cycle.charge, cycle.contactor, cycle.faults, cycle.pilot
    return (
        level.level, level.raw, level.diode, charge.state, charge.pilot, charge.close,
        charge.pwm_on, charge.plugged, charge._had_pwm, charge._wake_armed, cont.state,
        cont.coil, cycle.rcd.state, cycle._retest, cycle.offered_ma, cycle._offer_want_ma,
        cycle.limits.ma, cycle.limits.winner, cycle.limits._ignored, cycle.why, cycle._allow,
        cycle._pwm_ms, table.changes, table.stop, table.pause, table.away, cycle.user_paused,
        cycle.boost_s, cycle.shared._on, cycle.shared._doubt, cycle.commission.state,
        cycle.site.meter.state, cycle.panel.meter.state, out.coil, out.pilot, out.duty_u16,
        out.rcd_test, out.led,
    )  # fmt: skip


def rests(cycle, scan, out, now_ms):
    """Whether all parts rest. now_ms: of the last step."""
    return (
        not cycle.broken
        and _pilot_rests(cycle)
        and _charge_rests(cycle)
        and _safety_rests(cycle, scan, out)
        and _offer_rests(cycle, now_ms)
        and _supply_rests(cycle.site, now_ms)
        and _supply_rests(cycle.panel, now_ms)
    )


def _pilot_rests(cycle):
    """A believed level of A, B or C, and a diode that is there, or is not looked for."""
    p = cycle.pilot
    if p.level > pilot.C or p.raw != p.level or p.pending_ms >= 0:
        return False
    if cycle.charge.pilot != PILOT_PWM:
        return cycle._pwm_ms < 0
    if cycle._pwm_ms < _PWM_MS:
        return False
    return p.level == pilot.A or (p.diode == 1 and not p.diode_bad_ms)


def _charge_rests(cycle):
    """The charge state does not wait for a time of its own."""
    charge, level, closed = cycle.charge, cycle.pilot.level, cycle.contactor.state
    if charge._waking or charge.unplug_event or cycle.faults.stop:
        return False
    if level == pilot.A:
        return charge.state == charge_state.A and not charge.plugged and cycle.faults.away
    if not charge.plugged or cycle.faults.away:
        return False
    if cycle.start_delay_ms or cycle.why == charge_state.WHY_HOLD:
        return False  # a wait goes on, or has ended in this step
    if bool(charge.pwm_on) != bool(cycle._allow) or charge.close != closed:
        return False
    if level == pilot.C and not charge.pwm_on and closed:
        return False  # waits for the EV to open S2, 6 s at most
    return True


def _safety_rests(cycle, scan, out):
    """No interlock counts towards a fault, and neither contactor nor RCD test is on its way."""
    locks, cont, rcd, button = cycle.interlocks, cycle.contactor, cycle.rcd, cycle.button
    if cycle.charge.pilot != PILOT_HOLD and cycle.charge.pilot != PILOT_PWM:
        return False
    if locks._judge_pilot_ms < 100 or out.rcd_test:
        return False
    if locks._short_ms or locks._lost_ms or locks._vent_ms or locks._pe_ms:
        return False
    if cycle.fit.pe and scan.pe != 1:
        return False
    if cycle.fit.rcd and (scan.rcd_trip or not _rcd_rests(cycle, rcd)):
        return False
    if cycle.fit.own_meter and not _meter_rests(cycle):
        return False
    if scan.button or button._held_ms or button._counted or button.shorts != cycle._taps:
        return False
    if cont._bad_ms or not cont.settled or cont.weld or cont.no_close:
        return False
    return cont.since_ms >= _AT_REST_MS and cycle.commission.state != commissioning.RUNNING


def _rcd_rests(cycle, rcd):
    if rcd.state == rcd_test.RUNNING:
        return False
    if cycle.contactor.state == contactor.OPEN and cycle.charge.plugged:
        if rcd.state == rcd_test.IDLE or cycle._retest:
            return False  # a test is about to begin
    return ticks.diff(cycle._last_ms, cycle._tested_ms) < _RETEST_MS


def _meter_rests(cycle):
    """The own meter was heard lately."""
    if cycle.ev.silent or cycle.faults.present[faults.OWN_METER]:
        return False
    return ticks.diff(cycle._last_ms, cycle.ev.t_ms) < _HEARD_MS


def metered_most_ma(cycle):
    """Up to this current Interlocks.metered changes nothing, if no voltage is out of bounds. -1: never."""
    locks, present = cycle.interlocks, cycle.faults.present
    counts = locks._leak_ms or locks._low_ms or locks._high_ms or locks._phase_ms
    if counts or locks._soft_ms >= 0 or locks._hard_ms >= 0 or any(present[f] for f in _METERED):
        return -1
    if cycle.contactor.state != contactor.CLOSED:
        return _LEAK_MA
    soft_ma = (locks.soft_ref_ma + _OC_NOISE_MA) * 11 // 10
    return min(soft_ma, max(locks.hard_ref_ma, pilot.MIN_MA) * 3 // 2)


def voltages_rest(cycle, scan):
    """No voltage is out of the bounds of Interlocks.metered."""
    locks, mv = cycle.interlocks, scan.supply_mv
    least_mv, most_mv = max(locks.low_mv, _VOLT_LOST_MV), locks.high_mv
    for phase in range(locks.phases):
        if not least_mv <= mv[phase] <= most_mv:
            return False
    return True


def _offer_rests(cycle, now_ms):
    """What the EV's current is compared with does not expire (Interlocks.offered)."""
    locks = cycle.interlocks
    ma = cycle.offered_ma
    if ma != locks._offer_ma or locks.soft_ref_ma < ma:
        return False
    if ma >= locks.hard_ref_ma:
        return locks.hard_ref_ma == ma
    return ticks.diff(now_ms, locks._cut_ms) < _SOFT_MS or locks.soft_ref_ma == ma


def offer_is_renewed(cycle):
    """Whether each step sets the time of the last cut to its own."""
    return cycle.offered_ma >= cycle.interlocks.hard_ref_ma


def _supply_rests(supply, now_ms):
    """The age of the reading grows with the time."""
    meter = supply.meter
    if not supply.used or meter.state == meters.NONE:
        return True
    return meter.age_ms < _AGE_MAX_MS and meter.age_ms == ticks.diff(now_ms, meter.t_ms)


def guess_left_ms(cycle, now_ms):
    """Without an own meter the balancer writes down at times what the EV may draw: until then."""
    left = balancer._GUESS_MS
    for supply in (cycle.site, cycle.panel):
        if supply.used and supply.meter.state != meters.NONE:
            left = min(left, balancer._GUESS_MS - ticks.diff(now_ms, supply.balancer._guessed_ms))
    return left


def ev_is_idle(cycle):
    """As ScanCycle._may asks it."""
    return cycle.ev.fitted and cycle.ev.max_ma <= _IDLE_MA


def left_ms(cycle, now_ms):
    """How long the rest lasts: until the next time that one of the parts waits for."""
    charge, locks = cycle.charge, cycle.interlocks
    left = LONGEST_MS
    if charge.pwm_on and charge._wake_armed and charge.wake:
        left = min(left, charge_state.WAKE_AFTER_MS - charge._since_switch_ms)
    if cycle.fit.rcd:
        left = min(left, _RETEST_MS - ticks.diff(now_ms, cycle._tested_ms))
    if locks.permit:
        left = min(left, ticks.diff(locks.permit_until_ms, now_ms))
    if not offer_is_renewed(cycle):
        since = ticks.diff(now_ms, locks._cut_ms)
        left = min(left, (_SOFT_MS if since < _SOFT_MS else _HARD_MS) - since)
    return left


def left_of_lease(cycle, left, now_ms):
    """`left`, or less where the group's lease ends or is in doubt."""
    shared, ignored = cycle.shared, cycle.limits._ignored & _SITE_MASK
    if shared._over or shared._doubt or shared._on is not bool(ignored):
        return 0
    return min(left, ticks.diff(shared._until_ms, now_ms))


def sample_is_due(meters, balancers):
    """Whether a sample of the mains waits, or a part of the work on one; or a meter has changed."""
    for meter, stale_ms in meters:
        if meter.waiting or meter.stale_ms != stale_ms:
            return True
    return any(balancer.part for balancer in balancers)


def collects(collector, now_ms):
    """Whether the firmware looks for garbage after a step that ends at `now_ms`, or collects it.

    None: it never does.
    """
    return collector is not None and ticks.diff(now_ms & _TICKS, collector.due_ms) >= 0
