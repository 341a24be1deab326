"""The facade's own_state(): the numbers that a group needs of its charger."""

from ballast.control.group.request import OwnState
from ballast.control.limits import limits
from ballast.control.meter.meter import GOOD
from ballast.control.pilot import charge_state as cs
from ballast_bench.rigs.control import Rig, full_fit


def test_a_charger_that_has_just_started():
    fit = full_fit()
    fit.own_meter = False
    rig = Rig(fit)
    state = OwnState()
    rig.charger.own_state(state)
    assert (state.plugged, state.why) == (0, cs.WHY_UNPLUGGED)
    assert (state.metered, state.ev_fitted) == (False, False)
    assert (state.phases, state.min_ma) == (1, 6000)


def test_what_is_fitted_and_set():
    fit = full_fit()
    fit.phases = 3
    settings = {"meter_kind": 1, "fuse_ma": 25000, "margin_ma": 1000, "min_ma": 8000,
                "supply_phases": 3, "phase_of_l1": 2, "user_ma": 13000}  # fmt: skip
    rig = Rig(fit, **settings)
    rig.run(1)
    state = OwnState()
    rig.charger.own_state(state)
    assert state.phases == 3 and state.min_ma == 8000
    assert state.metered and state.limit_ma == 24000 and state.meter_state != GOOD
    assert state.phase_map == [1, 2, 0] and list(state.used) == [1, 1, 1]
    assert state.slot_ma == list(rig.cycle.limits.slot_ma)
    assert state.slot_ma[limits.USER] == 13000
    assert state.ev_fitted == fit.own_meter


def test_it_is_a_copy_that_each_call_brings_up_to_date():
    rig = Rig(full_fit())
    rig.run(1)
    state = OwnState()
    rig.charger.own_state(state)
    cycle = rig.cycle
    cycle.charge.plugged = 1
    cycle.why = cs.WHY_EV
    cycle.limits.slot_ma[limits.TEMP] = 7000
    cycle.ev.ma[:] = [1000, 2000, 3000]
    cycle.ev.max_ma = 3000
    cycle.site.meter.state = GOOD
    cycle.site.meter.seq = 77
    cycle.site.meter.ma[:] = [4000, 5000, 6000]
    cycle.site.balancer.phases.used[:] = [0, 1, 0]
    assert state.plugged == 0 and state.ev_ma == [0, 0, 0] and state.mains_ma == [0, 0, 0]
    assert state.slot_ma[limits.TEMP] != 7000
    rig.charger.own_state(state)
    assert (state.plugged, state.why, state.slot_ma[limits.TEMP]) == (1, cs.WHY_EV, 7000)
    assert (state.ev_ma, state.ev_max_ma) == ([1000, 2000, 3000], 3000)
    assert (state.meter_state, state.meter_seq, state.mains_ma) == (GOOD, 77, [4000, 5000, 6000])
    assert state.used == [0, 1, 0]
