"""A story can fail, and its mistakes are one line each; test_every_board_host.py plays those here."""

import pytest

from ballast_bench.person import story
from ballast_bench.person.actions import ActionError


def test_a_story_can_fail():
    text = "setup house=empty meter=none\n0 plug\n5 expect coil==0\n20 expect coil==0 state==\"C2\"\n"
    failures = story.play(story.Story(text, "wrong"))
    assert failures == ["wrong, line 3: coil==0, but it is 1", "wrong, line 4: coil==0, but it is 1"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "bad: nothing is done in this story"),
        ("0 plug\nx plug", "bad, line 2: a line begins with seconds or `setup`, not 'x'"),
        ("5 plug\n4 unplug", "bad, line 2: 4 s comes after 5 s"),
        ("5 expect", "bad, line 1: a condition is missing"),
        ("5 expect coil=1", "bad, line 1: a condition like offered_a<=6 is needed at 'coil=1'"),
        ("5 within x coil==1", "bad, line 1: within: seconds are needed, not 'x'"),
        ("5 expect coil==yes", "bad, line 1: coil: yes is not JSON"),
    ],
)
def test_mistakes_are_told_in_one_line(text, line):
    with pytest.raises(ActionError) as caught:
        story.Story(text, "bad")
    assert str(caught.value) == line
