"""Verbs of a person at the charger: its settings, its weekly schedule, a restart."""

from ballast_bench.person.verbs.action import (
    BOOL,
    TEXT,
    WHOLE,
    Action,
    ActionError,
    node_of,
    page_of,
    restarting,
)
from ballast_bench.person.verbs.time import wrong_time


class SettingsAction(Action):
    """A verb whose arguments are settings of the charger, checked by its own schema."""

    free = True

    def check(self, given):
        from ballast.control.settings import Settings

        if not given:
            raise ActionError(f"{self.verb}: a setting is needed, such as user_ma=10000")
        wrong = Settings().wrong(given)
        if wrong:
            raise ActionError(f"{self.verb}: {wrong[0][1]}")
        return dict(given)


def _set(bench, **values):
    node = node_of(bench, "set")
    try:
        node.app.settings.set_all(values)
    except ValueError as error:
        raise ActionError("set: " + str(error).splitlines()[0]) from None


def _restart(bench):
    """As the page restarts it, after an update for instance: flash and RTC memory stay."""
    world = restarting(bench, "restart")
    node = world.nodes[bench.charger_index]
    node.device.hard_reset()  # as machine.reset() does it
    node.went_down(world.now_s)


def _minutes(text):
    hour, minute = text.split(":")[:2]
    return int(hour) * 60 + int(minute)


def _schedule(bench, begin, end, days, inside_ma, outside_ma, on):
    from ballast.protocol import week_schedule

    page = page_of(bench, "schedule")
    window = {"days": [int(day) for day in days], "from_min": _minutes(begin),
              "to_min": _minutes(end), "current_ma": inside_ma}  # fmt: skip
    document = {"enabled": on, "outside_ma": outside_ma, "windows": [window]}
    wrong = week_schedule.problem(document, node_of(bench, "schedule").app.settings["min_ma"])
    if wrong:
        raise ActionError(f"schedule: {wrong}")
    page.schedule.set(document)


def _wrong_days(text):
    good = text and set(text) <= set("0123456") and len(set(text)) == len(text)
    return "" if good else 'days such as "01234" are needed, 0 = Monday'


ACTIONS = [
    #: as on the charger's page; any setting by its key, as SETTINGS.md has them
    #: example 20 set user_ma=10000
    SettingsAction("set", "person", "Change settings of the charger", _set),
    #: one window of the weekly schedule; outside of it the car has to wait or gets less
    #: begin time of day: local time at which the window opens
    #: end time of day: local time at which it closes, on the next day where it is not after `begin`
    #: days digits: on which it opens, 0 = Monday
    #: inside_ma mA: current in the window, 0 = no limit
    #: outside_ma mA: current outside of it, 0 = pause
    #: on -: the schedule is in force
    #: source: chosen
    #: example 5 schedule begin="22:00" end="06:00"
    Action("schedule", "person", "The weekly schedule: one window", _schedule, page=True,
           begin=(TEXT, "22:00", None, wrong_time), end=(TEXT, "06:00", None, wrong_time),
           days=(TEXT, "0123456", None, _wrong_days), inside_ma=(WHOLE, 0, 0, 80000),
           outside_ma=(WHOLE, 0, 0, 80000), on=(BOOL, True, None, None)),
    #: flash and RTC memory stay; needs a bench that restarts a charger; a story is one
    #: example 20 restart
    Action("restart", "person", "Restart the charger's program", _restart, restarts=True),
]  # fmt: skip
