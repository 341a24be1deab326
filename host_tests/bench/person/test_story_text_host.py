"""The text of a story: what it means, and each mistake as one line with file and line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballast_bench.person.actions import ActionError, code_of
from ballast_bench.person.story import Story

MISTAKES = [
    ("", "bad: nothing is done in this story"),
    ("0 plug\nx plug", "bad:2: a line begins with seconds or one of setup, needs, vary, end repeat, not 'x'"),
    ("5 plug\n4 unplug", "bad:2: 4 s comes after 5 s"),
    ("5", "bad:1: a verb is missing behind the seconds"),
    ("nan plug", "bad:1: nan: seconds from 0 on are needed"),
    ("5 jump", "bad:1: no action 'jump'; there are: expect, within"),
    ("5 plug max_a=99", "bad:1: plug: max_a must be from 6 to 80"),
    ("5 clock time=\"25:00\"", "bad:1: clock: time: a time of day such as"),
    ("5 set user_ma=1", "bad:1: set: user_ma: 1 is out of range"),
    # what must be seen
    ("5 expect", "bad:1: a condition is missing"),
    ("5 expect coil=1", "bad:1: a condition like offered_a<=6 is needed at 'coil=1'"),
    ("5 expect coil==yes", "bad:1: coil: yes is not JSON"),
    ("5 within x coil==1", "bad:1: within: seconds are needed, not 'x'"),
    ("5 within 5 coil==1 for 3", "bad:1: within: nothing may stand behind the conditions, but 'for 3' does"),
    ("5 expect mains==3", "bad:1: nothing called 'mains' can be seen; there is: state, level"),
    ("5 expect limit_nobody_a==3", "bad:1: nothing called 'limit_nobody_a'"),
    ('5 expect mains_a>"25"', 'bad:1: mains_a is a number, which cannot be compared with "25"'),
    ("5 expect mains_a>NaN", "bad:1: mains_a is a number, which cannot be compared with NaN"),
    ("5 expect mains_a<1e999", "bad:1: mains_a is a number, which cannot be compared with 1e999"),
    ("5 expect coil==1 within 9999999 h", "bad:1: 9999999 h: less than 1e+09 s is needed"),
    ("5 steady 9999999999 coil==1", "bad:1: 9999999999: less than 1e+09 s is needed"),
    ("5 expect coil==true", "bad:1: coil is a number, which cannot be compared with true"),
    ("5 expect state==2", "bad:1: state is a text, which cannot be compared with 2"),
    ('5 expect state>"B1"', "bad:1: state is a text: compare it with == or !=, not with >"),
    ('5 expect state=="C9"', "bad:1: state is never 'C9'; there is: A, B1"),
    ('5 expect faults=="rcd_trip"', "bad:1: faults is a list of texts"),
    ('5 expect faults==["rcd"]', "bad:1: faults is never 'rcd'; there is: none"),
    ("5 expect coil==1 soon", "bad:1: 'soon' cannot stand behind conditions; there are: within D"),
    ("5 expect coil==1 for ever", "bad:1: a time such as 90 s, 1.5 min or 2 h is needed, not 'ever'"),
    ("5 expect coil==1 never", "bad:1: no time is left to look at; write the story's end, like `600 end`"),
    ("5 expect coil==1 for 1 min\n60 end", "bad:1: this takes until 65 s, but the story ends before"),
    ("5 plug\n6 end\n7 unplug", "bad:3: the story has ended above"),
    # setup and needs
    ("setup house=castle\n0 plug", "bad:1: setup: house: no 'castle'; there are: flat"),
    ("setup limit_a=500\n0 plug", "bad:1: setup: limit_a must be from 6 to 125"),
    ("setup limit_a=big\n0 plug", "bad:1: setup: limit_a must be a number"),
    ("setup colour=3\n0 plug", "bad:1: setup: colour: no such setting"),
    ("setup user_ma=low\n0 plug", "bad:1: setup: user_ma must be a whole number, not 'low'"),
    ("setup house = flat\n0 plug", "bad:1: setup: name=value is needed at 'house = flat'"),
    ("setup seed=1 seed=2\n0 plug", "bad:1: setup: seed is given twice"),
    ("0 plug\nsetup house=flat", "bad:2: setup stands above the first line that begins with seconds"),
    ("needs\n0 plug", "bad:1: needs: a capability is missing; there are: three_phase"),
    ("needs wings\n0 plug", "bad:1: needs: no capability 'wings'; there are: three_phase"),
    ("setup board=toaster\n0 plug", "bad:1: setup: no board 'toaster'; there are"),
    ("setup phases=2\n0 plug", "bad:1: setup: phases must be 1 or 3"),
    ("setup trace=gone.csv\n0 plug", "bad:1: setup: trace: gone.csv: no such file"),
    ("setup fuse_ma=6000 circuit_ma=1\n0 plug", "bad:1: setup: circuit_ma: 1 is out of range"),
    ("0 @2 plug", "bad:1: @2: chargers of this story are @1 to @1 (setup chargers=N)"),
    ("setup chargers=2\n0 @x plug", "bad:2: @x: chargers of this story are @1 to @2"),
    # repeat
    ("0 repeat 3\n0 plug", "bad:1: write it like `60 repeat 10 every 120 s`"),
    ("0 repeat 0 every 5\n0 plug", "bad:1: write it like"),
    ("0 repeat \u00b2 every 5\n0 plug", "bad:1: write it like"),
    ("0 @\u00b2 plug", "bad:1: @\u00b2: chargers of this story are @1 to @1"),
    ("0 repeat 1000000000000 every 1\n0 plug\nend repeat", "bad:3: more than 100000 lines with this repeat"),
    ("0 repeat 3 every 0\n0 plug", "bad:1: repeat: a round must take longer than 0 s"),
    ("0 repeat 3 every 5\n6 plug", "bad:2: 6 s is behind the end of a round of 5 s"),
    ("0 repeat 3 every 5\n0 plug\n0 repeat 2 every 1", "bad:3: a repeat stands inside another one"),
    ("0 repeat 3 every 5\n0 plug", "bad:2: a repeat is open; write `end repeat`"),
    ("0 repeat 3 every 5\nend repeat", "bad:2: nothing is done in this repeat"),
    ("0 plug\nend repeat", "bad:2: no repeat is open"),
    ("5 repeat 999999 every 5\n0 plug\nend repeat", "bad:3: more than 100000 lines with this repeat"),
    # vary
    ("0 plug max_a=$AMPS", "bad:1: $AMPS: no line `vary AMPS ...` stands above"),
    ("vary AMPS in 6 10\n0 plug", "bad:1: vary: no line below uses $AMPS"),
    ("vary AMPS of 6\n0 plug max_a=$AMPS", "bad:1: write it like `vary AMPS in 6 10 16`"),
    ("vary A in 6\nvary A in 7\n0 plug max_a=$A", "bad:2: vary: A varies twice"),
    ("vary A from 6 to x\n0 plug max_a=$A", "bad:1: vary: numbers are needed"),
    ("vary A from 6 to 1\n0 plug max_a=$A", "bad:1: vary: a step of 1 does not lead from 6 to 1"),
    ("vary A from 0 to 9999\n0 plug max_a=$A", "bad:1: vary: 10000 values; at most 1000"),
    ("vary A from nan to 2\n0 plug max_a=$A", "bad:1: vary: numbers are needed"),
    ("vary A in 6 99\n0 plug max_a=$A", "bad:2: plug: max_a must be from 6 to 80"),
]


@pytest.mark.parametrize(("text", "line"), MISTAKES)
def test_a_mistake_is_one_line_with_file_and_line(text, line):
    with pytest.raises(ActionError) as caught:
        Story(text, "bad")
    assert str(caught.value).startswith(line) and "\n" not in str(caught.value)


@given(st.text(max_size=200))
def test_any_text_is_a_story_or_one_line(text):
    told = "any"
    try:
        Story(text, "any")
    except ActionError as error:
        told = str(error)
    assert told.startswith("any") and "\n" not in told


def seconds(text):
    return [(line.second, line.verb, line.place.round) for line in Story(text, "s").lines]


def test_a_repeat_counts_from_its_own_start_and_lets_others_between():
    text = "10 repeat 3 every 1 min\n 0 plug\n 30 unplug\nend repeat\n15 breaker\n70 breaker"
    assert seconds(text) == [
        (10, "plug", 1), (15, "breaker", 0), (40, "unplug", 1), (70, "plug", 2), (70, "breaker", 0),
        (100, "unplug", 2), (130, "plug", 3), (160, "unplug", 3),
    ]  # fmt: skip


def test_several_vary_multiply_and_the_first_is_slowest():
    text = 'vary A in 6 16\nvary WHAT in oven "heat pump"\nsetup seed=$A\n0 appliance name="$WHAT"'
    runs = Story(text, "v").runs
    assert [run.title() for run in runs] == [
        "A=6 WHAT=oven", "A=6 WHAT=heat pump", "A=16 WHAT=oven", "A=16 WHAT=heat pump"
    ]  # fmt: skip
    assert [run.options["seed"] for run in runs] == [6, 6, 16, 16]
    assert runs[1].lines[0].content["name"] == "heat pump"


@pytest.mark.parametrize(
    ("words", "values"),
    [
        ("from 1 to 10 step 3", ["1", "4", "7", "10"]),
        ("from 6 to 8", ["6", "7", "8"]),
        ("from 0.1 to 0.3 step 0.1", ["0.1", "0.2", "0.3"]),
        ("from 3 to -1 step -2", ["3", "1", "-1"]),
    ],
)
def test_a_range_holds_both_ends(words, values):
    story = Story(f"vary X {words}\n0 mains percent=100\n1 expect mains_a>$X", "r")
    assert [run.values["X"] for run in story.runs] == values


@pytest.mark.parametrize(
    ("tail", "kind", "span", "end"),
    [
        ("", "now", 0, 9), ("within 2 s", "within", 2, 9), ("for 1.5 min", "for", 90, 95),
        ("for 2 h", "for", 7200, 7205), ("never", "never", None, 9), ("never for 10", "never", 10, 15),
        ("until end", "for", None, 9),
    ],
)  # fmt: skip
def test_what_can_stand_behind_conditions(tail, kind, span, end):
    story = Story(f"5 expect coil==1 {tail}\n9 unplug", "e")
    assert story.lines[0].content[:2] == (kind, span)
    assert story.runs[0].end_s == end


def test_the_old_words_mean_the_same():
    old = Story("5 within 3 coil==1\n5 steady 9 coil==1 closed==1", "o").lines
    new = Story("5 expect coil==1 within 3 s\n5 expect coil==1 closed==1 for 9 s", "n").lines
    assert [line.content for line in old] == [line.content for line in new]


def test_what_ends_with_the_story_is_within_it():
    """In binary 1.58 + 0.1 is more than 1.68: a failed test writes such stories."""
    assert Story("1.58 expect coil==1 within 0.1 s\n1.68 end", "s").runs[0].end_s == 1.68


def test_a_sign_within_quotes_begins_no_comment():
    assert code_of('0 appliance name="a # b" # oven') == '0 appliance name="a # b"'
    assert code_of('# "') == "" and code_of('0 plug # a "word') == "0 plug"
    story = Story('0 plug # the car\n5 appliance name="oven # 2"', "q")
    assert story.lines[1].content["name"] == "oven # 2"


def test_a_charger_is_named_before_the_verb():
    lines = Story("setup chargers=3\n0 @3 plug\n1 plug\n2 @2 expect coil==1", "c").lines
    assert [line.place.charger for line in lines] == [2, 0, 1]


@pytest.mark.parametrize(
    ("setup", "line"),
    [
        ("meter=none\nsetup meter_latency_s=2",
         "s:2: setup: meter_latency_s: there is no meter with meter=none"),
        ("meter=modbus clamp=ideal", "s:1: setup: clamp: it is for meter=clamp"),
        ("meter_answer_s=1", "s:1: setup: meter_answer_s: it is for meter=modbus or meter=rtu"),
        ("meter=rtu loss=0.1", "s:1: setup: loss: no radio frames without meter=clamp or several chargers"),
    ],
)
def test_a_name_of_the_setup_line_that_does_nothing_is_refused(setup, line):
    with pytest.raises(ActionError) as caught:
        Story(f"setup {setup}\n0 plug\n", "s")
    assert str(caught.value) == line
    Story("setup meter=rtu loss=0.1 chargers=2\n0 plug\n", "s")
