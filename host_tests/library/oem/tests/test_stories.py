"""Stories of files, on the OEM's board."""

from pathlib import Path

STORIES = Path(__file__).parent


def test_the_clamp_falls_silent(story):
    story.play(STORIES / "silent.story")


def test_a_story_that_needs_what_the_box_lacks(story):
    story.play(STORIES / "three_phase.story")
