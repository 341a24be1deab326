"""The weekly schedule: when the EV may charge, as data.

{"enabled": bool, "outside_ma": 0 or a current, "windows": [{"days": [0..6], "from_min",
"to_min", "current_ma"}]}. Day 0 is Monday. Minutes count from local midnight. A window
whose end is not after its start ends on the next day. current_ma 0 in a window means no
limit; outside_ma 0 means pause. Where windows overlap, the larger current holds.
"""

DAY_MIN = 1440
WEEK_MIN = 10080
MAX_WINDOWS = 6
MAX_MA = 80000
NO_LIMIT = -1

EMPTY = {"enabled": False, "outside_ma": 0, "windows": []}


def _whole(value: object, least: int, most: int) -> bool:
    return type(value) is int and least <= value <= most


def _current(value: object, min_ma: int) -> bool:
    return value == 0 if type(value) is int and value < min_ma else _whole(value, min_ma, MAX_MA)


def _window_problem(window: object, min_ma: int) -> str:
    if type(window) is not dict:
        return "must be an object"
    for key in window:
        if key not in ("days", "from_min", "to_min", "current_ma"):
            return "unknown field %s" % str(key)[:20]
    days = window.get("days")
    if type(days) is not list or not days or len(days) > 7:
        return "days must list one to seven days, 0 = Monday"
    for day in days:
        if not _whole(day, 0, 6):
            return "days must be whole numbers from 0 to 6"
    for key in ("from_min", "to_min"):
        if not _whole(window.get(key), 0, DAY_MIN - 1):
            return "%s must be minutes from 0 to 1439" % key
    if not _current(window.get("current_ma", 0), min_ma):
        return "current_ma must be 0 (no limit) or %d to %d" % (min_ma, MAX_MA)
    return ""


def problem(schedule: object, min_ma: int = 6000) -> str:
    """One line that says why `schedule` is refused; "" if it is accepted."""
    if type(schedule) is not dict or type(schedule.get("enabled")) is not bool:
        return "enabled must be true or false"
    for key in schedule:
        if key not in EMPTY:
            return "unknown field %s" % str(key)[:20]
    if not _current(schedule.get("outside_ma", 0), min_ma):
        return "outside_ma must be 0 (pause) or %d to %d" % (min_ma, MAX_MA)
    windows = schedule.get("windows")
    if type(windows) is not list or len(windows) > MAX_WINDOWS:
        return "windows must be a list of at most %d" % MAX_WINDOWS
    for i in range(len(windows)):
        wrong = _window_problem(windows[i], min_ma)
        if wrong:
            return "window %d: %s" % (i + 1, wrong)
    return ""


def _inside(window: dict, minute: int) -> bool:
    """Whether `window` contains this minute of the week."""
    length = (window["to_min"] - window["from_min"]) % DAY_MIN or DAY_MIN
    for day in window["days"]:
        if (minute - day * DAY_MIN - window["from_min"]) % WEEK_MIN < length:
            return True
    return False


def limit_ma(schedule: dict, minute: int) -> int:
    """The schedule's limit at `minute` of the local week; NO_LIMIT = none, 0 = pause."""
    if not schedule["enabled"]:
        return NO_LIMIT
    best: "int | None" = None
    for window in schedule["windows"]:
        if _inside(window, minute):
            ma = window.get("current_ma", 0)
            if ma == 0:
                return NO_LIMIT
            best = ma if best is None else max(best, ma)
    return schedule.get("outside_ma", 0) if best is None else best


def minutes_to_change(schedule: dict, minute: int) -> "int | None":
    """Minutes until `limit_ma` gives another value than now; None if it never does."""
    now = limit_ma(schedule, minute)
    edges = []
    for window in schedule["windows"]:
        for day in window["days"]:
            for edge in (window["from_min"], window["to_min"]):
                for shift in (0, DAY_MIN):  # an end may lie on the next day
                    edges.append((day * DAY_MIN + edge + shift - minute) % WEEK_MIN or WEEK_MIN)
    for ahead in sorted(edges):
        if limit_ma(schedule, (minute + ahead) % WEEK_MIN) != now:
            return ahead
    return None
