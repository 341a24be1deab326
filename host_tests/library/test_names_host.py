"""One name for one thing: in stories, in the objects of the library, and in the columns of a recording."""

import re

import pytest

import ballast_bench
from ballast_bench import Bench
from ballast_bench.api.names import VALUES
from ballast_bench.person import story

OF_EACH_PHASE = re.compile(r"_l[123](?=_)")
NO_LIMIT = 1000.0  # a story's number where a recording's cell is empty

ALONE = {"plugged", "sees_a", "appliances"}
"""Values of the library that no story has."""


def act(bench):
    """What makes every value move: car, house, meter, heat, a fault, the supply."""
    bench.world.run(5)
    bench.car.plug(max_a=16)
    bench.charger.wait_for(lambda c: c.charging, within_s=60)
    bench.world.run(20)
    bench.house.switch("oven")
    bench.house.mains(95)
    bench.world.run(20)
    bench.charger.heat("plug", 75)
    bench.world.run(20)
    bench.charger.heat("plug", 0)
    bench.meter.lose()
    bench.world.run(15)
    bench.charger.leak(ac_ma=40)
    bench.world.run(5)
    bench.car.unplug()
    bench.world.run(5)


def properties(name):
    kind = getattr(ballast_bench, name)
    return [key for key, value in vars(kind).items() if isinstance(value, property) and key[0] != "_"]


@pytest.fixture(scope="module")
def series():
    """{"story", "recording": {name: values}, "library": {(class, key): values}}, of the same instants."""
    with Bench(house="semi", limit_a=25, seed=7, hour=17.5, user_ma=10000) as bench:
        recording = bench.world.record(every_s=None)
        seen, had = [], []
        parts = {"Charger": bench.charger, "Car": bench.car, "House": bench.house, "Meter": bench.meter}
        world = bench.world.inside

        def look(_):
            seen.append(story.observe(world))
            had.append({(name, key): getattr(part, key) for name, part in parts.items()
                        for key in properties(name)})  # fmt: skip

        world.actors.append(look)
        act(bench)
        rows = list(recording.rows())
        names = [column.name for column in recording.columns]
    assert len(rows) == len(seen)
    columns = {name: [_plain(name, v) for v in values]
               for name, values in zip(names, zip(*rows, strict=True), strict=True)}  # fmt: skip
    stories = {name: [_plain(name, one[name]) for one in seen] for name in seen[0]}
    objects = {key: [_plain("", one[key]) for one in had] for key in had[0]}
    return {"recording": columns, "story": stories, "library": objects}


def _plain(name, value):
    if isinstance(value, list):
        return "+".join(value)
    if value is None and name.startswith("limit_"):
        return NO_LIMIT
    return int(value) if isinstance(value, bool) else str(value) if isinstance(value, dict) else value


def moves(values):
    return len(set(values)) > 1


def test_a_name_of_a_story_is_the_same_thing_in_a_recording(series):
    both = set(series["story"]) & set(series["recording"])
    assert {"state", "limited", "meter", "offered_a", "closed", "session_wh", "plug_degc"} <= both
    for name in both:
        assert series["recording"][name] == pytest.approx(series["story"][name]), name
    still = {name for name in both if not moves(series["story"][name])}
    assert {"state", "level", "limited", "meter", "faults", "closed", "duty_pct"}.isdisjoint(still)


def test_a_value_of_the_library_is_what_a_story_has_under_this_name(series):
    for name, values in VALUES.items():
        for key, seen in values.items():
            assert series["library"][name, key] == pytest.approx(series["story"][seen]), (name, key)
            own = {"Car": "ev", "House": "house", "Meter": "meter"}.get(name, "")
            assert key == seen or (own, seen.removeprefix(own)) in (
                ("ev", "_a"), ("house", "_a"), ("meter", "")), (name, key)  # fmt: skip


def test_every_value_of_the_library_is_in_that_table():
    there = {(name, key) for name in VALUES for key in properties(name)}
    listed = {(name, key) for name, values in VALUES.items() for key in values}
    assert {(name, key) for name, key in there - listed if key not in ALONE} == set()
    assert listed <= there


def test_no_thing_has_two_names(series):
    """Two names whose values move in the same way at each of some thousand instants."""
    found = {}
    for source in ("story", "recording"):
        for name, values in series[source].items():
            if moves(values):
                found.setdefault(tuple(values), set()).add(OF_EACH_PHASE.sub("", name))
    for (name, key), values in series["library"].items():
        if moves(values):
            plain = VALUES[name].get(key, f"{name}.{key}")
            found.setdefault(tuple(values), set()).add(plain)
    twice = [names for names in found.values() if len(names) > 1]
    assert twice == []
