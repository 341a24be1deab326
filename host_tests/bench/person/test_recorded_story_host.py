"""What is done on the bench page and kept as a story happens again, step for step, when it is played."""

from ballast_bench.person import options, story
from ballast_bench.person.bench_page import BenchPage
from ballast_bench.person.story.player import PAGE

GIVEN = {"house": "detached", "meter": "clamp", "seed": 5, "hour": 18.0, "chargers": 2}
DONE = (
    (0.0, 0, "plug", {"phases": 3}),
    (3.0, 1, "plug", {"max_a": 16}),
    (20.3, 0, "appliance", {"name": "oven"}),
    (31.02, 1, "want", {"on": False}),
    (40.0, 0, "set", {"user_ma": 12000}),
    (41.5, 0, "clock", {"time": "18:00", "date": "2026-07-01", "offset_min": 120}),
    (45.0, 0, "speed", {"factor": 10}),
    (50.0, 1, "restart", {}),
    (51.0, 1, "meter_ratio", {"value": 1.1}),
)
END_S = 80.0


class _Trail:
    """The mains and what both chargers offer, at every step."""

    def __init__(self, world):
        self.world, self.rows = world, []
        world.actors.append(self)

    def __call__(self, now_s):
        offers = [node.cycle.offered_ma for node in self.world.nodes]
        self.rows.append((round(now_s, 2), *self.world.plant.mains_a, *offers))


def _by_hand(save_to):
    """(what happened, text of the story)."""
    setup = options.make_setup(GIVEN, bench_page=BenchPage, **PAGE)
    world = setup.start()
    world.reboots = True
    try:
        trail, page = _Trail(world), setup.bench
        page.save_to = save_to
        for second, charger, verb, args in DONE:
            if second > world.now_s:
                world.run(second - world.now_s)
            page.charger_index = charger
            if verb == "speed":
                world.set_pace(1.0)  # as the live bench has it: the verb needs a pace
            page.do(verb, args)
        world.run(END_S - world.now_s)
        return trail.rows, page.text()
    finally:
        setup.stop()


def test_a_recorded_story_is_the_same_run_again(tmp_path):
    path = tmp_path / "clicked.story"
    seen, text = _by_hand(path)
    lines = text.splitlines()
    assert lines[0] == 'setup house="detached" seed=5 hour=18.0 chargers=2'
    assert [line.split()[1:3] for line in lines[2:4]] == [["@2", "plug"], ["appliance", 'name="oven"']]
    assert lines[-2] == "51 meter_ratio value=1.1"  # of no charger alone, whichever is chosen
    assert "speed" not in text and lines[-1] == "80.00 end"
    assert path.read_text().splitlines()[:-1] == lines[:-1]  # written after each line
    again = []

    def started(world, setup, run):
        again.append(_Trail(world))

    result = story.play(story.Story(text, "clicked"), started=started)
    assert result == []
    assert again[0].rows == seen[: len(again[0].rows)] and len(again[0].rows) >= len(seen) - 1
