"""Contactor sequencing: close only what is proven open, prove every move.

Evidence comes from a mirror contact (IEC 60947-4-1 Annex F) and from voltage
sensed behind the contacts; both where both are fitted. 250 ms windows as in the
field (Tinkerforge contactor_check: 250 ms).
"""

from micropython import const

from ballast.control.records import NOT_FITTED

OPEN = const(0)
CLOSED = const(1)

_WINDOW_MS = const(250)
_MIN_OFF_MS = const(500)  # chosen: lets an arc and a bouncing contact die
_LONG_MS = const(100000000)
_LIVE_MV = const(100000)  # a supply phase below 100 V cannot be expected behind the contacts


class Contactor:
    """coil: what to drive. state: OPEN or CLOSED as commanded. weld, no_close: found faults.

    since_ms: since the last move. closings, under_load: wear counters.
    settled: the last move has been proven.
    """

    def __init__(self, fit):
        self._all = 1 if fit.phases == 1 else 7
        self._metered = fit.own_meter
        self.coil = 0
        self.state = OPEN
        self.weld = 0
        self.no_close = 0
        self.settled = 0
        self.closings = 0
        self.under_load = 0
        self.since_ms = _MIN_OFF_MS  # since the last move; saturates
        self._bad_ms = 0

    def step(self, dt_ms, want, scan):
        """Follow `want` (0/1) if the evidence allows; sets coil, weld, no_close."""
        if self.since_ms < _LONG_MS:
            self.since_ms += dt_ms
        good = self._proof(scan, self.state)
        if good:
            self._bad_ms = 0
            self.settled = 1
        else:
            self.settled = 0
            self._bad_ms += dt_ms
            if self._bad_ms >= _WINDOW_MS:
                if self.state == OPEN:
                    self.weld = 1
                else:
                    self.no_close = 1
        if self.state == OPEN:
            if good:
                self.weld = 0
                self.no_close = 0  # told; the fault's latch remembers, a new try is possible
            if want and good and not self.weld and self.since_ms >= _MIN_OFF_MS:
                self._move(CLOSED)
                self.closings += 1
        elif not want or self.no_close:
            self.open(scan)

    def open(self, scan):
        """Open now, whatever else; counts an opening under load for the wear figure."""
        if self.state == CLOSED:
            if max(scan.ev_ma) > 1000:
                self.under_load += 1
            self._move(OPEN)

    def _move(self, state):
        self.state = state
        self.coil = state
        self.since_ms = 0
        self._bad_ms = 0
        self.settled = 0

    def _proof(self, scan, state):
        if scan.mirror != NOT_FITTED and scan.mirror != state:
            return False
        if scan.load_live == NOT_FITTED:
            return True
        if state == OPEN:
            return scan.load_live == 0
        expect = self._all
        if self._metered:
            supply = scan.supply_mv
            expect = 0
            for phase in range(3):
                if (self._all >> phase) & 1 and supply[phase] > _LIVE_MV:
                    expect |= 1 << phase
        return scan.load_live & expect == expect
