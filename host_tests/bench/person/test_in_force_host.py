"""The bench page shows the values in force: each verb that lasts, written and read back from the parts."""

import pytest

from ballast_bench.person import actions, bench_state, in_force, options
from ballast_bench.person.bench_page import BenchPage
from ballast_bench.person.story.player import PAGE
from bench.person.verb_values import calls, good

BENCHES = {
    "clamp": "house=detached meter=clamp",
    "modbus": "house=empty phases=3 meter=modbus",
    "rtu": "house=semi meter=rtu chargers=2",
    "none": "house=empty meter=none",
}


@pytest.fixture(params=BENCHES)
def page(request):
    given = actions.words(BENCHES[request.param], "setup", options.value_of)
    setup = options.make_setup(given, **PAGE, bench_page=BenchPage)
    setup.start().reboots = True
    yield setup.bench
    setup.stop()


def test_each_verb_lasts_or_happens_once():
    """A verb that is new must be in one of the two tables."""
    assert set(in_force.READ) | set(in_force.ONCE) == set(actions.BY_VERB)
    assert not set(in_force.READ) & set(in_force.ONCE)
    for verb, key in in_force.KEYS.items():
        assert key in actions.BY_VERB[verb].args and verb in in_force.READ


def test_a_bench_begins_with_what_its_parts_have(page):
    """No default of a verb is shown as if it were in force: those of the meter do most of the faults."""
    values = bench_state.now(page)
    if values["meter_off"]:
        assert values["meter_ratio"] == [{"value": 1.0}] and values["meter_zero_spells"] == [{"every": 0.0}]
        assert values["meter_unsigned"][0]["on"] is False
        assert values["meter_phases"] == [{"order": "123", "wires": "both"}]
        assert values["meter_other_cable"] == [{"cable": "mains"}]
    modbus = page.plant.meter.path in ("tcp", "rtu")
    assert [bool(values[verb]) for verb in ("meter_held", "meter_mean", "meter_lost")] == [modbus] * 3
    if modbus:
        assert values["meter_lost"] == [{"percent": 0.0}] and values["meter_held"] == [{"value": 0.0}]
        assert values["meter_mean"] == [{"value": 1.0, "kind": "sliding"}]  # the SDM630's own
    assert values["radio_jam"] == ([{"value": False}] if values["radio_jam"] else [])
    assert values["soc"] == [] and bench_state.bent(page, values) == []


def near(one, other):
    return one == pytest.approx(other, abs=2e-4) if isinstance(one, float) else one == other


def test_what_is_done_is_what_is_shown(page):
    page.do("plug")
    done = 0
    for action in actions.ACTIONS:
        if action.verb not in in_force.READ or action.free:
            continue
        for args in calls(action):
            if not all(good(action, name, value) for name, value in args.items()):
                continue
            try:
                page.do(action.verb, args)
            except actions.ActionError:
                continue
            done += 1
            full = action.check(args)
            if action.verb == "heat" and full["degc"] == 0:
                full["degc"] = None  # both let go
            key = in_force.KEYS.get(action.verb)
            rows = in_force.in_force(page, action.verb)
            if not rows:
                assert action.verb in ("radio_loss", "radio_jam"), action.verb  # the page hides it: no radio
                continue
            row = next((row for row in rows if key is None or row[key] == full[key]), {})
            assert set(row) == set(full) and all(near(row[n], full[n]) for n in row), (action.verb, full, row)
    assert done > 150


def test_what_is_bent_is_told_until_it_is_good_again(page):
    page.do("plug")
    for verb, wrong, right in (("weld", {}, {"on": False}), ("stubborn", {}, {"on": False}),
                               ("heat", {"degc": 70}, {"degc": None}), ("mains", {"percent": 80}, {}),
                               ("set", {"user_ma": 8000}, {"user_ma": 32000})):  # fmt: skip
        page.do(verb, wrong)
        assert page.state()["bent"] == [verb]
        page.do(verb, right)
        assert page.state()["bent"] == []
    page.do("no_diode")
    page.do("unplug")
    page.do("plug")
    assert page.state()["bent"] == []
