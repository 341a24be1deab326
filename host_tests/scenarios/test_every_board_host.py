"""Every *.story here is played on every shipped board; a failure names file, line and what was seen.

What a board cannot play is skipped, with the capability that it lacks. SKIPPED is the whole list:
a story that is skipped anew fails here until somebody has written it down.
"""

from pathlib import Path

import pytest

from ballast_bench import boards
from ballast_bench.person import story
from ballast_bench.product import product

STORIES = sorted(Path(__file__).parent.glob("*.story"))

SKIPPED = """\
board        story              lacks
esp32s3_lite balance            amps_25
esp32s3_lite brown_mains        own_meter
esp32s3_lite cn_window          own_meter
esp32s3_lite greedy_car         own_meter
esp32s3_lite hot_air            amps_32
esp32s3_lite hot_plug           amps_32
esp32s3_lite modbus_bad_answers own_meter
esp32s3_lite uk_voltage         own_meter
esp32s3_lite worn_socket        amps_32
"""


def shipped():
    """[[boards that differ in their name alone]] of all that are sold; `bench` has ideal parts."""
    found = {}
    for name in boards.names():
        if name != "bench":
            found.setdefault(str({**vars(boards.load(name)), "NAME": ""}), []).append(name)
    return list(found.values())


@pytest.mark.parametrize("names", shipped(), ids="=".join)
@pytest.mark.parametrize("path", STORIES, ids=lambda p: p.stem)
def test_story(path, names):
    """Once for boards that are the same: the processes of a test run share no results."""
    result = story.play(story.Story(path.read_text(), path.name), {"board": names[0]})
    if result.skipped:
        pytest.skip(result.skipped)
    assert not result, "\n".join(["", *result])


def test_what_is_skipped():
    rows = [("board", "story", "lacks")]
    for board in boards.names():
        have = product.load(board).capabilities()
        for path in STORIES:
            needs = {name for run in story.Story(path.read_text(), path.name).runs for name in run.needs}
            if needs - have:
                rows.append((board, path.stem, ", ".join(sorted(needs - have))))
    table = "".join(f"{board:13}{name:19}{lacks}\n" for board, name, lacks in rows)
    assert table == SKIPPED, "\n" + table
