"""Demand limit: the mean import of each quarter hour, as the value of the DEMAND slot.

The meter that is billed adds up the import of a quarter hour. What is still
allowed in the one that runs is a budget; the house's own needs until its end are
set aside first, at the highest level of the last hour, because the EV can wait
and the house cannot. What the house does not use of it comes free as time passes.
Without a clock nobody knows where the quarter begins: then every moment
must keep the limit by itself.
"""

from micropython import const

from ballast.control.power import MAX_W, ma_of
from ballast.control.ticks import add, diff

QUARTER_MS = const(900000)
_NO_LIMIT_MA = const(1000000)
_LEAST_LEFT_MS = const(15000)  # the EV may need 5 s to obey, the meter some more
_PEAKS = const(4)  # of the last four quarters
_RESUME_MA = const(1000)
_DT_MAX_MS = const(5000)


class Demand:
    """ma: what the slot may allow per phase; 0 = pause.

    used_ws: imported in this quarter, W s. left_ms: until its end.
    """

    def __init__(self):
        self.ma = _NO_LIMIT_MA
        self.used_ws = 0
        self.left_ms = QUARTER_MS
        self._begin_ms = 0
        self._synced = False
        self._used_ms = 0  # W s times 1000, the part below one W s
        self._peak_w = [0] * _PEAKS
        self._quarter = 0
        self._whole = False
        self._limit_w = 0
        self.configure(0)

    def configure(self, limit_w, min_ma=6000, margin_permille=10):
        """limit_w: mean import of a quarter hour in W, 0 = no limit (at most 200 kW)."""
        limit_w = min(limit_w, MAX_W) * (1000 - margin_permille) // 1000
        if limit_w != self._limit_w:
            self.ma = _NO_LIMIT_MA if limit_w == 0 else 0
        self._limit_w = limit_w
        self._min_ma = min_ma

    def sync(self, now_ms, into_ms):
        """The clock says: the quarter hour that runs began `into_ms` ago (0..899 999).

        What was imported before is not known: until the next quarter begins, every
        moment keeps the limit by itself.
        """
        begin = add(now_ms, -into_ms)
        if self._synced:
            off = diff(begin, self._begin_ms) % QUARTER_MS
            if off < 2000 or off > QUARTER_MS - 2000:
                return  # the same quarter, a clock that was set by a moment
        self._synced = True
        self._whole = False
        self._begin_ms = begin

    def step(self, now_ms, dt_ms, mains_w, ev_w, phases, volt):
        """A new sample. mains_w: import, signed W; ev_w: the EV's part of it; dt_ms: since the last.

        A gap in the samples (dt_ms above 5 s) is counted at the level of this sample.
        """
        if self._limit_w == 0:
            return
        house_w = max(0, mains_w - ev_w)
        self._turn(now_ms)
        self._count(dt_ms, max(0, min(mains_w, MAX_W)))
        if house_w > self._peak_w[self._quarter]:
            self._peak_w[self._quarter] = house_w
        allowed = self._limit_w - house_w
        if self._synced and self._whole:
            left = max(self.left_ms, _LEAST_LEFT_MS) // 1000
            budget = self._limit_w * 900 - self.used_ws
            allowed = budget // left - max(self._peak_w[0], self._peak_w[1], self._peak_w[2],
                                           self._peak_w[3])
        free = ma_of(allowed, phases, volt)
        if free < (self._min_ma if self.ma else self._min_ma + _RESUME_MA):
            free = 0
        self.ma = free

    def _turn(self, now_ms):
        """Begin new quarters as they come."""
        gone = diff(now_ms, self._begin_ms)
        if not self._synced and (gone < 0 or gone > QUARTER_MS):
            self._begin_ms = now_ms  # its own quarters, for the peaks only
            self._next()
        while self._synced and gone >= QUARTER_MS:
            self._begin_ms = add(self._begin_ms, QUARTER_MS)
            gone -= QUARTER_MS
            self._next()
            self._whole = True
        self.left_ms = QUARTER_MS - max(0, gone)

    def _next(self):
        self.used_ws = 0
        self._used_ms = 0
        self._quarter = (self._quarter + 1) % _PEAKS
        self._peak_w[self._quarter] = 0

    def _count(self, dt_ms, import_w):
        dt_ms = max(0, min(dt_ms, QUARTER_MS))
        while dt_ms > 0:
            part = min(dt_ms, _DT_MAX_MS)
            dt_ms -= part
            self._used_ms += import_w * part % 1000
            self.used_ws += import_w * part // 1000
            if self._used_ms >= 1000:
                self._used_ms -= 1000
                self.used_ws += 1
