"""How much of its share a member really uses: the others get what it leaves.

An EV may take 5 s to follow its pilot (IEC 61851-1), and a report takes a second more. An
EV that after this time draws clearly less than it is offered cannot take more: it is
nearly full, or its cable or its own charger is small. Its request is then cut to what it
draws and a margin. As soon as it uses all that it is offered, the request counts in full
again.

An EV that has stopped, or has not begun within a minute, is idle: it is full, or it waits
for its own timer. It keeps its minimum as long as nobody else waits for current.
"""

from micropython import const

from ballast.control.ticks import add, diff

_FOLLOW_MS = const(6000)
_UNUSED_MA = const(1000)  # an EV that draws less than offered by more than this cannot use it
_MARGIN_MA = const(2000)  # chosen: enough for an EV to show that it takes more again
_NOTHING_MA = const(1000)  # an EV that charges draws at least 6 A; its electronics draw less
_BEGIN_MS = const(60000)  # chosen: contactor, handshake and a slow charger's ramp


class Usage:
    """Of `size` members, by index. Call cap() with every report that is believed."""

    def __init__(self, size: int) -> None:
        self._cap_ma = [-1] * size  # -1 = not cut
        self._offered_ma = [0] * size
        self._since_ms = [0] * size  # when it was offered more, or used all, for the last time
        self._drew = bytearray(size)  # 1 = it drew something since it was offered current
        self._idle = bytearray(size)

    def idle(self, i: int) -> bool:
        """Whether the member holds current and takes nothing: for 6 s if it drew before, for a
        minute if it has not begun yet."""
        return self._idle[i] == 1

    def forget(self, i: int) -> None:
        """The member has started anew, or was silent for long: its request counts in full."""
        self._cap_ma[i] = -1
        self._offered_ma[i] = 0
        self._drew[i] = self._idle[i] = 0

    def cap(
        self, i: int, now_ms: int, held_ma: int, drawn_ma: int, min_ma: int, max_ma: int
    ) -> int:
        """The most that the request counts with, min_ma..max_ma.

        held_ma: what the member may draw; drawn_ma: what it draws, -1 = it has no meter.
        """
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
                self._since_ms[i] = add(now_ms, -_BEGIN_MS)  # within the span that diff() can measure
        ma = self._cap_ma[i]
        if ma < 0 or ma > max_ma:
            return max_ma
        return ma if ma > min_ma else min_ma

    def _judge_idle(self, i: int, now_ms: int, offered: bool, drawn_ma: int) -> int:
        """Set what idle() returns; ms since the member was offered more, or used all."""
        if not offered:
            self._drew[i] = 0
        if drawn_ma >= _NOTHING_MA:
            self._drew[i] = 1
        unused_ms = diff(now_ms, self._since_ms[i])
        least_ms = _FOLLOW_MS if self._drew[i] else _BEGIN_MS
        self._idle[i] = 1 if offered and 0 <= drawn_ma < _NOTHING_MA and unused_ms >= least_ms else 0
        return unused_ms
