"""The text of a story, read and checked: Story, its runs, and the lines of each.

Nothing is played here. Every mistake is an ActionError `FILE:LINE: what is wrong`.
"""

import re
from typing import NamedTuple

from ballast_bench import boards
from ballast_bench.person import actions, options
from ballast_bench.person.story import vary
from ballast_bench.person.story.conditions import split
from ballast_bench.person.verbs.action import ActionError

MOST_LINES = 100_000  # chosen: what a repeat may grow to
MOST_S = 1e9  # chosen: thirty years
_SAME_S = 1e-6  # chosen: 1.58 + 0.1 is not quite 1.68 in binary, and far less than a step

#: expect CONDITIONS: the conditions hold at this second
#: example 15 expect coil==1 state=="C2"
#: expect CONDITIONS within D: they hold together at some step of the next D
#: example 90 expect offered_a<=6 within 5 s
#: expect CONDITIONS for D: they hold at every step of the next D
#: example 95 expect offered_a<=6 faults==["meter_lost"] for 1 min
#: expect CONDITIONS until end: they hold at every step to the end of the story
#: example 20 expect tripped==0 until end
#: expect CONDITIONS never: they hold together at no step to the end of the story
#: example 30 expect mains_a>27 never
#: expect CONDITIONS never for D: they hold together at no step of the next D
#: example 30 expect closed==1 never for 10 s
#: within D CONDITIONS: the same as `expect CONDITIONS within D`
#: example 90 within 5 offered_a<=6
#: steady D CONDITIONS: the same as `expect CONDITIONS for D`
#: example 95 steady 60 offered_a<=6 faults==["meter_lost"]
WORDS = ("expect", "within", "steady")

_LINE = re.compile(r"(\S+)(?:\s+@(\S*))?(?:\s+(\S+))?\s*(.*)", re.DOTALL)
_REPEAT = re.compile(r"(\S+)\s+every\s+(.+)")
_SPAN = re.compile(r"(\d+(?:\.\d+)?)(?:\s*(s|min|h)\b)?\s*")
_UNITS = {None: 1.0, "s": 1.0, "min": 60.0, "h": 3600.0}


class Line(NamedTuple):
    """One thing that is done or looked for. content: arguments of a verb, or an Expectation."""

    second: float
    verb: str
    content: object
    place: "Place"


class Place(NamedTuple):
    """Where a line stands. charger: from 0. round: of a repeat, from 1; 0 = in none."""

    number: int
    charger: int = 0
    round: int = 0


class Expectation(NamedTuple):
    """kind: now, within, for or never. seconds: None = until the end. wanted: conditions."""

    kind: str
    seconds: "float | None"
    wanted: list


class Run:
    """One row of the table that `vary` makes. values: {NAME: text}. options: of the setup lines.

    lines: [Line] in time order. end_s: when it is over. needs: {capability: line number}.
    places: {name of a setup line: line number}.
    """

    def __init__(self, name, rows, values):
        self.name, self.values = name, values
        self.options, self.needs, self.lines = {}, {}, []
        self.places = {}
        self._block = self._end = None
        self._last_s = 0.0
        for number, raw in rows:
            try:
                self._take(number, vary.put_in(raw, values))
            except ActionError as error:
                raise ActionError(f"{name}:{number}: {error}") from None
        self._finish(rows[-1][0] if rows else 0)

    def _take(self, number, code):
        word, _, rest = code.partition(" ")
        if word in ("setup", "needs") and (self.lines or self._block):
            raise ActionError(f"{word} stands above the first line that begins with seconds")
        if word == "setup":
            self._setup(number, rest)
        elif word == "needs":
            self._needs(number, rest.split())
        elif code == "end repeat":
            self._close()
        else:
            self._timed(number, code)

    def _setup(self, number, rest):
        given = actions.words(rest, "setup", options.value_of)
        options.check(given)
        self.options.update(given)
        self.places.update(dict.fromkeys(given, number))

    def where(self, text):
        """`FILE:LINE: text` for what is wrong with the bench: the setup line that has the name in `text`.

        Names that follow are looked for first to last; without one the first setup line is meant, and
        without a setup line the file.
        """
        found = [n for word in re.findall(r"\w+", text) if (n := self.places.get(word))]
        number = (found or sorted(self.places.values()) or [None])[0]
        return f"{self.name}: {text}" if number is None else f"{self.name}:{number}: {text}"

    def _needs(self, number, names):
        if not names:
            raise ActionError(f"needs: a capability is missing; there are: {', '.join(boards.CAPABILITIES)}")
        for name in names:
            if name not in boards.CAPABILITIES:
                have = ", ".join(boards.CAPABILITIES)
                raise ActionError(f"needs: no capability {name!r}; there are: {have}")
            self.needs.setdefault(name, number)

    # -- lines with seconds -----------------------------------------------------------

    def _timed(self, number, code):
        first, charger, verb, rest = _LINE.fullmatch(code).groups()
        second = _second(first)
        if verb is None:
            raise ActionError("a verb is missing behind the seconds")
        if self._end is not None:
            raise ActionError("the story has ended above; `end` is its last line")
        if second < self._last_s:
            raise ActionError(f"{second:g} s comes after {self._last_s:g} s")
        place = Place(number, self._charger(charger))
        if verb == "repeat":
            self._open(second, rest)
            return
        self._last_s = second
        if verb == "end":
            self._stop(second, rest)
        elif self._block is not None:
            self._block.add(second, Line(second, verb, content(verb, rest), place))
        else:
            self.lines.append(Line(second, verb, content(verb, rest), place))

    def _charger(self, text):
        if text is None:
            return 0
        count = self.options.get("chargers", 1)
        if not text.isdecimal() or not 1 <= int(text) <= count:
            raise ActionError(f"@{text}: chargers of this story are @1 to @{count} (setup chargers=N)")
        return int(text) - 1

    def _stop(self, second, rest):
        if rest:
            raise ActionError("end takes nothing behind it")
        if self._block is not None:
            raise ActionError("a repeat is open; write `end repeat` first")
        self._end = second

    def _open(self, second, rest):
        if self._block is not None:
            raise ActionError("a repeat stands inside another one; write `end repeat` first")
        match = _REPEAT.fullmatch(rest)
        if match is None or not match[1].isdecimal() or int(match[1]) < 1:
            raise ActionError("write it like `60 repeat 10 every 120 s`")
        self._block = Block(second, int(match[1]), span(match[2]))
        self._last_s = 0.0

    def _close(self):
        if self._block is None:
            raise ActionError("no repeat is open")
        count = self._block.count()
        if not count:
            raise ActionError("nothing is done in this repeat")
        if len(self.lines) + count > MOST_LINES:
            raise ActionError(f"more than {MOST_LINES} lines with this repeat")
        self.lines += self._block.lines()
        self._last_s, self._block = self._block.second, None

    # -- the whole --------------------------------------------------------------------

    def _finish(self, number):
        if self._block is not None:
            raise ActionError(f"{self.name}:{number}: a repeat is open; write `end repeat`")
        if not self.lines:
            raise ActionError(f"{self.name}: nothing is done in this story")
        self.lines.sort(key=lambda line: line.second)  # stable: a line below comes later
        self.end_s = self._end if self._end is not None else max(map(_done_s, self.lines))
        for line in self.lines:
            where = f"{self.name}:{line.place.number}: "
            if _done_s(line) > self.end_s + _SAME_S:
                raise ActionError(f"{where}this takes until {_done_s(line):g} s, but the story ends before")
            endless = isinstance(line.content, Expectation) and line.content.seconds is None
            if endless and line.second >= self.end_s:
                raise ActionError(f"{where}no time is left to look at; write the story's end, like `600 end`")
        wrong = options.apart(self.options)
        if wrong:
            raise ActionError(self.where(wrong))

    @property
    def page(self):
        """Whether something is done that needs the charger's page."""
        return any(getattr(actions.BY_VERB.get(line.verb), "page", False) for line in self.lines)

    def title(self):
        """`AMPS=6 HOLD=2`, "" where nothing varies."""
        return " ".join(f"{name}={value}" for name, value in self.values.items())


class Block:
    """The lines of one repeat, their seconds counted from the start of each round."""

    def __init__(self, second, rounds, every_s):
        if every_s <= 0:
            raise ActionError("repeat: a round must take longer than 0 s")
        self.second, self.rounds, self.every_s = second, rounds, every_s
        self._lines = []

    def add(self, second, line):
        if second > self.every_s:
            raise ActionError(f"{second:g} s is behind the end of a round of {self.every_s:g} s")
        self._lines.append(line)

    def count(self):
        return self.rounds * len(self._lines)

    def lines(self):
        return [
            line._replace(
                second=round(self.second + n * self.every_s + line.second, 6),
                place=line.place._replace(round=n + 1),
            )
            for n in range(self.rounds)
            for line in self._lines
        ]


class Story:
    """text, name; runs: [Run], one for each row of `vary`, else one alone.

    options, lines: those of the first run. ActionError with file and line for what cannot be.
    """

    def __init__(self, text, name):
        self.text, self.name = text, name
        rows = [(n, code) for n, raw in enumerate(text.splitlines(), 1) if (code := actions.code_of(raw))]
        table, rows = vary.table(rows, name)
        self.runs = [Run(name, rows, values) for values in table]
        self.options, self.lines = self.runs[0].options, self.runs[0].lines


def _second(text):
    try:
        second = float(text)
    except ValueError:
        words = "setup, needs, vary, end repeat"
        raise ActionError(f"a line begins with seconds or one of {words}, not {text!r}") from None
    if not 0.0 <= second < MOST_S:
        raise ActionError(f"{text}: seconds from 0 on are needed")
    return second


def _done_s(line):
    if not isinstance(line.content, Expectation) or line.content.seconds is None:
        return line.second
    return line.second + line.content.seconds


def content(verb, rest):
    """What a line does: checked arguments, or an Expectation."""
    if verb == "expect":
        return _expectation(*split(rest))
    if verb in WORDS:
        match = _SPAN.match(rest)
        if match is None:
            raise ActionError(f"{verb}: seconds are needed, not {rest.partition(' ')[0]!r}")
        wanted, behind = split(rest[match.end() :])
        if behind:
            raise ActionError(f"{verb}: nothing may stand behind the conditions, but {behind!r} does")
        kind = "within" if verb == "within" else "for"
        return Expectation(kind, _seconds(match), wanted)
    action = actions.BY_VERB.get(verb)
    if action is None:
        have = ", ".join([*WORDS, "repeat", "end", *actions.BY_VERB])
        raise ActionError(f"no action {verb!r}; there are: {have}")
    return action.check(actions.words(rest, verb))


def _expectation(wanted, tail):
    """An Expectation from what stands behind the conditions."""
    first, _, rest = tail.partition(" ")
    if not tail:
        return Expectation("now", 0.0, wanted)
    if tail == "until end":
        return Expectation("for", None, wanted)
    if tail == "never":
        return Expectation("never", None, wanted)
    if first in ("within", "for"):
        return Expectation(first, span(rest), wanted)
    if tail.startswith("never for "):
        return Expectation("never", span(tail[len("never for ") :]), wanted)
    raise ActionError(
        f"{tail!r} cannot stand behind conditions; there are: within D, for D, until end, never, never for D"
    )


def span(text):
    """Seconds of `90`, `90 s`, `1.5 min` or `2 h`."""
    match = _SPAN.fullmatch(text.strip())
    if match is None:
        raise ActionError(f"a time such as 90 s, 1.5 min or 2 h is needed, not {text!r}")
    return _seconds(match)


def _seconds(match):
    seconds = float(match[1]) * _UNITS[match[2]]
    if seconds >= MOST_S:
        raise ActionError(f"{match[0].strip()}: less than {MOST_S:g} s is needed")
    return seconds
