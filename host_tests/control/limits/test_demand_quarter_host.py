"""No quarter hour above the limit, for any house that alone keeps it at every moment."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from ballast_bench.sims import demand as sim

LIMIT_W = 8000
BEGIN = sim.QUARTER_S - sim.INTO_S
SECONDS = BEGIN + 2 * sim.QUARTER_S


def over(watts, phases, delay_s, limit_w=LIMIT_W):
    score = sim.score(watts, limit_w, sim.run(sim.Ballast(limit_w, phases), watts, phases, delay_s))
    return score["over"]


def house(levels):
    """levels: (W, seconds), over and over until two whole quarters are full, and 10 s more."""
    watts = []
    while len(watts) < SECONDS + 10:
        for watt, seconds in levels:
            watts += [float(watt)] * seconds
    return watts[: SECONDS + 10]


def levels(most_w):
    return st.lists(st.tuples(st.integers(-4000, most_w), st.integers(1, 400)), min_size=1, max_size=12)


@settings(max_examples=60, deadline=None)
@given(levels(LIMIT_W * 99 // 100), st.sampled_from((1, 3)), st.floats(0, 5))
@example([(0, 1), (7920, 1)], 3, 5.0)
@example([(0, 11), (7920, 11)], 1, 5.0)
@example([(0, 300), (7920, 900)], 3, 5.0)
@example([(0, 895), (7920, 305)], 3, 5.0)
def test_a_house_of_at_most_the_limit_less_the_margin(levels, phases, delay_s):
    """Whatever it does, and from the first quarter on that is whole; the EV obeys within 0 to 5 s."""
    assert over(house(levels), phases, delay_s) == 0


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 4000), st.integers(30, 899), st.sampled_from((1, 3)), st.floats(0, 5))
@example(0, 30, 3, 5.0)
@example(0, 899, 3, 5.0)
def test_a_house_that_rises_to_the_limit_itself_and_stays_there(before_w, at, phases, delay_s):
    """From half a minute into the quarter: by then the EV has left over what it draws until it obeys."""
    watts = [float(before_w)] * (BEGIN + sim.QUARTER_S + at) + [float(LIMIT_W)] * (sim.QUARTER_S - at + 10)
    assert over(watts, phases, delay_s) == 0


def test_an_ev_without_a_controller_does_not_pass():
    watts = house([(2000, 300), (7000, 300)])
    score = sim.score(watts, LIMIT_W, sim.run(sim.Unlimited(LIMIT_W, 3), watts, 3, 2.0))
    assert score["over"] == 2
