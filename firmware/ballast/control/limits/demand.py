"""Demand limit: the mean import of each quarter hour, as the value of the DEMAND slot.

The bill counts the energy imported in each quarter hour. The energy that the limit has
allowed so far, less what house and EV have imported, is the bank. The EV may use the bank,
spread over the rest of the quarter. The house may rise to the whole limit at any moment and
stay there to the end. So three rules restrict the EV:

- The EV may take limit - house + bank / time left, so it never uses the bank in advance. In
  the last seconds it gets nothing of the bank, as it would take that into the next quarter.
- The bank must cover what the EV draws until it has followed a new duty.
- A house may exceed the limit for a while: a burst. The bank keeps a reserve for bursts,
  several times the largest one of the last hours, and at least one of an assumed size.

The margin is 1 % of the limit; these rules work with the limit less the margin. If the EV
follows within 5 s and the meter is not late, then a quarter ends below the limit as long as
the house stays below the limit less the margin, or no burst exceeds the reserve.
Until the clock is set, the beginning of the quarter is not known: then the import of each
moment stays below the limit.
"""

from micropython import const

from ballast.control.power import MAX_W, ma_of
from ballast.control.ticks import add, diff

QUARTER_MS = const(900000)
MARGIN_PERMILLE = const(10)  # chosen: the limit that is kept is so much below the one that was set
_QUARTER_S = const(900)
_NO_LIMIT_MA = const(1000000)
_LEAST_S = const(13)  # shortest time to spread the bank over: in less the EV could not follow
_OBEY_S = const(12)  # a sample 1 s, the meter 3 s, the EV's delay 5 s and its slew 3 s
_REPAY_S = const(400)  # within this time the EV makes up for what the bank is short of
_BURSTS = const(4)  # the reserve covers this many of the largest burst
_FORGET = const(32)  # each quarter a burst shrinks by this part: by half in 5.5 hours
_ASSUMED_PART = const(4)  # the assumed burst: above the limit by this part of the limit ...
_ASSUMED_S = const(20)  # ... for 80 s, which is the whole limit for 20 s
_ASSUMED_W = const(2000)  # but no less than an appliance ...
_ASSUMED_WS = const(120000)  # ... for a minute
_MOST_WS = const(180000000)  # 200 kW throughout a quarter
_RESUME_MA = const(1000)  # above the minimum: what must be free to end a pause
_RAISE_MA = const(1000)  # the bank grows each second; a smaller raise is not worth a new duty
_DT_MAX_MS = const(5000)


class Demand:
    """ma: what the slot may allow, mA per phase; 0 = pause.

    used_ws: imported in this quarter, W s. left_ms: time until the quarter ends.
    """

    def __init__(self) -> None:
        self.ma = _NO_LIMIT_MA
        self.used_ws = 0
        self.left_ms = QUARTER_MS
        self._begin_ms = 0
        self._synced = False  # the clock is set: _begin_ms is that of the billed quarter
        self._used_mws = 0  # what belongs to used_ws and is less than 1 W s, in mW s
        self._running_ws = 0  # the house's energy above the limit in the present burst
        self._burst_ws = 0  # the same of the largest burst of the last hours
        self._above_w = 0  # how far above the limit the house has been in the last hours
        self._whole_quarter = False  # used_ws has counted from the quarter's beginning
        self._limit_w = 0  # less the margin
        self.set_limit(0, 0)

    def set_limit(self, limit_w: int, min_ma: int) -> None:
        """limit_w: mean import of a quarter hour in W, 0 = no limit (at most 200 kW)."""
        whole_w = min(limit_w, MAX_W)
        limit_w = whole_w * (1000 - MARGIN_PERMILLE) // 1000
        self._margin_w = whole_w - limit_w
        if limit_w != self._limit_w:
            self.ma = _NO_LIMIT_MA if limit_w == 0 else 0
            self._fit_bursts(limit_w)
        self._limit_w = limit_w
        self._min_ma = min_ma

    def _fit_bursts(self, limit_w: int) -> None:
        """Fit the bursts of the last hours to the new limit `limit_w`.

        With a lower limit the same house exceeds it by more, at worst for the whole quarter.
        """
        if limit_w == 0:
            self._above_w = self._burst_ws = 0
        elif limit_w < self._limit_w:
            lower_w = self._limit_w - limit_w
            self._above_w = min(self._above_w + lower_w, MAX_W)
            self._burst_ws = min(self._burst_ws + lower_w * _QUARTER_S, _MOST_WS)

    def sync(self, now_ms: int, into_ms: int) -> None:
        """Take over from the clock that this quarter hour began `into_ms` ago (0..899 999).

        The import before this call is not known: until the next quarter begins, the import of
        each moment stays below the limit.
        """
        begin = add(now_ms, -into_ms)
        if self._synced:
            off = diff(begin, self._begin_ms) % QUARTER_MS
            if off < 2000 or off > QUARTER_MS - 2000:
                return  # the same quarter: the clock was corrected by less than 2 s
        self._synced = True
        self._whole_quarter = False
        self._begin_ms = begin

    def step(
        self, now_ms: int, dt_ms: int, mains_w: int, house_w: int, phases: int, volt: int
    ) -> None:
        """Take a new sample into account; sets ma.

        mains_w: import, signed W. house_w: import of the same moment without the EV, signed W.
        dt_ms: since the last sample; a longer gap (above 5 s) counts with the power of this one.
        phases: 1..3 that the EV is on. volt: V rms of each.
        """
        if self._limit_w == 0:
            return
        self._step_quarter(now_ms)
        self._count(dt_ms, max(0, min(mains_w, MAX_W)), min(house_w, MAX_W) - self._limit_w)
        if self._whole_quarter:
            free = self._quarter_ma(house_w, phases, volt)
        else:
            free = ma_of(self._limit_w - max(0, house_w), phases, volt)
        if free < (self._min_ma if self.ma else self._min_ma + _RESUME_MA):
            free = 0
        elif self.ma < free < self.ma + _RAISE_MA and self.ma:
            return
        self.ma = free

    def _quarter_ma(self, house_w: int, phases: int, volt: int) -> int:
        """What the bank and the rest of the quarter allow the EV, mA per phase."""
        left_s = self.left_ms // 1000
        into_s = _QUARTER_S - left_s
        bank_ws = self._limit_w * into_s - self.used_ws
        free_ws = bank_ws - self._reserve_ws(left_s)
        if free_ws < 0:
            more_w = free_ws // _REPAY_S
        elif left_s > _OBEY_S:
            more_w = free_ws // max(left_s - _OBEY_S, _LEAST_S)
        else:
            more_w = 0
        free = ma_of(self._limit_w - house_w + more_w, phases, volt)
        # Until it follows, the EV may use the margin too, but only that of the time gone by:
        # in the time to come the house may rise to the limit itself.
        obey_ws = bank_ws + self._margin_w * into_s
        obey_s = max(1, min(left_s, _OBEY_S))
        return min(free, max(ma_of(obey_ws // obey_s, phases, volt), self._min_ma))

    def _reserve_ws(self, left_s: int) -> int:
        """What bursts of the house may take above the limit in the `left_s` to come, W s."""
        burst_ws = max(self._burst_ws, self._limit_w * _ASSUMED_S, _ASSUMED_WS)
        above_w = max(self._above_w, self._limit_w // _ASSUMED_PART, _ASSUMED_W)
        return min(burst_ws * _BURSTS, above_w * left_s)

    def _step_quarter(self, now_ms: int) -> None:
        """Begin each quarter whose time has come; sets left_ms."""
        gone = diff(now_ms, self._begin_ms)
        if not self._synced and (gone < 0 or gone > QUARTER_MS):
            self._begin_ms = now_ms  # without a clock: quarters of our own, to forget bursts by
            self._begin_quarter()
        while self._synced and gone >= QUARTER_MS:
            self._begin_ms = add(self._begin_ms, QUARTER_MS)
            gone -= QUARTER_MS
            self._begin_quarter()
            self._whole_quarter = True
        self.left_ms = QUARTER_MS - max(0, gone)

    def _begin_quarter(self) -> None:
        self.used_ws = 0
        self._used_mws = 0
        self._burst_ws -= (self._burst_ws + _FORGET - 1) // _FORGET
        self._above_w -= (self._above_w + _FORGET - 1) // _FORGET

    def _count(self, dt_ms: int, import_w: int, above_w: int) -> None:
        """Add `dt_ms` of a power to the energies. above_w: house less limit, signed W."""
        self._above_w = max(self._above_w, above_w)
        dt_ms = max(0, min(dt_ms, QUARTER_MS))
        while dt_ms > 0:
            part = min(dt_ms, _DT_MAX_MS)
            dt_ms -= part
            self._used_mws += import_w * part % 1000
            self.used_ws += import_w * part // 1000
            if self._used_mws >= 1000:
                self._used_mws -= 1000
                self.used_ws += 1
            running_ws = self._running_ws + (max(above_w, -MAX_W) * part + 999) // 1000
            self._running_ws = max(0, min(running_ws, _MOST_WS))
        self._burst_ws = max(self._burst_ws, self._running_ws)
