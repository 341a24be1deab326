"""The grants that are under way: what each seat was sent and may still obey.

A grant is entered when its beacon goes out. It is struck off when its time is up, or
when the seat acknowledges a later one: from then on it cannot come back. A few places a
seat are enough; when all are taken, the newest grant shares the place of the one before
it, and the place counts with the larger of both.
"""

from micropython import const

from ballast.control.ticks import diff

_PLACES = const(4)  # grants of one seat that are told apart


class Grants:
    """count[seat]: how many are under way. find_largest() finds the largest of them."""

    def __init__(self, seats: int) -> None:
        self.count = bytearray(seats)
        self.found_ma = 0
        self.found_mask = 0
        self._seq = [0] * (_PLACES * seats)  # the first beacon that carried the grant
        self._ma = [0] * (_PLACES * seats)
        self._mask = bytearray(_PLACES * seats)
        self._until_ms = [0] * (_PLACES * seats)

    def find_largest(self, seat: int, now_ms: int) -> None:
        """Remove grants that have ended.

        found_ma: the largest that is left; found_mask: the conductors of all that are left.
        """
        ma = 0
        mask = 0
        at = _PLACES * seat
        end = at + self.count[seat]
        while at < end:
            if diff(self._until_ms[at], now_ms) <= 0:
                end -= 1
                self._move(end, at)
                self.count[seat] -= 1
                continue
            if self._ma[at]:
                mask |= self._mask[at]
                if self._ma[at] > ma:
                    ma = self._ma[at]
            at += 1
        self.found_ma = ma
        self.found_mask = mask

    def enter(self, seat: int, seq: int, ma: int, mask: int, until_ms: int) -> None:
        """Beacon `seq` grants `ma` on `mask` until `until_ms`.

        The same current on the same conductors as in the latest grant only prolongs that one.
        """
        count = self.count[seat]
        last = self._latest(seat)
        if last >= 0 and self._ma[last] == ma and self._mask[last] == mask:
            self._prolong(last, until_ms)
        elif count == _PLACES:
            self._ma[last] = ma if ma > self._ma[last] else self._ma[last]
            self._mask[last] |= mask
            self._prolong(last, until_ms)
        else:
            at = _PLACES * seat + count
            self._seq[at] = seq
            self._ma[at] = ma
            self._mask[at] = mask
            self._until_ms[at] = until_ms
            self.count[seat] = count + 1

    def acknowledge(self, seat: int, seq: int) -> None:
        """The seat obeys the grant of beacon `seq`: what was sent before it is struck off."""
        first = _PLACES * seat
        end = first + self.count[seat]
        obeyed = -1
        for at in range(first, end):
            if self._seq[at] <= seq and (obeyed < 0 or self._seq[at] > self._seq[obeyed]):
                obeyed = at
        if obeyed < 0:
            return
        seq = self._seq[obeyed]
        at = first
        while at < end:
            if self._seq[at] < seq:
                end -= 1
                self._move(end, at)
            else:
                at += 1
        self.count[seat] = end - first

    def _latest(self, seat: int) -> int:
        """The place of the grant that was sent last, -1 = none is under way."""
        latest = -1
        first = _PLACES * seat
        for at in range(first, first + self.count[seat]):
            if latest < 0 or self._seq[at] > self._seq[latest]:
                latest = at
        return latest

    def _prolong(self, at: int, until_ms: int) -> None:
        if diff(until_ms, self._until_ms[at]) > 0:
            self._until_ms[at] = until_ms

    def _move(self, source: int, to: int) -> None:
        self._seq[to] = self._seq[source]
        self._ma[to] = self._ma[source]
        self._mask[to] = self._mask[source]
        self._until_ms[to] = self._until_ms[source]
