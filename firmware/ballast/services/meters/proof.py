"""Commissioning: proves that the clamp or meter measures the right cables.

A person switches a big appliance on and off. The reading of one phase must rise by `STEP_MA`
and fall again. If it falls first, the clamp is the wrong way round. If it does not change,
the clamp is on the wrong cable. The readings are the house's current, without the EV's, so
that a charging EV does not disturb the proof.
"""

from micropython import const

STEP_MA = const(4000)  # a kettle draws 8 A; a fridge's compressor 1 A
_HEARD_S = const(45)  # readings must come within this time; a clamp pairs and sends in less
_WAIT_S = const(120)  # time for the person to reach the kettle
_SETTLE = const(3)  # samples in a row that must agree

IDLE = "idle"
LISTEN = "listen"
RISE = "rise"
FALL = "fall"
PROVEN = "proven"
FAILED = "failed"

_ORDER = (LISTEN, RISE, FALL)


class MeterProof:
    """state: IDLE .. FAILED. reason: why it failed. failed_at: index of the step that failed.

    current_ma: the last readings, None = none. The caller adds readings once a second.
    """

    def __init__(self) -> None:
        self.state = IDLE
        self.reason = ""
        self.failed_at = 0
        self.current_ma: "list[int] | None" = None
        self._base = [0, 0, 0]
        self._since_s = 0
        self._seen = 0
        self._phase = 0
        self._now_s = 0

    def start(self) -> None:
        """Begin anew."""
        self.state = LISTEN
        self.reason = ""
        self._since_s = self._now_s
        self._seen = 0

    def _fail(self, reason: str) -> None:
        self.failed_at = _ORDER.index(self.state)
        self.state = FAILED
        self.reason = reason

    def _next(self, state: str) -> None:
        self.state = state
        self._since_s = self._now_s
        self._seen = 0

    def add(self, now_s: int, readings: "list[int] | None") -> None:
        """Take the readings of this second: [3] mA of the house, None = not known."""
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

    def _listen(self) -> None:
        if self.current_ma is None:
            self._seen = 0
            if self._now_s - self._since_s >= _HEARD_S:
                self._fail("silent")
            return
        self._seen += 1
        if self._seen >= _SETTLE:
            self._base = list(self.current_ma)
            self._next(RISE)

    def _rise(self, readings: list[int]) -> None:
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

    def _fall(self, readings: list[int]) -> None:
        if self._base[self._phase] - readings[self._phase] >= STEP_MA:
            self._seen += 1
            if self._seen >= _SETTLE:
                self._next(PROVEN)
        else:
            self._seen = 0
            if self._now_s - self._since_s >= _WAIT_S:
                self._fail("stuck")

    def document(self, phases: int) -> "dict[str, object]":
        """The proof for the page. phases: of the supply."""
        return {
            "state": self.state,
            "reason": self.reason,
            "failed_at": self.failed_at,
            "current_ma": self.current_ma,
            "phases": phases,
        }
