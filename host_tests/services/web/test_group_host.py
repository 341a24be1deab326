"""The group and the plan over HTTP: what the status says of them, what is taken and what not."""

import math

import pytest

from ballast_bench.rigs.group import GroupPageRig
from ballast_bench.rigs.web import WebRig
from ballast_bench.setup import PASSWORD


def test_a_charger_alone_is_in_no_group():
    with WebRig() as rig:
        document = rig.web.document()
        assert document["group"] is None and document["plan"] is None


def test_each_says_its_part_and_its_share():
    with GroupPageRig(3, limit_a=16.0) as rig:  # enough for two at a time
        rig.settle()
        said = [rig.status(i)["group"] for i in range(3)]
        assert [g["seat"] for g in said] == [0, 1, 2]
        assert [g["role"] for g in said] == ["leader", "member", "member"]
        for index, g in enumerate(said):
            assert (g["seats"], g["leader"], g["mode"], g["problem"]) == (3, 0, "equal", None)
            assert g["waiting"] == (g["share_ma"] == 0)
            assert rig.offered_a()[index] * 1000 <= g["share_ma"]
            assert 10 < g["lease_s"] <= 20
        assert [g["short"] for g in said] == [1, None, None]
        waits = [g["waiting"] for g in said].index(True)
        assert sum(g["waiting"] for g in said) == 1
        assert rig.status(waits)["sentence"]["code"] == "wait_group"
        answer = rig.browser(2).get("/api/status").json
        assert answer["group"]["seat"] == 2
        rig.do("radio_jam", value=True)
        rig.world.run(30)
        g = rig.status(1)["group"]
        assert (g["leader"], g["share_ma"], g["lease_s"]) == (None, 0, 0)
        assert rig.status(1)["sentence"]["code"] == "wait_group_lost"


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"group_key": "short"}, "group: the key has 5 bytes, 16 are needed"),
        ({"group_line": 2},
         "group: group_line: not in a group that follows a meter; set meter_kind to 0"),
        ({"group_panels": "40 7"},
         "group: group_panels: panel 1: there is no seat 7, the last one is 1"),
    ],
)  # fmt: skip
def test_what_makes_no_group_is_told_to_the_person(settings, line):
    with GroupPageRig(settings=settings) as rig:
        rig.world.run(30)
        document = rig.status()
        assert document["group"] == {
            "seat": 0, "seats": 2, "mode": "equal", "role": "off", "leader": None, "share_ma": 0,
            "lease_s": 0, "waiting": False, "short": None, "problem": line,
        }  # fmt: skip
        assert document["sentence"]["code"] == "wait_group_lost"
        assert rig.offered_a() == [0, 0]


def test_who_does_not_fit_the_others_is_told():
    other = "group: another charger has another key or other settings; make them the same"
    with GroupPageRig() as rig:
        rig.settle()
        rig.app(1).settings.set("group_panels", "20 0,1")
        rig.world.run(30)
        assert [rig.status(i)["group"]["problem"] for i in range(2)] == [other] * 2
        rig.app(0).settings.set("group_panels", "20 0-1")
        rig.world.run(60)
        assert [rig.status(i)["group"]["problem"] for i in range(2)] == [None] * 2
        assert all(9.8 <= a <= 10.0 for a in rig.offered_a())
        rig.app(1).settings.set("group_seat", 0)
        rig.world.run(30)
        assert rig.status(0)["group"]["problem"] == "group: another charger has seat 0 too"


# -- the plan ------------------------------------------------------------------------------


def test_a_plan_is_for_the_car_that_is_there():
    with GroupPageRig() as rig:
        rig.settle()
        user = rig.browser()
        plan = {"departure_s": 7200, "energy_wh": 20000, "rank": 3}
        assert user.post("/api/plan", plan).json == {"ok": True}
        group = rig.app().group
        request = group.link.group.request
        rig.world.run(600)
        left = user.get("/api/status").json["plan"]
        assert 7195 - 602 <= left["departure_s"] <= 7200 - 600
        charged = rig.app().charger.cycle.session.wh
        assert 20000 - charged <= left["energy_wh"] < 20000 - 300  # 12 A for 10 min: 460 Wh
        assert left["rank"] == request.rank == 3
        assert left["departure_s"] - 1 <= request.left_s <= left["departure_s"], "the group has turns"
        volt = rig.app().charger.supply_v()
        assert abs(request.need_mah - left["energy_wh"] * 1000 / volt) < 2 and volt < 230
        assert rig.status(1)["plan"] is None
        rig.do("unplug")
        rig.world.run(3)
        assert user.get("/api/status").json["plan"] is None
        assert (request.left_s, request.need_mah, request.rank) == (-1, 0, 128)
        answer = user.post("/api/plan", plan)
        assert answer.status == 409 and "Plug in" in answer.json["error"]


def test_a_plan_outlives_a_power_cut_but_not_the_car():
    now_s = 1_800_000_000
    with GroupPageRig() as rig:
        rig.world.reboots = True
        rig.settle()
        user = rig.browser()
        assert user.post("/api/time", {"time_s": now_s, "offset_min": 60}).status == 200
        user.post("/api/plan", {"departure_s": 7200, "energy_wh": 20000, "rank": 3})
        rig.world.run(600)
        before = rig.status()["plan"]["energy_wh"]
        rig.do("power_cut", seconds=20.0)
        rig.world.run(60)
        left = rig.status()["plan"]  # the energy counter lost what came since its last kWh
        assert before <= left["energy_wh"] <= before + 1000 and left["rank"] == 3
        assert left["departure_s"] is None  # until somebody tells the time of day
        user = rig.browser()
        user.post("/api/time", {"time_s": now_s + 3600, "offset_min": 60})
        rig.world.run(1)
        assert rig.app().group.link.group.request.left_s == pytest.approx(3600, abs=2)
        rig.do("unplug")
        rig.world.run(3)
        rig.do("power_cut", seconds=20.0)
        rig.world.run(30)
        rig.do("plug")
        rig.world.run(10)
        assert rig.status()["plan"] is None


def test_a_rank_never_makes_the_charger_s_own_worse():
    with GroupPageRig(settings={"group_rank": 10}) as rig:
        rig.settle()
        request = rig.app().group.link.group.request
        for said, rank in ((9, 9), (10, 10), (11, 10), (255, 10), (None, 10), (0, 0)):
            assert rig.browser().post("/api/plan", {"rank": said}).status == 200
            rig.world.run(0.2)
            assert request.rank == rank, said


def test_nonsense_is_refused_with_its_field_and_the_plan_stays():
    with GroupPageRig() as rig:
        rig.settle()
        user = rig.browser()
        user.post("/api/plan", {"energy_wh": 5000})
        for key, most in (("departure_s", 604800), ("energy_wh", 200000), ("rank", 255)):
            for bad in (-1, most + 1, 1.5, 60.0, "60", True, [], {}):
                answer = user.post("/api/plan", {key: bad})
                rig.world.run(0.3)  # not too many at once
                assert answer.status == 400 and answer.json["field"] == key, bad
                assert (
                    answer.json["error"].startswith(key + ": ")
                    and str(most) in answer.json["error"]
                )
        assert user.post("/api/plan", {"colour": 1}).status == 400
        assert 4000 < rig.status()["plan"]["energy_wh"] <= 5000
        most = {"departure_s": 604800, "energy_wh": 200000, "rank": 255}
        assert user.post("/api/plan", most).status == 200
        assert user.post("/api/plan", {}).status == 200
        assert rig.status()["plan"] is None


# -- the settings --------------------------------------------------------------------------


def test_bad_panels_are_refused_at_the_door_and_nothing_is_lost():
    with GroupPageRig(settings={"group_panels": "16 0,1"}) as rig:
        rig.world.run(1)
        installer = rig.browser(word=PASSWORD)
        s = rig.app().settings
        answer = installer.put("/api/settings", {"group_panels": "40 0-7", "name": "X"})
        assert answer.status == 400 and answer.json == {
            "field": "group_panels",
            "error": "group_panels: panel 1: there is no seat 7, the last one is 1",
        }
        answer = installer.put("/api/settings", {"group_seats": 1})
        assert answer.status == 400 and answer.json["field"] == "group_seats"
        answer = installer.put("/api/settings", {"group_panels": "x" * 201})
        assert answer.status == 400 and "200 bytes" in answer.json["error"]
        assert (s["group_panels"], s["group_seats"], s["name"]) == ("16 0,1", 2, "Ballast")
        both = {"group_panels": "40 0-7; 20.5 3", "group_seats": 8, "group_line": 3}
        assert installer.put("/api/settings", both).status == 200
        assert {key: s[key] for key in both} == both
        assert installer.put("/api/settings", {"group_panels": ""}).status == 200
        assert rig.browser().put("/api/settings", {"group_panels": ""}).status == 403


# -- between two conductors ----------------------------------------------------------------


def test_a_charger_between_two_conductors_loads_both():
    values = {"group_line": 2, "meter_kind": 0, "supply_phases": 1}  # its own supply has one
    with GroupPageRig(one_phase=True, settings=values, limit_a=20.0) as rig:
        rig.settle()
        request = rig.app(1).group.link.group.request
        assert (request.wired, request.mask, request.line) == (6, 6, 1)
        ma = rig.app(1).charger.cycle.ev.max_ma
        assert ma > 6000 and request.drawn_ma == [0, ma, ma]
        assert 19.5 < sum(rig.offered_a()) <= 20.0  # the same pair: they add
        rig.app(1).settings.set("group_line", 1)
        rig.world.run(60)
        a, b = rig.offered_a()  # 60 degrees apart in the conductor that both have
        assert 19.5 < math.sqrt(a * a + b * b + a * b) <= 20.0
        rig.app(1).group.set_plan(3600, 10000, None)
        rig.world.run(1)
        request = rig.app(1).group.link.group.request
        assert abs(request.need_mah - 10000 * 1000 // rig.app(1).charger.supply_v()) < 50
        rig.app(0).settings.set("meter_kind", 1)
        rig.world.run(5)
        assert rig.status()["group"]["problem"] == (
            "group: group_line: not in a group that follows a meter; set meter_kind to 0"
        )
        assert rig.offered_a()[0] == 0
