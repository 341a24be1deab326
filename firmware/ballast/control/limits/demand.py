"""Demand limit: the mean import of each quarter hour, as the value of the DEMAND slot.

The meter that is billed adds up the import of a quarter hour. What the house and the
EV have left of the limit's energy so far is a bank; the EV may spend it, spread over
the rest of the quarter. The house may take the whole limit from now to the end at any
moment, so three things hold the EV back:

- The bank is never spent ahead: what the EV may take is limit - house + bank / time left;
  nothing of it at the very end, as the EV would take that into the next quarter.
- It must cover what the EV still draws until it has obeyed.
- A house may go above the limit for a while. A reserve for the largest such burst of the last
  hours is kept in the bank, several times over, and for one that nobody has seen yet.

A house that never takes more than the limit less the margin thus never ends a quarter
above the limit, whatever it does, with an EV that obeys within 5 s and a meter at once;
one that goes higher does not as long as its bursts are no larger than what is expected.
Without a clock nobody knows where the quarter begins: then every moment must keep the
limit by itself.
"""

from micropython import const

from ballast.control.power import MAX_W, ma_of
from ballast.control.ticks import add, diff

QUARTER_MS = const(900000)
_QUARTER_S = const(900)
_NO_LIMIT_MA = const(1000000)
_LEAST_S = const(13)  # spread over less, the EV could not follow what becomes free
_OBEY_S = const(12)  # a sample 1 s, the meter 3 s, the EV's delay 5 s and its slew 3 s
_REPAY_S = const(400)  # what the bank is short of is saved within this time
_BURSTS = const(4)  # a new burst may last that much longer than the largest known
_FORGET = const(32)  # part of a burst that is forgotten each quarter: half in 5.5 hours
_UNSEEN_PART = const(4)  # a burst that nobody has seen: above by that part of the limit ...
_UNSEEN_S = const(20)  # ... for 80 s, which is the limit for 20 s
_UNSEEN_W = const(2000)  # but no less than an appliance ...
_UNSEEN_WS = const(120000)  # ... for a minute
_MOST_WS = const(180000000)  # 200 kW throughout a quarter
_RESUME_MA = const(1000)
_RAISE_MA = const(1000)  # the bank grows each second; less is not worth a new duty
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
        self._running_ws = 0  # the house's energy above the limit in the burst of now
        self._burst_ws = 0  # the largest of the last hours
        self._above_w = 0  # how far above the limit the house has been in them
        self._whole = False
        self._limit_w = 0
        self.configure(0)

    def configure(self, limit_w, min_ma=6000, margin_permille=10):
        """limit_w: mean import of a quarter hour in W, 0 = no limit (at most 200 kW)."""
        whole_w = min(limit_w, MAX_W)
        limit_w = whole_w * (1000 - margin_permille) // 1000
        self._margin_w = whole_w - limit_w
        if limit_w != self._limit_w:
            self.ma = _NO_LIMIT_MA if limit_w == 0 else 0
            self._other_limit(limit_w)
        self._limit_w = limit_w
        self._min_ma = min_ma

    def _other_limit(self, limit_w):
        """Under a lower one the same house is further above it, in a quarter at most all along."""
        if limit_w == 0:
            self._above_w = self._burst_ws = 0
        elif limit_w < self._limit_w:
            lower_w = self._limit_w - limit_w
            self._above_w = min(self._above_w + lower_w, MAX_W)
            self._burst_ws = min(self._burst_ws + lower_w * _QUARTER_S, _MOST_WS)

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

    def step(self, now_ms, dt_ms, mains_w, house_w, phases, volt):
        """A new sample. mains_w: import, signed W; house_w: the same moment without the EV, signed W.

        dt_ms: since the last; a gap (above 5 s) is counted at the level of this sample.
        """
        if self._limit_w == 0:
            return
        self._turn(now_ms)
        self._count(dt_ms, max(0, min(mains_w, MAX_W)), min(house_w, MAX_W) - self._limit_w)
        if self._whole:
            free = self._of_quarter(house_w, phases, volt)
        else:
            free = ma_of(self._limit_w - max(0, house_w), phases, volt)
        if free < (self._min_ma if self.ma else self._min_ma + _RESUME_MA):
            free = 0
        elif self.ma < free < self.ma + _RAISE_MA and self.ma:
            return
        self.ma = free

    def _of_quarter(self, house_w, phases, volt):
        """mA per phase that the energy left of the quarter allows."""
        left_s = self.left_ms // 1000
        into_s = _QUARTER_S - left_s
        bank_ws = self._limit_w * into_s - self.used_ws
        spare_ws = bank_ws - self._reserve_ws(left_s)
        if spare_ws < 0:
            more_w = spare_ws // _REPAY_S
        elif left_s > _OBEY_S:
            more_w = spare_ws // max(left_s - _OBEY_S, _LEAST_S)
        else:
            more_w = 0
        free = ma_of(self._limit_w - house_w + more_w, phases, volt)
        # the margin of the time gone by is left whatever the house does; that of the rest is not,
        # as it may rise to the limit itself
        obey_ws = bank_ws + self._margin_w * into_s
        obey_s = max(1, min(left_s, _OBEY_S))
        return min(free, max(ma_of(obey_ws // obey_s, phases, volt), self._min_ma))

    def _reserve_ws(self, left_s):
        """What the house may take beyond the limit in the `left_s` to come."""
        burst_ws = max(self._burst_ws, self._limit_w * _UNSEEN_S, _UNSEEN_WS)
        above_w = max(self._above_w, self._limit_w // _UNSEEN_PART, _UNSEEN_W)
        return min(burst_ws * _BURSTS, above_w * left_s)

    def _turn(self, now_ms):
        """Begin new quarters as they come."""
        gone = diff(now_ms, self._begin_ms)
        if not self._synced and (gone < 0 or gone > QUARTER_MS):
            self._begin_ms = now_ms  # its own quarters, for the bursts only
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
        self._burst_ws -= (self._burst_ws + _FORGET - 1) // _FORGET
        self._above_w -= (self._above_w + _FORGET - 1) // _FORGET

    def _count(self, dt_ms, import_w, above_w):
        """above_w: of the house, above the limit; negative below it."""
        self._above_w = max(self._above_w, above_w)
        dt_ms = max(0, min(dt_ms, QUARTER_MS))
        while dt_ms > 0:
            part = min(dt_ms, _DT_MAX_MS)
            dt_ms -= part
            self._used_ms += import_w * part % 1000
            self.used_ws += import_w * part // 1000
            if self._used_ms >= 1000:
                self._used_ms -= 1000
                self.used_ws += 1
            running_ws = self._running_ws + (max(above_w, -MAX_W) * part + 999) // 1000
            self._running_ws = max(0, min(running_ws, _MOST_WS))
        self._burst_ws = max(self._burst_ws, self._running_ws)
