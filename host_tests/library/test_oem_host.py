"""An OEM's folder outside the tree: installed with pip, its tests run, its first failure read."""

import json
import re
import shutil
from pathlib import Path

import pytest

from ballast_bench.rigs.web import free_port
from library import outside

pytestmark = pytest.mark.slow

OEM = Path(__file__).parent / "oem"


@pytest.fixture(scope="module")
def oem(tmp_path_factory):
    """(bin folder, OEM's folder): a fresh environment, and a copy of oem/."""
    place = tmp_path_factory.mktemp("oem")
    tools = outside.install(place / "env", "pytest")
    shutil.copytree(OEM, place / "box")
    yield tools, place / "box"
    shutil.rmtree(place / "env")  # pytest would keep it for three runs


def test_its_own_tests_pass_on_its_own_board_and_brand(oem):
    tools, folder = oem
    status, output = outside.run(tools / "pytest", "-q", "-ra", cwd=folder)
    assert status == 0, output
    assert re.search(r"^9 passed, 1 skipped in", output, re.M), output
    assert "three_phase.story:2: box13, voltaro, eu, cee16 lacks three_phase" in output


def test_nothing_is_written_into_the_installed_package(oem):
    tools, _ = oem
    package = next(tools.parent.glob("lib/python3*/site-packages/ballast_bench"))
    assert (package / "_home" / "firmware" / "main.py").exists()
    assert not (package / "_home" / ".venv").exists() and not (package / "_home" / "build").exists()


WANTED = """\
>       charger.expect("offered_a==0", "within 10 s")
E       AssertionError: expected offered_a==0 within 10 s; found offered_a 6, 10.00 s later
contactor closed, offers 6.0 A (limited by site); car 6.0 A
meter stale; faults: meter_lost
what happened on the bench
setup house=empty limit_a=35 meter=clamp board=FOLDER/boards/box13 brand=FOLDER/brands/voltaro seed=11
 plug max_a=16
 meter_off
 expect offered_a==0 within 10 s
play it again: ballast play FOLDER/out/failing_test_first_failure.py_test_a_condition/failure.story
the last minute: FOLDER/out/failing_test_first_failure.py_test_a_condition/last_minute.csv
its picture: needs matplotlib; pip install 'ballast[plot]'
>       charger.wait_for(lambda c: c.charging, within_s=60)
E       AssertionError: waited 60 s for c.charging
no current: the car is not ready (car)
expect charging==1 within 60 s
>       assert charger.offered_a > 20
E       assert 13.0 > 20
(limited by rating); car 13.0 A
the test asserted: charger.offered_a > 20; it saw: 13.0 > 20
 expect offered_a>20
3 failed"""


def test_the_first_failure_explains_itself(oem):
    """What a tester reads without our sources: no line of them is printed."""
    tools, folder = oem
    status, output = outside.run(
        tools / "pytest", "-q", "failing", "--ballast-out", "out", cwd=folder
    )
    assert status == 1, output
    at = 0
    for line in WANTED.splitlines():
        line = line.replace("FOLDER", str(folder))
        assert line in output[at:], f"{line}\n\n{output}"
        at = output.index(line, at)
    assert "ballast_bench/" not in output and "site-packages" not in output


LEFT = {
    "test_a_condition": r"failure.story:\d+: by [\d.]+ s expected offered_a==0, still found 6$",
    "test_a_wait": r"failure.story:\d+: by [\d.]+ s expected charging==1, still found 0$",
    "test_a_plain_assert": r"failure.story:\d+: expected offered_a>20, found 13$",
}


@pytest.mark.parametrize("name", LEFT)
def test_what_it_left_plays_the_failure_again(oem, name):
    tools, folder = oem
    left = folder / "out" / f"failing_test_first_failure.py_{name}"
    status, output = outside.run(tools / "ballast", "play", left / "failure.story", cwd=folder)
    assert status == 1
    assert re.search(LEFT[name], output, re.M), output
    rows = (left / "last_minute.csv").read_text().splitlines()
    assert "offered_a" in rows[0].split(",") and 300 < len(rows) < 602


REFUSED = {
    "test": "ballast test: needs a checkout of the sources, this is an installed package",
    "chrage": "ballast chrage: no such command; ballast --help lists them",
    "play x.story --html x.html": "ballast play: matplotlib not installed; pip install 'ballast[plot]'",
}


@pytest.mark.parametrize("words", REFUSED)
def test_the_installed_command_says_in_one_line_what_it_lacks(oem, words):
    tools, folder = oem
    status, output = outside.run(tools / "ballast", *words.split(), cwd=folder)
    assert status == 2
    assert output.startswith(REFUSED[words]) and output.count("\n") == 1


def test_the_installed_command_lists_what_works_without_a_checkout(oem):
    tools, folder = oem
    status, output = outside.run(tools / "ballast", "--help", cwd=folder)
    assert status == 0
    assert output.startswith("usage: ballast COMMAND") and "\n  sim " in output
    assert "\n  test " not in output and "tools/ballast has more: test, " in output
    _, output = outside.run(tools / "ballast", "run", "--help", cwd=folder)
    sample = re.search(r"ballast run (\S+evening\.csv) --limit", output)[1]
    assert Path(sample).is_file() and "tools/ballast" not in output


def test_the_bench_is_live_from_there(oem):
    tools, folder = oem
    port, meter_port = free_port(), free_port()
    words = ("sim", "--for", "2", "--speed", "100", "--port", port, "--meter-port", meter_port)
    status, output = outside.run(tools / "ballast", *words, cwd=folder)
    assert status == 0, output
    assert f"http://localhost:{port}/bench" in output


def test_the_bench_needs_none_of_the_tools_extras(oem):
    """Every module of the library is imported where only its core packages are."""
    tools, folder = oem
    code = (
        "import importlib, json, pkgutil, ballast_bench.api as a, ballast_bench.plugin as p\n"
        "for package in (a, p):\n"
        "    for m in pkgutil.iter_modules(package.__path__, package.__name__ + '.'):\n"
        "        importlib.import_module(m.name)\n"
        "import ballast_bench, sys\n"
        "[getattr(ballast_bench, name) for name in ballast_bench.__all__]\n"
        "print(json.dumps([m for m in sys.modules if m.startswith('ballast_tools')]))"
    )
    status, output = outside.run(tools / "python", "-c", code, cwd=folder)
    assert status == 0, output
    assert json.loads(output) == []
