"""The pytest plug-in as pytest runs it: choices, fixtures, what a failure leaves, who is not disturbed."""

import re
import xml.etree.ElementTree as ElementTree

import pytest

from ballast_bench.person import story as stories
from ballast_tools.shell import paths
from library import outside

pytestmark = pytest.mark.slow

HEAD = "import pytest\n\n"


def write(folder, **files):
    for name, text in files.items():
        (folder / f"{name}.py").write_text(HEAD + text)


def outcomes(output):
    """{test: (outcome, its line in the summary)} of `-rA`."""
    found = re.findall(
        r"^(PASSED|FAILED|ERROR|SKIPPED) (?:\[\d+\] )?\S*?::(\w+)(?: - (.*))?$", output, re.M
    )
    return {name: (outcome, line) for outcome, name, line in found}


CHOICES = """
def setup(story):
    return dict(word.split("=") for word in story.lines[0].split()[1:])

def test_the_options_are_the_default(story):
    chosen = setup(story)
    assert chosen["seed"] == "21" and chosen["market"] == "uk" and "brand" not in chosen
    assert chosen["board"].endswith("/boards/esp32s3_lite"), chosen

@pytest.mark.seed(5)
@pytest.mark.market("us")
@pytest.mark.board("bench")
def test_a_marker_stands_above(story):
    assert setup(story) == {"seed": "5", "market": "us", "board": "bench"}

@pytest.mark.bench(house="empty", limit_a=30)
class TestAll:
    @pytest.mark.bench(limit_a=20, user_ma=9000)
    def test_the_nearest_marker_wins(self, story):
        chosen = setup(story)
        assert (chosen["house"], chosen["limit_a"], chosen["user_ma"]) == ("empty", "20", "9000")

@pytest.mark.board("own/box")
def test_a_path_counts_from_the_file(story):
    assert setup(story)["board"].endswith("/own/box")

@pytest.mark.bench(page=True)
def test_a_page(world):
    world.do("clock", time="10:00")

def test_all_fixtures_are_parts_of_one_bench(ballast_bench, charger, world, house, car, meter, clamp, story):
    b = ballast_bench
    assert (b.charger, b.world, b.house, b.car, b.meter, b.clamp, b.story) == (
        charger, world, house, car, meter, clamp, story)

def test_each_test_has_its_own(world, car):
    assert world.now_s < 5 and not car.plugged

@pytest.mark.bench(settle=False)
def test_at_power_on(world, story):
    assert world.now_s < 0.1 and "settle" not in story.text

def test_a_first_look(charger, meter, house):
    assert charger.faults == [] and charger.first_fault == "none" and charger.meter == "good"
    assert charger.state == "A" and charger.why == "unplugged" and charger.limited == "site"
    assert charger.offered_a == 0 and not charger.closed and not charger.charging
    assert charger.see("limit_a") > 6 and charger.see("boots") == 1 and not house.tripped
"""


@pytest.fixture(scope="module")
def chosen(tmp_path_factory):
    folder = tmp_path_factory.mktemp("chosen")
    write(folder, test_choices=CHOICES)
    for place, board in (
        (folder / "own" / "box", "bench"),
        (folder / "boards" / "esp32s3_lite", "esp32s3_lite"),
    ):
        place.mkdir(parents=True)
        (place / "board.py").write_text((paths.BOARDS / board / "board.py").read_text())
    (folder / "pytest.ini").write_text("[pytest]\nballast_seed = 20\nballast_market = uk\n"
                                       "ballast_board = boards/esp32s3_lite\n")  # fmt: skip
    status, output = outside.plugged(folder, "-rA", "--strict-markers", "--ballast-seed", "21")
    return status, output, outcomes(output)


@pytest.mark.parametrize("name", re.findall(r"def (test_\w+)", CHOICES))
def test_choices(chosen, name):
    status, output, found = chosen
    assert found.get(name, ("not run",))[0] == "PASSED", output
    assert status == 0


WRONG = {
    "test_m1": ('@pytest.mark.bench(hose=1)\ndef {}(charger): pass', "setup: hose"),
    "test_m2": ("@pytest.mark.bench(25)\ndef {}(charger): pass", "marker bench: write it like bench(house="),
    "test_m3": ("@pytest.mark.bench(page=3)\ndef {}(charger): pass", "marker bench: page is True or False"),
    "test_m11": ("@pytest.mark.bench(settle=3)\ndef {}(charger): pass",
                 "marker bench: settle is True or False"),
    "test_m4": ('@pytest.mark.seed("1")\ndef {}(charger): pass', "marker seed: write it like seed(7)"),
    "test_m5": ("@pytest.mark.seed(True)\ndef {}(charger): pass", "marker seed: write it like seed(7)"),
    "test_m6": ('@pytest.mark.board\ndef {}(charger): pass', 'marker board: write it like board("NAME")'),
    "test_m7": ('@pytest.mark.board("a", "b")\ndef {}(charger): pass', "marker board: write it like"),
    "test_m8": ('@pytest.mark.board("no/where")\ndef {}(charger): pass', "board no/where: no such folder"),
    "test_m9": ('@pytest.mark.market("mars")\ndef {}(charger): pass', "setup: "),
    "test_m12": ('@pytest.mark.chip("~nobody-has-this-name/a.toml")\ndef {}(charger): pass', "no such file"),
    "test_m13": ('@pytest.mark.chip("nosuch")\ndef {}(charger): pass', "setup: no chip profile 'nosuch'"),
    "test_m10": ('@pytest.mark.bench(meter="none")\ndef {}(clamp): pass', "fixture clamp: no clamp on"),
}  # fmt: skip


@pytest.fixture(scope="module")
def wrong(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wrong")
    write(folder, test_wrong="\n\n".join(code.format(name) for name, (code, _) in WRONG.items()))
    return outside.plugged(folder, "-rA", "--tb=short")[1]


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_choice_is_one_clear_line(wrong, name):
    part = re.search(rf"^_+ ERROR at setup of {name} _+\n(.*?)^(?:_+ |=+ )", wrong, re.M | re.S)
    assert part, wrong
    line, *rest = part[1].splitlines()
    assert WRONG[name][1] in line
    assert not rest or rest[0].startswith("----"), "more than one line"


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("--ballast-seed", "x"), "--ballast-seed: a whole number is needed, not 'x'"),
        (("--ballast-board", "no/where"), "board no/where: no such folder"),
    ],
)
def test_a_wrong_option_is_one_clear_line(tmp_path, words, line):
    write(tmp_path, test_a="def test_a(charger): pass")
    status, output = outside.plugged(tmp_path, *words)
    assert status == 1 and line in output and "Traceback" not in output


FAILING = """
@pytest.mark.bench(house="empty", limit_a=25, seed=4, meter="clamp")
def test_fails(charger, car, world, clamp):
    car.plug(max_a=16)
    for _ in range(60):
        world.run(1)
        car.limit(16)
    clamp.lose()
    charger.expect("offered_a==0", "within 10 s")

def test_fails_at_once(charger):
    assert charger.closed

@pytest.mark.bench(house="empty", limit_a=25, seed=4)
def test_asserts(charger, car, world):
    car.plug(max_a=16)
    world.run(60)
    wanted_a = 30
    assert car.s2 and wanted_a < charger.offered_a, "too little"

@pytest.mark.bench(house="empty", limit_a=25, seed=4)
def test_asserts_what_no_story_has(charger, car, world):
    car.plug(max_a=16)
    world.run(60)
    assert charger.state in ("B1", "B2")

def test_python_fails(car):
    car.plug()
    {}["x"]

def test_passes(charger, car):
    car.plug()

def test_mistake(car):
    car.limit(10)
"""


@pytest.fixture(scope="module")
def failed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("failed")
    write(folder, test_f=FAILING)
    words = ("-rA", "--ballast-out", "left", "--junitxml", "j.xml", "-n", "2")
    status, output = outside.plugged(folder, *words)
    assert status == 1, output
    return folder, output


def test_a_failure_leaves_its_story_its_minute_and_a_picture(failed):
    folder, output = failed
    left = folder / "left" / "test_f.py_test_fails"
    assert sorted(p.name for p in left.iterdir()) == [
        "failure.story",
        "last_minute.csv",
        "last_minute.png",
    ]
    for line in (
        f"play it again: ballast play {left}/failure.story",
        f"the last minute: {left}/last_minute.csv",
        f"its picture: {left}/last_minute.png",
    ):
        assert line in output.splitlines()
    assert (left / "last_minute.png").read_bytes().startswith(b"\x89PNG")
    header, *rows = (left / "last_minute.csv").read_text().splitlines()
    times = [float(row.split(",")[header.split(",").index("time_s")]) for row in rows]
    assert times[-1] - times[0] == pytest.approx(60, abs=0.2)


def test_a_long_story_is_shortened_on_the_screen_alone(failed):
    folder, output = failed
    lines = (folder / "left" / "test_f.py_test_fails" / "failure.story").read_text().splitlines()
    assert len(lines) == 65
    assert "# ... 25 lines, see the file" in output.splitlines()
    assert lines[0] in output.splitlines() and lines[-1] in output.splitlines()


ENDS = {
    "test_asserts": (
        r"# 6\d\.\d\d s: the test asserted: car\.s2 and wanted_a < charger\.offered_a; it saw: "
        r"\(True and 30 < (?P<saw>[\d.]+)\)",
        r"6\d\.\d\d? expect s2==1 offered_a>30",
    ),
    "test_asserts_what_no_story_has": (
        r"# 6\d\.\d\d s: the test asserted: charger\.state in \('B1', 'B2'\); it saw: 'C2' in \('B1', 'B2'\)",
        r"# .*",
    ),
    "test_python_fails": (r"# \d\.\d\d s: the test failed: KeyError: 'x'", r"# .*"),
    "test_fails_at_once": (r".* the test asserted: charger.closed; it saw: False", r".* expect closed==1"),
}  # fmt: skip


@pytest.mark.parametrize("name", ENDS)
def test_the_story_of_an_assert_ends_with_what_was_asserted(failed, name):
    folder, output = failed
    lines = (folder / "left" / f"test_f.py_{name}" / "failure.story").read_text().splitlines()
    said = lines[-3:-1] if ENDS[name][1] != "# .*" else lines[-2:-1] * 2
    for pattern, line in zip(ENDS[name], said, strict=True):
        assert re.fullmatch(pattern, line), line
        assert line in output.splitlines()


def test_the_story_of_an_assert_fails_as_the_test_did(failed):
    folder, _ = failed
    story = (folder / "left" / "test_f.py_test_asserts" / "failure.story").read_text()
    failures = stories.play(stories.Story(story, "it"))
    found = re.search(ENDS["test_asserts"][0], story)["saw"]
    assert len(failures) == 1
    assert re.fullmatch(r"it:\d+: expected offered_a>30, found ([\d.]+)", failures[0])[1] == found


def test_who_passes_leaves_nothing_and_who_does_nothing_leaves_no_story(failed):
    folder, output = failed
    assert not (folder / "left" / "test_f.py_test_passes").exists()
    assert "Nothing was done on this bench." in output
    assert sorted(p.name for p in (folder / "left" / "test_f.py_test_mistake").iterdir()) == [
        "last_minute.csv", "last_minute.png"]  # fmt: skip


def test_no_line_of_ours_stands_in_a_traceback(failed):
    _, output = failed
    assert "BenchError: car_max: no car is plugged in" in output
    assert ">       car.limit(10)" in output
    assert "ballast_bench/api/" not in output and "ballast_bench/plugin/" not in output


def test_junit_names_the_story(failed):
    folder, _ = failed
    cases = ElementTree.parse(folder / "j.xml").iter("testcase")
    properties = {c.get("name"): [p.get("value") for p in c.iter("property")] for c in cases}
    assert properties["test_fails"] == [
        str(folder / "left" / "test_f.py_test_fails" / "failure.story")
    ]
    assert properties["test_passes"] == []


def test_a_disk_that_cannot_be_written_does_not_hide_the_failure(tmp_path):
    write(tmp_path, test_a="def test_a(charger):\n    assert charger.closed")
    (tmp_path / "file").write_text("")
    _, output = outside.plugged(tmp_path, "--ballast-out", "file")
    assert "its files could not be written: " in output and "assert charger.closed" in output


HTML = """
import types, sys
extras = types.SimpleNamespace(text=lambda text, name: (name, text), png=lambda data, name: (name, data))
sys.modules["pytest_html"] = types.SimpleNamespace(extras=extras)

def pytest_configure(config):
    config.pluginmanager.register(object(), "html")

def pytest_runtest_logreport(report):
    if report.failed:
        for name, content in report.extras:
            print("EXTRA", name, content.splitlines()[-1][:20])
"""


def test_pytest_html_gets_the_story_and_the_picture(tmp_path):
    """A stand-in for pytest-html with the two functions that are used of it."""
    write(
        tmp_path,
        conftest=HTML,
        test_a="def test_a(charger, car):\n    car.plug()\n    assert charger.closed",
    )
    _, output = outside.plugged(tmp_path, "-s")
    assert re.search(r"EXTRA story [\d.]+ end$", output, re.M), output
    assert "EXTRA last minute iVBOR" in output  # base64 of a PNG's first bytes
    # without --ballast-out the files lie in pytest's own folder
    path = re.search(r"^play it again: ballast play (.*)$", output, re.M)[1]
    assert path.startswith(f"{tmp_path}/tmp/")
    assert {p.name for p in tmp_path.iterdir()} <= {"tmp", "test_a.py", "conftest.py"}


QUIET = """
import asyncio, sys, time

def test_nothing_of_the_bench_is_loaded():
    loaded = [m for m in sys.modules if m.startswith("ballast")]
    assert sorted(loaded) == ["ballast_bench", "ballast_bench.plugin"], loaded
    assert "micropython" not in sys.modules and "machine" not in sys.modules
    assert not hasattr(time, "ticks_ms") and not hasattr(asyncio, "sleep_ms")
    assert not [p for p in sys.path if p.endswith("/firmware")]

@pytest.mark.seed("of another plug-in", 1)
@pytest.mark.board
@pytest.mark.bench
def test_markers_of_the_same_name_are_free_where_no_bench_is():
    pass

@pytest.fixture
def car():
    return "their own car"

def test_their_own_fixture_wins(car):
    assert car == "their own car"

def test_that_fails():
    assert 1 == 2
"""


def test_a_suite_without_a_bench_is_not_disturbed(tmp_path):
    write(tmp_path, test_q=QUIET)
    status, output = outside.plugged(tmp_path, "-rA", "--strict-markers", "-W", "error")
    found = outcomes(output)
    assert [found[name][0] for name in re.findall(r"def (test_\w+)", QUIET)] == ["PASSED"] * 3 + [
        "FAILED"
    ], output
    assert "what happened on the bench" not in output and status == 1


def test_collecting_tests_with_a_bench_loads_no_firmware(tmp_path):
    write(tmp_path, test_c="def test_c(charger): pass", conftest=(
        "import sys\ndef pytest_collection_finish(session):\n"
        "    assert not [m for m in sys.modules if m.startswith(('ballast.', 'ballast_bench.world'))]\n"
        "    assert session.items\n"))  # fmt: skip
    status, output = outside.plugged(tmp_path, "--collect-only", "-q")
    assert status == 0, output


def test_help_and_markers_say_what_there_is(tmp_path):
    _, output = outside.plugged(tmp_path, "--help")
    for name in ("board", "brand", "market", "chip", "seed", "out"):
        assert f"--ballast-{name}=" in output and f"ballast_{name} (string)" in output
    _, output = outside.plugged(tmp_path, "--markers")
    assert "@pytest.mark.bench(NAME=VALUE, ...): " in output and "@pytest.mark.out" not in output
