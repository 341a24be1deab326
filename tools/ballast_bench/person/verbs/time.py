"""Verbs of the clock."""

from ballast_bench.person.verbs.action import NUMBER, Action, ActionError


def _speed(bench, factor):
    world = getattr(bench, "world", None)
    if world is None or world.pace is None:
        raise ActionError("speed: this bench does not run in real time")
    world.set_pace(float(factor))


ACTIONS = [
    #: on the live bench of `tools/ballast sim` alone; a story refuses it
    #: factor times: as fast as real time
    #: example 0 speed factor=10
    Action("speed", "time", "Virtual seconds per second", _speed, factor=(NUMBER, 1.0, 0.1, 100.0)),
]  # fmt: skip
