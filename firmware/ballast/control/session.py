"""One session: from plug-in to unplug. Energy in Wh, times in seconds."""

from ballast.control import ticks


class Session:
    """wh, seconds, charge_s; `ended` counts finished sessions.

    total_wh: the life counter, restored at boot.
    """

    def __init__(self):
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

    def step(self, now_ms, plugged, drawing, ev):
        """Call at 1 Hz or more. `drawing`: the EV takes current."""
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

    def _count(self, dt, new_wh, drawing):
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
