"""`ballast run`: a short trace end to end, the report, and every kind of bad input."""

import json

import pytest

from ballast_bench.plant import cars
from ballast_tools.play import run as command
from ballast_tools.shell import cli

HOUSE = [4.0] * 60 + [14.0] * 60 + [4.0] * 60 + [22.0] * 60 + [3.0] * 60


@pytest.fixture
def trace(tmp_path):
    path = tmp_path / "house.csv"
    lines = ["time_s,house_a"] + [f"{i},{a}" for i, a in enumerate(HOUSE)]
    path.write_text("\n".join(lines) + "\n")
    return path


def run(*argv):
    """Exit status of `ballast run ...`, as the command's second stage sees it."""
    from ballast_tools.shell.errors import UserError

    try:
        return cli.run(["run", *map(str, argv)])
    except UserError as error:
        return error.status, str(error)


def test_report(trace, tmp_path, capsys):
    out = tmp_path / "report"
    assert run(trace, "--limit", "25A", "--out", out, "--seed", 3) == 0
    report = json.loads((out / "report.json").read_text())
    for key in (
        "energy_kwh", "clairvoyant_pct", "ev_overload_s", "ev_overload_longest_s",
        "ev_overload_a2s", "breaker_tripped", "pauses", "shortest_charge_s",
        "pilot_changes_per_h", "step_ms", "seed",
    ):  # fmt: skip
        assert key in report
    assert report["seed"] == 3 and report["step_ms"] == 20 and report["duration_s"] == 300
    assert 0.15 < report["energy_kwh"] < 0.45
    assert 50 < report["clairvoyant_pct"] <= 100.5
    assert report["pauses"] == 1 and not report["breaker_tripped"]
    slowest_s = 26.0 / cars.figures("usual")["down_a_s"]  # from what is offered to nothing
    assert report["ev_overload_longest_s"] <= report["ev_delay_s"][1] + slowest_s + 0.1
    page = (out / "report.html").read_text()
    assert "<svg" in page and "house.csv" in page and "http" not in page.split("<svg")[0]
    assert sorted(p.name for p in out.iterdir()) == ["report.html", "report.json"]
    printed = capsys.readouterr()
    assert "kWh" in printed.out and "of a clairvoyant" in printed.out


@pytest.mark.parametrize(
    ("option", "value", "line"),
    [
        ("--hours", "nan", "--hours must be above 0"),
        ("--skip-hours", "nan", "--skip-hours nan: the trace is 0.1 h long"),
        ("--meter-latency", "31", "--meter-latency 31: it must be from 0 to 30"),
        ("--meter-answer", "-0.1", "--meter-answer -0.1: it must be from 0 to 10"),
        ("--meter-interval", "nan", "--meter-interval nan: it must be from 0.1 to 60"),
        ("--line-ohm", "-1", "--line-ohm -1: it must be from 0 to 5"),
    ],
)
def test_a_number_out_of_its_range_is_refused(trace, option, value, line):
    assert run(trace, "--limit", "25A", "--meter", "modbus", f"{option}={value}") == (2, line)


def test_the_report_counts_the_phases_that_the_charger_has_too(trace, tmp_path):
    given = ("--hours", "0.01", "--ev-phases", 3, "--out", tmp_path, "--board", "esp32s3_lite")
    assert run(trace, "--limit", "25A", *given) == 0
    assert json.loads((tmp_path / "report.json").read_text())["ev_phases"] == 1


def test_same_seed_same_figures(trace, tmp_path):
    figures = []
    for name in ("a", "b"):
        assert run(trace, "--limit", "25", "--out", tmp_path / name, "--loss", "0.1") == 0
        report = json.loads((tmp_path / name / "report.json").read_text())
        del report["wall_s"], report["simulated_s_per_s"]
        figures.append(report)
    assert figures[0] == figures[1]


def test_over_modbus_on_a_real_socket(trace, tmp_path):
    out = tmp_path / "m"
    assert run(trace, "--limit", "25A", "--meter", "modbus", "--out", out) == 0
    report = json.loads((out / "report.json").read_text())
    assert report["meter"] == "modbus" and report["energy_kwh"] > 0.1


def test_record(trace, tmp_path, capsys):
    path = tmp_path / "run.json"
    argv = ("--limit", "25A", "--hours", "0.02")
    assert run(trace, *argv, "--record", path, "--record-every", "0.5") == 0
    whole = json.loads(path.read_text())
    assert len(whole["rows"]) == 144 and whole["columns"][0]["name"] == "charger"
    assert str(path) in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--record", "x.xls"), "--record x.xls: the name must end in .csv, .json or .parquet"),
        (("--record", "x.csv", "--record-every", "0"), "--record-every 0: 0.02 s (a step) or more"),
        (("--record", "gone/x.csv"), "--record gone/x.csv: No such file or directory; choose a folder"),
        (("--record-every", "1"), "--record-every is for --record FILE: name the file"),
    ],
)
def test_what_cannot_be_recorded(options, expected, trace, monkeypatch):
    monkeypatch.setattr("ballast_tools.play.run.prepare", lambda args: pytest.fail("too late"))
    status, line = run(trace, "--limit", "25A", *options)
    assert status == 2 and line.startswith(expected) and "\n" not in line


def test_an_interrupted_run_leaves_what_was_recorded(trace, tmp_path, monkeypatch):
    def interrupted(world, duration_s, name):
        world.run(2.0)
        raise KeyboardInterrupt

    monkeypatch.setattr("ballast_tools.play.run.replay", interrupted)
    path = tmp_path / "run.csv"
    with pytest.raises(KeyboardInterrupt):
        run(trace, "--limit", "25A", "--record", path)
    rows = path.read_text().splitlines()
    assert 101 <= len(rows) <= 104  # a header, 2 s of steps, and those that the start took


BAD = {
    "gap": ("time_s,house_a\n0,1\n1,1\n2,1\n500,1\n", "gap"),
    "nan": ("time_s,house_a\n0,1\n1,nan\n2,1\n", "line 3"),
    "text": ("time_s,house_a\n0,1\n1,off\n2,1\n", "line 3"),
    "columns": ("time_s,temperature\n0,1\n1,2\n", "column"),
    "backwards": ("time_s,house_a\n0,1\n2,1\n1,1\n", "line 4"),
    "milliampere": ("time_s,house_a\n0,4000\n1,5000\n2,4000\n", "mA"),
    "empty": ("", "empty"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_traces(case, tmp_path, capsys):
    text, expected = BAD[case]
    path = tmp_path / "bad.csv"
    path.write_text(text)
    out = tmp_path / "out"
    status, line = run(path, "--limit", "25A", "--out", out)
    assert status == 2
    assert expected in line and "bad.csv" in line and "\n" not in line
    assert not out.exists(), "nothing half-written"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--set", "margin_ma"), "--set margin_ma: write it like margin_ma=500"),
        (("--set", "margin_ma=99999"), "margin_ma: 99999 is out of range 0..5000 (mA)"),
        (("--set", "wings=2"), "wings: no such setting"),
        (("--breaker", "X25"), "--breaker X25: a curve and a size like B25 or C40 is needed"),
        (("--hours", "0"), "--hours must be above 0"),
        (("--skip-hours", "5"), "--skip-hours 5: the trace is 0.1 h long"),
        (("--set", "margin_ma=5", "--set", "margin_ma=6"), "--set margin_ma=6: margin_ma is given twice"),
        (("--set", "fuse_ma=20000"), "--set fuse_ma=20000: say it with --limit"),
        (("--column", "kitchen"), None),
        (("--volts", "240"), "--volts: {trace}: nothing in this file is turned from W into A"),
        (("--interval", "1"), "--interval: {trace}: this file has times of its own"),
        (("--zone", "Europe/Berlin"), "--zone: {trace}: this file has no times in UTC"),
        (("--series", "x"), None),
        (("--fallback", "50A"), "fallback_ma: 50000 is out of range 0..32000 (mA)"),
    ],
)
def test_bad_options(options, expected, trace):
    status, line = run(trace, "--limit", "25A", *options)
    assert status == 2 and "\n" not in line
    if expected is not None:
        assert line == expected.format(trace=trace)


MEASURING = {"--clamp": "battery", "--loss": "0.3", "--meter-model": "em340", "--meter-interval": "3",
             "--meter-latency": "2", "--meter-answer": "0.4"}  # fmt: skip


def parts(trace, *argv):
    """What measures the house in a run with these options: the figures of the parts that are there."""
    from ballast_bench import upy
    from ballast_bench.devices.clamp_unit.unit import ClampUnit

    upy.install()
    parser = cli.Parser()
    command.add_arguments(parser)
    argv = [str(trace), "--limit", "25A", *argv]
    args = parser.parse_args(argv)
    args.given = set()
    setup, _, _ = command.prepare(args, {})
    world = setup.start()
    try:
        plant, there = world.plant, {}
        if plant.meter.path != "none":
            there["age"] = plant.meter.delay_s
        for clamp in setup.clamps:
            assert isinstance(clamp, ClampUnit)
            there.update(loss=plant.radio.air.loss, battery=clamp.app.sleep_rule.battery)
        if plant.meter.path in ("tcp", "rtu"):
            settings = world.nodes[0].app.settings
            there.update(model=settings["meter_model"], answer=plant.meter.answer_s,
                         every=settings["meter_interval_ms"], mean=plant.meter.mean_s)  # fmt: skip
        return there
    finally:
        setup.stop()


@pytest.mark.parametrize("meter", ["clamp", "modbus", "rtu", "none"])
def test_an_option_of_measuring_does_something_or_is_refused(trace, meter):
    usual = parts(trace, "--meter", meter)
    for option, value in MEASURING.items():
        argv = ("--meter", meter, option, value)
        if (meter, option) == ("clamp", "--meter-interval") or parts(trace, *argv) == usual:
            status, line = run(trace, "--limit", "25A", "--hours", "0.001", *argv)
            assert status == 2 and line.startswith(option + ": ")
        else:
            assert run(trace, "--limit", "25A", "--hours", "0.001", *argv) == 0


def test_bad_current_is_told_by_the_parser(trace, capsys):
    with pytest.raises(SystemExit) as caught:
        run(trace, "--limit", "lots")
    assert caught.value.code == 2
    assert "'lots' is no current; write it like 25A" in capsys.readouterr().err


def test_the_cars_are_listed(trace, capsys):
    with pytest.raises(SystemExit) as caught:
        run(trace, "--limit", "25A", "--car", "?")
    assert caught.value.code == 0
    listed = capsys.readouterr().out.splitlines()
    assert listed[0].startswith("usual ") and any(line.startswith("needs_13a ") for line in listed)


def test_an_unknown_car_is_told_by_the_parser(trace, capsys):
    with pytest.raises(SystemExit) as caught:
        run(trace, "--limit", "25A", "--car", "rocket")
    assert caught.value.code == 2
    assert "--car rocket: there is no such car; --car ? lists them" in capsys.readouterr().err


def test_a_car_that_needs_more_than_is_left_charges_nothing(tmp_path):
    path = tmp_path / "busy.csv"
    path.write_text("\n".join(["time_s,house_a"] + [f"{i},14.0" for i in range(200)]) + "\n")
    got = {}
    for car in ("usual", "needs_13a"):
        assert run(path, "--limit", "25A", "--car", car, "--out", tmp_path / car) == 0
        got[car] = json.loads((tmp_path / car / "report.json").read_text())["energy_kwh"]
    assert got["usual"] > 0.05 and got["needs_13a"] == pytest.approx(0.0, abs=0.01)


def test_missing_trace(tmp_path):
    status, line = run(tmp_path / "gone.csv", "--limit", "25A")
    assert status == 2 and "gone.csv" in line


def test_out_that_cannot_be_written(trace, tmp_path):
    blocker = tmp_path / "file"
    blocker.write_text("")
    status, line = run(trace, "--limit", "25A", "--out", blocker / "x")
    assert status == 2 and line.startswith(f"--out {blocker / 'x'}: ")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--loss", "30"), "a share from 0 to 1"),
        (("--meter", "modbus", "--meter-model", "abc"), "no 'abc'; there are: "),
        (("--meter-interval", "2"), "a clamp keeps its own"),
    ],
)
def test_measuring_parts_that_cannot_be_are_one_line(trace, more, words):
    status, text = run(trace, "--limit", "25A", *more)
    assert status == 2 and words in text and "\n" not in text


@pytest.mark.parametrize(
    "more",
    [
        ("--meter", "rtu", "--meter-model", "em340", "--meter-latency", "2", "--meter-answer", "0.4"),
        ("--clamp", "battery", "--loss", "0.2"),
    ],
)
def test_any_way_of_measuring_runs(trace, more):
    assert run(trace, "--limit", "25A", "--hours", "0.02", *more) == 0
