"""The charger's clock in a run: set, corrected forth and back, lost, and the hour of summer time.

    lines(rng, "summer begins", 14400.0, 17.5, chargers=1)   # [(second, verb, args, charger)]

A browser or NTP sets the clock; a charger that was restarted does not know the time, so a correction
is a `clock` line: it says the time whether the clock was wrong or lost.
"""

import datetime

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
    change = rng.uniform(0.1, 0.9) * seconds  # when a browser or NTP next looks

    def now_min(second):
        return before if second < change else after

    for charger in range(chargers):
        out.append((0.0, "clock", _told(start, 0.0, before, before), charger))
        if before != after:
            out.append((change, "clock", _told(start, change, before, after), charger))
        for _ in range(rng.randrange(3)):
            at, wrong_s = rng.uniform(0.05, 0.6) * seconds, rng.choice((1, -1)) * _CORRECTION_S.draw(rng)
            out.append((at, "clock", _told(start, at + wrong_s, before, now_min(at)), charger))
            at += rng.uniform(0.01, 0.2) * seconds
            out.append((at, "clock", _told(start, at, before, now_min(at)), charger))
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
