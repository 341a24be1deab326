"""This charger in its group: makes the parts from the settings, and keeps the plan of the EV.

control/group/ decides: what to ask for (request.py), when the own meter counts
(own_meter.py), who gets what. The group's frames come from links.RadioWiring, or from UDP
where the settings say so. The parts (group_seat.py) are imported when a group is configured.
"""

import asyncio

from micropython import const

from ballast.control.limits import limits
from ballast.services.charge_plan import ChargePlan
from ballast.services.memory.kept_plan import KeptPlan

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from ballast.compose.env import Env
    from ballast.compose.group_seat import GroupSeat
    from ballast.control.group.budget import GroupBudget
    from ballast.services.radio.group_link import GroupLink
    from main import App

KEYS = (
    "group_id", "group_key", "group_seat", "group_seats", "group_share_ma", "group_mode",
    "group_radio", "group_panels", "group_line", "supply_phases", "fuse_ma", "margin_ma",
    "fallback_ma", "meter_kind",
)  # fmt: skip
MODES = ("equal", "priority", "departure")
_SLOT_MS = const(2000)  # as control/group/records.SLOT_MS; a test compares the two
_STEP_MS = const(50)
_ALONE_MS = const(500)  # while there is no group, only the plan of the EV is looked after
_AGAIN = const(20)  # times _ALONE_MS until a group that found no network or socket tries again


class GroupWiring:
    """link: the GroupLink that runs; None while the charger is alone, or while `problem` says
    what is wrong with the settings. budget: the GroupBudget of that link. plan: of the EV that
    is there.
    """

    def __init__(self, app: "App", env: "Env") -> None:
        self._app = app
        self._env = env
        self._watch = app.settings.watch(KEYS)
        self._seat: "GroupSeat | None" = None
        self.link: "GroupLink | None" = None
        self.budget: "GroupBudget | None" = None
        self.problem = ""
        self._told = ""  # the problem that was logged last
        self._try_again = False
        self.plan = ChargePlan()
        self._kept_plan = KeptPlan(self.plan, app.store, self._time_s)
        if app.settings["group_id"]:
            self._shut()

    def _shut(self) -> None:
        """A charger in a group draws nothing before it hears from the group."""
        self._app.charger.fall_to(limits.GROUP, 0)
        self._app.charger.put_limit(limits.GROUP, 0, _SLOT_MS)

    async def run(self) -> None:
        """Step for ever; make the parts anew when one of their settings changes."""
        while True:
            self._watch.changed()  # what is made next follows the settings of now
            self._make()
            seat = self._seat
            left = _AGAIN
            while not self._watch.changed() and left:
                left -= 1 if self._try_again else 0
                self._step_plan()
                if seat is not None:
                    seat.turn(self.plan)
                await asyncio.sleep_ms(_STEP_MS if seat is not None else _ALONE_MS)

    # -- making ---------------------------------------------------------------------

    def _make(self) -> None:
        self._end()
        self.problem = ""
        if not self._app.settings["group_id"]:
            self._app.charger.fall_to(limits.GROUP, limits.NO_LIMIT_MA)
            return
        self._shut()
        try:
            from ballast.compose.group_seat import GroupSeat  # most chargers are alone

            seat = self._seat = GroupSeat(self._app, self._env)
            self.link, self.budget = seat.link, seat.budget
        except (ValueError, OSError) as error:
            self._failed("group: %s" % error, isinstance(error, OSError))
        except MemoryError:
            self._failed("group: this board has not enough memory for it; lower group_seats", False)

    def _failed(self, problem: str, try_again: bool) -> None:
        """try_again: before the charger has an address no group of the network can be joined."""
        self._end()
        if problem != self._told:
            self._env.log(problem)
        self._told = self.problem = problem
        self._try_again = try_again

    def _end(self) -> None:
        if self._app.radio is not None:
            self._app.radio.group = None
        if self._seat is not None:
            self._seat.close()
        self._seat = self.link = self.budget = None
        self.problem = ""
        self._try_again = False

    # -- the plan, and what the page shows ------------------------------------------------

    def set_plan(
        self, departure_s: "int | None", energy_wh: "int | None", rank: "int | None"
    ) -> bool:
        """A plan for the EV that is there, as ChargePlan.set(). False = there is no EV."""
        cycle = self._app.charger.cycle
        return self._kept_plan.set(cycle.uptime_s, cycle.session, departure_s, energy_wh, rank)

    def _time_s(self) -> "int | None":
        """Unix time; None while it is not known."""
        page = self._app.page
        return page.wall.time_s() if page is not None else None

    def _step_plan(self) -> None:
        """Let the plan's time pass."""
        cycle = self._app.charger.cycle
        self._kept_plan.step(cycle.uptime_s, cycle.session)

    def document(self) -> "dict | None":
        """The part "group" of the status document; None while this charger is alone."""
        s = self._app.settings
        if not s["group_id"]:
            return None
        out = {
            "seat": s["group_seat"], "seats": s["group_seats"],
            "mode": MODES[s["group_mode"]], "role": "off", "leader": None,
            "share_ma": 0, "lease_s": 0, "waiting": False, "short": None,
            "problem": self.problem or None,
        }  # fmt: skip
        if self.link is not None:
            out.update(self.link.shown())
        return out
