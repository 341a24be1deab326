"""When to send, and again: one `Sender` per charger. Pure.

A sample goes out every `expect_ms`, and at once when a phase has moved by more than
1 A from what the charger has acknowledged. Until the acknowledgement comes each
window (some 65 ms) sends its newest reading again, six times at most: with 30 % of the
frames lost, one in 1400 such bursts fails, and the last is out 0.45 s after the step.
A heartbeat is sent three times at most. A charger that never answers costs no more than
that: a burst is not begun again for the same reading.
"""

from micropython import const

from clamp.ticks import diff

EVENT_MA = const(1000)
_BURST = const(6)
_TRIES = const(3)

NOTHING = const(0)
HEARTBEAT = const(1)
EVENT = const(2)


def _abs(x):
    return x if x >= 0 else -x


class Sender:
    """heard: the last sample was acknowledged. missed: samples in a row without one.
    lost: all of them. event: the burst goes on because of a movement."""

    def __init__(self, expect_ms):
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

    def due(self, now_ms, ma):
        """NOTHING, HEARTBEAT or EVENT for the newest reading `ma` [3]; call it each window."""
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

    def spent(self):
        """The burst is over and nobody has answered."""
        return self._left <= 0 and not self.heard

    def _moved(self, ma, base):
        if base is None:
            return True
        for i in range(3):
            if _abs(ma[i] - base[i]) > EVENT_MA:
                return True
        return False

    def sent(self, now_ms, ma):
        """A sample with `ma` has been handed to the radio."""
        if not self.heard:
            self._miss()
        self.heard = False
        self._left -= 1
        if self.event:
            self._beat = now_ms  # an event is as good as a heartbeat
        for i in range(3):
            self._sent[i] = ma[i]

    def _miss(self):
        self.missed += 1
        if self.lost < 65535:
            self.lost += 1

    def acked(self, ma):
        """The charger has it: `ma` [3] is what it was told."""
        self.heard = True
        self.event = False
        self.missed = 0
        for i in range(3):
            self._acked[i] = ma[i]
