"""The charger's clock in a run: set, corrected forth and back, lost, and the hour of summer time.

    lines(rng, "summer begins", 14400.0, 17.5, chargers=1)   # [(second, verb, args, charger)]

A browser or NTP sets the clock; a charger that was restarted does not know the time.
"""

import datetime

from ballast_bench.campaign import disturbances
from ballast_bench.campaign.values import Range

_DAYS = {
    "known": ("2026-01-14", 60, 60),
    "lost": ("2026-01-14", 60, 60),
    "summer begins": ("2026-03-28", 60, 120),
    "summer ends": ("2026-10-24", 120, 60),
}
"""choice of the axis `time`: date of the run's start, minutes from UTC before and after the change."""

_CORRECTION_S = Range(1, 4000, 0, stretched=True)  # chosen: from the drift of a day to a wrong hour
_USUAL_HOUR = 17.5  # of person/options.py


def lines(rng, choice, seconds, hour, chargers):
    """What happens to the clocks, as (second, verb, args, charger). choice: of the axis `time`."""
    if choice not in _DAYS:
        return []
    date, before, after = _DAYS[choice]
    hour = _USUAL_HOUR if hour is None else hour
    start = datetime.datetime.fromisoformat(date) + datetime.timedelta(hours=hour)
    out = []
    for charger in range(chargers):
        out.append((0.0, "clock", _told(start, 0.0, before, before), charger))
        if before != after:
            at = rng.uniform(0.1, 0.9) * seconds  # when a browser or NTP next looks
            out.append((at, "clock", _told(start, at, before, after), charger))
        for _ in range(rng.randrange(3)):
            begin, there = rng.uniform(0.05, 0.4) * seconds, rng.choice((1, -1)) * _CORRECTION_S.draw(rng)
            out.append((begin, "clock_jump", {"seconds": there}, charger))
            out.append((begin + rng.uniform(0.01, 0.2) * seconds, "clock_jump", {"seconds": -there}, charger))
        if choice == "lost":
            at = rng.uniform(0.1, 0.7) * seconds
            out.append((at, "restart", {}, charger))
            at += rng.uniform(5.0, 0.2 * seconds)
            out.append((at, "clock", _told(start, at, before, before), charger))
    return out


def _told(start, second, before, offset_min):
    """Arguments of `clock`: the local time at `second` of the run, with this offset."""
    local = start + datetime.timedelta(seconds=round(second), minutes=offset_min - before)
    return {"time": local.strftime("%H:%M:%S"), "date": local.date().isoformat(), "offset_min": offset_min}


def only_while_set(some_lines):
    """Leave out corrections behind anything that may restart a charger: its clock may be lost."""
    out, lost = [], False
    for line in some_lines:
        row = disturbances.row_of(line.verb, line.args)
        lost = lost or (row is not None and row.restarts)
        if not (lost and line.verb == "clock_jump"):
            out.append(line)
    return out
