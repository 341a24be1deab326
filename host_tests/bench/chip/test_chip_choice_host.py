"""Which chip the bench runs on: said in a story, a Setup, a campaign; a chip that cannot be is one line."""

import pytest

from ballast_bench import boards
from ballast_bench.campaign import axes, draw
from ballast_bench.chip import budget, closed, profile
from ballast_bench.chip.garbage import program
from ballast_bench.errors import UserError
from ballast_bench.person.options import make_setup
from ballast_bench.person.verbs.action import ActionError
from ballast_bench.world import World

HOME = {"house": "empty", "meter": "none"}


def chip_of(**given):
    setup = make_setup({**HOME, **given})
    setup.stop()
    return setup.world.profile


def test_a_setup_line_names_the_chip(monkeypatch):
    assert chip_of(chip="esp32s3_octal").name == "esp32s3_octal"
    assert chip_of(chip="ideal") is None
    assert chip_of(chip="board").name == boards.load("esp32s3_ref").CHIP_PROFILE
    monkeypatch.setattr(World, "CHIP", "board")
    assert chip_of().name == boards.load("esp32s3_ref").CHIP_PROFILE
    assert chip_of(board="bench") is None, "the idealised board names the ideal chip"
    assert chip_of(chip="ideal") is None


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"chip": "esp32s9"}, "no chip profile 'esp32s9'; there are esp32_plain"),
        ({"chip": "esp32_psram"}, "it is of esp32, and board esp32s3_ref has esp32s3"),
        ({"chip": "none/such.toml"}, "no chip profile"),
        ({"chip": "board", "board": "esp32_lite"}, "heap.python: 131 KiB, and the firmware holds 144 KiB"),
    ],
)
def test_a_chip_that_cannot_be_is_one_line(given, says):
    with pytest.raises(ActionError) as caught:
        chip_of(**given)
    line = str(caught.value)
    assert line.startswith("setup: ") and says in line and "\n" not in line


def test_a_file_of_ones_own(tmp_path):
    head = 'chip = "esp32s3"\npsram = "quad"\nlike = "esp32s3_quad"\n[heap]\npython = 1900000\nidf = 250000\n'
    takes = "[takes]\nwifi = 1\nble = 1\nsocket = 1\ntls = 1\nthread = 1\n[limits]\nsockets = 10\n"
    path = tmp_path / "mine.toml"
    path.write_text(head + takes + '[cost.gc]\nus = 1\nsource = "a test"\n')
    assert chip_of(chip=str(path)).cost("gc").us == 1


# -- a campaign --------------------------------------------------------------------


def names(axis):
    return [choice.name for choice in axes.choices(axis)]


def test_a_campaign_has_the_benchs_chip(monkeypatch):
    monkeypatch.setattr(World, "CHIP", "ideal")
    assert names("chip") == ["ideal"]
    monkeypatch.setattr(World, "CHIP", "board")
    assert names("chip") == ["board", "ideal"]
    board = axes.choices("chip")[0]
    assert board.fits({"board": "esp32s3_ref"})
    assert not board.fits({"board": "esp32_lite"}), "its heap is too small for the firmware"


def test_a_campaign_on_one_chip_has_its_boards_alone(monkeypatch):
    monkeypatch.setattr(World, "CHIP", "esp32_psram")
    assert names("board") == ["esp32_lite"]
    run = draw.draw(1, "minutes", 1)
    assert run.setup["chip"] == "esp32_psram" and run.strata["chip"] == "esp32_psram"


# -- limits --------------------------------------------------------------------------


@pytest.mark.parametrize("name", profile.names())
def test_sockets_and_heap_of_each_configuration(name):
    made = profile.load(name)
    rows = budget.rows(made)
    assert [row["sockets"] for row in rows] == sorted(row["sockets"] for row in rows)
    assert all(a["idf_left"] > b["idf_left"] for a, b in zip(rows, rows[1:], strict=False))
    made.sockets = rows[-1]["sockets"] - 1
    assert not budget.fits(budget.rows(made)[-1]) and budget.fits(budget.rows(made)[0])


def test_what_must_wait_for_an_open_contactor_is_told():
    made = profile.load("esp32s3_octal")
    live_kib = (program().live + program().page) >> 10
    assert closed.refused(made, {"gc": made.cost("gc").worst(live_kib)}) == []
    lines = closed.refused(made, {"flash_erase": 45_000, "gc": 900_000})
    assert [line.split()[3] for line in lines] == ["gc", "flash_erase"]
    assert "at most" in lines[0] and "must wait" in lines[1]


def test_the_firmware_holds_less_than_each_chip_with_psram_has():
    for name in profile.names():
        made = profile.load(name)
        board = boards.load("esp32_lite" if made.chip == "esp32" else "esp32s3_ref")
        if made.psram == "none":
            with pytest.raises(UserError, match="heap"):
                profile.of_board(name, board, program().live)
        else:
            assert profile.of_board(name, board, program().live).name == name
