"""Solar modes: what the house exports, as the value of the SOLAR limit slot.

The mode "solar only" starts and stops the charge, and each switching wears the contactor and
the EV. When to switch is the ski-rental problem: nobody knows how long the sun will last, so
the charger waits until the loss from not switching equals the price of a switching. That
costs at most twice the best choice in hindsight. Loss and price are energies: what is
exported while off, what is imported while on. A start has a low price and a stop a high one,
because the import during a cloud costs less than the wear of a stop.
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
_DT_MAX_MS = const(2000)
_FOLLOW_MAS = const(6000)  # a small correction waits until offset times time is 6 A s ...
_AT_ONCE_MA = const(2000)  # ... one of this size does not wait


class Solar:
    """ma: what the slot may allow, mA per phase; 0 = pause. surplus_w: export without the EV, W.

    regret_wh: the loss since the last switching, in Wh; at the price the charge switches.
    """

    def __init__(self) -> None:
        self.ma = 0
        self.surplus_w = 0
        self._on = False
        self._regret_ws = 0
        self._due_mas = 0
        self._mode = -1
        self.set_mode(OFF, 0, 0)

    def set_mode(
        self,
        mode: int,
        min_ma: int,
        max_ma: int,
        start_wh: int = _START_WH,
        stop_wh: int = _STOP_WH,
        reserve_w: int = 0,
    ) -> None:
        """mode: OFF, SOLAR_ONLY or SOLAR_MIN. start_wh, stop_wh: price of each, 1..1000 Wh.

        reserve_w: export that the EV leaves to others (a home battery), W.
        """
        same = mode == self._mode
        self._mode = mode
        self._min_ma = min_ma
        self._max_ma = max_ma
        self._start_ws = start_wh * _WS_PER_WH
        self._stop_ws = stop_wh * _WS_PER_WH
        self._reserve_w = reserve_w
        if same:
            return  # another setting has changed: the charge goes on as it is
        self._on = mode == SOLAR_MIN
        self._regret_ws = 0
        self._due_mas = 0
        if mode == OFF:
            self.ma = _NO_LIMIT_MA
        else:
            self.ma = min_ma if self._on else 0

    @property
    def regret_wh(self) -> int:
        return self._regret_ws // _WS_PER_WH

    def step(self, dt_ms: int, house_ma: list[int], phases: int, volt: int) -> None:
        """Take a new sample of the house into account; sets ma and surplus_w.

        dt_ms: since the last sample; at most 2 s count. house_ma: [3] mains less EV, signed mA,
        unused phases 0. The phases are added up: the billing meter counts their sum.
        phases: 1..3 that the EV is on. volt: V rms.
        """
        if self._mode == OFF:
            return
        if dt_ms > _DT_MAX_MS:
            dt_ms = _DT_MAX_MS
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

    def _switch(self, over_w: int, dt_ms: int) -> None:
        """Add to the regret, and switch at the price. over_w: surplus above the minimum power, W."""
        lost = -over_w if self._on else over_w
        self._regret_ws = max(0, self._regret_ws + lost * dt_ms // 1000)
        if self._regret_ws >= (self._stop_ws if self._on else self._start_ws):
            self._regret_ws = 0
            self._on = not self._on
            self.ma = self._min_ma
            self._due_mas = 0

    def _follow(self, wanted: int, dt_ms: int) -> None:
        """Move ma to `wanted`; small corrections wait, so that not every cloud moves the offer."""
        off = wanted - self.ma
        self._due_mas += off * dt_ms // 1000
        if (
            -_FOLLOW_MAS < self._due_mas < _FOLLOW_MAS
            and -_AT_ONCE_MA < off < _AT_ONCE_MA
        ):
            return
        self._due_mas = 0
        self.ma = wanted
