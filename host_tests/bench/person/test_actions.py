"""The bench's verbs: each does what it says on a plant, and scenario text says the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballast_bench.person import actions
from ballast_bench.person.actions import ActionError
from ballast_bench.person.verbs import action as action_kinds
from ballast_bench.plant.house import detached
from ballast_bench.plant.plant import Config, Plant

NEEDS_MORE = (
    "plug", "unplug", "speed", "clamp_off", "hang", "power_cut", "brown_out", "wifi_scan",
    "radio_deaf", "wifi_channel",
)  # fmt: skip


class Table:
    """A plant on its own, as the panel sees it."""

    charger_index = 0

    def __init__(self):
        self.plant = Plant(Config(house=detached(seed=1), limit_a=25.0), seed=1)
        self.clamps = []


@pytest.fixture
def table():
    return Table()


def test_plug_and_unplug(table):
    actions.do(table, "plug", {"max_a": 16, "phases": 3, "soc": 0.5})
    car = table.plant.chargers[0].ev
    assert car.max_a == 16 and car.phases == (0, 1, 2) and car.battery.soc == 0.5
    with pytest.raises(ActionError, match="plugged in already"):
        actions.do(table, "plug")
    actions.do(table, "unplug")
    with pytest.raises(ActionError, match="no car"):
        actions.do(table, "unplug")


def test_every_verb_runs_with_its_defaults(table):
    actions.do(table, "plug")
    for action in actions.ACTIONS:
        if action.verb in NEEDS_MORE or action.group in ("person", "time"):
            continue
        assert action.about and action.group
        actions.do(table, action.verb, {})
    table.plant.step(0.02)


@pytest.mark.parametrize(
    ("verb", "args", "look"),
    [
        ("soc", {"soc": 0.9}, lambda p, cp: cp.ev.battery.soc == 0.9),
        ("want", {"on": False}, lambda p, cp: not cp.ev.wants),
        ("car_max", {"amps": 10}, lambda p, cp: cp.ev.max_a == 10),
        ("greedy", {"amps": 6}, lambda p, cp: cp.ev.extra_a == 6),
        ("no_diode", {}, lambda p, cp: cp.ev.diode is False),
        ("appliance", {"name": "oven"}, lambda p, cp: any(a.hand for a in p.house.appliances)),
        ("mains", {"percent": 80}, lambda p, cp: p.mains.scale == 0.8),
        ("supply", {"on": False}, lambda p, cp: p.mains.lost),
        ("meter_off", {}, lambda p, cp: p.meter.read(1.0) is None),
        ("meter_reversed", {}, lambda p, cp: p.meter.reversed == {0, 1, 2}),
        ("meter_ratio", {"value": 2}, lambda p, cp: p.meter.ratio == 2),
        ("radio_loss", {"value": 50}, lambda p, cp: p.radio.air.loss == 0.5),
        ("radio_jam", {}, lambda p, cp: p.radio.air.jammed),
        ("leak", {"dc_ma": 8}, lambda p, cp: cp.rcd.dc_ma == 8),
        ("rcd", {"state": "broken"}, lambda p, cp: cp.rcd.broken),
        ("heat", {"degc": 90}, lambda p, cp: cp.places[0].forced_degc == 90),
        ("heat", {"degc": 0}, lambda p, cp: cp.places[0].forced_degc is None),
        ("heat", {"degc": -20}, lambda p, cp: cp.places[0].forced_degc == -20),
        ("heat", {"degc": None}, lambda p, cp: cp.places[0].forced_degc is None),
        ("ambient", {"degc": -30}, lambda p, cp: {s.ambient_degc for s in cp.places} == {-30.0}),
        ("home_battery", {"kwh": 5}, lambda p, cp: p.house.watching[0].kwh == 5),
        ("phase", {"phase": 2}, lambda p, cp: p.mains.missing == {1}),
        ("neutral", {}, lambda p, cp: p.mains.neutral_lost),
        ("line", {"ohm": 1.0}, lambda p, cp: (p.mains.line_ohm, p.mains.neutral_ohm) == (1.0, 0.4)),
        ("sag", {"percent": 40}, lambda p, cp: p.mains.dip_share == 0.4 and p.mains.next_s == 0.0),
        ("frequency", {"hz": 47}, lambda p, cp: p.mains.freq_hz == 47),
        ("hold_up", {"seconds": 5}, lambda p, cp: (cp.chip_holds_s, cp.rails_hold_s) == (5.0, 0.04)),
        ("coil", {"drop_percent": 50}, lambda p, cp: cp.contactor.drop_v == 115.0),
        ("motor", {"phase": 2}, lambda p, cp: p.house.appliances[-1].phase == (1,)),
        ("inrush", {}, lambda p, cp: p.house.appliances[-1].name == "inrush on L1"),
        ("pilot_rails", {"plus_v": 11.4}, lambda p, cp: cp.pilot.plus_mv == 11400),
        ("pilot_rails", {"minus_v": -10}, lambda p, cp: cp.pilot.minus_mv == -10000),
        ("pilot_source", {"ohm": 970}, lambda p, cp: cp.pilot.source_ohm == 970),
        ("pilot_noise", {"ripple_mv": 900}, lambda p, cp: cp.pilot.ripple_mv == 900 and cp.pilot.fresh),
        ("pilot_offset", {"ground_mv": 100}, lambda p, cp: cp.pilot.ground_mv == 100),
        ("pilot_edges", {"nf": 9}, lambda p, cp: cp.pilot.cable_nf == 9),
        ("bounce", {"ms": 60}, lambda p, cp: cp.pilot.bounces.next_s == 0.0),
        ("car", {"figure": "min_a", "value": 8}, lambda p, cp: cp.ev.min_a == 8),
        ("asleep", {"state": "C"}, lambda p, cp: not cp.ev.awake and cp.ev.sleep_state == "C"),
        ("sensor", {"place": "box", "state": "open"}, lambda p, cp: cp.ntc[2].fault == "open"),
        ("pe_lost", {}, lambda p, cp: cp.pe.lost),
        ("weld", {}, lambda p, cp: cp.contactor.welded == {0}),
        ("pilot", {"state": "short"}, lambda p, cp: cp.pilot.short_ohm),
        ("button", {}, lambda p, cp: cp.button == 1),
    ],
)
def test_a_verb_does_what_it_says(table, verb, args, look):
    actions.do(table, "plug")
    cp = table.plant.chargers[0]
    actions.do(table, verb, args)
    assert look(table.plant, cp)


@pytest.mark.parametrize(
    ("verb", "args", "words"),
    [
        ("explode", {}, "there are: plug, unplug"),
        (None, {}, "no action None"),
        ("plug", [], "must be an object"),
        ("plug", {"amps": 3}, "no argument 'amps'"),
        ("plug", {"max_a": 5}, "from 6 to 80"),
        ("plug", {"max_a": "16"}, "must be a number"),
        ("plug", {"phases": 1.5}, "whole number"),
        ("plug", {"sleepy": 1}, "true or false"),
        ("appliance", {"name": "toaster"}, "there are: base load"),
        ("appliance", {"name": 3}, "must be a text"),
        ("appliance", {"name": "oven", "on": 1}, "true, false or null"),
        ("rcd", {"state": "bad"}, "there are: good, broken"),
        ("heat", {"place": "roof"}, "there are: plug"),
        ("soc", {}, "no car is plugged in"),
        ("plug", {"model": "rocket"}, "there are: , usual"),
        ("plug", {"phases": 4}, "from 1 to 3"),
        ("car", {"figure": "wings"}, "there are: max_a"),
        ("hold_up", {"seconds": 0.01, "rails_s": 0.02}, "rails_s must not be above"),
        ("coil", {"drop_percent": 90}, "must not be above pull_percent"),
        ("sag", {"seconds": 3, "times": 2}, "must be longer"),
        ("bounce", {"ms": 2000, "times": 2}, "must be longer"),
        ("heat", {"degc": "hot"}, "must be a number"),
        ("speed", {"factor": 5}, "does not run in real time"),
        ("clamp_off", {}, "no clamp"),
        ("wifi_scan", {}, "no radio is on"),
        ("radio_deaf", {"who": "clamp"}, "no clamp"),
        ("meter_phases", {"order": "111"}, "there are: 123"),
        ("hang", {}, "does not restart a charger"),
        ("power_cut", {}, "does not restart a charger"),
        ("brown_out", {}, "does not restart a charger"),
        ("clock", {}, "no charger's program runs on this bench"),
        ("clock", {"time": "24:00"}, 'time: a time of day such as "17:30"'),
        ("clock", {"date": "2026-02-30"}, 'date: a date such as "2026-03-29"'),
        ("schedule", {"days": "7"}, 'days such as "01234" are needed'),
        ("set", {}, "a setting is needed"),
        ("set", {"user_ma": 5}, "user_ma: 5 is out of range"),
        ("set", {"nonsense": 5}, "nonsense: no such setting"),
    ],
)
def test_mistakes_are_one_line(table, verb, args, words):
    with pytest.raises(ActionError) as error:
        actions.do(table, verb, args)
    assert words in str(error.value) and "\n" not in str(error.value)


# -- scenario text -----------------------------------------------------------------------


def test_text_and_back():
    text = """
    # the evening
    0     plug max_a=32 soc=0.4
    12.5  appliance name="heat pump" on=true
    12.5  appliance name="oven # not a comment" on=null

    60    leak dc_ma=8   # the fault
    """
    script = actions.parse(text)
    assert [(s, v) for s, v, _ in script] == [
        (0, "plug"),
        (12.5, "appliance"),
        (12.5, "appliance"),
        (60, "leak"),
    ]
    assert script[1][2]["name"] == "heat pump"
    assert script[2][2] == {"name": "oven # not a comment", "on": None}


VERBS = [a for a in actions.ACTIONS if a.args and not any(callable(rule[3]) for rule in a.args.values())]


@st.composite
def lines(draw):
    action = draw(st.sampled_from(VERBS))
    args = {}
    for name, (kind, _, least, most) in action.args.items():
        if kind == action_kinds.BOOL:
            args[name] = draw(st.booleans())
        elif kind == action_kinds.MAYBE:
            args[name] = draw(st.sampled_from([True, False, None]))
        elif kind == action_kinds.TEXT:
            args[name] = draw(st.sampled_from(least)) if least else draw(st.text(max_size=12))
        elif kind == action_kinds.WHOLE:
            args[name] = draw(st.integers(least, most))
        elif kind == action_kinds.MAYBE_WHOLE:
            args[name] = draw(st.none() | st.integers(least, most))
        elif kind == action_kinds.MAYBE_NUMBER:
            args[name] = draw(st.none() | st.floats(least, most))
        else:
            args[name] = draw(st.floats(least, most))
    return draw(st.integers(0, 10**6)) / 100, action.verb, args


@given(lines())
def test_what_is_written_is_read_again(one):
    second, verb, args = one
    text = actions.line(second, verb, args)
    assert "\n" not in text
    assert actions.parse(text) == [(second, verb, args)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("soon plug", "begins with seconds, not 'soon'"),
        ("-1 plug", "seconds from 0 on"),
        ("5 jump", "no action 'jump'"),
        ("5 plug 32", "name=value is needed"),
        ("5 plug max_a=yes", "not JSON"),
        ("5 plug max_a=3", "from 6 to 80"),
        ("5 unplug\n4 plug", "4 s comes after 5 s"),
        ("5 plug max_a=8 max_a=9", "max_a is given twice"),
    ],
)
def test_bad_text_names_the_line(text, words):
    with pytest.raises(ActionError) as error:
        actions.parse("# comment\n" + text, "evening.txt")
    assert words in str(error.value)
    assert str(error.value).startswith("evening.txt:")


def test_a_script_is_played_at_its_time(table):
    class World:
        def __init__(self):
            self.actors = []

    world = World()
    actions.play(world, table, actions.parse("1 plug\n2.5 unplug"))
    seen = []
    for tick in range(200):
        world.actors[0](tick * 0.02)
        seen.append(table.plant.chargers[0].ev is not None)
    assert seen.index(True) == 50 and seen[50:].index(False) == 75


def test_a_model_and_what_overrides_it(table):
    actions.do(table, "plug", {"model": "needs_8a_low_factor", "max_a": 20})
    car = table.plant.chargers[0].ev
    assert (car.model, car.min_a, car.max_a, len(car.phases)) == ("needs_8a_low_factor", 8.0, 20, 3)
    with pytest.raises(ActionError, match="pf must be from"):
        actions.do(table, "car", {"figure": "pf", "value": 2})


def test_a_bare_plug_takes_the_benchs_own_car(table):
    table.plant.car_model = "two_phase"
    actions.do(table, "plug")
    assert table.plant.chargers[0].ev.phases == (0, 1)


def test_a_motor_may_start_again(table):
    actions.do(table, "motor", {"watts": 1000})
    actions.do(table, "motor", {"watts": 2000})
    assert [a.name for a in table.plant.house.appliances].count("motor on L1") == 1
    actions.do(table, "motors", {"start": "direct"})
    pump = next(a for a in table.plant.house.appliances if a.name == "heat pump")
    assert pump.program.start == "direct"


def test_a_home_battery_is_there_once(table):
    actions.do(table, "home_battery")
    with pytest.raises(ActionError, match="home_battery: house: there is a home battery already"):
        actions.do(table, "home_battery")
