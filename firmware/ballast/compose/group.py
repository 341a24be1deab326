"""Wires this charger to its group: makes the parts from the settings and hands on their numbers.

control/group/ decides: what to ask for (request.py), when the own meter counts
(own_meter.py), who gets what. The group's frames come from links.RadioWiring, or from UDP
where the settings say so.
"""

import asyncio
import hashlib
import time

from micropython import const

from ballast.compose import group_config
from ballast.control.group import records as g
from ballast.control.group.budget import GroupBudget
from ballast.control.group.machine import GroupMachine
from ballast.control.group.own_meter import OwnMeter
from ballast.control.group.request import OwnState, Wish
from ballast.control.limits import limits
from ballast.control.settings import Settings
from ballast.protocol.group_frame import GroupCodec
from ballast.services.charge_plan import ChargePlan
from ballast.services.memory.kept_plan import KeptPlan
from ballast.services.radio.group_link import GroupLink

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from ballast.compose.env import Env
    from ballast.services.radio.udp import UdpRadio
    from ballast.services.shapes import Radio
    from main import App

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
        self._watch = app.settings.watch(group_config.KEYS)
        self.link: "GroupLink | None" = None
        self.budget: "GroupBudget | None" = None
        self._machine: "GroupMachine | None" = None
        self.problem = ""
        self._told = ""  # the problem that was logged last
        self._try_again = False
        self.plan = ChargePlan()
        self._kept_plan = KeptPlan(self.plan, app.store, self._time_s)
        self._state = OwnState()
        self._own_wish: "Wish | None" = None
        self._own_meter = OwnMeter()
        self._udp: "UdpRadio | None" = None
        if app.settings["group_id"]:
            self._shut()

    def _shut(self) -> None:
        """A charger in a group draws nothing before it hears from the group."""
        self._app.charger.fall_to(limits.GROUP, 0)
        self._app.charger.put_limit(limits.GROUP, 0, g.SLOT_MS)

    async def run(self) -> None:
        """Step for ever; make the parts anew when one of their settings changes."""
        while True:
            self._watch.changed()  # what is made next follows the settings of now
            self._make()
            link = self.link
            left = _AGAIN
            while not self._watch.changed() and left:
                left -= 1 if self._try_again else 0
                self._step_plan()
                if link is not None:
                    self._turn(link)
                await asyncio.sleep_ms(_STEP_MS if link is not None else _ALONE_MS)

    def _turn(self, link: GroupLink) -> None:
        if self._udp is not None:
            self._udp.drain(link.on_frame)
        self._ask(link)
        self._measure(link)
        link.step()

    # -- making ---------------------------------------------------------------------

    def _make(self) -> None:
        self._end()
        s = self._app.settings
        if not s["group_id"]:
            self._app.charger.fall_to(limits.GROUP, limits.NO_LIMIT_MA)
            return
        self._shut()
        try:
            self._start(s)
        except (ValueError, OSError) as error:
            problem = "group: %s" % error
            # before the charger has an address no group of the network can be joined
            self._try_again = isinstance(error, OSError)
            if problem != self._told:
                self._env.log(problem)
            self._told = self.problem = problem

    def _start(self, s: Settings) -> None:
        seat, key, pair = group_config.make_seat(s)
        config, panels = group_config.make_config(s)
        radio = self._radio(s)
        group = GroupMachine(config, panels, seat, self._next_boot(), time.ticks_ms())
        codec = GroupCodec(
            hashlib.sha256(key).digest(), s["group_id"], config.crc, g.Report(), g.Beacon()
        )
        self._own_wish = Wish(pair, s["supply_phases"])
        self.budget = budget = GroupBudget(config.seats, s["supply_phases"])
        self._machine = group

        def heard(now_ms: int, report: g.Report) -> None:
            """A member's report carries the current that it draws: the budget needs it."""
            budget.draw(now_ms, report.seat, report.drawn_ma, report.held_ma)

        self.link = GroupLink(self._app.charger, radio, group, codec, heard)
        if self._app.radio is not None:
            self._app.radio.group = None if self._udp is not None else self.link.on_frame

    def _radio(self, s: Settings) -> "Radio":
        if s["group_radio"] == 0:
            if self._env.radio is None:
                raise ValueError("this board has no ESP-NOW; choose the network")
            return self._env.radio
        from ballast.services.radio.udp import UdpRadio  # few chargers need it

        wifi = self._env.wifi
        self._udp = UdpRadio((wifi.address() if wifi is not None else "") or "127.0.0.1")
        return self._udp

    def _next_boot(self) -> int:
        """How often the group was started, kept in flash: no frame of a former start counts."""
        store = self._app.store
        kept = store.load("group") or {}
        boot = (kept.get("boot", 0) + 1) & 0xFFFFFF
        store.save("group", {"boot": boot}, 0)
        return boot

    def _end(self) -> None:
        if self._app.radio is not None:
            self._app.radio.group = None
        if self._udp is not None:
            self._udp.close()
        self.link = self.budget = self._machine = self._own_wish = self._udp = None
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
            "mode": group_config.MODES[s["group_mode"]], "role": "off", "leader": None,
            "share_ma": 0, "lease_s": 0, "waiting": False, "short": None,
            "problem": self.problem or None,
        }  # fmt: skip
        if self.link is not None:
            out.update(self.link.shown())
        return out

    # -- every step -------------------------------------------------------------------

    def _ask(self, link: GroupLink) -> None:
        """What this charger wants, from its state and the plan of the EV that is there."""
        charger = self._app.charger
        wish = self._own_wish
        if wish is None:
            return
        plan = self.plan
        charger.own_state(self._state)
        wish.step(self._state, self._app.settings["group_rank"], plan.rank)
        drawn = wish.drawn_ma
        link.drawn(drawn[0], drawn[1], drawn[2])
        link.wiring(wish.wired, wish.mask, wish.line)
        need_mah = plan.need_mah(wish.conductors, charger.supply_v())
        link.ask(wish.want, wish.min_ma, wish.max_ma, wish.rank, plan.left_s, need_mah)

    def _measure(self, link: GroupLink) -> None:
        """Pass on to the group what the own meter leaves for it."""
        budget, machine = self.budget, self._machine
        if budget is None or machine is None:
            return
        if self._own_meter.step(time.ticks_ms(), self._state, machine, budget):
            link.budget(budget.ma[0], budget.ma[1], budget.ma[2])
