"""What many rows say together: sums by stratum, and what "0 in N" allows."""

from ballast_bench.campaign import rows
from ballast_bench.campaign.axes import AXES

CONFIDENCE = 0.95

EVENTS = {
    "broken": "a rule of safety was broken",
    "error": "the bench could not finish the run",
    "trips": "the cars tripped the main breaker",
    "nuisance_stops": "the charge stopped though nothing was wrong",
    "resets_unasked": "a charger restarted by itself",
    "exceptions": "a step or a port of the firmware raised",
}
"""Column: what it means that a run has one. Each is shown with its upper bound."""

SUMS = ("overload_s", "nuisance_stops", "closings", "short_charges", "lost_kwh", "trips")
"""Columns that are added up by stratum, beside broken rules."""

STRATA = ("kind", *AXES, "car", "disturbances")
"""Columns by which runs are put together."""


def upper_share(events, runs):
    """Largest share of runs with such an event that `events` in `runs` allow, at 95 %, one-sided.

    Clopper and Pearson; for 0 events near 3 / runs, the rule of three. 1.0 without runs.
    """
    if not runs or events >= runs:
        return 1.0
    from scipy.special import betaincinv

    return float(betaincinv(events + 1, runs - events, CONFIDENCE))


def upper_rate(events, hours):
    """Largest rate per 1000 h that `events` in `hours` allow (Poisson, 95 %, one-sided); None without."""
    if not hours:
        return None
    from scipy.special import gammaincinv

    return float(gammaincinv(events + 1, CONFIDENCE)) / hours * 1000.0


class Total:
    """Sums over rows. runs, hours (simulated), sums {column: number}, events {event: Event}."""

    def __init__(self):
        self.runs, self.hours = 0, 0.0
        self.sums = dict.fromkeys(SUMS, 0.0)
        self.events = {name: Event() for name in EVENTS}

    def add(self, row):
        hours = (row["simulated_s"] or 0.0) / 3600.0
        self.runs += 1
        self.hours += hours
        for name in SUMS:
            self.sums[name] += row[name] or 0
        for name, event in self.events.items():
            if row[name] is not None:
                event.add(row[name], hours)


class Event:
    """runs, hours: in which it was looked for; hit: runs that have it; times: how often in all."""

    def __init__(self):
        self.runs, self.hours, self.hit, self.times = 0, 0.0, 0, 0

    def add(self, value, hours):
        times = value if isinstance(value, int) else int(bool(value))
        self.runs += 1
        self.hours += hours
        self.hit += times > 0
        self.times += times

    @property
    def upper_share(self):
        return upper_share(self.hit, self.runs)

    @property
    def upper_per_1000_h(self):
        return upper_rate(self.times, self.hours)


def of(some_rows):
    """The Total of rows, in the order of their names: sums of floats depend on it."""
    total = Total()
    for row in sorted(some_rows, key=rows.name_of):
        total.add(row)
    return total


def by_stratum(some_rows, axis):
    """{value: Total} of one column; a row with joined values (a+b) counts in each of them."""
    found = {}
    for row in sorted(some_rows, key=rows.name_of):
        for value in str(row[axis]).split("+"):
            found.setdefault(value or "none", Total()).add(row)
    return dict(sorted(found.items(), key=lambda item: (len(item[0]), item[0])))


def strata(some_rows):
    """{axis: {value: Total}} of the whole bench's runs, for axes that have more than one value."""
    whole = [row for row in some_rows if row["kind"] != "faults"]
    every = {axis: by_stratum(whole, axis) for axis in STRATA}
    return {axis: found for axis, found in every.items() if len(found) > 1}


WORST = ("broken", "trips", "overload_s", "nuisance_stops", "short_charges", "closings", "lost_kwh",
         "resets_unasked")  # fmt: skip
"""Figures of which the worst runs are written as stories."""


def worst(some_rows, most):
    """{(kind, number): ([why, ...], row)}: the `most` worst runs of each figure, on the whole bench."""
    whole = [row for row in some_rows if row["kind"] != "faults"]
    found = {}
    for name in WORST:
        ranked = sorted(whole, key=lambda row: (-_size(row[name]), rows.name_of(row)))
        for rank, row in enumerate(ranked[:most], 1):
            if _size(row[name]):
                unit = rows.COLUMNS[name][1]
                words = f"{name} {row[name]}{' ' + unit if unit else ''}, number {rank} of this campaign"
                found.setdefault(rows.name_of(row), ([], row))[0].append(words)
    return found


def _size(value):
    return (1 if value else 0) if isinstance(value, str) else max(value or 0, 0)
