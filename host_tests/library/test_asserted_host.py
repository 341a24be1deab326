"""What a test asserts, as the conditions of a story: where a story has them, and nothing else."""

import pytest

from ballast_bench import Bench, BenchError
from ballast_bench.api import asserted, source, words

TABLE = {
    "charger.offered_a > 20": (0, "offered_a>20"),
    "20 < charger.offered_a": (0, "offered_a>20"),
    "6 <= charger.offered_a <= 16": (0, "offered_a>=6 offered_a<=16"),
    "charger.state == 'C2' and car.amps < wanted_a": (0, 'state=="C2" ev_a<7.5'),
    "charger.closed": (0, "closed==1"),
    "not charger.closed": (0, "closed==0"),
    "charger.closed is False": (0, "closed==0"),
    "charger.closed is not False": (0, "closed!=0"),
    "charger.charging == True": (0, "charging==1"),
    "charger.faults == []": (0, "faults==[]"),
    "not charger.faults": (0, "faults==[]"),
    "charger.faults": (0, "faults!=[]"),
    "'rcd_trip' in charger.faults": (0, "fault_rcd_trip==1"),
    "'rcd_trip' not in charger.faults": (0, "fault_rcd_trip==0"),
    "charger.first_fault == 'none'": (0, 'first_fault=="none"'),
    "charger.see('closings') == 1": (0, "closings==1"),
    "bench.car.s2": (0, "s2==1"),
    "bench.chargers[1].closed": (1, "closed==1"),
    "bench.cars[-1].soc >= 0.5": (1, "soc>=0.5"),
    "house.amps <= -1.5": (0, "house_a<=-1.5"),
    "not house.tripped and meter.state == 'good'": (0, 'tripped==0 meter=="good"'),
}

NONE = [
    "charger.offered_a > car.amps",
    "charger.offered_a + 1 > 20",
    "charger.closed or car.s2",
    "charger.closed and bench.chargers[1].closed",
    "charger.state in ('B1', 'C2')",
    "charger.offered_a",
    "charger.colour == 3",
    "car.plugged",
    "other.closed",
    "copy.closed",
    "charger.see(name) == 1",
    "charger.offered_a == approx",
    "charger in [1]",
    "[] == []",
    "len(charger.faults) == 0",
    "charger.faults in 'rcd_trip'",
    "bench.chargers[7].closed",
    "closed ==",
]


class Copy:
    closed = True


Copy.__name__ = "Charger"


@pytest.fixture(scope="module")
def names():
    with Bench(house="empty", limit_a=40, chargers=2) as bench:
        yield {"bench": bench, "charger": bench.charger, "car": bench.car, "house": bench.house,
               "meter": bench.meter, "wanted_a": 7.5, "copy": Copy(), "name": "closings",
               "approx": pytest.approx(3)}  # fmt: skip


@pytest.mark.parametrize("expression", TABLE)
def test_an_expression_is_these_conditions(names, expression):
    found = asserted.conditions(expression, names)
    assert found == TABLE[expression]
    bench = names["bench"]
    truth = bool(eval(expression, dict(names)))
    view = bench._scene.views[found[0]]
    assert words.holds(words.read(found[1], ""), view) == truth


@pytest.mark.parametrize("expression", NONE)
def test_what_a_story_has_not_is_none(names, expression):
    assert asserted.conditions(expression, names) is None


def test_what_a_story_refuses_is_left_out(names):
    """`faults` has no such key: the story keeps the comment alone."""
    found = asserted.conditions("'fire' in charger.faults", names)
    with pytest.raises(BenchError):
        words.read(found[1], "")
    bench = names["bench"]
    before = len(bench.story.lines)
    bench._failed("asserted: 'fire' in charger.faults", found)
    assert [line[0] for line in bench.story.lines[before:]] == ["#"]


def test_a_condition_that_holds_is_no_line_that_fails(names):
    bench = names["bench"]
    before = len(bench.story.lines)
    bench._failed("asserted: not charger.closed", (0, "closed==0"))
    assert [line[0] for line in bench.story.lines[before:]] == ["#"]


def test_the_names_of_a_lambda_are_found(names):
    charger = names["charger"]
    own = source.names_of(lambda c: c.closed, charger)
    assert own["c"] is charger
    around = source.names_of(lambda: charger.closed)
    assert around["charger"] is charger
    assert source.names_of(print) == {}
