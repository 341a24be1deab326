"""Solar modes: what the house exports, as the value of the SOLAR limit slot.

Solar only starts and stops, and each switching wears the contactor and the EV.
When to switch is the ski-rental problem: nobody knows how long the sun will
last, so one waits until what has been lost by not switching equals what a
switching costs. That is never worse than twice the best in hindsight. The
prices are energies: exported while off, imported while on. A start is cheap and
a stop dear, because what comes through a cloud costs less than it wears.
"""

from micropython import const

from ballast.control.power import MAX_W, watt_of

OFF = const(0)
SOLAR_ONLY = const(1)
SOLAR_MIN = const(2)

_START_WH = const(10)
_STOP_WH = const(100)
_WS_PER_WH = const(3600)
_NO_LIMIT_MA = const(1000000)
_STEP_MS = const(2000)
_FOLLOW_MAS = const(6000)  # a smaller correction waits until it is due by 6 A s
_AT_ONCE_MA = const(2000)


class Solar:
    """ma: what the slot may allow per phase; 0 = pause. surplus_w: what the house leaves.

    regret_wh: how much of the price of the next switching is paid, in Wh.
    """

    def __init__(self):
        self.ma = 0
        self.surplus_w = 0
        self._on = False
        self._regret_ws = 0
        self._due_mas = 0
        self._mode = -1
        self.configure(OFF)

    def configure(
        self,
        mode,
        min_ma=6000,
        max_ma=32000,
        start_wh=_START_WH,
        stop_wh=_STOP_WH,
        reserve_w=0,
    ):
        """mode: OFF, SOLAR_ONLY or SOLAR_MIN. start_wh, stop_wh: their prices, 1..1000 Wh.

        reserve_w: export that is left to others (a home battery), W.
        """
        same = mode == self._mode
        self._mode = mode
        self._min_ma = min_ma
        self._max_ma = max_ma
        self._start_ws = start_wh * _WS_PER_WH
        self._stop_ws = stop_wh * _WS_PER_WH
        self._reserve_w = reserve_w
        if same:
            return  # another setting was changed: the sun has not
        self._on = mode == SOLAR_MIN
        self._regret_ws = 0
        self._due_mas = 0
        if mode == OFF:
            self.ma = _NO_LIMIT_MA
        else:
            self.ma = min_ma if self._on else 0

    @property
    def regret_wh(self):
        return self._regret_ws // _WS_PER_WH

    def step(self, dt_ms, house_ma, phases, volt):
        """A new sample of the house. dt_ms: since the last one, at most 2 s count.

        house_ma: list of three, mains less EV, signed mA, unused phases 0; the phases
        are added up, as a meter that balances them does. phases: that the EV is on,
        1..3. volt: V rms.
        """
        if self._mode == OFF:
            return
        if dt_ms > _STEP_MS:
            dt_ms = _STEP_MS
        house = watt_of(house_ma[0], volt) + watt_of(house_ma[1], volt) + watt_of(house_ma[2], volt)
        surplus = max(-MAX_W, min(MAX_W, -house - self._reserve_w))
        self.surplus_w = surplus
        if self._mode == SOLAR_ONLY:
            self._switch(surplus - self._min_ma * phases * volt // 1000, dt_ms)
        if not self._on:
            self.ma = 0
            return
        free = surplus * 1000 // (phases * volt)
        self._follow(max(self._min_ma, min(self._max_ma, free)), dt_ms)

    def _switch(self, over_w, dt_ms):
        """`over_w`: surplus above the minimum power. Regret: export while off, import while on."""
        lost = -over_w if self._on else over_w
        self._regret_ws = max(0, self._regret_ws + lost * dt_ms // 1000)
        if self._regret_ws >= (self._stop_ws if self._on else self._start_ws):
            self._regret_ws = 0
            self._on = not self._on
            self.ma = self._min_ma
            self._due_mas = 0

    def _follow(self, wanted, dt_ms):
        """Small corrections wait, so that the offer does not move with each cloud's edge."""
        off = wanted - self.ma
        self._due_mas += off * dt_ms // 1000
        if (
            -_FOLLOW_MAS < self._due_mas < _FOLLOW_MAS
            and -_AT_ONCE_MA < off < _AT_ONCE_MA
        ):
            return
        self._due_mas = 0
        self.ma = wanted
