"""What a campaign varies, as data: the kinds of runs, and the axes of a run on the whole bench.

A choice names options of a story's first line and verbs at second 0. One that names an
option or an argument which this bench has not is left out; so a row can stand here before its part does.
"""

from functools import lru_cache

from ballast.control.setting_rows import NUMBERS
from ballast_bench import boards
from ballast_bench.campaign.values import Pick, Range
from ballast_bench.chip import profile
from ballast_bench.chip.garbage import program
from ballast_bench.errors import UserError
from ballast_bench.person import actions, options
from ballast_bench.product import brand, market
from ballast_bench.world import World


class Kind:
    """A kind of run. count: if --runs is not given, and its share if it is. seconds: its length.

    events: how many disturbances a run has; one of these numbers. hold_s: their length, None = by
    their row. hand: how often somebody switches an appliance. sessions: how often the car comes.
    """

    def __init__(self, about, count, seconds, events=(0,), hold_s=None, hand=0, sessions=1, group=False):
        self.about, self.count, self.seconds = about, count, seconds
        self.events, self.hold_s, self.hand, self.sessions = events, hold_s, hand, sessions
        self.group = group


KINDS = {
    "faults": Kind("control alone on thin hardware: faults in every state, some seconds", 20000, 10),
    "minutes": Kind("the whole charger, the first half minute of a charge with one or two faults", 200,
                    32, (1, 1, 2), hold_s=Range(0.05, 9.0)),
    "evenings": Kind("a house from late afternoon on, 4 h", 12, 4 * 3600, (0, 1, 1, 2, 3), hand=3),
    "days": Kind("a house for a day and a night, the car comes and goes", 2, 24 * 3600,
                 (0, 2, 3, 4, 6), hand=6, sessions=2),
    "groups": Kind("two to four chargers on one fuse, an evening", 4, 4 * 3600, (0, 1, 1, 2, 3), hand=3,
                   group=True),
}  # fmt: skip
"""All but `faults` are runs of the whole bench; the counts are chosen so that all end within an hour."""

WHOLE = tuple(name for name in KINDS if name != "faults")


class Choice:
    """One value of an axis. setup: {option: value}; lines: [(verb, args)] at second 0; needs:
    {axis or "kind": values among which the earlier choice must be}; share: how often.
    """

    def __init__(self, name, share=1.0, setup=None, lines=(), needs=None):
        self.name, self.share, self.setup = name, share, setup or {}
        self.lines, self.needs = lines, needs or {}

    def known(self):
        return all(_takes(name, value) for name, value in self.setup.items()) and all(
            verb in actions.BY_VERB and set(args) <= set(actions.BY_VERB[verb].args)
            for verb, args in self.lines
        )

    def fits(self, chosen):
        return all(chosen.get(axis) in values for axis, values in self.needs.items())


_SETTINGS = {row[0] for row in NUMBERS}


def _takes(name, value):
    """The first line of a story takes this option, with this value where it has a list of them."""
    rule = options.OPTIONS.get(name)
    if rule is None:
        return name in _SETTINGS
    return not isinstance(rule[2], (tuple, list)) or value in rule[2]


def _with_bus():
    """Boards that a Modbus RTU meter can be wired to."""
    return tuple(name for name in boards.names() if boards.load(name).RS485_UART is not None)


@lru_cache
def _lives_on(board, chip):
    """Whether the firmware of this board has a chip of that name to live on."""
    try:
        profile.of_board(chip, boards.load(board), program().needs)
    except UserError:
        return False
    return True


def _named(option, names):
    return [Choice(name, setup={option: name}) for name in names]


def _fuses(house, *amps):
    return [
        Choice(f"{a} A", setup={"limit_a": a}, needs={"house": house, "kind": LIVED_IN}) for a in amps
    ]


LIVED_IN = ("evenings", "days", "groups")
_HOME = {"kind": LIVED_IN}
_METERED = {"meter": ("clamp", "modbus", "rtu")}
_ASKED = {"meter": ("modbus", "rtu")}

AXES = {
    "board": _named("board", boards.names()),
    "brand": _named("brand", brand.known()),
    "market": _named("market", market.known()),
    "house": [
        Choice("empty", 1.0, {"house": "empty"}),
        *(Choice(name, 2.0, {"house": name}, needs=_HOME) for name in ("flat", "semi", "detached")),
    ],
    "phases": [
        Choice(1, setup={"phases": 1}, needs={"house": ("empty",)}),
        Choice(3, setup={"phases": 3}, needs={"house": ("empty",)}),
        Choice(1, needs={"house": ("flat", "semi")}),
        Choice(3, needs={"house": ("detached",)}),
    ],
    "fuse": [
        *_fuses(("flat",), 16, 20, 25, 32, 40),
        *_fuses(("semi",), 20, 25, 32, 40, 63),
        *_fuses(("detached", "empty"), 16, 20, 25, 32, 40),
        Choice("25 A", setup={"limit_a": 25}, needs={"kind": ("minutes",)}),
    ],
    "chargers": [
        Choice(2, 2.0, {"chargers": 2}, needs={"kind": ("groups",)}),
        Choice(3, 1.0, {"chargers": 3}, needs={"kind": ("groups",)}),
        Choice(4, 1.0, {"chargers": 4}, needs={"kind": ("groups",)}),
        Choice(1, needs={"kind": ("minutes", "evenings", "days")}),
    ],
    "start": [
        Choice("any hour", 1.0, {"hour": Range(0.0, 23.9, 1)}, needs={"kind": ("days",)}),
        Choice("afternoon", 1.0, {"hour": Range(12.0, 15.0, 1)}, needs={"kind": ("evenings", "groups")}),
        Choice("evening", 3.0, {"hour": Range(15.0, 19.0, 1)}, needs={"kind": ("evenings", "groups")}),
        Choice("night", 1.0, {"hour": Range(20.0, 23.5, 1)}, needs={"kind": ("evenings", "groups")}),
        # without the random delay of the British rules, which is longer than such a run
        Choice("17:30", setup={"start_delay_s": 0}, needs={"kind": ("minutes",)}),
    ],
    "time": [
        Choice("not known", 4.0, needs=_HOME),
        Choice("known", 2.0, needs=_HOME),
        Choice("summer begins", 1.0, needs=_HOME),
        Choice("summer ends", 1.0, needs=_HOME),
        Choice("lost", 1.0, needs=_HOME),
        Choice("not known", needs={"kind": ("minutes",)}),
    ],
    "sun": [
        Choice("none", needs={"house": ("flat", "empty")}),
        Choice("none", lines=[("appliance", {"name": "solar roof", "on": False})],
               needs={"house": ("semi", "detached")}),
        Choice("solar roof", 1.0, {"export": 1}, needs={"house": ("semi", "detached")}),
    ],
    "meter": [
        Choice("clamp", 6.0, {"meter": "clamp"}, needs=_HOME),
        Choice("modbus", 3.0, {"meter": "modbus"}, needs=_HOME),
        Choice("rtu", 1.0, {"meter": "rtu"}, needs={**_HOME, "board": _with_bus()}),
        # without a meter the circuit's breaker is all that a charger can be set to
        Choice("none", 1.0, {"meter": "none", "circuit_ma": 16000}, needs=_HOME),
        Choice("none", 1.0, {"meter": "none", "circuit_ma": 25000}, needs={"kind": ("minutes",)}),
    ],
    "clamp": [
        Choice("firmware", 3.0, {"clamp": "firmware"}, needs={"meter": ("clamp",)}),
        Choice("battery", 1.0, {"clamp": "battery"}, needs={"meter": ("clamp",)}),
    ],
    "fallback": [
        Choice("6 A", 3.0, {"fallback_ma": 6000}),
        Choice("pause", 1.0, {"fallback_ma": 0}),
        Choice("10 A", 1.0, {"fallback_ma": 10000}),
    ],
    "meter_state": [
        Choice("good", 6.0),
        Choice("old", 2.0, lines=[("meter_delay", {"value": Range(0.5, 5.0, 1)})], needs=_METERED),
        Choice("held", 1.0, lines=[("meter_held", {"value": Range(2.0, 15.0, 0)})], needs=_ASKED),
        Choice("mean", 1.0, lines=[("meter_mean", {"value": Range(2.0, 15.0, 0),
                                                   "kind": Pick("sliding", "block")})], needs=_ASKED),
        Choice("coarse", 1.0, lines=[("meter_steps", {"amps": Pick(0.1, 1.0), "watts": Pick(10.0, 100.0)})],
               needs=_ASKED),
        Choice("slow answers", 1.0, lines=[("meter_answer", {"value": Range(0.1, 2.0, 1)})], needs=_ASKED),
        Choice("gateway", 1.0, lines=[("meter_gateway", {"value": Range(2.0, 20.0, 0)})], needs=_ASKED),
    ],
    "radio": [
        Choice("good", 6.0),
        Choice("loses some", 2.0, lines=[("radio_loss", {"value": Range(2.0, 20.0, 0)})],
               needs={"meter": ("clamp",)}),
        Choice("loses many", 1.0, lines=[("radio_loss", {"value": Range(20.0, 60.0, 0)})],
               needs={"meter": ("clamp",)}),
    ],
    "supply": [
        Choice("nominal", 3.0),
        Choice("low", 1.0, lines=[("mains", {"percent": Range(92.0, 98.0, 0)})]),
        Choice("high", 1.0, lines=[("mains", {"percent": Range(102.0, 106.0, 0)})]),
        Choice("weak line", 1.0, lines=[("line", {"ohm": Range(0.3, 1.2)})]),
        Choice("long hold-up", 0.5, lines=[("hold_up", {"seconds": Pick(0.05, 1.0, 5.0)})]),
        Choice("nervous coil", 0.5, lines=[("coil", {"drop_percent": Range(60.0, 75.0, 0)})]),
        Choice("direct motors", 0.5, lines=[("motors", {"start": "direct"})], needs=_HOME),
    ],
    "battery": [
        Choice("none", 3.0, {"battery_kwh": 0}),
        Choice("in the house", 1.0, {"battery_kwh": Range(5.0, 15.0, 0), "export": 1}, needs=_HOME),
    ],
    "air": [
        Choice("mild", 3.0, {"ambient_degc": 20}),
        Choice("frost", 1.0, {"ambient_degc": Range(-25.0, -5.0, 0)}),
        Choice("hot", 1.0, {"ambient_degc": Range(30.0, 45.0, 0)}),
    ],
    "chip": [
        Choice("board", 4.0, {"chip": profile.OF_BOARD}),
        Choice("ideal", 1.0, {"chip": profile.IDEAL}),
    ],
}  # fmt: skip
"""axis: its choices. They are drawn in this order, and a choice may need an earlier one. The
columns of a row have the same names. Fuses: IEC 60898-1 ratings that houses have; shares: chosen."""


class Car:
    """One car of the axis `car`: arguments of `plug`."""

    def __init__(self, name, share=1.0, **args):
        self.name, self.share, self.args = name, share, args


_ARRIVES = {"soc": Range(0.1, 0.9), "kwh": Range(30.0, 90.0, 0)}
_OWN_CARS = [
    Car("16 A, 3 phases", 2.0, max_a=16.0, phases=3, delay_s=Range(0.3, 3.0, 1), **_ARRIVES),
    Car("32 A, 3 phases", 1.0, max_a=32.0, phases=3, delay_s=Range(0.3, 3.0, 1), **_ARRIVES),
    Car("32 A, 1 phase", 2.0, max_a=32.0, phases=1, delay_s=Range(0.3, 3.0, 1), **_ARRIVES),
    Car("16 A, 1 phase", 1.0, max_a=16.0, phases=1, delay_s=Range(0.3, 3.0, 1), **_ARRIVES),
    Car("slow", 1.0, max_a=16.0, phases=1, delay_s=Range(4.0, 10.0, 1), **_ARRIVES),
    Car("sleepy", 1.0, max_a=16.0, phases=1, sleepy=True, **_ARRIVES),
    Car("nearly full", 1.0, max_a=16.0, phases=1, kwh=50.0, soc=Range(0.9, 0.99)),
]


def cars():
    """Car models where the bench has a library of them, else cars of a few kinds (chosen)."""
    rule = actions.BY_VERB["plug"].args.get("model")
    if rule is None or not rule[2]:
        return _OWN_CARS
    return [Car(model, model=model, soc=Range(0.1, 0.95)) for model in rule[2] if model]


def verbs():
    """Verbs that some choice of an axis does."""
    return {verb for choices in AXES.values() for choice in choices for verb, _ in choice.lines}


def choices(axis):
    """The choices of an axis that this bench can make; [] where it has none."""
    if axis == "chip":
        return _chips(World.CHIP)
    known = [choice for choice in AXES[axis] if choice.known()]
    if axis == "board" and World.CHIP not in (profile.OF_BOARD, profile.IDEAL):
        return [choice for choice in known if _lives_on(choice.name, World.CHIP)]
    return known


def _chips(chip):
    """By the chip that the bench has where nothing is said, or that `campaign --chip` names."""
    if chip == profile.OF_BOARD:
        named, ideal = AXES["chip"]
        alive = tuple(name for name in boards.names() if _lives_on(name, chip))
        return [Choice(named.name, named.share, named.setup, needs={"board": alive}), ideal]
    return [Choice(chip, setup={"chip": chip})]


def kinds():
    """Kinds that this bench can run."""
    return [name for name, kind in KINDS.items() if not kind.group or "chargers" in options.OPTIONS]
