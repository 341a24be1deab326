"""`ballast play`: which stories it finds, its verdicts, exit status and reports."""

import os
import re
import signal
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from functools import partial
from pathlib import Path

import pytest

from ballast_tools.play import play, story_report, story_runs
from ballast_tools.shell import cli, paths
from ballast_tools.shell.errors import UserError

GOOD = "setup house=empty meter=none\n0 plug\n10 expect closed==1\n"
BAD = "setup house=empty meter=none\n0 plug\n10 expect closed==0 # <it> & \"charges\"\n"
TABLE = "vary A in 8 16\nsetup house=empty meter=none\n0 plug max_a=$A\n10 expect ev_a>10\n"


@pytest.fixture
def folder(tmp_path):
    for name, text in (("good", GOOD), ("sub/bad", BAD), ("sub/table", TABLE)):
        path = tmp_path / f"{name}.story"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return tmp_path


def run(*argv):
    return cli.run(["play", *map(str, argv)])


def test_files_folders_and_patterns_each_once(folder, monkeypatch):
    monkeypatch.chdir(folder)
    good, bad, table = (folder / n for n in ("good.story", "sub/bad.story", "sub/table.story"))
    assert [p.resolve() for p in play.find(["."])] == [good, bad, table]
    assert [p.resolve() for p in play.find(["sub/*.story", str(bad), "good.story"])] == [bad, table, good]
    for nothing in ("gone.story", "*.stories", "sub/../nowhere"):
        with pytest.raises(UserError, match="no story is there; give a"):
            play.find([nothing])


def test_verdicts_lines_and_exit_status(folder, capsys):
    assert run(folder / "good.story", "--jobs", 1) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0] == f"as expected  {folder}/good.story"
    assert out[1].startswith("1 run: 1 as expected; 10 simulated seconds, ")
    assert out[1].endswith(" per second")
    assert run(folder, "--jobs", 2) == 1
    out = capsys.readouterr().out
    assert f"    {folder}/sub/bad.story:3: expected closed==0, found 1\n" in out
    assert f"failed       {folder}/sub/table.story (A=8)\n" in out
    assert f"as expected  {folder}/sub/table.story (A=16)\n" in out
    assert "4 runs: 2 as expected, 2 failed;" in out


def test_a_story_with_the_byte_order_mark_of_an_editor_is_read(folder):
    (folder / "bom.story").write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert run(folder / "bom.story", "--check") == 0


def test_stories_of_the_same_name_keep_a_recording_each(folder):
    (folder / "sub/good.story").write_text(GOOD)
    stories = play.read([folder / "good.story", folder / "sub/good.story", folder / "sub/bad.story"])
    paths = story_runs.record_paths(folder / "r.csv", [(story, 0) for story in stories])
    assert len(set(paths)) == 3
    assert paths[1].name.endswith("-sub-good-1.csv") and paths[2] == folder / "r-bad-1.csv"


PARENT, PLAY_ONE = os.getpid(), story_runs.play_one


def dies(unit):
    """The process of `bad` dies each time, that of another story the first time."""
    assert os.getpid() != PARENT
    first = Path(unit[1]).with_suffix(".first")
    if "bad" in unit[1] or not first.exists():
        first.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return PLAY_ONE(unit)


def test_a_run_whose_process_dies_is_played_again_and_then_told(folder, monkeypatch):
    """The runs beside it are not lost, and the command ends."""
    monkeypatch.setattr(story_runs, "play_one", dies)
    stories = play.read([folder / "good.story", folder / "sub/bad.story"])
    work = [(s.text, s.name, 0, {}, None, None, False, None) for s in stories]
    rows = {}
    assert sorted(story_runs.each(dies, work, 2, rows)) == [0, 1]
    assert [rows[n]["verdict"] for n in (0, 1)] == ["good", "error"]
    assert rows[1]["lines"] == [f"{folder}/sub/bad.story: its process was ended from outside"]


def test_unreadable_stories_are_all_told_and_none_is_played(folder, capsys):
    (folder / "x.story").write_text("0 plug\n5 jump\n")
    (folder / "y.story").write_bytes(b"0 plug\xff\n")
    with pytest.raises(UserError) as caught:
        run(folder)
    lines = str(caught.value).splitlines()
    assert lines[0].startswith(f"{folder}/x.story:2: no action 'jump'") and len(lines) == 2
    assert lines[1] == f"{folder}/y.story: is no text in UTF-8"
    assert caught.value.status == 2 and capsys.readouterr().out == ""


def test_a_run_that_ends_by_an_error_is_told_and_the_others_go_on(folder, capsys, monkeypatch):
    from ballast_bench.person import story

    def broken(run, over, started, host):
        raise ZeroDivisionError("of\nnothing")

    monkeypatch.setattr(story, "play_run", broken)
    assert run(folder / "sub/table.story", "--jobs", 1) == 1
    out = capsys.readouterr().out
    assert f"    {folder}/sub/table.story: ZeroDivisionError: of nothing\n" in out
    assert "2 ended by an error" in out


def test_check_plays_nothing(folder, capsys, monkeypatch):
    monkeypatch.setattr(story_runs, "play_one", None)
    assert run(folder, "--check", "--jobs", 2) == 0
    assert capsys.readouterr().out == "3 stories, 4 runs: all can be played\n"
    (folder / "needs.story").write_text("needs own_meter\n0 own_meter state=\"silent\"\n")
    assert run(folder / "needs.story", "--check", "--board", "esp32s3_lite") == 0
    assert capsys.readouterr().out == "1 story, 1 run: all can be played, 1 of them would be skipped\n"


@pytest.mark.parametrize("more", [["--check"], []])
def test_what_cannot_be_done_is_told_by_line_and_none_is_played(folder, capsys, more):
    (folder / "x.story").write_text(
        "vary P in 1 3\nsetup house=empty meter=none\n\n0 plug phases=$P\n1 speed factor=2\n2 meter_off\n"
        "3 unplug\n4 unplug\n"
    )
    (folder / "y.story").write_text("setup limit_a=20\nsetup meter=rtu\n0 plug\n")
    with pytest.raises(UserError) as caught:
        run(folder, "--board", box(folder), "--jobs", 2, *more)
    x, y = folder / "x.story", folder / "y.story"
    lines = str(caught.value).splitlines()
    assert lines[0] == f"{x}:5: speed: this bench does not run in real time"
    assert lines[1].startswith(f"{x}:6: meter_off: this bench has no meter")
    assert lines[2] == f"{x}:8: unplug: no car is plugged in"
    assert lines[3].startswith(f"{x}:4: plug: this house has one phase") and lines[3].endswith(" (P=3)")
    assert lines[4] == f"{x}:7: unplug: no car is plugged in (P=3)"
    assert lines[5:] == [f"{y}:2: setup: meter=rtu: this board has no RS-485; use meter=modbus"]
    assert caught.value.status == 2 and capsys.readouterr().out == ""


def box(folder):
    """The folder of a board without RS-485."""
    own = folder / "box16"
    own.mkdir()
    text = (paths.BOARDS / "esp32s3_ref" / "board.py").read_text().replace('"esp32s3_ref"', '"box16"')
    for key in ("RS485_UART", "RS485_TX_PIN", "RS485_RX_PIN", "RS485_DE_PIN"):
        text = re.sub(rf"^{key} = .*$", f"{key} = None", text, flags=re.M)
    (own / "board.py").write_text(text)
    return own


@pytest.mark.parametrize("jobs", [1, 2])
def test_ctrl_c_keeps_what_has_ended(folder, capsys, monkeypatch, jobs):
    """The first row that has come is told and written; the others are "not played", and nothing is half."""

    class Pressed(story_runs.Bar):
        def show(self, *args):
            raise KeyboardInterrupt

    monkeypatch.setattr(story_runs, "Bar", Pressed)
    (folder / "long.story").write_text("setup house=semi\n0 plug\n864000 end\n")
    junit, page = folder / "o.xml", folder / "o.html"
    argv = ("--jobs", jobs, "--junit", junit, "--html", page, "--record", folder / "r.csv")
    assert run(folder / "good.story", folder / "long.story", *argv, "--record-every", 1) == 130
    out = capsys.readouterr().out.splitlines()
    assert out[:3] == [f"as expected  {folder}/good.story", f"not played   {folder}/long.story",
                       "    not played: the command was interrupted before"]  # fmt: skip
    assert out[3].startswith("2 runs: 1 as expected, 1 not played; 10 simulated seconds")
    root = ElementTree.parse(junit).getroot()
    assert (root.get("tests"), root.get("skipped"), root.get("errors")) == ("2", "1", "0")
    assert root.find("testsuite/testcase/skipped").get("message").startswith("not played: ")
    assert "<title>Stories: 1 not played of 2</title>" in page.read_text()
    assert [path.name for path in folder.glob("r-*")] == ["r-good-1.csv"]


def test_ctrl_c_in_a_terminal(folder):
    """The signal reaches the workers too, as from a terminal; they leave the end to the command."""
    (folder / "long.story").write_text("setup house=semi\n0 plug\n864000 end\n")
    program = [sys.executable, paths.TOOLS / "ballast", "play", folder / "good.story", folder / "long.story",
               "--jobs", "2"]  # fmt: skip
    heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # a suite in the background ignores it
    started = subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               start_new_session=True, preexec_fn=heard)  # noqa: PLW1509  # fmt: skip
    assert "run 1 of 2" in started.stderr.readline()
    os.killpg(started.pid, signal.SIGINT)
    out, _ = started.communicate(timeout=60)
    assert started.returncode == 130
    assert "1 as expected, 1 not played" in out


def test_options_win_over_the_story(folder, capsys):
    assert run(folder / "sub/table.story", "--set", "user_ma=9000", "--jobs", 1) == 1
    assert "(A=16)" in capsys.readouterr().out.split("failed", 2)[2]
    assert run(folder / "good.story", "--board", "bench", "--seed", 5, "--jobs", 1) == 0


@pytest.mark.parametrize(
    ("argv", "line"),
    [
        (("--set", "user_ma"), "--set user_ma: write it like margin_ma=500"),
        (("--set", "user_ma=1"), "user_ma: 1 is out of range"),
        (("--set", "colour=1"), "colour: no such setting"),
        (("--seed", "-1"), "seed must be from 0"),
        (("--board", "toaster"), "no board 'toaster'; there are"),
        (("--market", "mars"), "mars"),
        (("--jobs", "0"), "--jobs 0: 1 or more"),
        (("--junit", "nowhere/x.xml"), "--junit nowhere/x.xml: cannot be written"),
        (("--record", "x.txt"), "--record x.txt: the name must end in"),
        (("--record-every", "1"), "--record-every is for --record FILE"),
    ],
)
def test_a_wrong_option_is_one_line(folder, argv, line):
    with pytest.raises(UserError) as caught:
        run(folder / "good.story", *argv)
    assert line in str(caught.value) and "\n" not in str(caught.value)


def test_junit_has_a_case_for_each_run(folder):
    path = folder / "out.xml"
    run(folder, "--junit", path, "--jobs", 1)
    root = ElementTree.parse(path).getroot()
    assert root.attrib | {"time": ""} == {
        "name": "ballast play", "tests": "4", "failures": "2", "errors": "0", "skipped": "0", "time": "",
    }  # fmt: skip
    cases = root.findall("testsuite/testcase")
    assert [case.get("name") for case in cases] == ["good", "bad", "table [A=8]", "table [A=16]"]
    failure = cases[1].find("failure")
    assert failure.get("message") == f"{folder}/sub/bad.story:3: expected closed==0, found 1"
    assert cases[0].find("failure") is None and cases[3].find("failure") is None


def test_junit_tells_skipped_and_errors_and_holds_any_character():
    row = {"name": "a.story", "title": "X=\x01", "verdict": "skipped", "lines": ["lacks\x02\ud800"],
           "seconds": 1.0, "cpu_s": 0.1}  # fmt: skip
    root = ElementTree.fromstring(story_report.junit([row, row | {"verdict": "error"}], 1.0))
    cases = root.findall("testsuite/testcase")
    assert cases[0].find("skipped").get("message") == "lacks??"
    assert cases[1].find("error").text == "lacks??" and root.get("errors") == "1"


def test_the_page_for_people_names_the_line(folder):
    path = folder / "out.html"
    run(folder, "--html", path, "--jobs", 1)
    text = path.read_text()
    assert "<title>Stories: 2 failed of 3</title>" in text and "prefers-color-scheme: dark" in text
    assert text.index("sub/bad.story") < text.index("good.story</h2>")  # what failed stands first
    assert '<span class=bad><i>  3</i>  10 expect closed==0 # &lt;it&gt; &amp; "charges"' in text.replace(
        "&quot;", '"'
    )
    assert "<svg" in text and "http://" not in text.split("<svg")[0]


def test_each_run_is_recorded_in_a_file_of_its_own(folder):
    run(folder / "sub/table.story", "--record", folder / "t.csv", "--record-every", 1, "--jobs", 2)
    files = sorted(path.name for path in folder.glob("t*.csv"))
    assert files == ["t-table-1.csv", "t-table-2.csv"]
    text = (folder / files[0]).read_text()
    assert "time_s" in text and len(text.splitlines()) >= 10
    run(folder / "good.story", "--record", folder / "one.json", "--jobs", 1)
    assert (folder / "one.json").exists()
