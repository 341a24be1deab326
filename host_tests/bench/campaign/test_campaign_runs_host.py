"""A run of the campaign follows from its name, is a story, and is judged by the plant's truth."""

import json

import pytest

from ballast.control.setting_rows import NUMBERS
from ballast_bench.campaign import axes, bugs, disturbances, draw, rows, world
from ballast_bench.campaign import run as campaign_run
from ballast_bench.campaign.faults import FAULTS, STATES
from ballast_bench.person import actions, options, story
from ballast_bench.person.verbs import time

SETUP = "setup house=empty limit_a=25 meter=none board=esp32s3_ref market=eu seed=3\n"


def some_runs(kind, count, seconds=None):
    return [draw.draw(5, kind, number, seconds) for number in range(count)]


# -- drawing -------------------------------------------------------------------------------------


def test_every_fault_meets_every_state_on_thin_hardware():
    each = 2 * len(FAULTS) * len(STATES)
    runs = [campaign_run.nth(1, number) for number in range(each)]
    met = {(run["events"][0][1], run["state"]) for run in runs[::2]}
    assert met == {(fault, state) for fault in FAULTS for state in STATES}
    assert {len(run["events"]) for run in runs[1::2]} == {2, 3}


@pytest.mark.parametrize("kind", axes.WHOLE)
def test_a_name_is_one_run(kind):
    texts = [run.text() for run in some_runs(kind, 8)]
    assert texts == [run.text() for run in some_runs(kind, 8)]
    assert len(set(texts)) == 8
    assert draw.draw(6, kind, 0).text() != texts[0], "another seed is another campaign"


@pytest.mark.parametrize("kind", axes.WHOLE)
def test_every_run_is_a_story_that_can_be_played(kind):
    """Setup, verbs, arguments and chargers are checked by the story's own reader."""
    for run in some_runs(kind, 30):
        (read,) = story.Story(run.text(), "run").runs
        assert read.end_s == run.seconds == axes.KINDS[kind].seconds
        assert read.options == run.setup
        assert [(ln.second, ln.verb, ln.place.charger) for ln in read.lines] == [
            (ln.second, ln.verb, ln.charger) for ln in run.lines
        ]
        options.make_house(options.check(run.setup)[0])
        options.make_product(options.check(run.setup)[0])


def test_a_shorter_run_is_shorter():
    for run in some_runs("days", 10, seconds=120.0):
        assert run.seconds == 120.0
        assert all(0.0 <= line.second < 120.0 for line in run.lines)


def test_a_car_does_something_only_while_it_is_there():
    for kind in axes.WHOLE:
        for run in some_runs(kind, 40):
            there = set()
            for line in run.lines:
                row = disturbances.row_of(line.verb, line.args)
                if line.verb == "plug":
                    assert line.charger not in there, run.text()
                    there.add(line.charger)
                elif row is not None and row.is_of_car:
                    assert line.charger in there, run.text()
                if line.verb == "unplug":
                    there.remove(line.charger)


def test_every_verb_has_a_place_in_the_campaign_or_is_left_out_with_a_reason():
    assert not disturbances.without_place(), "give it a row in campaign/disturbances.py"
    assert not disturbances.settings_without_place(), "give it a row of the verb `set` there"
    assert all([*disturbances.LEFT_OUT.values(), *disturbances.SETTINGS_LEFT_OUT.values()]), "a reason"
    runs = [run for kind in axes.WHOLE for run in some_runs(kind, 40)]
    for row in disturbances.ROWS:
        if row.known():
            assert row.share > 0.0 and any(draw.possible(row, run.strata) for run in runs), row.verb
    placed = {line.verb for run in runs for line in run.lines} & set(disturbances.PLACED)
    assert placed == set(disturbances.PLACED) & set(actions.BY_VERB)


def test_a_setting_that_nobody_at_a_charger_may_change_is_not_changed():
    group = {row[0]: row[5] for row in NUMBERS}
    for row in disturbances.BY_VERB["set"]:
        assert {group[name] for name in row.args} <= {"user", "site"}, row.args


def test_a_run_names_the_setting_that_it_changes():
    row = play("0 plug max_a=16\n3 set user_ma=10000\n6 set user_ma=32000", 9)
    assert row["disturbances"] == "set user_ma" and row["error"] == ""


def test_a_pause_by_a_schedule_is_no_nuisance_and_a_smaller_current_of_the_person_would_be():
    wanted = "0 clock time=\"17:30\"\n0 plug max_a=16\n"
    row = play(wanted + "70 schedule begin=\"22:00\" end=\"23:00\"", 90)
    assert row["error"] == "" and row["closings"] == 1 and row["nuisance_stops"] == 0
    assert row["energy_kwh"] < 0.8 * play(wanted, 90)["energy_kwh"], "it did pause"
    quiet = [row for row in disturbances.BY_VERB["set"] if "user_ma" in row.args]
    assert quiet and not any(row.excuses for row in quiet), "6 A is a charge"


def test_the_clock_of_a_run_is_set_changed_corrected_and_lost():
    """Summer time moves the offset and not the moment; a correction takes a jump back."""
    seen, restarts = set(), 0
    for run in [run for kind in ("evenings", "days", "groups") for run in some_runs(kind, 60)]:
        first = {}
        for line in run.lines:
            if line.verb == "clock":
                moment = time.unix_s(**line.args) - line.second
                off_s = moment - first.setdefault(line.charger, moment)
                seen.add((run.strata["time"], line.args["offset_min"]))
                seen.add("ahead" if off_s > 1.0 else "behind" if off_s < -1.0 else "right")
            restarts += line.verb == "restart" and run.strata["time"] == "lost"
        assert not first or run.strata["time"] != "not known"
    assert restarts and {"ahead", "behind", "right"} <= seen
    assert {("summer begins", 60), ("summer begins", 120), ("summer ends", 120), ("summer ends", 60)} <= seen


def test_a_trip_of_the_main_breaker_is_a_reason_to_restart(monkeypatch):
    begin = world._judge

    def with_a_trip(bench, setup, run):
        def trip(now_s):
            if 20.0 <= now_s < 20.02:
                bench.plant.breaker.tripped, bench.plant.breaker.cause = True, "magnetic"
                bench.plant.touch()

        bench.actors.append(trip)
        return begin(bench, setup, run)

    monkeypatch.setattr(world, "_judge", with_a_trip)
    row = play("0 plug max_a=16\n30 breaker", 40)
    assert row["error"] == "" and row["trips"] == 1
    assert (row["resets"], row["resets_unasked"]) == (1, 0)


def test_what_takes_a_disturbance_back_is_told_from_what_begins_it():
    for row in disturbances.ROWS:
        if row.known() and isinstance(row.back, dict):
            action = actions.BY_VERB[row.verb]
            assert disturbances.is_back(row, action.check(row.back)), row.verb
            fixed = {n: v for n, v in row.args.items() if not hasattr(v, "draw")}
            if fixed == row.args:
                assert not disturbances.is_back(row, action.check(row.args)), row.verb


def test_every_choice_of_every_axis_is_drawn():
    runs = [run for kind in axes.WHOLE for run in some_runs(kind, 80)]
    for axis in axes.AXES:
        wanted = {choice.name for choice in axes.choices(axis)}
        assert wanted == {run.strata[axis] for run in runs if run.strata[axis] is not None}, axis
    assert len({run.strata["board"] for run in runs}) > 2, "the shipped boards"


# -- playing -------------------------------------------------------------------------------------


def play(lines, end):
    return world.play(SETUP + lines + f"\n{end} end\n")


def test_a_good_charge_is_judged_good():
    row = play("0 plug max_a=16", 60)
    assert row["error"] == row["broken"] == row["disturbances"] == ""
    assert row["closings"] == 1 and row["simulated_s"] == pytest.approx(60.0, abs=0.03)
    assert row["nuisance_stops"] == row["short_charges"] == row["trips"] == row["resets"] == 0
    assert 0.05 < row["energy_kwh"] < row["clairvoyant_kwh"] < row["energy_kwh"] + 0.01
    assert row["lost_kwh"] == pytest.approx(row["clairvoyant_kwh"] - row["energy_kwh"], abs=2e-6)


def test_an_overload_is_the_cars_only_if_the_house_alone_is_below_the_fuse():
    row = play("0 plug max_a=32\n30 appliance name=\"kettle\" on=true", 60)
    assert row["overload_s"] > 20.0 and row["overload_longest_s"] <= row["overload_s"]
    assert play("0 plug max_a=16", 60)["overload_s"] == 0.0


def test_a_stop_without_reason_is_a_nuisance_and_one_with_a_reason_is_not(monkeypatch):
    """A limit of 0 that nobody has asked for stops the charge, in 100 s."""
    from ballast.control.limits import limits

    begin = world._judge

    def with_a_stop(bench, setup, run):
        def stop(now_s):
            if 100.0 <= now_s < 101.0:
                bench.nodes[0].charger.put_limit(limits.OCPP, 0, 2000)

        bench.actors.append(stop)
        return begin(bench, setup, run)

    monkeypatch.setattr(world, "_judge", with_a_stop)
    row = play("0 plug max_a=16", 120)
    assert row["nuisance_stops"] == row["short_charges"] == 1
    row = play("0 plug max_a=16\n95 leak ac_ma=10\n97 leak", 120)
    assert row["nuisance_stops"] == row["short_charges"] == 0, "something was wrong a moment ago"
    row = play("0 plug max_a=16\n95 mains percent=70", 120)
    assert row["nuisance_stops"] == 0, "the supply is bad"


def test_a_restart_is_asked_for_or_not(monkeypatch):
    row = play("0 plug\n20 hang", 40)
    assert (row["resets"], row["resets_unasked"]) == (1, 0)
    monkeypatch.delitem(disturbances.BY_VERB, "hang")
    row = play("0 plug\n20 hang", 40)
    assert (row["resets"], row["resets_unasked"]) == (1, 1)


def test_what_is_lost_is_counted_only_while_the_driver_wants_to_charge():
    away = play("0 plug soc=0.3\n20 unplug\n50 plug soc=0.3", 70)
    stays = play("0 plug soc=0.3\n20 want on=false\n50 want", 70)
    whole = play("0 plug soc=0.3", 70)
    for row in (away, stays):
        assert 0.4 * whole["clairvoyant_kwh"] < row["clairvoyant_kwh"] < 0.65 * whole["clairvoyant_kwh"]


def test_a_small_charger_hides_the_taper_of_a_big_car_from_perfect_knowledge_too():
    """13 A for a car of 32 A: at 87 % its battery still takes them all."""
    row = world.play(
        "setup house=empty limit_a=40 meter=none board=esp32s3_lite brand=acme market=au\n"
        "0 plug max_a=32 soc=0.87\n60 end\n"
    )
    assert 0.0 < row["energy_kwh"] < row["clairvoyant_kwh"]


def test_a_pushed_up_breaker_gives_the_house_a_new_chance():
    row = world.play(
        "setup house=empty limit_a=6 meter=none board=esp32s3_ref seed=3\n0 plug max_a=32\n"
        "40 breaker\n80 end\n"
    )
    assert row["trips"] >= 1 and row["house_trips"] == 0


def test_a_planted_bug_breaks_a_rule_and_ends_the_run():
    text = SETUP + "0 plug max_a=16\n12 button\n14 want on=false\n25 end\n"
    assert world.play(text)["broken"] == ""
    undo = bugs.BUGS["state_b_keeps_closed"]()
    try:
        row = world.play(text)
        run = draw.Run(("minutes", 1, 0), {"house": "empty", "meter": "none", "market": "eu"}, [
            draw.Line(0.0, "plug", {"max_a": 16.0}), draw.Line(12.0, "button", {}),
            draw.Line(14.0, "want", {"on": False}),
        ], 25.0, {})  # fmt: skip
        small, told = world.shrink(run)
    finally:
        undo()
    assert "the car" in row["broken"] and row["simulated_s"] < 20.0
    assert "the car" in told and [line.verb for line in small.lines] == ["plug", "want"]
    assert small.seconds < 20.0 and world.play(small.text())["broken"] == ""


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (SETUP + "0 unplug\n2 end\n", "run:2: unplug: no car is plugged in"),
        ("setup house=castle\n0 plug\n", "castle"),
        ("0 fly\n", "no action 'fly'"),
    ],
)
def test_an_error_of_the_bench_is_in_the_row(text, error):
    assert error in world.play(text)["error"]


def test_a_setting_that_meets_a_charger_without_power_is_no_error_of_a_drawn_run():
    """The draw cannot know when a charger is off; in a person's story the line is a failure."""
    text = SETUP + "2 power_cut seconds=5\n4 set user_ma=10000\n9 end\n"
    assert world.play(text)["error"] == ""
    assert story.play(story.Story(text, "run")) == ["run:3: set: the charger is off or starting"]


def test_an_exception_in_a_run_or_in_its_drawing_is_in_the_row(monkeypatch):
    def fail(*args):
        raise RuntimeError("the bench\nbreaks")

    with monkeypatch.context() as patch:
        patch.setattr(world, "Judge", fail)
        where = "(test_campaign_runs_host.py fail)"
        assert world.row("minutes", 1, 0)["error"] == f"RuntimeError: the bench breaks {where}"
    monkeypatch.setattr(draw, "draw", fail)
    row = world.row("minutes", 1, 0)
    assert row["error"].startswith("RuntimeError: the bench breaks") and list(row) == list(rows.COLUMNS)


@pytest.mark.parametrize("kind", axes.WHOLE)
def test_a_runs_story_leaves_the_same_figures(kind):
    """Property: played from its text, by the story's own player, a run comes to the same row."""
    run = draw.draw(11, kind, 0, 6.0)
    row = world.row(kind, 11, 0, 6.0)
    again = world.play(run.text(notes=["a comment", "another"]))
    assert again == {name: row[name] for name in again}, run.text()
    outcome = story.play_run(story.Story(run.text(), "run").runs[0])
    assert not outcome.failures and outcome.seconds == pytest.approx(row["simulated_s"], abs=0.03)
    assert json.loads(json.dumps(row)) == row
