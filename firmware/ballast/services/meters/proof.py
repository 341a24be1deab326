"""Commissioning: the clamp or meter is not only found but proven.

A person switches a big appliance on and off; the reading of one phase must rise by
`STEP_MA` and fall again. A reading that falls first is a clamp the wrong way round, one
that stays is a clamp on the wrong cable. The car's own current is taken out before
(house current), so that a charging car does not disturb.
"""

from micropython import const

STEP_MA = const(4000)  # a kettle draws 8 A; a fridge's compressor 1 A
_HEARD_S = const(45)  # until readings must come; a clamp pairs and sends within this
_WAIT_S = const(120)  # for the person to reach the kettle
_SETTLE = const(3)  # samples in a row that must agree

IDLE = "idle"
LISTEN = "listen"
RISE = "rise"
FALL = "fall"
PROVEN = "proven"
FAILED = "failed"

_ORDER = (LISTEN, RISE, FALL)


class MeterProof:
    """add(now_s, readings) once a second; readings: [3] mA of the house, None = not known."""

    def __init__(self):
        self.state = IDLE
        self.reason = ""
        self.failed_at = 0
        self.current_ma = None
        self._base = [0, 0, 0]
        self._since_s = 0
        self._seen = 0
        self._phase = 0
        self._now_s = 0

    def start(self):
        """Begin anew."""
        self.state = LISTEN
        self.reason = ""
        self._since_s = self._now_s
        self._seen = 0

    def _fail(self, reason):
        self.failed_at = _ORDER.index(self.state)
        self.state = FAILED
        self.reason = reason

    def _next(self, state):
        self.state = state
        self._since_s = self._now_s
        self._seen = 0

    def add(self, now_s, readings):
        """Take the readings of this second."""
        self._now_s = now_s
        self.current_ma = list(readings) if readings is not None else None
        if self.state == LISTEN:
            self._listen()
        elif self.state == RISE or self.state == FALL:
            if readings is None:
                if now_s - self._since_s >= _HEARD_S:
                    self._fail("silent")
                return
            if self.state == RISE:
                self._rise(readings)
            else:
                self._fall(readings)

    def _listen(self):
        if self.current_ma is None:
            self._seen = 0
            if self._now_s - self._since_s >= _HEARD_S:
                self._fail("silent")
            return
        self._seen += 1
        if self._seen >= _SETTLE:
            self._base = list(self.current_ma)
            self._next(RISE)

    def _rise(self, readings):
        best = 0
        worst = 0
        for i in range(3):
            moved = readings[i] - self._base[i]
            if moved > readings[best] - self._base[best]:
                best = i
            worst = min(worst, moved)
        up = readings[best] - self._base[best]
        if up >= STEP_MA or worst <= -STEP_MA:
            self._seen += 1
            if self._seen >= _SETTLE:
                if up < STEP_MA:
                    self._fail("reversed")
                    return
                self._phase = best
                self._base = list(readings)
                self._next(FALL)
        else:
            self._seen = 0
            if self._now_s - self._since_s >= _WAIT_S:
                self._fail("nothing")

    def _fall(self, readings):
        if self._base[self._phase] - readings[self._phase] >= STEP_MA:
            self._seen += 1
            if self._seen >= _SETTLE:
                self._next(PROVEN)
        else:
            self._seen = 0
            if self._now_s - self._since_s >= _WAIT_S:
                self._fail("stuck")

    def document(self, phases):
        """What the page shows; phases: of the supply."""
        return {
            "state": self.state,
            "reason": self.reason,
            "failed_at": self.failed_at,
            "current_ma": self.current_ma,
            "phases": phases,
        }
