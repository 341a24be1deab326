"""Contactor sequencing: close only what is proven open, prove every move.

The proof is a mirror contact (IEC 60947-4-1 Annex F), voltage sensed behind the contacts, or
both, as fitted. It must be there within 250 ms, as in the field (Tinkerforge contactor_check).
"""

from micropython import const

from ballast.control.records import NOT_FITTED, Fit, Scan

OPEN = const(0)
CLOSED = const(1)

_WINDOW_MS = const(250)
_MIN_OFF_MS = const(500)  # chosen: by then an arc is out and the contacts are at rest
_LONG_MS = const(100000000)  # a counter stops here, long before it would wrap
_LIVE_MV = const(100000)  # chosen: a phase that is lower before the contacts is not expected behind
_LOAD_MA = const(1000)  # chosen: an opening with more than this wears the contacts


class Contactor:
    """coil: level for the coil. state: OPEN or CLOSED as commanded. weld, no_close: faults found.

    settled: 1 = the last move is proven. since_ms: time since the last move. closings,
    under_load: wear counters, all closings and the openings with a current.
    """

    def __init__(self, fit: Fit) -> None:
        self._all = 1 if fit.phases == 1 else 7
        self._metered = fit.own_meter
        self.coil = 0
        self.state = OPEN
        self.weld = 0
        self.no_close = 0
        self.settled = 0
        self.closings = 0
        self.under_load = 0
        self.since_ms = _MIN_OFF_MS
        self._bad_ms = 0

    def step(self, dt_ms: int, want: int, scan: Scan) -> None:
        """Close (want = 1) if the contacts are proven open, or open. Sets coil, weld, no_close."""
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
                self.no_close = 0  # faults.py has latched it; from now on a new try is possible
            if want and good and not self.weld and self.since_ms >= _MIN_OFF_MS:
                self._move(CLOSED)
                self.closings += 1
        elif not want or self.no_close:
            self.open(scan)

    def open(self, scan: Scan) -> None:
        """Open now, under any condition. Counts an opening with a current."""
        if self.state == CLOSED:
            if max(scan.ev_ma) > _LOAD_MA:
                self.under_load += 1
            self._move(OPEN)

    def _move(self, state: int) -> None:
        self.state = state
        self.coil = state
        self.since_ms = 0
        self._bad_ms = 0
        self.settled = 0

    def _proof(self, scan: Scan, state: int) -> bool:
        """Whether the fitted inputs agree with `state`."""
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
