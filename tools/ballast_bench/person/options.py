"""What stands on the bench, as data: a story's first line, a command's options, a test's markers.

    setup = make_setup({"house": "empty", "limit_a": 25, "meter": "none", "user_ma": 10000})
    world = setup.start()

Beside the names in OPTIONS every setting of the charger that is a number may be given.
"""

import json
from pathlib import Path

from ballast_bench import boards
from ballast_bench.devices import modbus_meter
from ballast_bench.devices.meter_maps import MAPS
from ballast_bench.errors import UserError
from ballast_bench.person.verbs.action import (
    MAYBE_NUMBER,
    NUMBER,
    TEXT,
    WHOLE,
    Action,
    ActionError,
)
from ballast_bench.plant import cars, honest
from ballast_bench.plant import house as houses
from ballast_bench.plant.home_battery import HomeBattery
from ballast_bench.plant.house import House
from ballast_bench.plant.plant import Config
from ballast_bench.plant.trace import TraceError, load_trace
from ballast_bench.product import product
from ballast_bench.setup import CLAMPS, LOSS, Setup

HOUSES = ("flat", "semi", "detached", "empty")
METERS = ("clamp", "modbus", "rtu", "none")

OPTIONS = {
    #: house flat, semi, detached or empty: a day of such a family; empty = appliances by hand alone
    "house": (TEXT, "semi", HOUSES, None),
    #: trace path of a CSV file: a measured house instead, as `tools/ballast run` reads it; from the
    #:   folder in which the command is given
    "trace": (TEXT, "", None, None),
    #: limit_a A: main fuse of the house (setting `fuse_ma`) and its breaker
    "limit_a": (NUMBER, 25.0, 6.0, 125.0),
    #: meter clamp, modbus (on TCP), rtu (on RS-485) or none: what measures the house
    "meter": (TEXT, "clamp", METERS, None),
    #: clamp firmware (its own), battery (the same on batteries) or ideal: for `meter=clamp`
    "clamp": (TEXT, "firmware", CLAMPS, None),
    #: meter_model a key of the charger's table of meters, such as sdm630: for a Modbus meter
    "meter_model": (TEXT, "sdm630", tuple(sorted(MAPS)), None),
    #: meter_interval_s s: from one question to the next: for a Modbus meter
    "meter_interval_s": (NUMBER, 1.0, 0.1, 60.0),
    #: meter_latency_s s: age of what meter or clamp measure, beside the meter's own mean of 1 s
    "meter_latency_s": (NUMBER, 0.0, 0.0, 30.0),
    #: meter_answer_s s: from a question to its answer: for a Modbus meter
    "meter_answer_s": (NUMBER, modbus_meter.ANSWER_S, 0.0, 10.0),
    #: loss 0..1: share of the radio frames that do not arrive
    "loss": (NUMBER, LOSS, 0.0, 1.0),
    #: seed whole number: of everything that is random
    "seed": (WHOLE, 1, 0, 2**31),
    #: phases 1 or 3: of an empty house
    "phases": (WHOLE, 1, 1, 3),
    #: fallback_ma mA: setting `fallback_ma`
    "fallback_ma": (WHOLE, 6000, 0, 32000),
    #: hour h: time of day at second 0; an empty house begins at 17:30
    "hour": (NUMBER, 3.0, 0.0, 24.0),
    #: board a name in boards/ or the path of a board's folder: what the chargers are built on
    "board": (TEXT, boards.DEFAULT, None, None),
    #: brand a name in boards/brands or the path of a brand's folder: what they are sold as
    "brand": (TEXT, product.BRAND, None, None),
    #: market a name in boards/markets: where they are sold; empty = the brand's own market
    "market": (TEXT, "", None, None),
    #: mains_plug name of a plug: of that market; empty = the brand's, elsewhere the one that carries most
    "mains_plug": (TEXT, "", None, None),
    #: chip name of a chip profile, the path of one, `board` (that the board names) or `ideal`: how
    #:   long the calls of the charger's chip take; empty = as the bench has it
    "chip": (TEXT, "", None, None),
    #: chargers whole number: on one supply; several of them are a group
    "chargers": (WHOLE, 1, 1, 16),
    #: car a car of plant/cars.toml: that `plug` without a model plugs in
    "car": (TEXT, cars.DEFAULT, cars.names(), None),
    #: line_ohm ohm: resistance of one phase of the supply with its return
    "line_ohm": (NUMBER, honest.LINE_OHM, 0.0, 5.0),
    #: neutral_ohm ohm: the part of it in the common neutral; null = 40 % of line_ohm
    "neutral_ohm": (MAYBE_NUMBER, None, 0.0, 5.0),
    #: frequency_hz Hz: of the supply; null = the market's
    "frequency_hz": (MAYBE_NUMBER, None, 40.0, 70.0),
    #: ambient_degc degC: the air around charger and car
    "ambient_degc": (NUMBER, 20.0, -40.0, 60.0),
    #: hold_up_s s: how long the charger's chip lives on without mains
    "hold_up_s": (NUMBER, honest.CHIP_HOLDS_S, 0.0, 3600.0),
    #: battery_kwh kWh: size of a battery in the house, half full; 0 = none
    "battery_kwh": (NUMBER, 0.0, 0.0, 100.0),
    #: motors soft or direct: how a heat pump starts
    "motors": (TEXT, "soft", ("soft", "direct"), None),
}
"""name: (kind, value if nothing is said, least or choices, most)."""

_CHECK = Action("setup", "", "What stands on the bench", None, **OPTIONS)


def value_of(text):
    """A value as it is written in a story: JSON, or a bare word."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def check(given):
    """(complete options, settings) of {name: value}; ActionError with one line."""
    options = _CHECK.check({key: value for key, value in given.items() if key in OPTIONS})
    try:
        product.check_names({key: value for key, value in given.items() if key in OPTIONS})
    except UserError as error:
        raise ActionError(f"setup: {error}") from None
    if options["phases"] == 2:
        raise ActionError("setup: phases must be 1 or 3")
    if "phases" in given and (options["house"] != "empty" or options["trace"]):
        raise ActionError("setup: phases is of house=empty; the other houses have their own (detached: 3)")
    if options["trace"] and not Path(options["trace"]).is_file():
        raise ActionError(f"setup: trace: {options['trace']}: no such file")
    settings = {key: value for key, value in given.items() if key not in OPTIONS}
    return options, _settings(settings)


def _settings(given):
    """Settings of the charger, each checked by its own schema."""
    from ballast.control.settings import Settings

    schema = Settings()
    for key, value in given.items():
        if isinstance(value, bool) or not isinstance(value, int):
            known = key in schema.dump()
            wrong = f"{key} must be a whole number, not {value!r}" if known else schema.check(key, 0)
        else:
            wrong = schema.check(key, value)
        if wrong is not None:
            raise ActionError(f"setup: {wrong}")
    return given


def apart(given):
    """What is wrong with names of {name: value} that do not go together, or do nothing; "" = nothing."""
    from ballast.control.settings import Settings

    wrong = Settings().wrong({key: value for key, value in given.items() if key not in OPTIONS})
    if wrong:
        return f"setup: {wrong[0][1]}"
    full = {**{name: rule[1] for name, rule in OPTIONS.items()}, **given}
    for name, (useful, why) in _USEFUL.items():
        if name in given and not useful(full):
            return f"setup: {name}: {why}"
    return ""


def _of_meters(*kinds):
    return lambda full: full["meter"] in kinds


_MODBUS = (_of_meters("modbus", "rtu"), "it is for meter=modbus or meter=rtu")
_USEFUL = {
    "clamp": (_of_meters("clamp"), "it is for meter=clamp"),
    "meter_model": _MODBUS, "meter_interval_s": _MODBUS, "meter_answer_s": _MODBUS,
    "meter_latency_s": (_of_meters("clamp", "modbus", "rtu"), "there is no meter with meter=none"),
    "loss": (lambda full: full["meter"] == "clamp" or full["chargers"] > 1,
             "no radio frames without meter=clamp or several chargers"),
}  # fmt: skip
"""name: (whether it does something beside the other options, why it would not)."""


def make_setup(given, make=Setup, **more):
    """The Setup of {name: value}. more: further arguments of Setup. ActionError with one line.

    make: Setup, or what makes another one of the same arguments.
    """
    options, settings = check(given)
    made = make_product(options)
    config = _config(options, made)
    try:
        setup = make(
            config=config, limit_a=options["limit_a"], charger=made,
            meter=options["meter"], settings={**settings, "fallback_ma": options["fallback_ma"]},
            seed=options["seed"], chip=options["chip"] or None, **measuring(options), **more,
        )  # fmt: skip
    except (ValueError, UserError) as error:
        raise ActionError(f"setup: {error}") from None
    setup.given = dict(given)
    if not setup.ideal:
        stand(setup.world.plant, options)
    return setup


def line(given):
    """The setup line of {name: value}; what is at its default is left out."""
    told = [(k, v) for k, v in given.items() if k not in OPTIONS or v != OPTIONS[k][1]]
    return " ".join(["setup", *(f"{key}={json.dumps(value)}" for key, value in told)])


def make_product(options):
    """The product.Product that complete options name. ActionError with one line."""
    try:
        return product.load(
            options["board"], options["brand"], options["market"] or None, options["mains_plug"] or None
        )
    except UserError as error:
        raise ActionError(f"setup: {error}") from None


def _config(options, made):
    try:
        return Config(
            house=make_house(options), limit_a=options["limit_a"], chargers=options["chargers"],
            **supply(options, made),
        )  # fmt: skip
    except ValueError as error:
        raise ActionError(f"setup: {error}") from None


def measuring(options):
    """What Setup is told of meter, clamp and air, of complete options."""
    return {
        "clamp": options["clamp"], "meter_model": options["meter_model"], "loss": options["loss"],
        "interval_s": options["meter_interval_s"], "latency_s": options["meter_latency_s"],
        "answer_s": options["meter_answer_s"],
    }  # fmt: skip


def supply(options, made):
    """What complete options say of supply and air, as arguments of Config; the rest is the market's."""
    line_ohm, neutral_ohm = options["line_ohm"], options["neutral_ohm"]
    if neutral_ohm is None:
        neutral_ohm = honest.NEUTRAL_SHARE * line_ohm
    elif neutral_ohm > line_ohm:
        raise ActionError(f"setup: neutral_ohm is a part of line_ohm, so at most {line_ohm:g}")
    given = {**made.supply, "line_ohm": line_ohm, "neutral_ohm": neutral_ohm,
             "ambient_degc": options["ambient_degc"]}  # fmt: skip
    if options["frequency_hz"] is not None:
        given["freq_hz"] = options["frequency_hz"]
    return given


def stand(plant, options):
    """What complete options say of the parts of a plant that has not begun."""
    plant.car_model = options["car"]
    for cp in plant.chargers:
        cp.chip_holds_s = options["hold_up_s"]
        cp.rails_hold_s = min(cp.rails_hold_s, cp.chip_holds_s)


def make_house(options):
    """The House that complete options name."""
    name, seed = options["house"], options["seed"]
    if options["trace"]:
        return _measured(options["trace"])
    if name == "empty":
        phases = options["phases"]
        house = House(appliances=houses.by_hand(phases, seed), phases=phases)
    else:
        house = getattr(houses, name)(seed, start_of_day_s=options["hour"] * 3600)
    house.motors(options["motors"])
    if options["battery_kwh"]:
        house.add(HomeBattery(options["battery_kwh"], phase=tuple(range(house.phases))))
    return house


def _measured(path):
    try:
        return House(trace=load_trace(path))
    except (TraceError, OSError) as error:
        raise ActionError(f"setup: trace: {error}") from None
