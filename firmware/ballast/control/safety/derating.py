"""Temperatures by place (../places.py): less current, stop, broken sensors.

IEC 62752 8.3.1 demands of an IC-CPD with a household plug that it measures the temperature of
the plug's live parts. Its limits were not available; the temperatures are settings (chosen, on
the safe side of common practice).
"""

from micropython import const

from ballast.control import ticks
from ballast.control.limits.limits import NO_LIMIT_MA
from ballast.control.pilot.pilot import MIN_MA
from ballast.control.places import COUNT, NAMES, PLACES, PLUG
from ballast.control.records import NOT_FITTED, Fit, Scan
from ballast.control.safety import faults, ntc
from ballast.control.settings import Settings

PERIOD_MS = const(200)
_RISE_MS = const(10000)  # time between two marks of the temperature ...
_RISE_MARKS = const(6)  # ... of which six are kept: one minute
_RISE_FLOOR_DDEGC = const(400)  # chosen: below 40 degC a fast rise is a plug carried indoors
_FROZEN_MS = const(900000)  # chosen: a contact with a current changes its temperature in 15 min
_FROZEN_MA = const(10000)  # chosen: with less the change may be too small
_FROZEN_DDEGC = const(2)  # chosen: more than the noise of a reading


class Derating:
    """Lists by place, and what follows for the current.

    ddegc: temperature in 0.1 degC. known: 1 = that is a reading. hot: 1 from T2 on until below
    T3. sensor: 1 = open, shorted or frozen. rise: 1 = the mains plug gets hot too fast.
    limit_ma: what may flow, NO_LIMIT_MA when nothing is warm. full_ma: 100 % of the derating.
    """

    def __init__(self, fit: Fit) -> None:
        self._fit = fit
        self.ddegc = [0] * COUNT
        self.known = [0] * COUNT
        self.hot = [0] * COUNT
        self.sensor = [0] * COUNT
        self.rise = 0
        self.limit_ma = NO_LIMIT_MA
        self._t1 = [0] * COUNT
        self._t2 = [0] * COUNT
        self._t3 = [0] * COUNT
        self._blind_ma = [  # what may flow while the sensor is broken; a stop needs no limit
            MIN_MA if _derates(row[5]) else NO_LIMIT_MA for row in PLACES
        ]
        self._rise_ddegc = 0
        self.full_ma = 32000
        self._box_stop = 0
        self._mark = [ntc.OPEN] * _RISE_MARKS
        self._mark_i = 0
        self._mark_ms = 0
        self._load_ms = 0
        self._loaded = 0
        self._proven = [1] * COUNT
        self._frozen = [0] * COUNT
        self._ref_ddegc = [0] * COUNT

    def configure(self, settings: Settings, fit: Fit, now_ms: int) -> None:
        """Take the settings over."""
        for i in range(COUNT):
            name = NAMES[i]
            self._t1[i] = settings[name + "_t1"]
            self._t2[i] = settings[name + "_t2"]
            self._t3[i] = settings[name + "_t3"]
        self._rise_ddegc = settings["plug_rise"]
        self.full_ma = fit.rating_ma(settings)
        self._box_stop = settings["box_stop"]

    def step(self, now_ms: int, scan: Scan, ev_ma: int) -> None:
        """Read all places; call every PERIOD_MS. ev_ma: the EV's largest phase current."""
        for i in range(COUNT):
            if self._fit.ntc[i]:
                self._read(i, scan.ntc_mv[i])
        self._watch_load(now_ms, ev_ma)
        limit = NO_LIMIT_MA
        for i in range(COUNT):
            if not self._fit.ntc[i]:
                continue
            if self.known[i]:
                t = self.ddegc[i]
                self.sensor[i] = self._is_frozen(now_ms, i, t)
                self._judge(i, t)
                limit = min(limit, self._allowed(i, t))
            else:
                self.sensor[i] = 1
                self.hot[i] = 0
            if self.sensor[i] and not self._box_stop:
                limit = min(limit, self._blind_ma[i])
        self.limit_ma = limit
        if self.known[PLUG]:
            self._watch_rise(now_ms, self.ddegc[PLUG])

    def _read(self, i: int, mv: int) -> None:
        t = ntc.OPEN
        if mv != NOT_FITTED:
            t = ntc.ddegc(mv, self._fit.ntc_supply_mv, self._fit.ntc_pullup_ohm)
        self.known[i] = 0 if t == ntc.OPEN or t == ntc.SHORT else 1
        if self.known[i]:
            self.ddegc[i] = t

    def _judge(self, i: int, t: int) -> None:
        if t >= self._t2[i]:
            self.hot[i] = 1
        elif t < self._t3[i]:
            self.hot[i] = 0

    def _allowed(self, i: int, t: int) -> int:
        """The current at temperature t: full up to T1, then in proportion down to 6 A at T2."""
        t1 = self._t1[i]
        if t <= t1:
            return NO_LIMIT_MA
        span = self._t2[i] - t1
        over = t - t1
        if over >= span:
            return MIN_MA  # `hot` is the stop
        return self.full_ma - (self.full_ma - MIN_MA) * over // span

    def _watch_load(self, now_ms: int, ev_ma: int) -> None:
        """Note the temperatures at the moment when a large current begins."""
        if ev_ma < _FROZEN_MA:
            self._loaded = 0
        elif not self._loaded:
            self._loaded = 1
            self._load_ms = now_ms
            for i in range(COUNT):
                if not self._frozen[i]:
                    self._proven[i] = 0
                    self._ref_ddegc[i] = self.ddegc[i]

    def _is_frozen(self, now_ms: int, i: int, t: int) -> int:
        """1 = the reading has not changed since the large current began 15 min ago.

        A sensor is checked once for each such current: later, at equilibrium, the reading of a
        good sensor does not change either. Only a change clears the fault.
        """
        off = t - self._ref_ddegc[i]
        if off >= _FROZEN_DDEGC or off <= -_FROZEN_DDEGC:
            self._proven[i] = 1
            self._frozen[i] = 0
        elif self._loaded and not self._proven[i]:
            if ticks.diff(now_ms, self._load_ms) >= _FROZEN_MS:
                self._frozen[i] = 1
        return self._frozen[i]

    def _watch_rise(self, now_ms: int, t: int) -> None:
        if ticks.diff(now_ms, self._mark_ms) < _RISE_MS and self._mark[self._mark_i] != ntc.OPEN:
            return
        self._mark_ms = now_ms
        self._mark_i = (self._mark_i + 1) % _RISE_MARKS
        oldest = self._mark[self._mark_i]
        self._mark[self._mark_i] = t
        rising = oldest != ntc.OPEN and t - oldest >= self._rise_ddegc
        self.rise = 1 if rising and t >= _RISE_FLOOR_DDEGC else 0


def _derates(fault: str) -> bool:
    """Whether the fault with this key only lowers the current by the catalogue."""
    return faults.CATALOGUE[faults.by_key(fault)][1] == faults.DERATE
