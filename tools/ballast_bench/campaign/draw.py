"""A run of the whole bench from its name: (campaign's seed, kind, number) and nothing else.

    run = draw(seed=1, kind="evenings", number=17)
    run.text()              # the same as a story, which `tools/ballast play` takes
"""

import json
from random import Random

from ballast_bench import boards
from ballast_bench.campaign import axes, clocks, disturbances
from ballast_bench.campaign.values import drawn, weighted
from ballast_bench.person import actions, options
from ballast_bench.plant.thermal import SPOTS

_BY_ITSELF = ("solar roof", "home battery")  # appliances that nobody switches by hand


class Line:
    """What is done at `second` to charger `charger` (from 0)."""

    def __init__(self, second, verb, args, charger=0):
        self.second, self.verb, self.args, self.charger = round(second, 2), verb, args, charger

    def text(self):
        full = actions.BY_VERB[self.verb].check(self.args)
        second, _, rest = actions.line(self.second, self.verb, full).partition(" ")
        at = f"@{self.charger + 1} " if self.charger else ""
        return f"{second} {at}{rest}"


class Run:
    """name: (kind, seed, number). strata: {axis: name of its choice}, columns of its row.

    setup: options of the first line. lines: [Line] in order of time. seconds: its length.
    """

    def __init__(self, name, setup, lines, seconds, strata):
        self.name, self.setup, self.lines = name, setup, lines
        self.seconds, self.strata = seconds, strata

    def shorter(self, lines, seconds):
        """The same run with these lines alone."""
        return Run(self.name, self.setup, lines, seconds, self.strata)

    def text(self, notes=()):
        """The run as a story; notes: comments at its top."""
        words = " ".join(f"{key}={_word(value)}" for key, value in self.setup.items())
        out = ["# campaign {}/{}/{}".format(*self.name), *(f"# {note}" for note in notes), f"setup {words}"]
        return "\n".join([*out, *(line.text() for line in self.lines), f"{self.seconds:g} end", ""])


def _word(value):
    return value if isinstance(value, str) else json.dumps(value)


def draw(seed, kind, number, seconds=None):
    """The Run of this name. seconds: at most this long; None: as long as its kind is."""
    rng = Random(f"campaign/{seed}/{kind}/{number}")
    about = axes.KINDS[kind]
    seconds = float(min(seconds or about.seconds, about.seconds))
    chosen, setup, lines = {"kind": kind}, {}, []
    for axis in axes.AXES:
        _choose(rng, axis, chosen, setup, lines)
    setup["seed"] = rng.randrange(2**31)
    cars = [weighted(rng, axes.cars()) for _ in range(chosen["chargers"] or 1)]
    chosen["car"] = "+".join(sorted({car.name for car in cars}))
    for charger, car in enumerate(cars):
        args = _plug_args(rng, car, setup, chosen)
        lines += _visits(rng, about, seconds, charger, args)
    lines += _disturbances(rng, about, seconds, chosen, len(cars), lines)
    lines += _at_home(rng, about, seconds, setup)
    clock = clocks.lines(rng, chosen["time"], seconds, setup.get("hour"), len(cars))
    lines += [Line(*what) for what in clock]
    lines += [Line(at, "breaker", {}) for at in range(3600, int(seconds), 3600)]
    lines = _car_is_there(sorted(lines, key=lambda line: line.second), len(cars))
    del chosen["kind"]
    return Run((kind, seed, number), setup, [ln for ln in lines if ln.second < seconds], seconds, chosen)


def _choose(rng, axis, chosen, setup, lines):
    fitting = [choice for choice in axes.choices(axis) if choice.fits(chosen)]
    if not fitting:
        chosen[axis] = None
        return
    choice = weighted(rng, fitting)
    chosen[axis] = choice.name
    setup.update(drawn(choice.setup, rng))
    lines += [Line(0.0, verb, drawn(args, rng)) for verb, args in choice.lines]


def _plug_args(rng, car, setup, chosen):
    args = drawn(car.args, rng)
    if "phases" in args:
        made = options.make_product(options.check(setup)[0])
        args["phases"] = min(args["phases"], chosen["phases"], made.phases)
    return args


def _visits(rng, about, seconds, charger, args):
    """The car comes, once or more often, and is gone in between."""
    if about.sessions == 1:
        arrives = 0.0 if charger == 0 else rng.uniform(0.0, 0.3 * seconds)
        return [Line(arrives, "plug", args, charger)]
    out, second = [], rng.uniform(0.0, 0.1 * seconds)
    for _ in range(about.sessions):
        out.append(Line(second, "plug", args, charger))
        second += rng.uniform(0.2, 0.5) * seconds
        out.append(Line(second, "unplug", {}, charger))
        second += rng.uniform(0.05, 0.2) * seconds
    return out


def _disturbances(rng, about, seconds, chosen, chargers, visits):
    rows = [row for row in disturbances.ROWS if row.known() and possible(row, chosen)]
    out, taken = [], set()
    for _ in range(rng.choice(about.events)):
        row = weighted(rng, rows)
        charger = rng.randrange(chargers)
        if (row.verb, charger) in taken:
            continue
        taken.add((row.verb, charger))
        begin = rng.uniform(0.02, 0.85) * seconds
        hold = min((about.hold_s or row.hold_s).draw(rng), 0.3 * seconds)
        plug = next(v.args for v in visits if v.charger == charger and v.verb == "plug")
        out += [line for line in _one(rng, row, begin, hold, charger, plug) if _fitted(line, chosen)]
        if row.visit and seconds > 600.0 and rng.random() < 0.6:
            gone = begin + hold + rng.uniform(60.0, 0.1 * seconds)
            out += [Line(gone, "unplug", {}, charger), Line(gone + 15.0, "plug", plug, charger)]
    return out


def _fitted(line, chosen):
    """The run's board has the thermistor that the line breaks."""
    if line.verb != "sensor":
        return True
    pins = boards.load(chosen["board"] or boards.DEFAULT).NTC_PINS
    return pins[list(SPOTS).index(line.args.get("place", "plug"))] is not None


def possible(row, chosen):
    return all(chosen.get(axis) in values for axis, values in row.needs.items() if axis != "car")


def _one(rng, row, begin, hold, charger, plug):
    out = [Line(begin, row.verb, drawn(row.args, rng), charger)]
    if row.back == "plug":
        out.append(Line(begin + hold, "plug", plug, charger))
    elif row.back is not None:
        same = {n: out[0].args[n] for n in ("place", "phase", "figure") if n in out[0].args}
        out.append(Line(begin + hold, row.verb, {**same, **row.back}, charger))
    return out


def _at_home(rng, about, seconds, setup):
    """Somebody switches appliances on by hand; each goes on by its own program."""
    if not about.hand:
        return []
    options_of_house = options.check(setup)[0]
    names = [a.name for a in options.make_house(options_of_house).appliances if a.name not in _BY_ITSELF]
    out = []
    for name in rng.sample(names, min(rng.randrange(about.hand + 1), len(names))):
        begin = rng.uniform(0.0, 0.9) * seconds
        out.append(Line(begin, "appliance", {"name": name, "on": True}))
        end = begin + rng.uniform(60.0, 3000.0)
        out.append(Line(end, "appliance", {"name": name, "on": None}))
    return out


def _car_is_there(lines, chargers):
    """Leave out what a car cannot do while it is away, and a second car at the same place."""
    there, out = [False] * chargers, []
    for line in lines:
        row = disturbances.row_of(line.verb, line.args)
        if line.verb == "plug":
            if there[line.charger]:
                continue
            there[line.charger] = True
        elif row is not None and row.is_of_car and not there[line.charger]:
            continue
        elif line.verb == "unplug":
            there[line.charger] = False
        out.append(line)
    return out
