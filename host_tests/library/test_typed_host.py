"""mypy finds a mistake in a test engineer's code, with the package's own types alone."""

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


@pytest.fixture(scope="module")
def check(tmp_path_factory):
    """Run mypy on a file beside a copy of the package as pip installs it; the lines of its errors."""
    place = tmp_path_factory.mktemp("typed")
    skip = shutil.ignore_patterns("__pycache__", "pictures", "*.md")
    shutil.copytree(paths.BENCH, place / "site" / "ballast_bench", ignore=skip)
    assert (place / "site" / "ballast_bench" / "py.typed").exists()
    (place / "mypy.ini").write_text("[mypy]\nfollow_imports = silent\nstrict = True\n"
                                    "[mypy-ballast_bench.*]\nignore_missing_imports = True\n"
                                    "[mypy-ballast.*]\nignore_missing_imports = True\n")  # fmt: skip

    def check(text):
        for kept in list((place / "cache").rglob("test_box.*")):
            kept.unlink()  # mypy believes a file of the same size and second to be unchanged
        (place / "test_box.py").write_text(text)
        words = [
            sys.executable,
            "-m",
            "mypy",
            "--config-file",
            "mypy.ini",
            "--cache-dir",
            "cache",
            "test_box.py",
        ]
        done = subprocess.run(
            words, cwd=place, env={"MYPYPATH": str(place / "site")}, capture_output=True, text=True
        )
        assert done.returncode in (0, 1), done.stdout + done.stderr
        return [line for line in done.stdout.splitlines() if ": error:" in line]

    return check


def test_the_example_is_right(check):
    assert check(RIGHT) == []


@pytest.mark.parametrize("mistake", PLANTED)
def test_a_planted_mistake_is_found(check, mistake):
    right, wrong, expected = PLANTED[mistake]
    assert RIGHT.count(right) == 1
    errors = check(RIGHT.replace(right, wrong))
    assert any(line.startswith("test_box.py:") and expected in line for line in errors), errors


def test_the_library_itself_states_its_types(tmp_path):
    """Each function of api/ and plugin/, so that nothing public is silently untyped."""
    rules = "disallow_untyped_defs disallow_incomplete_defs check_untyped_defs warn_unused_ignores"
    lines = [f"{rule} = True" for rule in [*rules.split(), "ignore_missing_imports"]]
    config = tmp_path / "mypy.ini"
    config.write_text("\n".join(["[mypy]", "follow_imports = silent", *lines]))
    words = [
        sys.executable,
        "-m",
        "mypy",
        "--config-file",
        config,
        "--cache-dir",
        tmp_path / "cache",
    ]
    files = ["ballast_bench/api", "ballast_bench/plugin", "ballast_bench/__init__.py"]
    environment = {"MYPYPATH": "."}
    done = subprocess.run(
        [*words, *files], cwd=paths.TOOLS, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
