"""The parts of a charger in a group, made from the settings, and the numbers that they hand on.

Imported when a group is configured: a charger that is alone has none of this in memory.
"""

import hashlib
import time

from micropython import const

from ballast.compose import group_config
from ballast.control.group import records as g
from ballast.control.group.budget import GroupBudget
from ballast.control.group.machine import GroupMachine
from ballast.control.group.own_meter import OwnMeter
from ballast.control.group.own_state import OwnState
from ballast.control.group.request import Wish
from ballast.control.settings import Settings
from ballast.protocol.group_frame import GroupCodec
from ballast.services.radio.group_link import GroupLink

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from ballast.compose.env import Env
    from ballast.services.charge_plan import ChargePlan
    from ballast.services.radio.udp import UdpRadio
    from ballast.services.shapes import Radio
    from main import App


class GroupSeat:
    """link: the GroupLink that runs. budget: the GroupBudget of that link.

    The constructor raises ValueError or OSError with one line if the settings cannot be used.
    """

    def __init__(self, app: "App", env: "Env") -> None:
        self._app = app
        self._env = env
        self._udp: "UdpRadio | None" = None
        self._state = OwnState()
        self._own_meter = OwnMeter()
        s = app.settings
        seat, key, pair = group_config.make_seat(s)
        config, panels = group_config.make_config(s)
        machine = GroupMachine(config, panels, seat, self._next_boot(), time.ticks_ms())
        codec = GroupCodec(
            hashlib.sha256(key).digest(), s["group_id"], config.crc, g.Report(), g.Beacon()
        )
        self._wish = Wish(pair, s["supply_phases"])
        self.budget = budget = GroupBudget(config.seats, s["supply_phases"])
        self._machine = machine

        def heard(now_ms: int, report: g.Report) -> None:
            """A member's report carries the current that it draws: the budget needs it."""
            budget.draw(now_ms, report.seat, report.drawn_ma, report.held_ma)

        self.link = GroupLink(app.charger, self._radio(s), machine, codec, heard)
        if app.radio is not None:
            app.radio.group = None if self._udp is not None else self.link.on_frame

    def _radio(self, s: Settings) -> "Radio":
        if s["group_radio"] == 0:
            if self._env.radio is None:
                raise ValueError("this board has no ESP-NOW; choose the network")
            self._env.radio.room(group_config.radio_bytes(s["group_seats"]))
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

    def close(self) -> None:
        """End the part that listens to the network."""
        if self._udp is not None:
            self._udp.close()

    def turn(self, plan: "ChargePlan") -> None:
        """One turn of the group. plan: of the EV that is there."""
        link = self.link
        if self._udp is not None:
            self._udp.drain(link.on_frame)
        self._ask(plan)
        if self._own_meter.step(time.ticks_ms(), self._state, self._machine, self.budget):
            ma = self.budget.ma
            link.budget(ma[0], ma[1], ma[2])
        link.step()

    def _ask(self, plan: "ChargePlan") -> None:
        """What this charger wants, from its state and the plan of the EV that is there."""
        charger, link, wish = self._app.charger, self.link, self._wish
        charger.own_state(self._state)
        wish.step(self._state, self._app.settings["group_rank"], plan.rank)
        drawn = wish.drawn_ma
        link.drawn(drawn[0], drawn[1], drawn[2])
        link.wiring(wish.wired, wish.mask, wish.line)
        need_mah = plan.need_mah(wish.conductors, charger.supply_v())
        link.ask(wish.want, wish.min_ma, wish.max_ma, wish.rank, plan.left_s, need_mah)
