"""Stories from public reports, where their folder lies beside the repository: each can be read, and played.

Many of them fail: they show what is still wrong. What must not happen is that one cannot be played.
"""

import pytest

from ballast_bench.person import story
from ballast_tools.shell import paths

CASES = sorted((paths.ROOT.parent / "shared" / "cases").glob("*.story"))

pytestmark = pytest.mark.skipif(not CASES, reason="no folder shared/cases beside the repository")


def test_each_case_can_be_read():
    for path in CASES:
        assert len(story.Story(path.read_text(), path.name).runs) == 1


def test_a_case_can_be_played():
    path = next(path for path in CASES if path.stem == "bounce_is_no_unplugging")
    result = story.play(story.Story(path.read_text(), path.name))
    assert result.runs[0].seconds > 90 and not [line for line in result if "expected" not in line]
