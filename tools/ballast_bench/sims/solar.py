"""Solar days for the modes: what is charged from the roof, what from the grid, how often switched.

A day is a list of surpluses in W (solar less house), one a second. The EV follows
the offer 2 s later. One phase of 230 V.
"""

import csv
from math import exp, floor

from ballast.control.limits import solar

VOLT = 230
MIN_A, MAX_A = 6.0, 32.0
EV_LAG_S = 2


def days(path):
    """[(name, surpluses in W for each second)] of a file with series, timestamp, solar_w, grid_import_w.

    Rows are a minute apart (taken as such); where the grid is measured the surplus is
    what it exports, else all that the roof gives. Raises ValueError with one line.
    """
    series = {}
    with open(path, newline="") as file:
        for number, row in enumerate(csv.DictReader(file), 2):
            try:
                grid, roof = row["grid_import_w"], row["solar_w"]
                watts = -float(grid) if grid else float(roof) if roof else None
                name = row["series"]
            except (KeyError, TypeError, ValueError):
                raise ValueError(
                    f"{path.name}, line {number}: needs the columns series, solar_w and "
                    "grid_import_w with numbers or nothing"
                ) from None
            if watts is not None:
                series.setdefault(name, []).append(watts)
    if not series:
        raise ValueError(f"{path.name}: no rows")
    return [(name, [w for w in rows for _ in range(60)]) for name, rows in series.items()]


class Divert:
    """OpenEVSE's solar divert, re-stated from its published constants; a sample each 60 s.

    Available current through a low-pass (20 s up, 600 s down); on at 6.5 A, off at
    6 A but not before 600 s of charging; whole amperes, rounded up within 0.1 kW.
    """

    def __init__(self):
        self._smooth = 0.0
        self._on = False
        self._since = 0

    def step(self, second, surplus_w):
        if second % 60:
            return None
        free = max(0.0, surplus_w / VOLT)
        tau = 20.0 if free > self._smooth else 600.0
        self._smooth += (free - self._smooth) * (1 - exp(-60.0 / tau))
        if not self._on and self._smooth >= MIN_A + 0.5:
            self._on, self._since = True, second
        elif self._on and self._smooth <= MIN_A and second - self._since >= 600:
            self._on = False
        return min(MAX_A, max(MIN_A, float(floor(free)))) if self._on else 0.0


class Mode:
    """Ballast's solar slot, a sample each second."""

    def __init__(self, mode):
        self._solar = solar.Solar()
        self._solar.set_mode(mode, round(MIN_A * 1000), round(MAX_A * 1000))
        self._house = [0, 0, 0]

    def step(self, second, surplus_w):
        self._house[0] = -round(surplus_w * 1000 / VOLT)
        self._solar.step(1000, self._house, 1, VOLT)
        return self._solar.ma / 1000


class Hindsight:
    """On whenever there is enough, at exactly what there is, switching for nothing."""

    def step(self, second, surplus_w):
        free = surplus_w / VOLT
        return min(free, MAX_A) if free >= MIN_A else 0.0


CONTROLLERS = {
    "hindsight": Hindsight,
    "divert": Divert,
    "solar only": lambda: Mode(solar.SOLAR_ONLY),
    "solar + minimum": lambda: Mode(solar.SOLAR_MIN),
}


def replay(controller, surpluses):
    """kWh from the roof, kWh from the grid, starts, and offers changed, of one day."""
    lag = 0 if isinstance(controller, Hindsight) else EV_LAG_S
    offers = [0.0] * (lag + 1)
    roof = grid = 0.0
    starts = changes = 0
    drew = False
    for second, surplus in enumerate(surpluses):
        offer = controller.step(second, surplus)
        offers.append(offers[-1] if offer is None else offer)
        changes += offers[-1] != offers[-2]
        watts = offers[-1 - lag] * VOLT
        starts += watts > 0 and not drew
        drew = watts > 0
        own = min(watts, max(0.0, surplus))
        roof += own
        grid += watts - own
    return {"roof_kwh": roof / 3.6e6, "grid_kwh": grid / 3.6e6, "starts": starts,
            "changes": changes}  # fmt: skip
