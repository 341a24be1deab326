"""One session: from plugging the EV in to unplugging it. Energy in Wh, times in seconds."""

from micropython import const

from ballast.control import ticks

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from ballast.control.shapes import EnergyOfEv


class Session:
    """open: 1 while an EV is plugged in. ended: counts finished sessions.

    wh, seconds: energy and length of this session. charge_s: time with a current in it.
    total_wh: the energy of all sessions in the life of the charger, restored at boot.
    """

    def __init__(self) -> None:
        self.open = 0
        self.wh = 0
        self.seconds = 0
        self.charge_s = 0
        self.total_wh = 0
        self.ended = 0
        self._wh_seen = 0
        self._ms = 0
        self._charge_ms = 0
        self._last_ms = 0
        self._started = False

    def step(self, now_ms: int, plugged: int, drawing: bool, ev: "EnergyOfEv") -> None:
        """Call once a second or more often. plugged: 1 while an EV is there. drawing: it takes current."""
        if not self._started:
            self._started = True
            self._last_ms = now_ms
            self._wh_seen = ev.wh
        dt = ticks.diff(now_ms, self._last_ms)
        self._last_ms = now_ms
        new_wh = (ev.wh - self._wh_seen) & 0x1FFFFFFF
        self._wh_seen = ev.wh
        self.total_wh += new_wh
        if plugged and not self.open:
            self.open = 1
            self.wh = self.seconds = self.charge_s = 0
            self._ms = self._charge_ms = 0
        elif not plugged and self.open:
            self.open = 0
            self.ended += 1
        if self.open:
            self._count(dt, new_wh, drawing)

    def _count(self, dt: int, new_wh: int, drawing: bool) -> None:
        self.wh += new_wh
        self._ms += dt
        if drawing:
            self._charge_ms += dt
        while self._ms >= 1000:
            self._ms -= 1000
            self.seconds += 1
        while self._charge_ms >= 1000:
            self._charge_ms -= 1000
            self.charge_s += 1
