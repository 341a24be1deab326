"""How much of its share a member really uses: what it leaves moves on to the others.

A car that has been offered a current for longer than it may take to follow
(5 s, IEC 61851-1, plus a report) and draws clearly less is limited by itself: it is
full, its cable or charger is small. It is then asked for with what it draws and a
margin. The moment it uses all that it is offered, it is asked for in full again.

A car that has stopped drawing altogether, or never began within a minute, sits on its
minimum idly: it is full, or waits for its own timer. It keeps that place as long as
nobody else wants it.
"""

from micropython import const

from ballast.control.ticks import add, diff

_FOLLOW_MS = const(6000)
_UNUSED_MA = const(1000)  # draws less than offered by more than this: does not use it
_MARGIN_MA = const(2000)
_NOTHING_MA = const(1000)  # a car that charges draws at least 6 A; electronics less than this
_BEGIN_MS = const(60000)  # chosen: contactor, handshake and a slow charger's ramp


class Demand:
    """One member each index; `cap()` with every report that is believed."""

    def __init__(self, size):
        self._cap_ma = [-1] * size  # -1 = not capped
        self._offered_ma = [0] * size
        self._since_ms = [0] * size
        self._drew = bytearray(size)  # something, since it was offered current
        self._idle = bytearray(size)

    def idle(self, i):
        """Whether the member holds current and takes nothing: 6 s after it drew, or a minute
        after it was offered some."""
        return self._idle[i] == 1

    def forget(self, i):
        """A new start, or long silence: in full again."""
        self._cap_ma[i] = -1
        self._offered_ma[i] = 0
        self._drew[i] = self._idle[i] = 0

    def cap(self, i, now_ms, held_ma, drawn_ma, min_ma, max_ma):
        """The most to ask for, min_ma..max_ma; drawn_ma -1 = the member has no meter."""
        if held_ma > self._offered_ma[i] or held_ma < min_ma or drawn_ma < 0:
            self._since_ms[i] = now_ms  # offered more: give it time
        self._offered_ma[i] = held_ma
        unused_ms = self._judge_idle(i, now_ms, held_ma >= min_ma, drawn_ma)
        if drawn_ma < 0 or held_ma < min_ma:
            self._cap_ma[i] = -1
        elif drawn_ma + _UNUSED_MA >= held_ma:
            self._cap_ma[i] = -1  # uses it all
            self._since_ms[i] = now_ms
        elif unused_ms >= _FOLLOW_MS:
            self._cap_ma[i] = drawn_ma + _MARGIN_MA
            if unused_ms > _BEGIN_MS:
                self._since_ms[i] = add(now_ms, -_BEGIN_MS)  # kept within what diff() can tell
        ma = self._cap_ma[i]
        if ma < 0 or ma > max_ma:
            return max_ma
        return ma if ma > min_ma else min_ma

    def _judge_idle(self, i, now_ms, offered, drawn_ma):
        """Set what idle() tells; ms since it was offered more or used all."""
        if not offered:
            self._drew[i] = 0
        if drawn_ma >= _NOTHING_MA:
            self._drew[i] = 1
        unused_ms = diff(now_ms, self._since_ms[i])
        least_ms = _FOLLOW_MS if self._drew[i] else _BEGIN_MS
        self._idle[i] = 1 if offered and 0 <= drawn_ma < _NOTHING_MA and unused_ms >= least_ms else 0
        return unused_ms
