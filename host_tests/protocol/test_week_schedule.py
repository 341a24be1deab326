"""The weekly schedule against a minute-by-minute oracle."""

from ballast.protocol import week_schedule


def schedule(*windows, outside_ma=0, enabled=True):
    return {"enabled": enabled, "outside_ma": outside_ma, "windows": list(windows)}


def window(days, start, end, ma=0):
    return {"days": days, "from_min": start, "to_min": end, "current_ma": ma}


NIGHT = window([0, 1, 2, 3, 4], 22 * 60, 6 * 60)
NOON = window([5, 6], 11 * 60, 15 * 60, 10000)


def oracle(days, start, end):
    """Set of minutes of the week, written as a walk instead of a formula."""
    minutes = set()
    for day in days:
        at = day * 1440 + start
        while True:
            minutes.add(at % 10080)
            at += 1
            if at % 1440 == end:
                break
    return minutes


def test_every_minute_of_the_week():
    night = oracle(NIGHT["days"], NIGHT["from_min"], NIGHT["to_min"])
    noon = oracle(NOON["days"], NOON["from_min"], NOON["to_min"])
    both = schedule(NIGHT, NOON)
    for minute in range(10080):
        want = week_schedule.NO_LIMIT if minute in night else 10000 if minute in noon else 0
        assert week_schedule.limit_ma(both, minute) == want, minute


def test_sunday_night_runs_into_monday():
    late = schedule(window([6], 1380, 60))
    assert week_schedule.limit_ma(late, 0) == week_schedule.NO_LIMIT
    assert week_schedule.limit_ma(late, 60) == 0
    assert week_schedule.limit_ma(late, 10079) == week_schedule.NO_LIMIT


def test_a_whole_day():
    whole = schedule(window([2], 0, 0))
    assert [week_schedule.limit_ma(whole, m) for m in (2879, 2880, 4319, 4320)] == [0, -1, -1, 0]


def test_the_larger_of_two_and_outside():
    two = schedule(window([0], 0, 60, 8000), window([0], 30, 60, 16000), outside_ma=6000)
    assert week_schedule.limit_ma(two, 10) == 8000
    assert week_schedule.limit_ma(two, 40) == 16000
    assert week_schedule.limit_ma(two, 90) == 6000
    assert week_schedule.limit_ma(schedule(window([0], 0, 60), enabled=False), 90) == week_schedule.NO_LIMIT


def test_minutes_to_the_next_change():
    both = schedule(NIGHT, NOON)
    limits = [week_schedule.limit_ma(both, minute) for minute in range(10080)]
    want = 0
    for minute in range(2 * 10080 - 1, -1, -1):  # the first of two weeks has its next change
        want = want + 1 if limits[(minute + 1) % 10080] == limits[minute % 10080] else 1
        if minute < 10080 and minute % 7 == 0:
            assert week_schedule.minutes_to_change(both, minute) == want, minute
    assert week_schedule.minutes_to_change(schedule(), 5) is None
    assert week_schedule.minutes_to_change(schedule(window([0, 1, 2, 3, 4, 5, 6], 0, 0)), 5) is None


def test_good_plans():
    assert week_schedule.problem(week_schedule.EMPTY) == ""
    assert week_schedule.problem(schedule(NIGHT, NOON)) == ""
    assert (
        week_schedule.problem({"enabled": True, "windows": [{"days": [1], "from_min": 0, "to_min": 5}]})
        == ""
    )


def test_bad_plans_say_what_and_where():
    for bad, words in (
        (None, "enabled"),
        ({"enabled": 1, "windows": []}, "enabled"),
        ({"enabled": True}, "windows"),
        (schedule(*[NOON] * 7), "at most 6"),
        ({"enabled": True, "windows": [], "colour": 1}, "colour"),
        (schedule(outside_ma=5999), "outside_ma"),
        (schedule(outside_ma=-1), "outside_ma"),
        (schedule(outside_ma=True), "outside_ma"),
        (schedule(NOON, "x"), "window 2"),
        (schedule({"days": [], "from_min": 0, "to_min": 1}), "days"),
        (schedule({"days": [7], "from_min": 0, "to_min": 1}), "0 to 6"),
        (schedule({"days": [1], "to_min": 1}), "from_min"),
        (schedule({"days": [1], "from_min": 0, "to_min": 1440}), "to_min"),
        (schedule(window([1], 0, 9, 5000)), "current_ma"),
        (schedule(window([1], 0, 9, "6 A")), "current_ma"),
        (schedule({"days": [1], "from_min": 0, "to_min": 1, "x": 2}), "unknown field x"),
    ):
        assert words in week_schedule.problem(bad), bad
