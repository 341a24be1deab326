"""The library of cars: cars.toml, read once and checked.

    cars.make("needs_8a_low_factor", phases=1, seed=3)  # an EV; arguments override figures
    for name, about in cars.listed(): ...
"""

import tomllib
from functools import cache
from math import inf
from pathlib import Path

from ballast_bench.plant.battery import Battery
from ballast_bench.plant.ev import EV

FILE = Path(__file__).with_name("cars.toml")
DEFAULT = "usual"

# figure: least, most
FIGURES = {
    "max_a": (1.0, 80.0), "one_phase_a": (1.0, 80.0), "min_a": (1.0, 32.0), "kwh": (0.5, 10000.0),
    "soc": (0.0, 1.0), "delay_s": (0.0, 60.0), "slew_a_s": (0.01, 1000.0),
    "down_a_s": (0.01, 1000.0), "quantum_a": (0.0, 10.0), "extra_a": (0.0, 40.0),
    "ready_s": (0.0, 600.0), "soft_start_s": (0.0, 600.0), "off_s": (0.0, 60.0),
    "sleep_after_s": (1.0, 1e6), "slow_wake_s": (0.0, 600.0), "wake_pulse_s": (0.02, 60.0),
    "wake_pulses": (1, 10), "tail_s": (0.0, 60.0), "residual_s": (0.0, 60.0), "pf": (0.05, 1.0),
    "reactive_a": (0.0, 10.0), "standby_w": (0.0, 500.0), "ohm_scale": (0.5, 2.0),
    "min_v": (50.0, 230.0), "max_v": (231.0, 500.0), "cold_degc": (-60.0, 30.0),
    "hot_degc": (0.0, 90.0), "phases": (1, 3),
}  # fmt: skip
"""Figures of a car that are numbers, with their range."""

_WORDS = {"sleep_state": ("B", "C"), "wake": ("duty", "pulse"), "asleep": (True, False)}
_WHOLE = ("phases", "wake_pulses")
_NEEDED = ("max_a", "phases", "min_a", "kwh")


def figures(name):
    """All figures of a car, about and source among them. ValueError with the names there are."""
    library = _library()
    if name not in library:
        raise ValueError(f"there is no car {name!r}; there are: {', '.join(library)}")
    return dict(library[name])


def names():
    """Every car, in the order of the file."""
    return tuple(_library())


def listed():
    """[(name, what it is)]."""
    return [(name, row["about"]) for name, row in _library().items()]


def make(name=DEFAULT, phases=None, seed=0, room=3, **given):
    """An EV. phases: how many it uses (None: its own, as far as there are `room`).

    given: further figures; None = as in the library. ValueError for one that cannot be.
    """
    row = figures(name)
    for key, value in given.items():
        if value is not None:
            row[key] = checked(f"car {name}", key, value)
    if phases is None:
        phases = min(row["phases"], room)
    if phases == 1 and given.get("max_a") is None:
        row["max_a"] = row.get("one_phase_a", row["max_a"])
    battery = Battery(row["kwh"], row.get("soc", 0.3))
    skip = ("about", "source", "kwh", "soc", "phases", "one_phase_a")
    rest = {key: value for key, value in row.items() if key not in skip}
    return EV(phases=tuple(range(phases)), battery=battery, seed=seed, model=name, **rest)


@cache
def _library():
    return read(FILE.read_text(), FILE.name)


def read(text, where):
    """{name: figures} of a library's text, each filled up from its first car, the usual one.

    ValueError with one line: file, car, figure.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{where}: {error}") from None
    if next(iter(tables), "") != DEFAULT:
        raise ValueError(f"{where}: [{DEFAULT}] must come first; it gives what the others leave out")
    out = {}
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise ValueError(f"{where}: {name} stands outside a car; move it under [NAME]")
        for word in ("about", "source"):
            if not isinstance(table.get(word), str) or not table[word]:
                raise ValueError(f"{where}: [{name}] has no {word}")
        out[name] = {} if table.pop("alone", name == DEFAULT) else dict(out[DEFAULT])
        for key, value in table.items():
            own = key in ("about", "source")
            out[name][key] = value if own else checked(f"{where}: [{name}]", key, value)
        missing = [key for key in _NEEDED if key not in out[name]]
        if missing:
            raise ValueError(f"{where}: [{name}] has no {missing[0]}")
        if out[name]["min_a"] > out[name]["max_a"]:
            raise ValueError(f"{where}: [{name}] min_a is above its max_a")
    return out


def checked(where, key, value):
    """`value` of figure `key`, or ValueError."""
    if key in _WORDS:
        if value not in _WORDS[key]:
            known = ", ".join(str(word) for word in _WORDS[key])
            raise ValueError(f"{where} {key} must be one of {known}, not {value!r}")
        return value
    if key not in FIGURES:
        raise ValueError(f"{where} has no figure {key!r}; there are: {', '.join([*FIGURES, *_WORDS])}")
    least, most = FIGURES[key]
    pair = key == "delay_s" and isinstance(value, list | tuple) and len(value) == 2
    for one in value if pair else (value,):
        whole = isinstance(one, int) and not isinstance(one, bool)
        if not whole and (key in _WHOLE or not isinstance(one, float) or not -inf < one < inf):
            kind = "whole number" if key in _WHOLE else "number"
            raise ValueError(f"{where} {key} must be a {kind}, not {value!r}")
        if not least <= one <= most:
            raise ValueError(f"{where} {key} must be from {least:g} to {most:g}, not {one:g}")
    if pair and value[0] > value[1]:
        raise ValueError(f"{where} delay_s is [least, most], not {value!r}")
    return tuple(value) if pair else value
