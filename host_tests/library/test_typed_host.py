"""mypy finds a mistake in a test engineer's code, with the package's own types alone."""

import os
import re
import shutil
import subprocess
import sys

import pytest

from ballast_tools.shell import paths

pytest.importorskip("mypy", reason="mypy is missing: tools/ballast test has it")

RIGHT = """\
from ballast_bench import Bench, Car, Charger, House, Meter, StoryLog


def test_charging(charger: Charger, car: Car, house: House, meter: Meter, story: StoryLog) -> None:
    car.plug(max_a=16, soc=0.5)
    took_s: float = charger.wait_for(lambda c: c.charging, within_s=30)
    house.switch("oven", True)
    meter.lose()
    charger.expect("offered_a<=6", "within 10 s")
    assert charger.offered_a <= 6 and took_s > 0 and "meter_lost" in charger.faults
    assert story.text


with Bench(house="empty", limit_a=25) as bench:
    bench.world.run(60)
    bench.world.record(every_s=1.0).write("x.csv")
"""

PLANTED = {
    "a value that is none": ("charger.offered_a <=", "charger.offers <=", 'no attribute "offers"'),
    "an argument that is none": ("car.plug(max_a=16", "car.plug(max_amps=16", 'argument "max_amps"'),
    "a text for a number": ("soc=0.5", 'soc="half"', 'Argument "soc" to "plug" of "Car"'),
    "a method instead of its result": ("assert story.text", "assert story.note()", "Missing positional"),
    "a name that is none": ("import Bench, Car", "import Bensh, Car", 'has no attribute "Bensh"'),
    "a condition of another object": ("lambda c: c.charging", "lambda c: c.soc > 1", 'no attribute "soc"'),
    "seconds as a text": ("world.run(60)", 'world.run("60")', 'Argument 1 to "run" of "BenchWorld"'),
    "a number as conditions": ('expect("offered_a<=6",', "expect(6,", 'Argument 1 to "expect"'),
    "a method of a recording": ('.write("x.csv")', '.wriet("x.csv")', 'no attribute "wriet"'),
}  # fmt: skip

LIBRARY = [f"site/ballast_bench/{name}" for name in ("api", "plugin", "__init__.py")]
"""What must state all its types itself."""

MYPY = """\
[mypy]
strict = True
follow_imports = silent
ignore_missing_imports = True
[mypy-ballast_bench.*]
disallow_untyped_calls = False
implicit_reexport = True
warn_return_any = False
"""
"""Strict for a test engineer; the library may call the untyped parts of the bench behind it."""


def file_of(mistake):
    """Each mistake has a file and a module of its own."""
    return f"test_{mistake.replace(' ', '_')}.py"


@pytest.fixture(scope="module")
def errors(tmp_path_factory):
    """{file: its lines of errors}, of one run of mypy without a cache over all files.

    Beside a copy of the package as pip installs it: nothing else of the checkout is found.
    """
    place = tmp_path_factory.mktemp("typed")
    skip = shutil.ignore_patterns("__pycache__", "pictures", "*.md")
    package = place / "site" / "ballast_bench"
    shutil.copytree(paths.BENCH, package, ignore=skip)
    assert (package / "py.typed").exists()
    (place / "mypy.ini").write_text(MYPY)
    (place / "test_right.py").write_text(RIGHT)
    for mistake, (right, wrong, _) in PLANTED.items():
        assert RIGHT.count(right) == 1
        (place / file_of(mistake)).write_text(RIGHT.replace(right, wrong))
    files = [*sorted(path.name for path in place.glob("test_*.py")), *LIBRARY]
    command = [sys.executable, "-m", "mypy", "--config-file", "mypy.ini", "--cache-dir", os.devnull]
    done = subprocess.run([*command, *files], cwd=place, env={"MYPYPATH": str(place / "site")},
                          capture_output=True, text=True)  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    found = {}
    for line in done.stdout.splitlines():
        if match := re.match(r"(.+?):\d+: error: ", line):
            found.setdefault(match[1], []).append(line)
    return found


def test_the_example_is_right(errors):
    assert "test_right.py" not in errors, errors["test_right.py"]


@pytest.mark.parametrize("mistake", PLANTED)
def test_a_planted_mistake_is_found(errors, mistake):
    found = errors.get(file_of(mistake), [])
    assert any(PLANTED[mistake][2] in line for line in found), found


def test_the_library_itself_states_its_types(errors):
    """Each function of api/ and plugin/, so that nothing public is silently untyped."""
    found = [line for file, lines in errors.items() if file.startswith("site/") for line in lines]
    assert not found, "\n".join(found)
