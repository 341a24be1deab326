"""What was done on a bench, as the text of a story that does it again; and stories of files."""

import json
import math
import unittest
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ballast_bench.api.errors import BenchError

if TYPE_CHECKING:
    from ballast_bench.api.bench import Bench


class StoryLog:
    """What has been done on this bench, as a story: its set-up and one line for each act.

    `ballast play FILE` plays it again. A test may write notes into it, and play stories of files.
    """

    def __init__(self, bench: "Bench", options: Mapping[str, object]) -> None:
        self._bench = bench
        self._options = dict(options)
        self._setup = [f"{name}={_value(value)}" for name, value in options.items()]
        self._lines: list[str] = []
        self._now_s = self._busy_s = 0.0
        self._played: str | None = None

    @property
    def lines(self) -> tuple[str, ...]:
        """Lines of the story, the set-up first."""
        return (
            (" ".join(["setup", *self._setup]), *self._lines) if self._setup else tuple(self._lines)
        )

    @property
    def text(self) -> str:
        """The whole story, ready for a file."""
        return "".join(f"{line}\n" for line in self.lines)

    def note(self, text: str) -> None:
        """Write a comment into the story, at this place."""
        self._lines += [f"# {line}" for line in text.splitlines()]

    def write(self, path: str | Path) -> Path:
        """Write the story to a file; its path. OSError where that cannot be written."""
        path = Path(path)
        path.write_text(self.text, encoding="utf-8")
        return path

    def play(self, path: str | Path) -> None:
        """Play the story of a file on a world of its own. AssertionError where it does not go as written.

        What this test has chosen (board, brand, seed ...) stands above the setup lines of the
        file. A board that lacks what the story needs skips the test. BenchError for a mistake
        in the file, OSError where it cannot be read.
        """
        __tracebackhide__ = True
        from ballast_bench.person import story
        from ballast_bench.person.actions import ActionError

        self._played = Path(path).read_text(encoding="utf-8")
        try:
            read = story.Story(self._played, str(path))
            failures = story.play(read, over=self._options, started=self._started)
        except ActionError as error:
            raise BenchError(str(error)) from None
        if failures.skipped:
            raise unittest.SkipTest(failures.skipped)
        if failures:
            raise AssertionError("\n".join(failures))
        self._played = None

    def _started(self, world: Any, setup: Any, run: Any) -> None:
        self._bench._scene.watch(world)

    def _add(self, second: float, index: int, words: str, seconds: float = 0.0) -> None:
        """One line at `second`, for the charger `index`; what it says is over `seconds` later."""
        self._now_s = max(self._now_s, _down(second))
        self._busy_s = max(self._busy_s, self._now_s + seconds)
        at = f" @{index + 1}" if index else ""
        self._lines.append(f"{_second(self._now_s)}{at} {words}")

    def _replay(self) -> str:
        """The story that shows a failure again, "" where nothing was done.

        Of the file that was played, else what was done, with its end at this instant.
        """
        if self._played is not None:
            return self._played
        if not any(line[:1] != "#" for line in self._lines):
            return ""
        end_s = max(self._busy_s, _down(self._bench._world.now_s))
        return f"{self.text}{_second(end_s)} end\n"


def _down(second: float) -> float:
    """Whole hundredths of a second, downwards: a story acts at the first step not before its line's time."""
    return math.floor(second * 100 + 1e-6) / 100


def _second(second: float) -> str:
    """As a story writes it."""
    return f"{second:.2f}".rstrip("0").rstrip(".")


def _value(value: object) -> str:
    """A value of the set-up as a story writes it: a bare word where that is one."""
    text = str(value) if isinstance(value, (str, Path)) else json.dumps(value)
    if not text or any(c.isspace() or c == '"' for c in text):
        return json.dumps(text)
    return text
