"""The short way through a step at rest: taken, equal to the whole step, and left in time."""

import sys
from contextlib import contextmanager
from random import Random

import pytest

from ballast_bench import boards
from ballast_bench.calm import genuine as genuine_module
from ballast_bench.calm.bursts import Bursts
from ballast_bench.calm.genuine import Genuine
from ballast_bench.calm.prove import CalmError, ProvenLane
from ballast_bench.campaign import both_ways, bugs, draw
from ballast_bench.person import story
from ballast_bench.plant.house import House, semi
from ballast_bench.plant.plant import Config
from ballast_bench.plant.trace import Trace
from ballast_bench.product import product
from ballast_bench.setup import Setup, default_ev
from ballast_bench.world import World


def make(meter="none", seed=1, ev=True):
    """A charger behind a house that switches something every seven seconds."""
    rng = Random(f"calm/{seed}")
    rows = [(2.0 + rng.uniform(0, 12), 0.0, 0.0) for _ in range(30)]
    trace = Trace([n * 7.0 for n in range(30)], rows, 1, 7.0)
    config = Config(house=House(trace=trace), limit_a=25.0, breaker_opens=False)
    car = default_ev() if ev else None
    settings = {"user_ma": 10000} if meter == "none" else {}
    return Setup(config=config, ev=car, meter=meter, seed=seed, settings=settings)


@pytest.fixture
def proven(monkeypatch):
    """Every world that is made proves each seventh of its short steps."""
    monkeypatch.setattr(World, "PROVE", 7)


@contextmanager
def started(setup):
    """The world of a Setup, which ends with the test."""
    world = setup.start()
    try:
        yield world
    finally:
        setup.stop()


def run(setup, seconds):
    with started(setup) as world:
        world.run(seconds)
        return world, world.nodes[0].lane


@pytest.mark.parametrize("meter", ["none", "clamp", "modbus"])
@pytest.mark.parametrize("ev", [True, False])
def test_each_seventh_short_step_is_the_whole_step(proven, meter, ev):
    _, lane = run(make(meter, ev=ev), 20.0)
    assert isinstance(lane, ProvenLane)
    assert lane.proven > 40
    assert lane.taken > 0.4 * 20 * 50


def test_a_charge_takes_the_short_way_nearly_always():
    setup = make("clamp")
    with started(setup) as world:
        world.run(30.0)
        node = world.nodes[0]
        before = node.lane.taken, node.cycle.steps
        world.run(20.0)
        taken, steps = node.lane.taken - before[0], node.cycle.steps - before[1]
        assert node.app.out.coil == 1
        assert taken > 0.9 * steps


SEED = 7
STORIES = [("minutes", n, 32.0) for n in (3, 5, 19, 22, 27, 36)] + [
    ("evenings", 1, 60.0), ("evenings", 23, 60.0), ("groups", 3, 30.0), ("groups", 10, 30.0),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "number", "seconds"), STORIES)
def test_a_random_story_is_the_same_both_ways(kind, number, seconds):
    text = draw.draw(SEED, kind, number, seconds).text()
    told, short, steps = both_ways.parted(text)
    assert told is None, text
    assert 0 < short, text
    assert steps >= (seconds - 0.5) * 50, text  # the start takes its time on a chip


@pytest.mark.parametrize(("kind", "number"), [("minutes", 3), ("minutes", 27), ("groups", 10)])
def test_a_random_story_proves_itself(kind, number):
    run = draw.draw(SEED, kind, number, 20.0)
    assert both_ways.rows_of(story.Story(run.text(), "drawn").runs[0], True, prove=11).proven > 0, run.text()


@pytest.mark.parametrize("board", boards.names())
def test_every_board_takes_the_short_way_and_proves_it(board, proven):
    setup = Setup(house=semi(seed=3), ev=default_ev(), charger=product.load(board))
    _, lane = run(setup, 20.0)
    assert lane.proven > 40
    assert lane.taken > 0.6 * 20 * 50


def test_a_trip_in_the_middle_of_a_rest_opens_in_that_very_step():
    setup = make("none")
    with started(setup) as world:
        world.run(20.0)
        node = world.nodes[0]
        board, seen = node.board, []

        def trip(now_s):
            if not seen and now_s > 21.0:
                assert node.lane.taken > 0
                node.device.drive(board.RCD_TRIP_PIN, board.RCD_TRIP_LEVEL)
                seen.append(node.app.out.coil)
            elif len(seen) == 1:
                seen.append(node.app.out.coil)

        world.actors.append(trip)
        world.run(2.0)
        assert seen == [1, 0]


def test_a_limit_in_the_middle_of_a_rest_holds_in_the_next_step():
    from ballast.control.limits import limits

    setup = make("none")
    with started(setup) as world:
        world.run(20.0)
        node, seen = world.nodes[0], []

        def lower(now_s):
            if len(seen) < 2 and now_s > 21.0:
                if not seen:
                    assert node.app.charger.put_limit(limits.API, 7000, 60000)
                seen.append(node.cycle.limits.ma)

        world.actors.append(lower)
        world.run(2.0)
        assert seen == [10000, 7000]


def test_a_planted_bug_meets_whole_steps_only():
    undo = bugs.BUGS["deaf_to_rcd"]()
    try:
        _, lane = run(make("none"), 10.0)
    finally:
        undo()
    assert lane.taken == 0


def test_genuine_firmware_is_genuine_until_something_is_replaced(monkeypatch):
    from ballast.control.safety.contactor import Contactor

    genuine = Genuine()
    assert genuine.holds()
    with monkeypatch.context() as patch:
        patch.setattr(Contactor, "step", lambda *args: None)
        assert not genuine.holds()
    assert genuine.holds()


def test_another_thread_may_import_while_the_firmware_is_noted(monkeypatch):
    """The bench page's tests run the world in a thread, beside an import anywhere in the program."""
    asked = genuine_module._of_a_step

    def meanwhile(name):
        monkeypatch.setitem(sys.modules, "imported_meanwhile_" + name, sys)
        return asked(name)

    monkeypatch.setattr(genuine_module, "_of_a_step", meanwhile)
    assert Genuine().holds()


def test_without_calm_there_is_no_lane(monkeypatch):
    monkeypatch.setattr(World, "CALM", False)
    _, lane = run(make("none"), 2.0)
    assert lane is None


def test_a_wrong_sum_is_an_error_with_the_name_of_the_attribute(proven, monkeypatch):
    add_up = ProvenLane._add_up

    def wrong(self, cycle, now_ms):
        add_up(self, cycle, now_ms)
        cycle.charge._since_switch_ms += 1

    monkeypatch.setattr(ProvenLane, "_add_up", wrong)
    with pytest.raises(CalmError, match="_since_switch_ms"):
        run(make("none"), 20.0)


def test_a_burst_is_what_the_port_reads(proven):
    setup = make("none")
    with started(setup) as world:
        world.run(10.0)
        node = world.nodes[0]
        port, adc, scan = node.app.io.pilot, node.device.adc_input(node.board.CP_ADC_PIN), node.app.scan
        bursts = Bursts(port, adc)
        for first in range(0, 251, 5):
            adc.at = first
            port.read(scan)
            assert bursts.at(first, bursts.of_now()) == (scan.pilot_high_mv, scan.pilot_low_mv, adc.at)
