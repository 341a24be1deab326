"""`ballast sim`: it greets, runs, says what is in its way, and ends leaving nothing."""

import re
import socket

import pytest

from ballast_tools.play import sim
from ballast_tools.shell import cli
from ballast_tools.shell.errors import UserError


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run(*argv):
    return cli.run(["sim", *map(str, argv)])


def test_it_starts_charges_and_ends(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    page, meter = free_port(), free_port()
    assert run("--for", 30, "--speed", 100, "--port", page, "--meter-port", meter) == 0
    out = capsys.readouterr().out
    assert f"http://localhost:{page}/bench" in out and f"127.0.0.1:{meter}" in out
    assert 'house "semi, electric oven' in out and "25 A main fuse" in out
    first = next(line for line in out.splitlines() if line.startswith(" 17:30:"))
    house_a = float(re.search(r"house +([\d.]+) A", first)[1])
    assert "17:30:01" in first and house_a < 20, "not the start currents of the instant of power-on"
    assert list(tmp_path.iterdir()) == []
    for port in (page, meter):
        sim.check_port(port, "")  # free again


def test_it_records(tmp_path):
    path = tmp_path / "sim.csv"
    argv = ("--for", 5, "--speed", 100, "--port", free_port(), "--meter-port", free_port())
    assert run(*argv, "--record", path, "--record-every", 1) == 0
    rows = path.read_text().splitlines()
    assert len(rows) == 6 and rows[0].startswith("charger,time_s,time_of_day,mains_l1_a")
    assert rows[1].startswith("1,1,17:30:01.00,")


def test_the_living_line():
    from ballast_bench.plant.house import semi
    from ballast_bench.setup import Setup, default_ev

    setup = Setup(house=semi(seed=7, start_of_day_s=17.5 * 3600), ev=default_ev(), seed=7)
    world = setup.start()
    world.run(30)
    text = sim.line(world, 17.5)
    setup.stop()
    assert re.fullmatch(
        r" 17:30:30  house +\d+\.\d A \| EV +\d+\.\d A of +\d+\.\d"
        r" \| limited by the main fuse \(site\) \| C2 charging",
        text,
    ), text


def test_port_in_use():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UserError, match=rf"^port {port} cannot be opened .*with --port$"):
            run("--port", port)
        with pytest.raises(UserError, match="choose another with --meter-port"):
            run("--port", free_port(), "--meter-port", port)


@pytest.mark.parametrize(
    ("argv", "line"),
    [
        (("--speed", "1000"), "--speed 1000: from 0.1 to 100"),
        (("--for", "nan"), "--for nan: it must be above 0"),
        (("--chargers", "0"), "--chargers 0: from 1 to 16"),
        (("--ev-phases", "3"), "--ev-phases 3 needs a three-phase house: --house detached"),
        (("--ev-phases", "3", "--house", "detached", "--board", "esp32s3_lite"),
         "this charger has one phase"),
        (("--trace", "gone.csv"), "gone.csv"),
    ],
)
def test_bad_options(argv, line):
    with pytest.raises(UserError, match=line):
        run(*argv, "--port", free_port(), "--meter-port", free_port())


def test_what_the_story_and_an_option_say_both_is_refused(tmp_path):
    path = tmp_path / "one.story"
    path.write_text("setup limit_a=20\n0 plug\n")
    with pytest.raises(UserError, match=f"--limit: {path} has it in a setup line; leave one of them out"):
        run("--story", path, "--limit", "25A", "--port", free_port(), "--meter-port", free_port())
