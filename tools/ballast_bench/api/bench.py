"""The bench as one object: set up, run, looked at, closed."""

import atexit
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any

from ballast_bench.api.charger import Charger
from ballast_bench.api.errors import BenchError
from ballast_bench.api.log import StoryLog
from ballast_bench.api.supply import Clamp, House, Meter
from ballast_bench.api.vehicle import Car
from ballast_bench.api.world import BenchWorld

_LIMITS_S = 0.5  # chosen: a new sample of the meter reaches the limits within 13 steps
SETTLE_S = 30.0
"""Chosen: the clamp is believed after 4 s; a meter that shows each value for 10 s has shown three."""


class Bench:
    """A house, its charger and what stands around them, on a clock that the test owns.

    Options are those of a story's `setup` line (STORIES.md), and any setting of the charger:
    `Bench(house="empty", limit_a=25, seed=7, user_ma=10000)`. page: the charger has its page,
    which verbs such as `schedule` need. BenchError with one line for what cannot be.
    The charger is powered on and believes its meter: that takes about 4 s from power-on (clamp), and
    30 s at most. A charger that has not settled by then is handed over as it is, with its faults,
    and the story says so. settle: False = at power-on, when it has not heard its meter yet.
    Use it in a `with`, or call `close()`.

    charger, car: the first ones of `chargers` and `cars`, of which there are several with the
    option `chargers`. house, meter, clamp: what stands around. world: the clock. story: what
    has been done.
    """

    charger: Charger
    car: Car
    chargers: list[Charger]
    cars: list[Car]
    house: House
    meter: Meter
    clamp: Clamp
    world: BenchWorld
    story: StoryLog

    def __init__(self, *, page: bool = False, settle: bool = True, **options: object) -> None:
        from ballast_bench.api.scene import Scene

        self._setup = _make(page, options)
        self._closed = False
        atexit.register(self.close)  # for a notebook that never does
        self._scene = Scene(self._setup)
        self._world = self._scene.world
        count = range(len(self._world.nodes))
        self.chargers = [Charger(self, index) for index in count]
        self.cars = [Car(self, index) for index in count]
        self.charger, self.car = self.chargers[0], self.cars[0]
        self.house, self.meter, self.clamp = House(self), Meter(self), Clamp(self)
        self.world = BenchWorld(self)
        self.story = StoryLog(self, options)
        if settle:
            self._settle()

    def do(self, verb: str, /, **arguments: object) -> None:
        """Do what a line of a story does, now: any verb of STORIES.md with its arguments.

        BenchError with one line where that cannot be done.
        """
        __tracebackhide__ = True
        self._do(0, verb, arguments)

    def close(self) -> None:
        """End all that runs. May be called twice."""
        if not self._closed:
            self._closed = True
            atexit.unregister(self.close)
            self._setup.stop()

    def __enter__(self) -> "Bench":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # -- for the objects of this package --------------------------------------------------

    def _do(self, index: int, verb: str, arguments: Mapping[str, object]) -> None:
        __tracebackhide__ = True
        from ballast_bench.person import actions

        self._open()
        try:
            full = actions.do(self._scene.actor(index), verb, dict(arguments))
        except (actions.ActionError, ValueError) as error:
            raise BenchError(str(error)) from None
        self.story._add(self._world.now_s, index, actions.line(0, verb, full).partition(" ")[2])

    def _settle(self) -> None:
        """Let the first seconds after power-on pass, in which each charger looks for its meter."""
        wanted = "none" if self._setup.meter == "none" else "good"

        def settled() -> bool:
            return all(
                each.see("level") != "lost" and each.meter == wanted and not each.faults
                for each in self.chargers
            )

        if self._world.until(settled, SETTLE_S) is None:
            self.story.note(f"not settled {SETTLE_S:g} s after power-on: {self._scene.sentence()}")
        else:
            self._world.run(_LIMITS_S)

    def _open(self) -> None:
        __tracebackhide__ = True
        if self._closed:
            raise BenchError("this bench is closed; a test makes one of its own")

    def _run(self, seconds: float) -> None:
        __tracebackhide__ = True
        self._open()
        self._world.run(_positive("run", seconds))

    def _record(self, every_s: float | None) -> Any:
        __tracebackhide__ = True
        from ballast_bench.record import Recording

        self._open()
        try:
            recording = Recording(self._world, index=None, every_s=every_s)
        except ValueError as error:
            raise BenchError(str(error)) from None
        self._world.actors.append(recording)
        return recording

    def _expect(self, index: int, conditions: str, when: str) -> None:
        __tracebackhide__ = True
        from ballast_bench.api import words

        self._open()
        view, began_s = self._scene.views[index], self._world.now_s
        wanted = words.read(conditions, when)
        self.story._add(began_s, index, wanted.line, wanted.seconds)
        if wanted.kind == "now":
            good = words.holds(wanted, view)
        else:  # as a story does it: looked at after each step, first after the next one
            ends = wanted.kind != "for"  # the conditions, or their failing, end the wait
            ended = self._world.until(lambda: words.holds(wanted, view) == ends, wanted.seconds)
            good = (ended is not None) == (wanted.kind == "within")
        if not good:
            took = f", {self._world.now_s - began_s:.2f} s later" if wanted.kind != "now" else ""
            expected = wanted.line.removeprefix("expect ")
            found = f"found {words.seen(wanted, view)}{took}"
            raise AssertionError(f"expected {expected}; {found}\n{words.sentence(view)}")

    def _wait(
        self,
        what: str,
        condition: Callable[[], object],
        within_s: float,
        index: int,
        names: Mapping[str, Any],
    ) -> float:
        """Virtual seconds until condition() holds; AssertionError when it does not.

        what: its text, in which `names` are.
        """
        __tracebackhide__ = True
        from ballast_bench.api import asserted, words

        self._open()
        within_s = _positive("within_s", within_s)
        began_s = self._world.now_s
        self.story.note(f"{began_s:.2f} s: the test waits for {what}, {within_s:g} s at most")
        if not condition():
            self._world.until(condition, within_s)
            if not condition():
                self._note_expected(began_s, within_s, asserted.conditions(what, names))
                now = words.sentence(self._scene.views[index])
                raise AssertionError(f"waited {within_s:g} s for {what}\n{now}")
        return float(self._world.now_s - began_s)

    def _failed(self, what: str, found: tuple[int, str] | None) -> None:
        """The end of the story of a test that failed by its own `assert` (found: its conditions)."""
        now_s = self._world.now_s
        self.story.note(f"{now_s:.2f} s: the test {what}")
        self._note_expected(now_s, 0.0, found)

    def _note_expected(
        self, began_s: float, within_s: float, found: tuple[int, str] | None
    ) -> None:
        """A line that fails where the test failed, if a story has its conditions and they do fail."""
        from ballast_bench.api import words

        if found is None:
            return
        index, conditions = found
        try:
            wanted = words.read(conditions, f"within {within_s:g} s" if within_s else "")
        except BenchError:
            return
        if not words.holds(wanted, self._scene.views[index]):
            self.story._add(began_s, index, wanted.line, wanted.seconds)


def _make(page: bool, options: Mapping[str, object]) -> Any:
    """The Setup of these options."""
    from ballast_bench import upy

    upy.install()
    from ballast_bench.person.actions import ActionError
    from ballast_bench.person.options import make_setup
    from ballast_bench.person.story.player import PAGE

    try:
        return make_setup(options, **(PAGE if page else {}))
    except (ActionError, ValueError) as error:
        raise BenchError(str(error)) from None


def _positive(name: str, seconds: float) -> float:
    __tracebackhide__ = True
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not 0 < seconds < 1e9:
        raise BenchError(f"{name}: seconds above 0 are needed, not {seconds!r}")
    return float(seconds)
