"""The objects of the library: each act is a verb of a story, and the story does the same again."""

import re

import pytest

import ballast_bench
from ballast_bench import Bench, BenchError
from ballast_bench.person import story as stories
from ballast_bench.plant import cars


@pytest.fixture
def bench():
    with Bench(house="empty", limit_a=25, meter="clamp", seed=3) as made:
        yield made


def charge(bench, **car):
    bench.car.plug(**{"max_a": 16, **car})
    return bench.charger.wait_for(lambda c: c.charging, within_s=120)


def replay(text):
    return stories.play(stories.Story(text, "it"))


def test_every_public_name_is_there_and_no_other():
    for name in ballast_bench.__all__:
        assert getattr(ballast_bench, name).__name__ == name
    with pytest.raises(AttributeError, match="has no attribute 'Bensh'"):
        _ = ballast_bench.Bensh
    assert set(ballast_bench.__all__) <= set(dir(ballast_bench))


def test_nothing_has_happened_yet(bench):
    assert bench.world.now_s < 5 and bench.world.seed == 3
    assert not bench.car.plugged and bench.car.amps == bench.car.soc == bench.car.sees_a == 0.0
    assert not bench.car.s2 and not bench.charger.closed and not bench.charger.charging
    assert bench.story.lines == ("setup house=empty limit_a=25 meter=clamp seed=3",)


@pytest.mark.parametrize("meter", ["clamp", "modbus", "rtu", "none"])
def test_the_charger_has_settled(meter):
    with Bench(house="empty", limit_a=25, meter=meter, chargers=2 if meter == "clamp" else 1) as bench:
        for charger in bench.chargers:
            assert (charger.state, charger.why, charger.faults) == ("A", "unplugged", [])
            assert charger.meter == bench.meter.state == ("none" if meter == "none" else "good")
        before_s = bench.world.now_s
        bench.world.run(60)  # nothing of the start is left
        assert charger.state == "A" and charger.faults == [] and before_s < 5
        assert bench.story.lines[-1].startswith("setup ")


def test_at_power_on_the_meter_has_not_been_heard():
    with Bench(house="empty", settle=False) as bench:
        assert bench.world.now_s < 0.1 and bench.charger.meter == "none"
        bench.world.run(0.1)
        assert bench.charger.faults == ["meter_lost"]


def test_a_meter_that_never_speaks_is_not_hidden():
    with Bench(house="empty", limit_a=25, meter="clamp", loss=1.0) as bench:
        assert bench.world.now_s == pytest.approx(30, abs=0.1)
        assert bench.charger.faults == ["meter_lost"]
        assert re.match("# not settled 30 s after power-on: .* faults: meter_lost", bench.story.lines[-1])


@pytest.mark.parametrize("model", cars.names())
def test_charging_is_what_it_says_for_every_car(model):
    """While it charges, to the end of its battery; and neither asleep on a closed contactor, nor full."""
    with Bench(house="empty", limit_a=60, meter="none") as bench:
        charger, car, place = bench.charger, bench.car, bench.world.inside.plant.chargers[0]
        car.plug(model=model)
        if model == "asleep_from_plug_in":  # nothing wakes it here
            charger.expect("closed==1 ev_a>1", "within 1 min")
            charger.expect("charging==1", "never for 5 min")
            return
        if model == "full":
            charger.expect("charging==1", "never for 2 min")
            car.fill(0.5)
        charger.wait_for(lambda c: c.charging, within_s=300)
        charger.expect("charging==1", "for 1 min")
        car.fill(0.99)  # its least current
        charger.expect("charging==1 ev_w>300", "for 30 s")
        place.ev.awake = False
        place.touch()
        charger.expect("charging==0", "within 10 s")
        bench.world.run(10)
        assert charger.closed and car.s2 and car.amps == pytest.approx(place.ev.idle_a)
        charger.expect("charging==1", "never for 10 s")
        place.ev.awake = True
        place.touch()
        charger.expect("charging==1", "within 10 s")
        car.fill(1.0)
        charger.expect("charging==0", "within 20 s")
        charger.expect("charging==1", "never for 1 min")


def test_what_is_seen_agrees_with_what_is_done(bench):
    took_s = charge(bench, soc=0.5)
    assert 0 < took_s < 120
    bench.world.run(60)
    charger, car, house = bench.charger, bench.car, bench.house
    assert (charger.state, charger.why, charger.faults, charger.first_fault) == (
        "C2",
        "none",
        [],
        "none",
    )
    assert charger.charging and car.s2 and 0.5 < car.soc < 0.51
    assert car.amps == pytest.approx(16, abs=0.2) and car.sees_a >= 16 and charger.offered_a >= 16
    assert house.mains_a == pytest.approx(car.amps + house.amps, abs=0.01)
    assert charger.meter == bench.meter.state == "good"
    assert charger.session_wh > 0 and charger.limited in ("rating", "site", "plug", "cable")
    bench.car.unplug()
    bench.world.run(2)
    assert not charger.closed and charger.why == "unplugged"


ACTS = [
    (lambda b: b.car.want(False), "want on=false"),
    (lambda b: b.car.limit(10), "car_max amps=10"),
    (lambda b: b.car.fill(0.9), "soc soc=0.9"),
    (lambda b: b.car.draw_too_much(3), "greedy amps=3"),
    (lambda b: b.car.ignore_limits(), "stubborn"),
    (lambda b: b.car.do("no_diode"), "no_diode"),
    (lambda b: b.house.switch("oven"), 'appliance name="oven"'),
    (lambda b: b.house.switch("oven", None), 'appliance name="oven" on=null'),
    (lambda b: b.house.mains(80), "mains percent=80"),
    (lambda b: b.house.supply(False), "supply on=false"),
    (lambda b: b.house.reset_breaker(), "breaker"),
    (lambda b: b.meter.lose(), "meter_off"),
    (lambda b: b.meter.restore(), "meter_off on=false"),
    (lambda b: b.meter.freeze(), "meter_frozen"),
    (lambda b: b.meter.reverse(), "meter_reversed"),
    (lambda b: b.meter.ratio(0.5), "meter_ratio value=0.5"),
    (lambda b: b.meter.delay(3), "meter_delay value=3"),
    (lambda b: b.clamp.lose(), "clamp_off"),
    (lambda b: b.clamp.restore(), "clamp_off on=false"),
    (lambda b: b.clamp.lose_frames(20), "radio_loss value=20"),
    (lambda b: b.clamp.jam(), "radio_jam"),
    (lambda b: b.charger.leak(ac_ma=40), "leak ac_ma=40"),
    (lambda b: b.charger.heat("plug", 70), "heat degc=70"),
    (lambda b: b.charger.lose_earth(), "pe_lost"),
    (lambda b: b.charger.press_button(), "button"),
    (lambda b: b.charger.release_button(), "button on=false"),
    (lambda b: b.charger.power_cut(5), "power_cut"),
    (lambda b: b.world.do("supply", on=False), "supply on=false"),
]


@pytest.mark.parametrize(("act", "line"), ACTS, ids=[line for _, line in ACTS])
def test_each_act_is_a_line_of_the_story(bench, act, line):
    bench.car.plug(max_a=16)
    bench.world.run(1)
    act(bench)
    second, words = bench.story.lines[-1].split(" ", 1)
    assert float(second) == pytest.approx(bench.world.now_s, abs=0.01)
    assert words == line
    stories.Story(bench.story.text, "it")  # can be read again


def test_every_method_that_acts_is_in_that_table():
    """A verb that is added to an object without a row above is found here."""
    parts = ("Car", "House", "Meter", "Clamp", "Charger")
    there = {
        f"{name}.{method}"
        for name in parts
        for method, value in vars(getattr(ballast_bench, name)).items()
        if callable(value) and not method.startswith("_")
    }
    looked = {"Charger.see", "Charger.expect", "Charger.wait_for", "Car.plug", "Car.unplug"}
    generic = {f"{name}.do" for name in parts}
    names = {
        "car": "Car",
        "house": "House",
        "meter": "Meter",
        "clamp": "Clamp",
        "charger": "Charger",
    }
    used = [act.__code__.co_names for act, _ in ACTS]
    acted = {
        f"{names[o]}.{method}" for words in used for o in names if o in words for method in words
    }
    assert there - looked - generic <= acted


def test_a_failed_expectation_fails_again_when_its_story_is_played(bench):
    charge(bench)
    bench.world.run(10)
    bench.clamp.lose()
    with pytest.raises(AssertionError) as failed:
        bench.charger.expect("offered_a==0", "within 10 s")
    first, second = str(failed.value).splitlines()
    assert re.fullmatch(
        r"expected offered_a==0 within 10 s; found offered_a [\d.]+, 10.00 s later", first
    )
    assert second.startswith(f"at {bench.world.now_s:.2f} s: state C2, contactor closed")
    assert "faults: meter_lost" in second
    failures = replay(bench.story._replay())
    assert len(failures) == 1 and "expected offered_a==0, still found" in failures[0]


def test_what_held_holds_again(bench):
    charge(bench)
    bench.world.run(30)
    bench.charger.expect("closed==1")
    bench.house.switch("oven")
    bench.charger.expect("mains_a<=25.5", "within 8 s")
    bench.charger.expect("mains_a<=25.5 closed==1", "for 20 s")
    bench.charger.expect("closed==0", "never for 5 s")
    now_s = bench.world.now_s
    assert replay(bench.story._replay()) == []
    end_s, word = bench.story._replay().splitlines()[-1].split()
    assert word == "end" and now_s - 0.01 < float(end_s) < now_s + 1e-6


@pytest.mark.parametrize(
    ("when", "found"),
    [
        ("", "closed 1\n"),
        ("for 5 s", r"closed 1, 0.02 s later"),
        ("within 2 s", "closed 1, 2.00 s later"),
    ],
)
def test_each_kind_of_expectation_can_fail(bench, when, found):
    charge(bench)
    with pytest.raises(AssertionError) as failed:
        bench.charger.expect("closed==0", when)
    assert re.match(
        f"{'expected closed==0 ' + when}".strip() + f"; found {found}", str(failed.value)
    )
    assert replay(bench.story._replay()), failed.value


def test_what_may_never_be(bench):
    charge(bench)
    with pytest.raises(
        AssertionError, match=r"closed==1 never for 5 s; found closed 1, 0\.02 s later"
    ):
        bench.charger.expect("closed==1", "never for 5 s")


def test_a_wait_that_is_in_vain_says_for_what(bench):
    bench.car.plug(soc=1)
    with pytest.raises(
        AssertionError, match=r"^waited 5 s for c\.charging and c.offered_a > 5\nat "
    ):
        bench.charger.wait_for(lambda c: c.charging and c.offered_a > 5, within_s=5)

    failures = replay(bench.story._replay())
    assert len(failures) == 1 and "expected charging==1, still found 0" in failures[0]
    assert bench.story.lines[-1].endswith(" expect charging==1 offered_a>5 within 5 s")

    def it_rains():
        return False

    with pytest.raises(AssertionError, match=r"^waited 5 s for it_rains\n"):
        bench.world.wait_for(it_rains, within_s=5)
    assert bench.story.lines[-1].startswith("# ") and "waits for it_rains" in bench.story.lines[-1]


def test_a_wait_for_what_is_so_takes_no_time(bench):
    before = bench.world.now_s
    assert bench.world.wait_for(lambda: True, within_s=5) == 0.0 == bench.world.now_s - before


def test_two_runs_of_the_same_are_the_same_to_the_last_bit():
    def run():
        with Bench(house="semi", limit_a=25, seed=5) as bench:
            recording = bench.world.record(every_s=None)
            bench.car.plug(max_a=16)
            bench.world.run(30)
            return list(recording.rows())

    one = run()
    assert len(one) > 1400 and one == run()


def test_chargers_of_a_group_each_have_a_car():
    with Bench(house="empty", limit_a=40, chargers=2, seed=1) as bench:
        bench.cars[1].plug(max_a=16)
        bench.chargers[1].expect("closed==1", "within 2 min")
        assert not bench.chargers[0].closed and bench.cars[1].plugged and not bench.car.plugged
        acted = [line.split(" ", 1)[1] for line in bench.story.lines[1:]]
        assert acted == ["@2 plug max_a=16", "@2 expect closed==1 within 2 min"]
        assert replay(bench.story._replay()) == []


WRONG = [
    (lambda b: b.car.limit(10), "car_max: no car is plugged in"),
    (lambda b: b.car.plug(max_a=100), "plug: max_a must be from 6 to 80"),
    (lambda b: b.house.switch("fridg"), "appliance: no 'fridg' in this house; there are: "),
    (lambda b: b.do("jump"), "no action 'jump'; there are: plug, "),
    (lambda b: b.do("plug", amps=3), "plug: no argument 'amps'; there are: model, "),
    (
        lambda b: b.charger.expect("ofered_a<=6"),
        "expect: nothing called 'ofered_a' can be seen; there is: ",
    ),
    (
        lambda b: b.charger.expect("closed==1", "in 5 s"),
        "expect: 'in 5 s' cannot stand behind conditions",
    ),
    (lambda b: b.charger.expect("closed==1", "never"), "expect: 'never': a test needs an end"),
    (lambda b: b.charger.expect(""), "expect: a condition is missing"),
    (lambda b: b.charger.see("temper"), "nothing called 'temper' can be seen; there is: state, "),
    (lambda b: b.world.run(-1), "run: seconds above 0 are needed, not -1"),
    (lambda b: b.world.run(True), "run: seconds above 0 are needed, not True"),
    (
        lambda b: b.charger.wait_for(lambda c: True, within_s=0),
        "within_s: seconds above 0 are needed, not 0",
    ),
    (lambda b: b.world.record(every_s=0), "recording: every_s must be above 0 s, not 0"),
    (lambda b: b.do("schedule"), "schedule: this charger has no page"),
]


@pytest.mark.parametrize(("act", "line"), WRONG, ids=[line for _, line in WRONG])
def test_a_mistake_is_one_line_and_leaves_no_line_in_the_story(bench, act, line):
    with pytest.raises(BenchError) as wrong:
        act(bench)
    assert str(wrong.value).startswith(line) and "\n" not in str(wrong.value)
    assert not [text for text in bench.story.lines[1:] if not text.startswith("#")]


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ({"hose": 1}, "setup: hose"),
        ({"house": "hut"}, "setup: house: no 'hut'; there are: flat, semi, detached, empty"),
        ({"board": "x"}, "setup: no board 'x'; there are bench, "),
        ({"brand": "/nowhere"}, "setup: brand /nowhere"),
        ({"seed": 1.5}, "setup: seed must be a whole number"),
        ({"margin_ma": "10"}, "setup: margin_ma must be a whole number, not '10'"),
    ],
)
def test_a_bench_that_cannot_be_is_one_line(options, line):
    with pytest.raises(BenchError) as wrong:
        Bench(**options)
    assert str(wrong.value).startswith(line) and "\n" not in str(wrong.value)


def test_a_page_for_the_verbs_that_need_one():
    with Bench(house="empty", page=True) as bench:
        bench.do("clock", time="17:30")
        assert bench.story.lines[-1].split(" ")[1] == "clock"
        assert replay(bench.story._replay()) == []


def test_a_closed_bench_says_so_and_closes_twice():
    bench = Bench(house="empty")
    bench.close()
    bench.close()
    with pytest.raises(BenchError, match="this bench is closed"):
        bench.world.run(1)
    with pytest.raises(BenchError, match="this bench is closed"):
        bench.car.plug()
    with pytest.raises(BenchError, match="this bench is closed"):
        bench.charger.expect("closed==0")


def test_notes_and_files_of_the_story(bench, tmp_path):
    bench.story.note("first\nsecond")
    bench.car.plug()
    path = bench.story.write(tmp_path / "mine.story")
    assert path.read_text() == bench.story.text
    assert bench.story.lines[1:3] == ("# first", "# second")
    assert bench.story.lines[3].endswith(" plug")


def test_a_story_of_a_file_is_played_as_this_bench_is_set_up(bench, tmp_path):
    file = tmp_path / "x.story"
    file.write_text("setup house=semi seed=9\n0 plug\n60 expect house_a==0 closed==1\n")
    bench.story.play(file)
    file.write_text("0 plug\n60 expect closed==0\n")
    with pytest.raises(AssertionError, match=r"x.story:2: expected closed==0, found 1$"):
        bench.story.play(file)
    assert bench.story._replay() == file.read_text()
    file.write_text("0 plgu\n")
    with pytest.raises(BenchError, match=r"x\.story:1: no action 'plgu'"):
        bench.story.play(file)
