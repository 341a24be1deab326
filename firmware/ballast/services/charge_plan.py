"""What the driver of the car that is plugged in has said: when it leaves, what it needs, its rank.

For this session only: another session, or none, forgets it. Numbers in, numbers out: the
caller brings the time and the session (control/session.Session). Time to the departure and
energy still wanted count down by themselves.
"""

from micropython import const

_LAST = const(255)  # the last rank: as if nothing was said
_NONE = const(-1)
_MOST_MAH = const(0x100000)  # what a group's report can carry


class ChargePlan:
    """on: there is one. departure_s, energy_wh: what is left, -1 = not said. rank: 0..255.

    left_s: seconds to the departure as the group is to count them, -1 = nothing presses.
    """

    MOST_S = 604800  # a week
    MOST_WH = 200000
    MOST_RANK = _LAST

    def __init__(self):
        self._session = 0
        self.forget()

    def forget(self):
        """Nothing was said."""
        self.on = False
        self.departure_s = _NONE
        self.energy_wh = _NONE
        self.rank = _LAST
        self.left_s = _NONE
        self._leaves_s = 0
        self._full_wh = 0

    def set(self, now_s, session, departure_s, energy_wh, rank):
        """A plan for the session that is open; None = not said. False = no session is open.

        departure_s: 0..MOST_S from now. energy_wh: 0..MOST_WH from now. rank: 0..MOST_RANK.
        """
        if not session.open:
            return False
        self.forget()
        self.on = departure_s is not None or energy_wh is not None or rank is not None
        self._session = session.ended
        if departure_s is not None:
            self._depart(now_s, departure_s)
        if energy_wh is not None:
            self.energy_wh = energy_wh
            self._full_wh = session.wh + energy_wh
        if rank is not None:
            self.rank = rank
        self.step(now_s, session)
        return True

    def depart(self, now_s, departure_s, session):
        """The departure alone, of a plan that is on: 0..MOST_S from now, else it is not said."""
        if departure_s <= self.MOST_S:
            self._depart(now_s, max(0, departure_s))
        elif self.energy_wh < 0 and self.rank == _LAST:
            self.forget()
        self.step(now_s, session)

    def _depart(self, now_s, departure_s):
        self.departure_s = departure_s
        self._leaves_s = now_s + departure_s

    def step(self, now_s, session):
        """Let time pass. now_s: seconds since the start."""
        if not self.on:
            return
        if not session.open or session.ended != self._session:
            self.forget()
            return
        if self.departure_s >= 0:
            self.departure_s = max(0, self._leaves_s - now_s)
        if self.energy_wh >= 0:
            self.energy_wh = max(0, self._full_wh - session.wh)
        self.left_s = self.departure_s
        # who has what it asked for is in no hurry, nor is who left no word and stayed
        if self.energy_wh == 0 or (self.departure_s == 0 and self.energy_wh < 0):
            self.left_s = _NONE

    def need_mah(self, conductors, volt):
        """mAh still wanted on each of `conductors` at `volt` [V]; 0 = nothing, or not said."""
        if self.energy_wh <= 0:
            return 0
        per_volt = conductors * volt
        return min((self.energy_wh * 1000 + per_volt - 1) // per_volt, _MOST_MAH)

    def document(self):
        """What is left of it, None = not said; None when there is no plan."""
        if not self.on:
            return None
        return {
            "departure_s": None if self.departure_s < 0 else self.departure_s,
            "energy_wh": None if self.energy_wh < 0 else self.energy_wh,
            "rank": None if self.rank == _LAST else self.rank,
        }
