"""Conditions and observations in the words of a story, for one charger of a running world."""

from typing import Any, NamedTuple

from ballast_bench.api.errors import BenchError
from ballast_bench.person.said import WHY
from ballast_bench.person.story import View, text
from ballast_bench.person.story.conditions import failing, found
from ballast_bench.person.story.seen import value
from ballast_bench.person.verbs.action import ActionError


class Wanted(NamedTuple):
    """What a test expects. kind: now, within, for or never. line: as a story has it."""

    kind: str
    seconds: float
    conditions: list[Any]
    line: str


def read(conditions: str, when: str) -> Wanted:
    """BenchError with one line where that cannot be expected."""
    words = " ".join(f"{conditions} {when}".split())
    try:
        kind, seconds, wanted = text.content("expect", words)
    except ActionError as error:
        raise BenchError(f"expect: {error}") from None
    if seconds is None:
        raise BenchError(
            f"expect: {when!r}: a test needs an end, like 'for 30 s' or 'never for 30 s'"
        )
    return Wanted(kind, seconds, wanted, f"expect {words}")


def holds(wanted: Wanted, view: View) -> bool:
    """All conditions hold now."""
    return failing(wanted.conditions, view) is None


def seen(wanted: Wanted, view: View) -> str:
    """What is seen now of all that is wanted."""
    return str(found(wanted.conditions, view))


def see(view: View, name: str) -> Any:
    """One value by its name in a story. BenchError for a name that is none."""
    try:
        return value(view, name)
    except ActionError as error:
        raise BenchError(str(error)) from None


def sentence(view: View) -> str:
    """What a person would look at first, in one line."""
    now = {name: value(view, name) for name in _FIRST}
    contactor = "closed" if now["closed"] else "open"
    why = "" if now["why"] == "none" else f", no current: {WHY[now['why']]} ({now['why']})"
    faults = ", ".join(now["faults"]) or "none"
    return (
        f"at {view.world.now_s:.2f} s: state {now['state']}, contactor {contactor},"
        f" offers {now['offered_a']:.1f} A (limited by {now['limited']}){why};"
        f" car {now['ev_a']:.1f} A, house {now['house_a']:.1f} A, mains {now['mains_a']:.1f} A;"
        f" meter {now['meter']}; faults: {faults}"
    )


_FIRST = (
    "closed",
    "ev_a",
    "faults",
    "house_a",
    "limited",
    "mains_a",
    "meter",
    "offered_a",
    "state",
    "why",
)
