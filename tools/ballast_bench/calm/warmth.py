"""Whether the look at the temperatures, every 200 ms, would find what the last one found."""

from ballast.control import ticks
from ballast.control.places import PLUG
from ballast.control.safety import ntc
from ballast.control.safety.derating import _FROZEN_MA, _RISE_MS


class Warmth:
    """Of one ScanCycle. note(): after a whole ScanCycle._warmth; rests(): instead of one."""

    def __init__(self, cycle):
        self._cycle = cycle
        self._noted = None

    def note(self, scan):
        self._noted = self._inputs(scan)

    def _inputs(self, scan):
        """All that _warmth reads besides the time, the session and the EV's current."""
        cycle = self._cycle
        site, panel = cycle.site, cycle.panel
        return (
            *scan.ntc_mv, site.used, panel.used, site.meter.state, panel.meter.state,
            cycle.agreement.apart, cycle.faults.changes,
        )  # fmt: skip

    def rests(self, now_ms, scan):
        """Only the session has something to count."""
        cycle = self._cycle
        heat = cycle.heat
        if cycle.faults._any or self._noted != self._inputs(scan):
            return False
        if bool(heat._loaded) != (cycle.ev.max_ma >= _FROZEN_MA):
            return False
        if heat._loaded and 0 in heat._proven:
            return False  # a sensor has still to prove itself
        if not heat.known[PLUG]:
            return True
        age_ms = ticks.diff(now_ms, heat._mark_ms)
        return age_ms < _RISE_MS and heat._mark[heat._mark_i] != ntc.OPEN
