"""The facade: what services may do, and all that they may not."""

from ballast.control.charger import (
    PANEL,
    RESET_BROWN_OUT,
    RESET_POWER_ON,
    RESET_SOFT,
    RESET_WATCHDOG,
    SUPPLY,
)
from ballast.control.limits import limits
from ballast.control.meter import commissioning
from ballast.control.pilot import pilot
from ballast.control.records import Status
from ballast.control.safety import contactor, faults, rcd_test
from ballast_bench.rigs.control import A_MV, B_MV, C_MV, Rig, full_fit


def test_only_external_slots_and_only_sound_values():
    rig = Rig()
    rig.run(1)
    c = rig.charger
    refused = 0
    for slot in range(-1, limits.COUNT + 1):
        assert c.put_limit(slot, 16000, 1000) == limits.external(slot)
        refused += not limits.external(slot)
        assert c.refused == refused
    for slot, ma, ttl in (
        ("api", 16000, 1000), (None, 16000, 1000), (limits.API, -1, 1000),
        (limits.API, 1000001, 1000), (limits.API, 6.5, 1000), (limits.API, "6", 1000),
        (limits.API, 16000, 0), (limits.API, 16000, -1), (limits.API, 16000, 172800001),
        (limits.API, 16000, 1.5),
    ):  # fmt: skip
        assert c.put_limit(slot, ma, ttl) is False, (slot, ma, ttl)
        refused += 1
        assert c.refused == refused
    assert c.put_limit(limits.API, 0, 1) and c.put_limit(limits.API, 1000000, 172800000)


def test_a_service_can_never_raise_another_slot():
    rig = Rig(user_ma=10000)
    rig.run(1)
    for slot in range(limits.COUNT):
        rig.charger.put_limit(slot, 32000, 60000)
    rig.run(1)
    assert rig.cycle.limits.ma == 10000 and rig.cycle.limits.winner == limits.USER


def test_fall_to():
    c = Rig().charger
    assert c.fall_to(limits.GRID, 6000) and c.cycle.limits.fall_ma[limits.GRID] == 6000
    for slot, ma in ((limits.SITE, 1), (limits.GRID, -1), (limits.GRID, 1000001), (99, 1)):
        before = c.refused
        assert not c.fall_to(slot, ma) and c.refused == before + 1


def test_user_current():
    rig = Rig()
    c = rig.charger
    assert c.set_user_ma(6000) and rig.settings["user_ma"] == 6000
    for bad in (5999, 32001, "x", None):
        assert c.set_user_ma(bad) is False and rig.settings["user_ma"] == 6000


def test_pause_is_kept_in_the_settings():
    rig = Rig()
    rig.charger.pause()
    assert rig.settings["user_paused"] == 1
    rig.charger.resume()
    assert rig.settings["user_paused"] == 0


def test_boost_bounds():
    c = Rig().charger
    for seconds, good in ((-1, False), (0, True), (86400, True), (86401, False)):
        assert c.boost(seconds) is good
    assert c.cycle.boost_s == 86400


def test_samples_go_to_their_meter():
    rig = Rig()
    c = rig.charger
    assert c.put_sample(SUPPLY, rig.now_ms, 1, 2, 3, 0)
    assert c.cycle.site.meter._put_ma == [1, 2, 3]
    assert c.put_sample(PANEL, rig.now_ms, 4, 5, 6, 0)
    assert c.cycle.panel.meter._put_ma == [4, 5, 6] and c.cycle.site.meter._put_ma == [1, 2, 3]
    c.expect(SUPPLY, 2000)
    c.expect(PANEL, 5000)
    assert c.cycle.site.meter.interval_ms == 2000
    assert c.cycle.panel.meter.interval_ms == 5000


def test_only_warnings_can_be_reported():
    rig = Rig()
    for fault in range(faults.COUNT):
        rig.charger.warn(fault, 1, rig.now_ms)
        warned = fault in (faults.SETTINGS, faults.STORAGE, faults.CLOCK)
        assert bool(rig.cycle.faults.active[fault]) == warned
    assert rig.cycle.faults.stop == 0


def test_boot_causes():
    for cause, want in ((0, []), (1, []), (2, [faults.WATCHDOG]), (3, [faults.BROWN_OUT])):
        rig = Rig()
        rig.charger.boot(rig.now_ms, cause, False, 1234)
        assert [n for n in range(faults.COUNT) if rig.cycle.faults.active[n]] == want
        assert rig.cycle.start_delay_ms == 1234 and rig.cycle.faults.stop == 0
    rig.charger.boot(rig.now_ms, 0, True, 0)
    assert rig.cycle.faults.stop == 1


def test_permit_is_bounded():
    rig = Rig()
    rig.run(1)
    rig.charger.allow_blocking(10**9)
    assert rig.cycle.interlocks.permit_until_ms == (rig.cycle.now() + 3000) % (1 << 30)


def test_a_stall_needs_an_open_contactor():
    rig = Rig()
    rig.run(1)
    permit = rig.cycle.interlocks
    before = permit.permit_until_ms
    assert not rig.charger.permit_stall(250, 1) and permit.permit_until_ms == before
    assert rig.charger.permit_stall(250, 0)
    assert permit.permit_until_ms == (rig.cycle.now() + 250) % (1 << 30)


def test_before_the_first_step_nothing_can_close_and_no_permit_is_left():
    rig = Rig()
    assert rig.charger.permit_stall(3000, 0)
    rig.charger.end_stall()
    assert not rig.cycle.interlocks.permit


def test_a_step_that_closes_while_the_permit_is_given_takes_it_back():
    rig = Rig()
    rig.run(1)
    give = rig.charger.allow_blocking

    def closed_meanwhile(ms):
        give(ms)
        rig.cycle.contactor.state = contactor.CLOSED

    rig.charger.allow_blocking = closed_meanwhile
    assert not rig.charger.permit_stall(3000, 0)
    assert not rig.cycle.interlocks.permit


def test_the_contactor_does_not_close_under_a_permit_and_closes_after_it():
    rig = Rig()
    rig.run(1)
    cont = rig.cycle.contactor

    def wanted():
        """One step in which everything asks for a closed contactor."""
        rig.cycle.charge.close = 1
        rig.cycle.pilot.level, rig.cycle.pilot.diode = pilot.C, 1
        rig.cycle._allow = True
        rig.cycle.rcd.state = rcd_test.PASSED
        rig.cycle._switch(rig.now_ms, 20, rig.scan, rig.out)
        return cont.state

    assert rig.charger.permit_stall(500, 0)
    assert wanted() == contactor.OPEN
    rig.charger.end_stall()
    rig.cycle.interlocks.gap(rig.now_ms, 200, False, -1)  # the late step after the work is no fault ...
    assert not rig.cycle.faults.active[faults.OVERRUN]
    assert wanted() == contactor.CLOSED
    assert not rig.charger.permit_stall(500, rig.out.coil)
    assert not rig.charger.permit_stall(500, 0)  # what the caller saw is older than the step
    rig.cycle.interlocks.gap(rig.now_ms, 200, True, -1)  # ... and the next one is
    assert rig.cycle.faults.active[faults.OVERRUN]


def test_the_delay_after_a_start_is_random_and_depends_on_its_cause():
    drawn = []

    def draw():
        drawn.append(1)
        return 0xFFFFFF

    rig = Rig()
    assert rig.charger.start_delay_ms(RESET_POWER_ON, 0, draw) == 0 and not drawn
    # the supply is back, for the street too
    assert rig.charger.start_delay_ms(RESET_POWER_ON, 600, draw) == 0xFFFFFF % 600000
    assert rig.charger.start_delay_ms(RESET_POWER_ON, 600, lambda: 600001) == 1
    for cause in (RESET_SOFT, RESET_WATCHDOG, RESET_BROWN_OUT):
        assert rig.charger.start_delay_ms(cause, 600, draw) == 0
    assert len(drawn) == 1
    rig.settings.set("start_delay_s", 900)  # the market's own, at every start; the longer counts
    for cause in (RESET_POWER_ON, RESET_SOFT):
        assert rig.charger.start_delay_ms(cause, 600, draw) == 0xFFFFFF % 900000
    assert rig.charger.start_delay_ms(RESET_POWER_ON, 1200, draw) == 0xFFFFFF % 1200000


def test_the_phase_that_a_test_has_found_is_kept_once():
    rig = Rig(supply_phases=3)
    test, settings = rig.cycle.commission, rig.settings

    def kept(state, verdict, first):
        test.state, test.verdict, test.first = state, verdict, first
        rig.charger.keep_phase()
        return settings["phase_of_l1"], settings["phase_proven"]

    proven = settings["phase_proven"]
    assert kept(commissioning.IDLE, commissioning.OK, 1) == (1, proven)
    assert kept(commissioning.RUNNING, commissioning.OK, 1) == (1, proven)
    assert kept(commissioning.DONE, commissioning.ABORTED, 1) == (1, proven)
    kept(commissioning.RUNNING, commissioning.OK, -1)
    assert kept(commissioning.DONE, commissioning.OK, -1) == (1, proven)  # all three answered
    kept(commissioning.RUNNING, commissioning.OK, -1)
    assert kept(commissioning.DONE, commissioning.OK, 0) == (1, 1)
    kept(commissioning.RUNNING, commissioning.OK, -1)
    assert kept(commissioning.DONE, commissioning.OK, 2) == (3, 1)
    settings.set("phase_of_l1", 2)  # a person corrects it
    assert kept(commissioning.DONE, commissioning.OK, 2) == (2, 1)
    kept(commissioning.RUNNING, commissioning.OK, 2)
    assert kept(commissioning.DONE, commissioning.OK, 2) == (3, 1)


def test_status():
    rig = Rig(meter_kind=1, fuse_ma=40000, user_ma=20000, fallback_ma=6000)
    rig.run(1)
    rig.charger.put_sample(SUPPLY, rig.now_ms, 7000, 0, -2000, 0)
    rig.charger.put_limit(limits.API, 15000, 60000)
    rig.level_mv = B_MV
    rig.run(4)
    rig.charger.boost(100)
    rig.charger.warn(faults.CLOCK, 1, rig.now_ms)
    rig.step()
    rig.charger.step_us_max = 4321
    st = Status(limits.COUNT, faults.COUNT)
    rig.charger.status(st)
    c = rig.cycle
    assert st.step_us_max == 4321
    assert st.uptime_s == 5 and st.state == c.charge.state and st.why == c.why
    assert st.contactor == 0 and st.offered_ma == c.offered_ma
    assert st.limit_ma == c.limits.ma and st.limit_slot == c.limits.winner
    assert st.slot_ma[limits.API] == 15000 and 55000 < st.slot_left_ms[limits.API] < 60000
    assert st.slot_left_ms[limits.USER] == -1
    assert st.fuse_ma == 40000 and st.supply_mv[0] == 230000
    assert st.meter_state == c.site.meter.state and st.meter_age_ms == c.site.meter.age_ms
    assert st.mains_ma == c.site.meter.ma and st.house_ma[0] == 7000
    assert 240 <= st.temp_ddegc[0] <= 260 and st.temp_known == [1, 1, 1]
    assert st.session_s >= 3 and st.boost_left_s == 100 and st.user_paused == 0
    assert st.fault_active[faults.CLOCK] and st.fault_active[faults.METER_LOST]
    assert st.fault_first == faults.METER_LOST  # before the first sample
    assert st.fault_count[faults.CLOCK] == 1
    rig.level_mv = C_MV
    rig.draw_ma = 6000
    rig.run(3)
    rig.charger.status(st)
    assert st.contactor == 1 and st.ev_ma == [6000, 0, 0] and st.ev_w == 1380
    assert st.house_ma[0] == 7000 - 6000


def test_dimming_to_4200_watts():
    for phases, ma in ((1, 18260), (3, 6086)):
        rig = Rig(full_fit(phases), supply_phases=phases)
        rig.run(1)
        assert rig.charger.dim(4200, 60000)
        rig.step()
        assert rig.cycle.limits.ma == ma and rig.cycle.limits.winner == limits.GRID
        rig.run(61)
        assert rig.cycle.limits.winner != limits.GRID
    c = rig.charger
    for watt, ttl in ((-1, 1000), (200001, 1000), ("4200", 1000), (4200, 0)):
        assert c.dim(watt, ttl) is False
    assert c.refused == 4
    assert c.dim(4200, 172800000) and not c.dim(4200, 172800001)
    assert c.refused == 5


def test_bounds_of_what_a_service_may_say():
    c = Rig(group_id=1).charger
    for ma, good in ((-1, False), (0, True), (1, True), (1000000, True), (1000001, False)):
        assert c.fall_to(limits.GRID, ma) is good, ma
    for watt, good in ((-1, False), (0, True), (1, True), (200000, True), (200001, False)):
        assert c.dim(watt, 1000) is good, watt
    before = c.refused
    for ttl, good in ((-1, False), (0, False), (1, True), (2, True), (2000, True), (2001, False)):
        assert c.share_supply(ttl) is good, ttl
    assert c.refused == before + 3


def test_only_a_group_may_take_the_own_balancer_s_place():
    c = Rig().charger
    assert c.share_supply(1000) is False and c.refused == 1
    rig = Rig(group_id=1, meter_kind=1, fallback_ma=7000)
    rig.run(1)
    assert rig.cycle.limits.winner == limits.SITE
    assert rig.charger.share_supply(100) is True
    rig.step(2)
    assert rig.cycle.limits.winner != limits.SITE
    rig.step(10)
    assert rig.cycle.limits.winner == limits.SITE


def test_dimming_counts_the_phases_that_supply_and_charger_have():
    for fitted, supplied, ma in ((1, 3, 18260), (3, 1, 18260), (3, 3, 6086)):
        rig = Rig(full_fit(fitted), supply_phases=supplied)
        rig.run(1)
        assert rig.charger.dim(4200, 1000)
        assert rig.cycle.limits.slot_ma[limits.GRID] == ma


class OnePhase(Rig):
    """The vehicle is on L1 alone."""

    def feed(self):
        super().feed()
        self.scan.ev_ma[1] = self.scan.ev_ma[2] = 0


def test_dimming_follows_the_vehicle_without_a_meter_in_the_supply_and_forgets_it():
    rig = OnePhase(full_fit(3), supply_phases=3)
    rig.run(1)
    rig.charge()
    rig.draw_ma = 16000
    rig.run(6)
    assert rig.charger.dim(4200, 60000)
    assert rig.cycle.limits.slot_ma[limits.GRID] == 18260
    rig.draw_ma = 0
    rig.level_mv = A_MV
    rig.run(1)
    assert rig.cycle.limits.slot_ma[limits.GRID] == 6086


def test_a_current_of_the_operator_takes_the_place_of_a_power():
    rig = Rig()
    rig.run(1)
    assert rig.charger.dim(4200, 60000)
    assert rig.charger.put_limit(limits.API, 20000, 60000)
    assert rig.cycle.modes.dimming.on is True
    assert rig.charger.put_limit(limits.GRID, 20000, 60000)
    assert rig.cycle.modes.dimming.on is False
    assert rig.cycle.limits.slot_ma[limits.GRID] == 20000


def test_the_supply_s_voltage_is_that_of_the_first_phase():
    c = Rig().charger
    for mv, volt in ((0, 230), (79999, 230), (80000, 80), (230001, 231)):
        c.cycle.ev.supply_mv[0], c.cycle.ev.supply_mv[1] = mv, 100000
        assert c.supply_v() == volt, mv


def test_commissioning_needs_a_closed_contactor_and_a_meter():
    for meter_kind in (0, 1):
        rig = Rig(meter_kind=meter_kind, fallback_ma=16000)
        rig.run(1)
        assert rig.charger.commission() is False
        rig.charge()
        assert rig.charger.commission() is (meter_kind == 1)


class NoRoom:
    """Stands in for a supply whose balancer finds no memory."""

    def make(self, phases):
        raise MemoryError


def test_supplies_that_do_not_fit_into_memory_are_refused_with_one_line():
    rig = Rig()
    wanted = {"panel_ma": 20000, "meter_kind": 1, "supply_phases": 1}
    refusals = (("site", "supply_phases: this board"), ("panel", "panel_ma: this board"))
    for supply, says in refusals:
        whole = getattr(rig.cycle, supply)
        setattr(rig.cycle, supply, NoRoom())
        try:
            rig.settings.set_all(wanted)
            line = ""
        except ValueError as error:
            line = str(error)
        setattr(rig.cycle, supply, whole)
        assert says in line and "\n" not in line
        assert rig.settings["panel_ma"] == 0, "a refused setting changes nothing"
    rig.settings.set_all({"supply_phases": 3})
    assert not rig.cycle.panel.made, "there is none yet"
    rig.settings.set_all(wanted)
    assert rig.settings["panel_ma"] == 20000 and rig.cycle.panel.made
