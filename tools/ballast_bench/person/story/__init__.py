"""Whole-charger stories as data: what is done to the bench, and what must then be seen.

    setup house=semi limit_a=25 meter=clamp seed=7
    0    plug
    15   expect coil==1 state=="C2"
    60   appliance name="oven" on=true
    70   expect mains_a<=25.5 limited=="site" within 5 s
    90   meter_off
    95   expect offered_a<=6 faults==["meter_lost"] for 1 min
    95   expect mains_a>27 never

SECONDS VERB ARGUMENTS as on the bench page (actions.py), and words of its own. STORIES.md has
all of them. text.py reads, conditions.py compares, seen.py has what can be seen, player.py plays.
"""

from ballast_bench.person.story.conditions import conditions, failing
from ballast_bench.person.story.player import (
    ONLY_RUNNING,
    Bench,
    Outcome,
    Player,
    Result,
    play,
    play_run,
    refused,
)
from ballast_bench.person.story.seen import View, observe
from ballast_bench.person.story.text import Line, Run, Story

__all__ = [
    "ONLY_RUNNING", "Bench", "Line", "Outcome", "Player", "Result", "Run", "Story", "View", "conditions",
    "failing", "observe", "play", "play_run", "refused",
]  # fmt: skip
