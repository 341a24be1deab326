"""The other chargers of the group as this one hears them: who is alive, and what is new.

Frames are numbered: `boot` counts the starts of their sender, `seq` its frames since then.
A frame that is older than the latest one of its kind was recorded or has been on its way for
too long, and is refused.
"""

from micropython import const

from ballast.control.group import records as g
from ballast.control.group.timers import SeatTimers

_FEW = const(16)  # fewer chargers than this send twice as often
_MOST_PLACES = const(8)  # a claim waits for no more than this many others


class Peers:
    """Lists by seat. alive.on: 1 = heard within FRESH_MS. metered: 1 = it says that it hears the
    meter (believed or not). report_seq, beacon_seq: the latest frame of each kind.
    """

    def __init__(self, config: g.Config, seat: int) -> None:
        n = config.seats
        self.alive = SeatTimers(n)
        self.metered = bytearray(n)
        self.report_seq = [0] * n
        self.beacon_seq = [0] * n
        self._boot = [-1] * n
        self._config = config
        self._seat = seat

    def step(self, now_ms: int) -> None:
        """Let time pass: who has been silent for too long is not alive any more."""
        for i in range(self._config.seats):
            if self.alive.on[i]:
                self.alive.left(i, now_ms)

    def take(
        self, now_ms: int, seat: int, boot: int, seq: int, latest: list[int], back: int
    ) -> bool:
        """Whether a frame of `seat` is newer than the latest one; then it is the latest one.

        latest: report_seq or beacon_seq. back: how much older it may be all the same.
        """
        known = self._boot[seat]
        # an older start is refused while that seat is heard. In a silent seat it is a charger
        # whose memory was wiped: it counts its starts from 1 again
        if boot < known and self.alive.on[seat]:
            return False
        if boot == known and seq + back <= latest[seat]:
            return False
        if boot != known:
            self._boot[seat] = boot
            self.report_seq[seat] = 0
            self.beacon_seq[seat] = 0
        if seq > latest[seat]:
            latest[seat] = seq
        self.alive.set(seat, now_ms, g.FRESH_MS + 1)
        return True

    def rate(self) -> int:
        """How many reports and beacons a second each charger sends: 2 in a small group, else 1."""
        alive = 0
        for i in range(self._config.seats):
            alive += self.alive.on[i]
        return 2 if alive < _FEW else 1

    def place(self) -> int:
        """How many better chargers are alive and should claim before this one; at most 8."""
        place = 0
        for i in range(self._config.seats):
            if i != self._seat and self.alive.on[i] and self.better(i, self._seat):
                place += 1
        return place if place < _MOST_PLACES else _MOST_PLACES

    def better(self, one: int, other: int) -> bool:
        """Whether seat `one` should lead rather than seat `other`: if one of them alone hears the
        meter, that one; else the lower seat."""
        if self.metered[one] != self.metered[other]:
            return self.metered[one] == 1
        return one < other
