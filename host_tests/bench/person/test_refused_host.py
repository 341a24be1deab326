"""What `play --check` accepts, `play` does not refuse: every verb, good and bad values, on many benches."""

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ballast_bench import boards
from ballast_bench.person import actions, options, story
from ballast_bench.person.story.player import ONLY_RUNNING, PAGE
from bench.person.verb_values import calls, good

BENCHES = [
    "house=empty meter=none board=esp32s3_lite",
    "house=empty phases=3 meter=modbus board=bench",
    "house=detached meter=rtu market=uk",
    "house=semi meter=clamp chargers=2",
    "house=empty meter=clamp clamp=ideal brand=acme",
    "house=flat meter=clamp clamp=battery board=esp32s3_lite",
]
BACK = [("hold_up", {"seconds": 3600.0}), ("mains", {}), ("supply", {"on": True}),
        *(("phase", {"phase": n, "on": True}) for n in (1, 2, 3)), ("neutral", {"on": True})]  # fmt: skip
"""What gives a charger its supply again."""
LATE = {verb for verbs, _ in ONLY_RUNNING for verb in verbs}


def script():
    """Every verb with its values; what plugs in, restarts or takes the supply away comes so that the
    others can be done."""
    late = [action for action in actions.ACTIONS if action.restarts]
    usual = [action for action in actions.ACTIONS if action not in late]
    for action in [*usual, *late]:
        for args in calls(action):
            if action.verb == "plug":
                yield "unplug", {}
            yield action.verb, args
            if action.verb == "unplug":
                yield "plug", {}
            if action.group == "supply":
                yield from BACK


def told(bench, verb, args):
    """The line that refuses it, "" = it was done."""
    try:
        bench.do(verb, args)
    except (actions.ActionError, ValueError, OSError) as error:
        return str(error)
    return ""


def started(line):
    setup = options.make_setup(actions.words(line, "setup", options.value_of), **PAGE)
    setup.start().reboots = True
    return setup


@pytest.mark.parametrize("line", BENCHES)
def test_time_changes_nothing_about_what_is_refused(line):
    """One bench on which no time passes, as `--check` has it, beside one that runs."""
    still, runs = started(line), started(line)
    try:
        benches = [story.Bench(setup) for setup in (still, runs)]
        refused = 0
        for verb, args in script():
            if actions.BY_VERB[verb].restarts:
                continue
            assert runs.world.nodes[0].boot_s is None, (verb, args)
            before, after = (told(bench, verb, args) for bench in benches)
            assert before == after, (verb, args)
            assert "\n" not in before
            refused += before != ""
            if actions.BY_VERB[verb].group == "supply" and (verb, args) != BACK[-1]:
                continue  # a charger without mains would be off after it
            runs.world.run(0.04)
        assert refused > 100
    finally:
        still.stop()
        runs.stop()


def kept(choose):
    """[(verb, arguments that it takes by themselves)] of the verbs that `choose` picks."""
    return [(action.verb, args) for action in actions.ACTIONS if choose(action) for args in calls(action)
            if action.free or all(good(action, name, value) for name, value in args.items())]  # fmt: skip


ANY = kept(lambda action: True)
RARE = kept(lambda action: action.restarts or action.verb == "supply")
CLOCKED = kept(lambda action: action.verb in LATE)


@st.composite
def stories(draw):
    """A story of a few verbs; many of them restart a charger or are refused by one that starts."""
    lines = [f"setup {draw(st.sampled_from(BENCHES))}"]
    if draw(st.booleans()):
        lines.append(f"setup board={draw(st.sampled_from(boards.names()))}")
    lines += draw(st.sampled_from([[], ["0 plug"], ["0 plug", "0 clock"]]))
    second = 0.5
    for _ in range(draw(st.integers(1, 8))):
        verb, args = draw(st.one_of(*(st.sampled_from(few) for few in (ANY, RARE, CLOCKED))))
        second += draw(st.sampled_from([0.0, 0.25, 3.0]))
        lines.append(f"{second} {verb} " + " ".join(f"{k}={json.dumps(v)}" for k, v in args.items()))
    return "\n".join(lines)


def told_before(text):
    try:
        return story.refused(story.Story(text, "any.story").runs[0])
    except actions.ActionError as error:
        return [str(error)], ""


@settings(max_examples=60)
@given(stories())
def test_what_is_accepted_is_not_refused_while_it_is_played(text):
    lines, lacks = told_before(text)
    if lines:
        assert all(re.match(r"any\.story:\d+: ", line) for line in lines)
        return
    run = story.Story(text, "any.story").runs[0]
    outcome = story.play_run(run)
    assert outcome.skipped == lacks
    verbs = {line.place.number: line.verb for line in run.lines}
    assert {verbs[failure.number] for failure in outcome.failures} <= LATE, outcome.failures


@pytest.mark.parametrize("second", [1.5, 8.0], ids=["while it starts", "later"])
def test_what_only_running_shows_is_listed(second):
    """A charger that starts takes nothing of a person; after that its clock alone is lost."""
    late = dict(ONLY_RUNNING)
    starting = next(verbs for verbs in late if "set" in verbs)
    for verb in sorted(LATE):
        args = "user_ma=10000" if verb == "set" else ""
        text = f"setup house=empty meter=clamp\n0 clock\n1 restart\n{second} {verb} {args}\n"
        run = story.Story(text, "s").runs[0]
        assert story.refused(run) == ([], "")
        told = [failure.text for failure in story.play_run(run).failures]
        if second < 2:
            assert verb in starting and told == [f"s:4: {verb}: {late[starting]}"]
        else:
            assert [line[:16] for line in told] == (["s:4: clock_jump:"] if verb == "clock_jump" else [])
