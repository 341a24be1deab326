"""A story is played: its lines are done at their second, what it expects is looked for at every step.

    failures = play(Story(path.read_text(), path.name))
    assert not failures, failures
"""

import time
from typing import NamedTuple

from ballast_bench import boards
from ballast_bench.person import actions
from ballast_bench.person.options import make_setup
from ballast_bench.person.story.conditions import failing, found, text_of
from ballast_bench.person.story.seen import View
from ballast_bench.person.story.text import Expectation
from ballast_bench.person.verbs.action import ActionError, ChargerOff
from ballast_bench.setup import Setup

PAGE = {"http": ("127.0.0.1", 0), "assets": ("", {})}
"""Setup's arguments for a charger whose page is there, on any free port, without files."""


ONLY_RUNNING = (
    (("clock_jump",), "the charger has started anew and does not know the time any more"),
    (("clock", "clock_jump", "schedule", "set", "wifi_scan", "wifi_channel", "radio_deaf"),
     "the charger is off or starting"),
)
"""((verb, ...), why): all that can be refused while a story is played although it was not before."""


class Bench:
    """What actions.py acts on."""

    def __init__(self, setup, index=0):
        self.setup, self.world = setup, setup.world
        self.plant = setup.world.plant
        self.clamps = setup.clamps
        self.charger_index = index

    def do(self, verb, args):
        """Do one action now. ActionError with one line."""
        return actions.do(self, verb, args)


class Failure(NamedTuple):
    """number: line of the file. text: `FILE:LINE: what was expected, what was found`.

    off: an action met a charger that was off or starting; a drawn story cannot know that beforehand.
    """

    number: int
    text: str
    off: bool = False


class _Watch(NamedTuple):
    line: object
    until_s: float
    view: View


class Player:
    """An actor of a World that plays one Run. failures: [Failure]. over: nothing is left to do.

    said: called with each failure as it happens, for a bench that runs live. bench: a BenchPage
    that keeps what is done, None = nobody does.
    """

    def __init__(self, run, setup, said=lambda failure: None, bench=None):
        self.run, self.failures = run, []
        self._bench = bench or Bench(setup)
        self._views = [View(setup.world, n) for n in range(len(setup.world.nodes))]
        self._todo = list(reversed(run.lines))
        self._watches = []
        self._said = said

    @property
    def over(self):
        return not self._todo and not self._watches

    def __call__(self, now_s):
        for watch in list(self._watches):
            self._look(watch, now_s)
        while self._todo and now_s + 1e-9 >= self._todo[-1].second:
            self._do(self._todo.pop(), now_s)

    def rehearse(self):
        """Do the verbs of all lines at once, with no time between them: `failures` has what is refused.

        What restarts a charger is left out: with no time to start again, all behind it would be refused.
        """
        for line in self.run.lines:
            if line.verb in actions.BY_VERB and not actions.BY_VERB[line.verb].restarts:
                self._act(line)

    def _do(self, line, now_s):
        if not isinstance(line.content, Expectation):
            self._act(line)
            return
        kind, seconds, wanted = line.content
        view = self._views[line.place.charger]
        if kind == "now":
            wrong = failing(wanted, view)
            if wrong:
                self._fail(line, f"expected {wrong[0]}, found {wrong[1]}")
            return
        until_s = self.run.end_s if seconds is None else line.second + seconds
        self._watches.append(_Watch(line, until_s, view))

    def _act(self, line):
        bench = self._bench
        before, bench.charger_index = bench.charger_index, line.place.charger
        try:
            bench.do(line.verb, line.content)
        except (ActionError, ValueError, OSError) as error:
            self._fail(line, str(error), isinstance(error, ChargerOff))
        finally:
            bench.charger_index = before

    def _look(self, watch, now_s):
        kind, _, wanted = watch.line.content
        wrong = failing(wanted, watch.view)
        if kind == "within" and wrong is None:
            self._watches.remove(watch)
        elif kind == "for" and wrong is not None:
            self._end(watch, f"at {now_s:.2f} s expected {wrong[0]}, found {wrong[1]}")
        elif kind == "never" and wrong is None:
            text = f"{text_of(wanted)} never to hold, found {found(wanted, watch.view)}"
            self._end(watch, f"at {now_s:.2f} s expected {text}")
        elif now_s + 1e-9 >= watch.until_s:
            if kind == "within":
                self._end(watch, f"by {now_s:.2f} s expected {wrong[0]}, still found {wrong[1]}")
            else:
                self._watches.remove(watch)

    def _end(self, watch, text):
        self._fail(watch.line, text)
        self._watches.remove(watch)

    def _fail(self, line, text, off=False):
        place = line.place
        where = f"{self.run.name}:{place.number}: "
        if place.charger:
            where += f"charger {place.charger + 1}: "
        if place.round:
            where += f"round {place.round}: "
        values = self.run.title()
        failure = Failure(place.number, where + text + (f" ({values})" if values else ""), off)
        self.failures.append(failure)
        self._said(failure)


class Outcome:
    """What one run came to. failures: [Failure]. skipped: why it was not played, "" = it was.

    seconds: simulated. cpu_s: what they cost.
    """

    def __init__(self, run):
        self.values, self.title = run.values, run.title()
        self.failures, self.skipped = [], ""
        self.seconds = self.cpu_s = 0.0


class Result(list):
    """The failures of a story, one line each: empty = all as expected. runs: [Outcome]."""

    def __init__(self, runs):
        super().__init__(failure.text for run in runs for failure in run.failures)
        self.runs = runs

    @property
    def skipped(self):
        """Why no run was played, "" where one was."""
        return self.runs[0].skipped if all(run.skipped for run in self.runs) else ""


def play(story, over=None, started=None):
    """Play all runs of a Story, each on a world of its own. Returns the Result.

    over: {name: value} that wins over the setup lines. started(world, setup, run): called once
    per run before the first step, to add actors such as a recorder.
    """
    return Result([play_run(run, over, started) for run in story.runs])


def play_run(run, over=None, started=None, host=Setup):
    """One Run of a Story. Returns its Outcome; ActionError for a bench that cannot be made.

    host: Setup, or what makes another one (vm/setup.py), whose chargers run elsewhere.
    """
    outcome = Outcome(run)
    setup = make(run, over, host)
    outcome.skipped = _lacks(run, setup.product)
    if outcome.skipped:
        setup.stop()
        return outcome
    world = power_on(run, setup)
    began = time.process_time()
    try:
        player = Player(run, setup)
        world.actors.append(player)
        if started is not None:
            started(world, setup, run)
        player(0.0)
        while not (player.over and world.now_s >= run.end_s):
            world.run(max(run.end_s - world.now_s, 0.1))
    finally:
        outcome.seconds = world.now_s
        outcome.cpu_s = time.process_time() - began
        setup.stop()
    outcome.failures = player.failures
    return outcome


def refused(run, over=None):
    """([line], why it would be skipped or ""): what keeps a Run from being played, found without playing it.

    Its bench is made and powered on, and its verbs are done with no time between them. So nothing but
    ONLY_RUNNING is refused later. The lines are without the values of `vary`.
    """
    try:
        setup = make(run, over)
    except ActionError as error:
        return [str(error)], ""
    lacks = _lacks(run, setup.product)
    try:
        if lacks:
            return [], lacks
        power_on(run, setup)
        player = Player(run, setup)
        player.rehearse()
    except ActionError as error:
        return [str(error)], ""
    finally:
        setup.stop()
    values = f" ({run.title()})"
    return [failure.text.removesuffix(values) for failure in player.failures], ""


def make(run, over=None, host=Setup):
    """The Setup of a Run, not started. ActionError with file and line for a bench that cannot be."""
    try:
        return make_setup({**run.options, **(over or {})}, host, **(PAGE if run.page else {}))
    except ActionError as error:
        raise ActionError(run.where(str(error))) from None


def power_on(run, setup):
    """Start a Setup of `make`; ActionError with file and line for settings that do not go together."""
    try:
        world = setup.start()
    except ValueError as error:
        setup.stop()
        raise ActionError(run.where(f"setup: {error}".partition("\n")[0])) from None
    world.reboots = True
    return world


def _lacks(run, made):
    """Why this charger, a product.Product, cannot play the run; "" = it can."""
    have = made.capabilities()
    for name, number in run.needs.items():
        if name not in have:
            return f"{run.name}:{number}: {made.name} lacks {name}: {boards.CAPABILITIES[name]}"
    return ""
