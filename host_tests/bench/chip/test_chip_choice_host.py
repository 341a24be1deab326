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
from tools.factory_kit.command import CLASSIC

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
    ],
)
def test_a_chip_that_cannot_be_is_one_line(given, says):
    with pytest.raises(ActionError) as caught:
        chip_of(**given)
    line = str(caught.value)
    assert line.startswith("setup: ") and says in line and "\n" not in line


def own_file(folder, heap=1900000):
    """A profile beside no other: quad PSRAM with that heap, and collections of 1 us."""
    head = 'chip = "esp32s3"\npsram = "quad"\nlike = "esp32s3_quad"\n'
    takes = "[takes]\nwifi = 1\nble = 1\nsocket = 1\ntls = 1\nthread = 1\n[limits]\nsockets = 10\n"
    path = folder / "mine.toml"
    heaps = f"[heap]\npython = {heap}\nidf = 250000\n"
    path.write_text(f'{head}{heaps}{takes}[cost.gc]\nus = 1\nsource = "a test"\n')
    return str(path)


def test_a_file_of_ones_own(tmp_path):
    assert chip_of(chip=own_file(tmp_path)).cost("gc").us == 1


def test_a_chip_with_too_small_a_heap_is_one_line(tmp_path):
    with pytest.raises(ActionError) as caught:
        chip_of(chip=own_file(tmp_path, heap=64 << 10))
    says = f"heap.python: 64 KiB, and the firmware needs {program().needs // 1024} KiB"
    assert says in str(caught.value) and "\n" not in str(caught.value)


# -- a campaign --------------------------------------------------------------------


def names(axis):
    return [choice.name for choice in axes.choices(axis)]


def test_a_campaign_has_the_benchs_chip(monkeypatch):
    monkeypatch.setattr(World, "CHIP", "ideal")
    assert names("chip") == ["ideal"]
    monkeypatch.setattr(World, "CHIP", "board")
    assert names("chip") == ["board", "ideal"]
    board = axes.choices("chip")[0]
    assert all(board.fits({"board": name}) for name in boards.names())


def test_a_campaign_on_one_chip_has_its_boards_alone(monkeypatch, tmp_path):
    monkeypatch.setattr(World, "CHIP", "esp32s3_quad")
    assert names("board") == [name for name in boards.names() if boards.load(name).CHIP == "esp32s3"]
    run = draw.draw(1, "minutes", 1)
    assert run.setup["chip"] == "esp32s3_quad" and run.strata["chip"] == "esp32s3_quad"
    monkeypatch.setattr(World, "CHIP", own_file(tmp_path, heap=64 << 10))
    assert names("board") == [], "its heap is too small for the firmware"


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


def test_each_chip_that_a_board_names_has_the_heap_that_the_firmware_needs(tmp_path):
    """With a page open; what services take beside it is `budget`'s and `bench memory`'s."""
    needs = program().needs
    for name in {boards.load(board).CHIP_PROFILE for board in boards.names()} - {"ideal"}:
        assert profile.of_board(name, boards.load("esp32s3_ref"), needs).heap["python"] >= needs
    assert chip_of(chip=own_file(tmp_path, heap=needs)).heap["python"] == needs
    with pytest.raises(ActionError, match=f"and the firmware needs {needs // 1024} KiB"):
        chip_of(chip=own_file(tmp_path, heap=needs - 1))


def test_the_classic_chip_without_psram_is_no_chip_to_play_on():
    with pytest.raises(UserError, match=r"heap\.python: 131 KiB, and the firmware needs"):
        profile.of_board("esp32_plain", boards.load(CLASSIC), program().needs)
