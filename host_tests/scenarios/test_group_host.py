"""A group of whole chargers on one fuse: sharing, house steps, a lost leader, a dead radio, shortage."""

import pytest

from ballast.control import group_records as g
from bench.group_rig import GroupRig

STEP_S = 1.0  # the whole group under the limit after a step of the house
FULL_S = 10.0  # an unused share has moved on


def test_three_share_a_fuse_and_follow_the_house():
    with GroupRig(3) as rig:
        rig.settle()
        assert all(8.1 <= a <= 8.34 for a in rig.offered_a())
        for name in ("kettle", "oven", "shower"):
            rig.do("appliance", name=name, on=True)
            rig.world.run(40)
            house = max(rig.plant.house_a)
            assert sum(rig.offered_a()) <= 25.2 - house
            assert sum(a > 0 for a in rig.offered_a()) == min(3, int((25 - house) / 6))
            rig.do("appliance", name=name, on=False)
            rig.world.run(40)
        assert rig.worst_over_s <= STEP_S
        assert rig.worst_lease_ma <= 0
        assert all(8.1 <= a <= 8.34 for a in rig.offered_a())


def test_a_full_cars_share_moves_on():
    with GroupRig(3) as rig:
        rig.settle()
        rig.do("soc", charger=1, soc=1.0)
        took = rig.world.until(lambda: min(rig.offered_a()[0], rig.offered_a()[2]) > 9.3, 30)
        assert took is not None and took <= FULL_S
        assert rig.worst_over_s <= STEP_S


def test_another_leads_when_the_leader_loses_power():
    with GroupRig(3) as rig:
        rig.settle()
        first = rig.leader()
        rig.world.power_cut(rig.world.nodes[first], 300.0)
        took = rig.world.until(lambda: rig.leader() not in (None, first), 60)
        assert took is not None and took <= g.LEASE_MS / 1000
        rig.world.run(40)
        others = [a for i, a in enumerate(rig.offered_a()) if i != first]
        assert min(others) > 12.0
        assert rig.worst_over_s <= STEP_S and rig.worst_lease_ma <= 0


@pytest.mark.parametrize("share_a", [0, 8])
def test_without_a_radio_all_are_at_their_guaranteed_share(share_a):
    ma = share_a * 1000
    with GroupRig(3, settings={"group_share_ma": ma, "fallback_ma": max(ma, 6000)}) as rig:
        rig.settle()
        rig.do("radio_jam", value=True)
        rig.world.run(g.LEASE_MS / 1000 + 5)
        assert all(share_a - 0.05 <= a <= share_a for a in rig.offered_a())
        rig.do("radio_jam", value=False)
        rig.world.run(60)
        assert all(8.0 <= a <= 8.34 for a in rig.offered_a())
        assert rig.worst_over_s <= STEP_S and rig.worst_lease_ma <= 0


def test_in_a_shortage_as_many_as_fit_take_turns():
    with GroupRig(3, limit_a=16.0) as rig:
        rig.settle()
        seen = []
        for _ in range(6):  # 3 turns of 15 min
            seen.append(tuple(a > 0 for a in rig.offered_a()))
            assert sum(seen[-1]) == 2
            assert sum(rig.offered_a()) > 15.0
            rig.world.run(460)
        assert len(set(seen)) == 3
        assert rig.worst_over_s <= STEP_S


def test_in_a_shortage_a_full_car_gives_its_place_to_one_that_waits():
    with GroupRig(3, limit_a=16.0) as rig:
        rig.settle()
        waiting = rig.offered_a().index(0)
        full = (waiting + 1) % 3
        rig.do("soc", charger=full, soc=1.0)
        took = rig.world.until(lambda: rig.offered_a()[waiting] > 0, 30)
        assert took is not None and took <= FULL_S
        assert rig.offered_a()[full] == 0 and sum(a > 0 for a in rig.offered_a()) == 2
        assert rig.worst_over_s <= STEP_S and rig.worst_lease_ma <= 0


def test_what_makes_no_group_is_told_and_draws_nothing():
    with GroupRig(3, settings={"group_key": "short"}) as rig:
        rig.world.run(30)
        assert rig.offered_a() == [0, 0, 0]
        assert rig.world.nodes[0].app.group.problem == (
            "group: the key has 5 characters, 16 are needed"
        )
