"""`--chip` of sim, run, play, campaign and the benches: what cannot be is one line and exit status 2."""

import argparse
import re
import shutil

import pytest

from ballast_bench import boards
from ballast_bench.chip import profile
from ballast_bench.world import World
from ballast_tools.check.benches import chip as bench_chip
from ballast_tools.check.benches import safety
from ballast_tools.play import chip_option
from ballast_tools.shell import cli, paths
from ballast_tools.shell.errors import UserError
from tools.factory_kit.command import CLASSIC

TRACE = str(paths.BENCH / "samples/evening.csv")
STORY = "setup house=empty meter=none\n0 plug\n1 end\n"


def refused(*words):
    with pytest.raises(UserError) as caught:
        cli.run(list(words))
    said = str(caught.value)
    assert "\n" not in said and caught.value.status == 2, said
    return said


@pytest.mark.parametrize(
    ("name", "says"),
    [("esp32s9", "no chip profile 'esp32s9'; there are esp32_plain"), ("no/such.toml", "no such file"),
     ("~nobody-has-this-name/a.toml", "no such file"), ("", "no chip profile ''")],
)
@pytest.mark.parametrize(
    "words",
    [
        ["run", TRACE, "--limit", "25A"],
        ["campaign", "--list"],
        ["bench", "speed", "--prove", "1"],
        ["bench", "chip", "--short"],
        ["bench", "safety", "--short"],
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_an_unknown_chip_is_one_line(words, name, says):
    assert (says if words[1] not in ("chip", "safety") else name) in refused(*words, "--chip", name)


def small_heap(folder):
    """esp32_plain with 64 KiB for Python: less than the firmware needs."""
    plain = (paths.BENCH / "chip/esp32_plain.toml").read_text()
    text, count = re.subn(r"(?m)^python = \d+$", "python = 65536", plain)
    assert count == 1
    (folder / "small.toml").write_text(text)
    return str(folder / "small.toml")


def test_a_chip_that_is_not_the_boards_or_too_small_is_one_line(tmp_path):
    (tmp_path / "a.story").write_text(STORY)
    for chip, board, says in (
        ("esp32_psram", "esp32s3_ref", "it is of esp32, and board esp32s3_ref has esp32s3"),
        (small_heap(tmp_path), CLASSIC, "heap.python: 64 KiB, and the firmware needs"),
    ):
        given = ["--chip", chip, "--board", board]
        assert says in refused("run", TRACE, "--limit", "25A", *given)
        assert says in refused("play", str(tmp_path / "a.story"), *given)


def test_a_campaign_on_a_chip_that_no_board_has_is_one_line():
    assert "--chip esp32_psram: none of the boards" in refused("campaign", "--short", "--chip", "esp32_psram")


def test_a_story_is_played_on_the_chip(capsys, tmp_path):
    (tmp_path / "a.story").write_text(STORY)
    assert cli.run(["play", str(tmp_path / "a.story"), "--chip", "esp32s3_octal", "--jobs", "1"]) == 0
    assert "1 as expected" in capsys.readouterr().out


def test_the_benchs_chip_is_as_before_after_a_campaign(capsys):
    before = World.CHIP
    assert cli.run(["campaign", "--list", "--chip", "board"]) == 0
    assert World.CHIP == before
    assert "axis chip: board (4), ideal (1)" in capsys.readouterr().out


def test_a_file_is_named_whole(tmp_path, monkeypatch):
    (tmp_path / "mine.toml").write_text((paths.BENCH / "chip/esp32s3_octal.toml").read_text())
    monkeypatch.chdir(tmp_path)
    args = argparse.Namespace(chip="mine.toml")
    assert chip_option.given(args) == {"chip": str(tmp_path / "mine.toml")}
    assert chip_option.given(argparse.Namespace(chip=None)) == {}


# -- which chips a bench looks at ------------------------------------------------------


def chosen(**given):
    return bench_chip.chosen(argparse.Namespace(**{"chip": None, "board": None, **given}))


def test_each_chip_that_a_board_names_is_looked_at_once():
    assert sorted(name for _, name in chosen()) == sorted({name for _, name in chosen()})
    assert ("esp32s3_devkit", "esp32s3_octal") in chosen()
    assert ("esp32s3_lite", "esp32s3_quad") in chosen(), "the low-cost board's PSRAM has four wires"
    assert chosen(board="esp32s3_ref") == [("esp32s3_ref", "esp32s3_octal")]
    assert chosen(board=CLASSIC) == [(CLASSIC, "esp32_psram")]


def test_the_chip_of_a_board_elsewhere_may_lie_beside_it(tmp_path):
    box = tmp_path / "box"
    shutil.copytree(paths.BOARDS / "esp32s3_lite", box)
    text = (box / "board.py").read_text().replace('"esp32s3_quad"', '"profile.toml"')
    (box / "board.py").write_text(text.replace('"esp32s3_lite"', '"box"'))
    (box / "profile.toml").write_text('like = "esp32s3_quad"\n')
    ((board, chip),) = chosen(board=str(box))
    assert profile.of_board(chip, boards.load(board)).path == box / "profile.toml"


@pytest.mark.parametrize("given", [
    {"board": "bench"}, {"chip": "ideal"}, {"board": "nine"}, {"chip": "esp32_psram"},
])  # fmt: skip
def test_a_bench_without_a_chip_that_takes_time_is_refused(given):
    with pytest.raises(UserError):
        chosen(**given)


def test_safety_looks_at_the_benchs_chips(monkeypatch):
    monkeypatch.setattr(World, "CHIP", "board")
    assert set(safety.chips(None)) == {name for _, name in chosen()}
    monkeypatch.setattr(World, "CHIP", "ideal")
    assert safety.chips(None) == ["ideal"]
    assert safety.chips("esp32_psram") == ["esp32_psram"]


def test_the_worst_of_two_chips():
    row = {"key": "a", "limit_ms": 10, "failure": "", "best_ms": 2.0, "worst_ms": 5.0}
    slow = {**row, "best_ms": 3.0, "worst_ms": 9.0}
    failed = {**row, "best_ms": None, "worst_ms": None, "failure": "not opened"}
    assert safety.worst_of([[row], [slow]])[0] == {**slow, "best_ms": 2.0}
    assert safety.worst_of([[slow], [failed]])[0]["failure"] == "not opened"


def test_a_row_on_a_chip_takes_longer_than_on_the_ideal_one():
    rows = [row for row in safety._rows() if row[0] == "c_to_a"]
    ideal, chip = (safety.run(rows, 6, 1, 1, chip=name)[0] for name in ("ideal", "esp32_psram"))
    assert not safety.missed(ideal)
    assert chip["worst_ms"] != ideal["worst_ms"] and chip["phases"] == 6
