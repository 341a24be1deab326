"""A running world with what the library needs of it: whom acts concern, what is seen, its last minute."""

import importlib.util
from pathlib import Path
from typing import Any

from ballast_bench.api import words
from ballast_bench.person import story
from ballast_bench.record import Recording

KEEP_S = 60.0
EVERY_S = 0.1
"""Chosen: fine enough for a car's answer, and a test with it is hardly slower."""


class Scene:
    """setup: a Setup that has not started. world: its World, started. views: of each charger."""

    def __init__(self, setup: Any) -> None:
        self.setup = setup
        self.world = setup.start()
        self.world.reboots = True
        self.watch(self.world)

    def watch(self, world: Any) -> None:
        """What a failure shows is this world's, from now on."""
        self.views = [story.View(world, index) for index in range(len(world.nodes))]
        self._minute = Recording(world, every_s=EVERY_S, keep_s=KEEP_S)
        world.actors.append(self._minute)

    def actor(self, index: int) -> Any:
        """What person/actions.py acts on."""
        return story.Bench(self.setup, index)

    def sentence(self) -> str:
        """What a person would look at first."""
        return words.sentence(self.views[0])

    def write_minute(self, folder: Path) -> list[str]:
        """Write last_minute.csv and last_minute.png; a line for each. OSError or RecordError."""
        lines = [f"the last minute: {self._minute.write(folder / 'last_minute.csv')}"]
        if importlib.util.find_spec("matplotlib") is None:
            return [*lines, "its picture: needs matplotlib; pip install 'ballast[plot]'"]
        return [*lines, f"its picture: {self._minute.picture(folder / 'last_minute.png')}"]
