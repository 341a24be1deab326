"""Decides when to send a sample and when to repeat it: one `Sender` per charger. No I/O here.

A sample is sent every `expect_ms`, and at once if the current of a phase differs by more
than 1 A from the reading that the charger has acknowledged. Until the charger
acknowledges, each window (about 65 ms) sends the newest reading again, at most six times.
If 30 % of the frames are lost, one of 1400 such bursts fails; the sixth frame is sent
0.45 s after the step. A heartbeat is sent at most three times. If the charger never
answers, no new burst begins for the same reading.
"""

from micropython import const

from clamp.ticks import diff

EVENT_MA = const(1000)
_BURST = const(6)
_TRIES = const(3)

NOTHING = const(0)
HEARTBEAT = const(1)
EVENT = const(2)


class Sender:
    """heard: the last sample was acknowledged. missed: samples without an answer in a row.

    lost: samples without an answer since the start. event: the present burst was started by
    a change of the current.
    """

    def __init__(self, expect_ms: int) -> None:
        self.expect_ms = expect_ms
        self.heard = True
        self.missed = 0
        self.lost = 0
        self.event = False
        self._acked = [0, 0, 0]
        self._sent = [0, 0, 0]
        self._beat = 0
        self._left = 0
        self._started = False

    def due(self, now_ms: int, ma: list[int]) -> int:
        """NOTHING, HEARTBEAT or EVENT: what to send with the newest reading. Call it each window."""
        if not self._started:
            self._started = True
            self._beat = now_ms
            self._left = _TRIES
            return HEARTBEAT
        if self._moved(ma, self._acked) and self._moved(ma, self._sent if self.spent() else None):
            if not self.event or self.spent():
                self.event = True
                self._left = _BURST
            return EVENT
        if diff(now_ms, self._beat) >= self.expect_ms:
            self._beat = now_ms
            self.event = False
            self._left = _TRIES
            return HEARTBEAT
        if not self.heard and self._left > 0:
            return EVENT if self.event else HEARTBEAT
        return NOTHING

    def spent(self) -> bool:
        """Whether the burst is over and no answer came."""
        return self._left <= 0 and not self.heard

    def _moved(self, ma: list[int], base: "list[int] | None") -> bool:
        if base is None:
            return True
        for i in range(3):
            if abs(ma[i] - base[i]) > EVENT_MA:
                return True
        return False

    def sent(self, now_ms: int, ma: list[int]) -> None:
        """The radio has taken a sample with the reading `ma`."""
        if not self.heard:
            self._miss()
        self.heard = False
        self._left -= 1
        if self.event:
            self._beat = now_ms  # an event replaces the next heartbeat
        for i in range(3):
            self._sent[i] = ma[i]

    def _miss(self) -> None:
        self.missed += 1
        if self.lost < 65535:
            self.lost += 1

    def acked(self, ma: list[int]) -> None:
        """The charger has acknowledged the sample with the reading `ma`."""
        self.heard = True
        self.event = False
        self.missed = 0
        for i in range(3):
            self._acked[i] = ma[i]
