"""This charger in its group: made from the settings, its wish and budget filled in.

Nothing here decides who gets what: control/group/ does. The group's frames come
from the radio's one listener (links.RadioWiring), or from UDP where the settings say so.
"""

import asyncio
import hashlib
import time

from ballast.compose import group_config
from ballast.control.group import records as g
from ballast.control.group.allocate import best_rank
from ballast.control.group.budget import GroupBudget
from ballast.control.group.machine import LEAD
from ballast.control.group.machine import Group as Machine
from ballast.control.limits import limits
from ballast.control.meter.meter import GOOD
from ballast.control.pilot import charge_state as cs
from ballast.protocol.group_frame import GroupCodec
from ballast.services.charge_plan import ChargePlan
from ballast.services.memory.kept_plan import KeptPlan
from ballast.services.radio.group_link import GroupLink

STEP_MS = 50
_SKIP = 5  # who does not lead looks at an old reading again only so often
_MAY_CHARGE = (cs.WHY_NONE, cs.WHY_LIMIT, cs.WHY_HOLD, cs.WHY_TEST, cs.WHY_CAR, cs.WHY_CAR_IDLE)
_OWN_SLOTS = (limits.SITE, limits.GROUP, limits.COMMISSION)
_VEHICLE_RANK = 255  # no vehicle tells its rank over a pilot (IEC 61851-1)


class Group:
    """link: the GroupLink that runs, None while the settings want none. problem: why not.

    plan: of the car that is there.
    """

    def __init__(self, app, env):
        self._app = app
        self._env = env
        self._watch = app.settings.watch(group_config.KEYS)
        self.link = None
        self.budget = None
        self.problem = ""
        self.plan = ChargePlan()
        self._kept_plan = KeptPlan(self.plan, app.store, self._time_s)
        self._pair = 0  # the two conductors that it is wired between
        self._seq = -1
        self._skipped = 0
        self._udp = None
        if app.settings["group_id"]:
            self._shut()

    def _shut(self):
        """In a group and without a word from it nothing may be drawn."""
        self._app.charger.fall_to(limits.GROUP, 0)
        self._app.charger.put_limit(limits.GROUP, 0, g.SLOT_MS)

    async def run(self):
        """For ever: made anew when the settings change."""
        while True:
            self._watch.changed()  # what is made next follows the settings of now
            self._make()
            link = self.link
            while not self._watch.changed():
                self._look()
                if link is not None:
                    self._turn(link)
                await asyncio.sleep_ms(STEP_MS if link is not None else 500)

    def _turn(self, link):
        if self._udp is not None:
            self._udp.drain(link.on_frame)
        self._ask(link)
        self._spare(link)
        link.step()

    # -- making ---------------------------------------------------------------------

    def _make(self):
        self._end()
        s = self._app.settings
        if not s["group_id"]:
            self._app.charger.fall_to(limits.GROUP, limits.NO_LIMIT_MA)
            return
        self._shut()
        try:
            self._start(s)
        except (ValueError, OSError) as error:
            self.problem = "group: %s" % error
            self._env.log(self.problem)

    def _start(self, s):
        seat, key, self._pair = group_config.make_seat(s)
        config, panels = group_config.make_config(s)
        radio = self._radio(s)
        group = Machine(config, panels, seat, self._next_boot(), time.ticks_ms())
        codec = GroupCodec(
            hashlib.sha256(key).digest(), s["group_id"], config.crc, g.Report(), g.Beacon()
        )
        self.budget = GroupBudget(config.seats, s["supply_phases"])
        self.link = GroupLink(self._app.charger, radio, group, codec, self._heard)
        if self._app.radio is not None:
            self._app.radio.group = None if self._udp is not None else self.link.on_frame

    def _radio(self, s):
        if s["group_radio"] == 0:
            if self._env.radio is None:
                raise ValueError("this board has no ESP-NOW; choose the network")
            return self._env.radio
        from ballast.services.radio.udp import UdpRadio

        wifi = self._env.wifi
        self._udp = UdpRadio((wifi.address() if wifi is not None else "") or "127.0.0.1")
        return self._udp

    def _next_boot(self):
        """How often this charger has started, kept: no frame of a former start counts again."""
        store = self._app.store
        kept = store.load("group") or {}
        boot = (kept.get("boot", 0) + 1) & 0xFFFFFF
        store.save("group", {"boot": boot}, 0)
        return boot

    def _end(self):
        if self._app.radio is not None:
            self._app.radio.group = None
        if self._udp is not None:
            self._udp.close()
        self.link = self.budget = self._udp = None
        self.problem = ""

    # -- the plan, and what the page shows ------------------------------------------------

    def set_plan(self, departure_s, energy_wh, rank):
        """A plan for the car that is there, as ChargePlan.set(). False = there is no car."""
        cycle = self._app.charger.cycle
        return self._kept_plan.set(cycle.uptime_s, cycle.session, departure_s, energy_wh, rank)

    def _time_s(self):
        """Unix time, None while nobody has told it."""
        page = self._app.page
        return page.wall.time_s() if page is not None else None

    def _look(self):
        """Let the plan's time pass."""
        cycle = self._app.charger.cycle
        self._kept_plan.step(cycle.uptime_s, cycle.session)

    def _need_mah(self, mask):
        """What the plan still wants on each conductor of `mask`; a pair's current flows in both."""
        conductors = 1 if self._pair else (mask & 1) + (mask >> 1 & 1) + (mask >> 2)
        return self.plan.need_mah(conductors, self._app.charger.supply_v())

    def document(self):
        """Of the status document; None while this charger is alone."""
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

    def _heard(self, now_ms, report):
        self.budget.draw(now_ms, report.seat, report.drawn_ma, report.held_ma)

    def _ask(self, link):
        """The wish: a car is there and may charge, as much as all else allows."""
        cycle = self._app.charger.cycle
        most = limits.NO_LIMIT_MA
        slots = cycle.limits.slot_ma
        for slot in range(limits.COUNT):
            if slots[slot] < most and slot not in _OWN_SLOTS:
                most = slots[slot]
        least = cycle.settings_min_ma
        want = cycle.charge.plugged and cycle.why in _MAY_CHARGE and most >= least
        self._wires(link, cycle)
        rank = best_rank(self._app.settings["group_rank"], self.plan.rank, _VEHICLE_RANK)
        need_mah = self._need_mah(link.group.request.mask)
        link.ask(want, least, min(most, 80000), rank, self.plan.left_s, need_mah)

    def _wires(self, link, cycle):
        """Which conductors of the house the EV could load and does load, and with how much."""
        drawn = link.group.request.drawn_ma
        for phase in range(3):
            drawn[phase] = 0 if cycle.ev.fitted else -1
        if self._pair:  # what it draws flows in both
            for phase in range(3):
                if cycle.ev.fitted and (self._pair >> phase) & 1:
                    drawn[phase] = cycle.ev.max_ma
            link.wiring(self._pair, self._pair, 1)
            return
        phases = min(cycle.fit.phases, self._app.settings["supply_phases"])
        to = cycle.site.phase_map
        wired = 0
        mask = 0
        for i in range(phases):
            phase = to[i] if phases == 3 else i
            wired |= 1 << phase
            if cycle.site.balancer.phases.used[phase]:
                mask |= 1 << phase
            if cycle.ev.fitted:
                drawn[phase] = cycle.ev.ma[i]
        link.wiring(wired, mask, 0)

    def _spare(self, link):
        """The budget, while the own meter is trusted; without it the group has its fallback."""
        site = self._app.charger.cycle.site
        meter = site.meter
        budget = self.budget
        if not site.used or meter.state != GOOD:
            budget.forget()
            return
        group = link.group
        self._skipped += 1
        if group.role != LEAD and meter.seq == self._seq and self._skipped < _SKIP:
            return
        self._seq = meter.seq
        self._skipped = 0
        r = group.request
        now = time.ticks_ms()
        budget.draw(now, group.seat, r.drawn_ma, group.member.held_ma)
        budget.step(now, meter.ma, site.limit_ma, group.role == LEAD)
        link.budget(budget.ma[0], budget.ma[1], budget.ma[2])
