"""`ballast trace`: what it says of a file, what it writes, and one line for what cannot be."""

import pytest

from ballast_bench.plant.trace import load_trace
from ballast_bench.samples import make
from ballast_tools.shell import cli
from ballast_tools.shell.errors import UserError

HISTORY = """\
entity_id,state,last_changed
sensor.house_power,460,2026-01-15T17:00:00.000Z
sensor.house_power,unavailable,2026-01-15T17:00:10.000Z
sensor.house_power,-230,2026-01-15T17:00:20.000Z
sensor.house_power,690,2026-01-15T17:01:40.000Z
"""


@pytest.fixture
def history(tmp_path):
    path = tmp_path / "history.csv"
    path.write_text(HISTORY)
    return path


def run(*argv):
    """Exit status of `ballast trace ...`, with the line of a mistake."""
    try:
        return cli.run(["trace", *map(str, argv)])
    except UserError as error:
        return error.status, str(error)


def test_info_says_what_it_took(history, capsys):
    assert run("info", history, "--zone", "Europe/Berlin") == 0
    told = capsys.readouterr().out
    for words in (
        "format      Home Assistant, history", "columns     sensor.house_power -> one phase",
        "unit        W, as read; + = import", "amperes     -1.00 to 3.00 A",
        "2026-01-15 18:00:00 to 2026-01-15 18:03:00 (Europe/Berlin), 0.05 h", "3 rows",
        "gaps        1 held", "dropped     1 x no number: unavailable (first: line 3)",
        "W through 230 V, power factor 1", "a row only where the value changes",
    ):  # fmt: skip
        assert words in told


def test_convert_writes_what_run_and_sim_read(history, tmp_path, capsys):
    out = tmp_path / "plain.csv"
    assert run("convert", history, out, "--volts", 115) == 0
    assert f"{out}: 3 rows, one phase in A" in capsys.readouterr().out
    first, second = load_trace(history, volts=115.0), load_trace(out)
    for t in (0, 19, 20.5, 99, 101):
        assert second.at(t) == first.at(t)
    assert second.start == first.start and second.found.kind == "CSV, one row for each instant"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["history.csv", "plain.csv"]


def test_three_files_are_three_phases(tmp_path, capsys):
    for n in (1, 2, 3):
        (tmp_path / f"{n}.csv").write_text(f"time_s,house_a\n0,{n}\n1,{n + 3}\n")
    out = tmp_path / "all.csv"
    assert run("convert", *(tmp_path / f"{n}.csv" for n in (1, 2, 3)), out) == 0
    assert out.read_text() == "time_s,l1_a,l2_a,l3_a\n0,1.0,2.0,3.0\n1,4.0,5.0,6.0\n"


@pytest.mark.parametrize(
    ("argv", "line"),
    [
        (("info", "gone.csv"), "gone.csv: no such file; check the path"),
        (("convert", "{history}"), "convert: the file to write is missing; write it as the last one"),
        (("convert", "{history}", "out.txt"), "out.txt: the file to write must end in .csv"),
        (("convert", "{history}", "{history}"), "would overwrite the file that is read"),
        (("convert", "{history}", "gone/x.csv"), "gone/x.csv: No such file or directory; choose a folder"),
        (("info", "{history}", "{history}"), "2 files to read: give one, or three of one phase each"),
        (("info", "{history}", "--volts", "0"), "--volts 0: must be above 0"),
        (("info", "{history}", "--max-gap", "5"), "history.csv line 4: nothing is known for 10 s"),
        (("info", "{history}", "--column", "x"), "history.csv: no series 'x' with numbers"),
        (("info", "{history}", "--zone", "Nowhere"), "history.csv: no time zone 'Nowhere'"),
    ],
)
def test_mistakes(argv, line, history, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, told = run(*(word.format(history=history) for word in argv))
    assert status == 2 and line in told and "\n" not in told
    assert [p.name for p in tmp_path.iterdir()] == ["history.csv"], "nothing half-written"


def test_run_reads_the_formats_too(history, tmp_path, capsys):
    """0.05 h of Home Assistant's history, directly."""
    assert cli.run(["run", str(history), "--limit", "25A", "--out", str(tmp_path / "out")]) == 0
    assert "a row only where the value changes" in capsys.readouterr().out
    assert "About the trace" in (tmp_path / "out" / "report.html").read_text()


def test_the_sample_is_what_its_maker_makes():
    print("seed", make.SEED)
    assert make.FILE.read_text() == make.text()
    trace = load_trace(make.FILE)
    assert trace.phases == 3 and trace.duration_s == 3600 and trace.start_of_day_s == 18 * 3600
    assert max(max(row) for row in trace.rows) < 25.0, "no trip in a newcomer's first run"
    from ballast_tools.play import run as command

    assert make.FILE.relative_to(make.FILE.parents[3]).as_posix() in command.EPILOG
