"""Verbs of the clock: the bench's speed, and the time of day that the charger goes by."""

import datetime
import re

from ballast_bench.person.verbs.action import (
    NUMBER,
    TEXT,
    WHOLE,
    Action,
    ActionError,
    page_of,
)

_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?")


def _speed(bench, factor):
    world = getattr(bench, "world", None)
    if world is None or world.pace is None:
        raise ActionError("speed: this bench does not run in real time")
    world.set_pace(float(factor))


def wrong_time(text):
    return "" if _TIME.fullmatch(text) else 'a time of day such as "17:30" or "17:30:05" is needed'


def _wrong_date(text):
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return 'a date such as "2026-03-29" is needed'
    return ""


def unix_s(time, date, offset_min):
    """Seconds since 1970 of a local time of day."""
    hour, minute, second = (int(part or 0) for part in _TIME.fullmatch(time).groups())
    day = datetime.date.fromisoformat(date)
    zone = datetime.timezone(datetime.timedelta(minutes=offset_min))
    moment = datetime.datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=zone)
    return int(moment.timestamp())


def _clock(bench, time, date, offset_min):
    wall = page_of(bench, "clock").wall
    try:
        wall.set(unix_s(time, date, offset_min), offset_min)
    except ValueError as error:
        raise ActionError(f"clock: {error}") from None


def _clock_jump(bench, seconds):
    wall = page_of(bench, "clock_jump").wall
    now = wall.time_s()
    if now is None:
        raise ActionError("clock_jump: this charger's clock is not set; write a `clock` line first")
    try:
        wall.set(now + seconds, wall.offset_min)
    except ValueError as error:
        raise ActionError(f"clock_jump: {error}") from None


ACTIONS = [
    #: on the live bench of `tools/ballast sim` alone; a story refuses it
    #: factor times: as fast as real time
    #: source: chosen
    #: example 0 speed factor=10
    Action("speed", "time", "Virtual seconds per second", _speed, factor=(NUMBER, 1.0, 0.1, 100.0)),
    #: as a browser or NTP sets it; a charger that was restarted does not know the time
    #: time time of day: local, such as "17:30" or "17:30:05"
    #: date date: local, such as "2026-03-29"
    #: offset_min min: local time minus UTC, 60 in a German winter, 120 in its summer
    #: source: chosen
    #: example 5 clock time="17:30" date="2026-03-29" offset_min=120
    Action("clock", "time", "Set the charger's clock", _clock, page=True,
           time=(TEXT, "12:00", None, wrong_time), date=(TEXT, "2026-01-05", None, _wrong_date),
           offset_min=(WHOLE, 60, -840, 840)),
    #: as after a correction by NTP; the clock must have been set
    #: seconds s: forward, or backward below 0
    #: source: chosen
    #: example 20 clock_jump seconds=-90
    Action("clock_jump", "time", "The charger's clock jumps, s", _clock_jump, page=True,
           seconds=(WHOLE, 3600, -31_622_400, 31_622_400)),
]  # fmt: skip
