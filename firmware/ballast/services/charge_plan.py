"""The driver's plan for the EV that is plugged in: departure, energy wanted, rank.

A plan belongs to one session. The next session, or no session, deletes it. Numbers in,
numbers out: the caller passes the time and the session (control/session.Session). The
time to the departure and the energy still wanted count down.
"""

from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from ballast.services.shapes import Session

_LAST = const(255)  # the last rank, which is also the rank of a driver who gave none
_NONE = const(-1)
_MOST_MAH = const(0x100000)  # what a group's report can carry


class ChargePlan:
    """on: there is a plan. departure_s, energy_wh: what is left of each, -1 = not given.
    rank: 0..255, 0 = first.

    left_s: seconds to the departure as the group counts them, -1 = the EV can wait.
    """

    MOST_S = 604800  # a week
    MOST_WH = 200000
    MOST_RANK = _LAST

    def __init__(self) -> None:
        self._session = 0
        self.forget()

    def forget(self) -> None:
        """Delete the plan."""
        self.on = False
        self.departure_s = _NONE
        self.energy_wh = _NONE
        self.rank = _LAST
        self.left_s = _NONE
        self._leaves_s = 0
        self._full_wh = 0

    def set(
        self,
        now_s: int,
        session: "Session",
        departure_s: "int | None",
        energy_wh: "int | None",
        rank: "int | None",
    ) -> bool:
        """Take a plan for the session that is open. False = no session is open.

        departure_s: 0..MOST_S from now. energy_wh: 0..MOST_WH from now. rank: 0..MOST_RANK.
        None = not given.
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

    def depart(self, now_s: int, departure_s: int, session: "Session") -> None:
        """Set only the departure of a plan that is on: 0..MOST_S from now. A later departure
        counts as not given, an earlier one as now."""
        if departure_s <= self.MOST_S:
            self._depart(now_s, max(0, departure_s))
        elif self.energy_wh < 0 and self.rank == _LAST:
            self.forget()
        self.step(now_s, session)

    def _depart(self, now_s: int, departure_s: int) -> None:
        self.departure_s = departure_s
        self._leaves_s = now_s + departure_s

    def step(self, now_s: int, session: "Session") -> None:
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
        # An EV that has its energy can wait. So can an EV without an energy plan that is still
        # plugged in after its departure.
        if self.energy_wh == 0 or (self.departure_s == 0 and self.energy_wh < 0):
            self.left_s = _NONE

    def need_mah(self, conductors: int, volt: int) -> int:
        """mAh still wanted on each of `conductors` at `volt` [V]; 0 = nothing, or not given."""
        if self.energy_wh <= 0:
            return 0
        per_volt = conductors * volt
        return min((self.energy_wh * 1000 + per_volt - 1) // per_volt, _MOST_MAH)

    def document(self) -> "dict[str, int | None] | None":
        """What is left of the plan, a value that was not given as None; None = no plan."""
        if not self.on:
            return None
        return {
            "departure_s": None if self.departure_s < 0 else self.departure_s,
            "energy_wh": None if self.energy_wh < 0 else self.energy_wh,
            "rank": None if self.rank == _LAST else self.rank,
        }
