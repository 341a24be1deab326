"""A bring-up on fake serial ports: real esptool and mpremote, and a real MicroPython at the prompt.

The chip's modules are fakes (../bringup_kit/chip), its clock is theirs. What is not shown here and
needs a board: every figure, and that the chip's own modules are as the fakes have them.
"""

import os
from dataclasses import replace

import pytest

from ballast_bench.chip import profile
from ballast_bench.plant.plant import Config
from ballast_bench.world import World
from ballast_tools.bringup import bringup, plan, portable, run, wiring
from ballast_tools.bringup.prompt import Prompt
from ballast_tools.factory.flash import LinkError
from ballast_tools.shell import paths
from ballast_tools.ship import boards
from tools.bringup_kit import vm_unit
from tools.factory_kit import line
from tools.factory_kit.command import CLASSIC

pytestmark = pytest.mark.skipif(
    vm_unit.find_vm() is None, reason=f"no MicroPython for this computer: pip install {vm_unit.PACKAGE}"
)

REF = boards.constants(paths.BOARDS / "esp32s3_ref" / "board.py")
ALL = "counter,coil,bus,second"
QUICK = "chip,flash_stalls,adc"


def shorter(monkeypatch):
    """What listens to a timer or to pins for many seconds does so for one."""
    steps = {step.key: replace(step, second_s=min(step.second_s, 1)) for step in plan.STEPS}
    steps["steps"] = replace(steps["steps"], params=(("seconds", 1),))
    monkeypatch.setattr(plan, "STEPS", tuple(steps.values()))


@pytest.mark.slow
def test_a_board_is_flashed_measured_and_becomes_a_profile(desk, capsys, monkeypatch):
    unit = desk.plug(1, jumpers=("counter", "coil", "bus"))
    desk.plug(2)
    line.write_image(desk.folder / "image")
    monkeypatch.setenv(bringup.PASSWORD, "secret")
    shorter(monkeypatch)
    words = ["--image", desk.folder / "image", "--second", desk.port(2), "--wifi", "home", "--jumpers", ALL]
    assert desk.run(*words) == 0
    text = capsys.readouterr().out
    assert bytes(unit.flash[:4]) == b"boot" and unit.jig_flag() == 1  # it stays at its prompt
    assert set(desk.results()) == set(plan.keys())
    assert "LOOK" not in text.split("-- times")[0], text
    for row in ("portable tests", "RS-485 9600 8E1", "pilot at 10.0 %", "coil, pilot after watchdog",
                "ESP-NOW frames lost", "BLE advertisements seen"):  # fmt: skip
        (found,) = [one for one in text.splitlines() if one.strip().startswith(row)]
        assert found.endswith("ok"), found
    made = profile.load(str(desk.out / "profile.toml"))
    shipped = profile.load("esp32s3_octal")
    assert made.cost("flash_erase").us == 45002 and made.cost("flash_erase").stall == "flash"
    assert made.cost("flash_write").us == 100
    assert made.cost("flash_write").us_per == pytest.approx(1600 / 1024, rel=0.01)
    assert made.cost("gc").us == pytest.approx(5000, abs=200)
    assert made.cost("gc").us_per == pytest.approx(100, abs=1)
    assert made.cost("boot").us == 2600000 and made.cost("ble_stop").us == 40000
    unmeasured = {"set_boot", "mark_valid", "tls_handshake", "status", "group_frame"}
    assert {kind for kind, cost in made.costs.items() if not cost.measured} == unmeasured
    assert all(made.cost(kind).us == shipped.cost(kind).us for kind in unmeasured)
    assert "7cdfa1000001" in made.cost("adc_read").source


def test_without_jumpers_and_a_second_board_it_says_what_it_left_out(desk, capsys):
    unit = desk.plug()
    steps = "pwm,rs485,radio,reset"
    assert desk.run("--only", steps, "--jumpers", "") == 0
    text = capsys.readouterr().out
    assert "left out: jumper 'counter' is not set; later: --again pwm" in text
    left_out = text.split("-- not checked")[1]
    for said in ("pwm: jumper 'counter' is not set", "rs485: jumper 'bus' is not set",
                 "radio: no second board", "reset: reset_seen: no second board", "wifi: not done yet",
                 "TLS"):  # fmt: skip
        assert said in left_out, said
    assert "coil_driven" not in unit.kept()  # the contactor's pin was never driven
    assert ["value", "coil_driven", False] in desk.results()["reset"]


@pytest.mark.parametrize(("typed", "done"), [("", True), ("s", False), (None, False)])
def test_it_asks_for_each_wire(desk, monkeypatch, capsys, typed, done):
    """Enter: it is set. s, or the end of the input: the step is left out."""
    desk.plug(jumpers=("bus",))

    def answer(question):
        if typed is None:
            raise EOFError
        return typed

    monkeypatch.setattr("builtins.input", answer)
    monkeypatch.setattr(bringup.sys.stdin, "isatty", lambda: True, raising=False)
    assert desk.run("--only", "rs485") == 0
    assert "wire: GPIO17 (bus TX) to GPIO42 (bus RX)" in capsys.readouterr().out
    assert ["missing", "rs485", "jumper 'bus' is not set"] in desk.results()["rs485"] or done
    assert done == any(row[1] == "rs485" and row[0] == "value" for row in desk.results()["rs485"])


def test_the_jumper_lets_the_coil_be_driven_and_nothing_else_does(desk):
    unit = desk.plug(jumpers=("coil",))
    assert desk.run("--only", "reset", "--jumpers", "") == 0  # the person did not say so, the wire does
    assert unit.kept()["coil_driven"]
    assert ["value", "coil_driven", True] in desk.results()["reset"]


def test_it_waits_for_the_bite_before_it_looks_for_the_prompt(desk, monkeypatch):
    """Keys that come before the watchdog bites would find the old prompt, and the old cause."""
    desk.plug()
    seen = []
    monkeypatch.setattr(Prompt, "pause", staticmethod(seen.append))
    assert desk.run("--only", "watchdog", "--jumpers", "") == 0
    assert seen[0] >= 2 and ["value", "watchdog_cause", 3] in desk.results()["watchdog"]


def test_it_goes_on_where_it_stopped(desk, capsys, monkeypatch):
    unit = desk.plug()
    step = run.Run.step

    def stopping(self, one):
        if one.key == "adc":
            raise KeyboardInterrupt
        step(self, one)

    monkeypatch.setattr(run.Run, "step", stopping)
    assert desk.run("--only", QUICK) == 130
    assert "the same command goes on where it stopped" in capsys.readouterr().out
    assert set(desk.results()) == {"chip", "flash_stalls"}
    assert profile.load(str(desk.out / "profile.toml")).cost("flash_erase").measured  # of what there is
    monkeypatch.setattr(run.Run, "step", step)
    before = unit.scripts
    assert desk.run("--only", QUICK) == 0
    assert unit.scripts == before + 2  # which chip, and the ADC
    assert set(desk.results()) == set(QUICK.split(","))
    assert desk.run("--only", QUICK) == 0 and unit.scripts == before + 3
    assert desk.run("--only", QUICK, "--again", "adc,chip") == 0 and unit.scripts == before + 6


def test_an_image_is_written_once(desk, capsys):
    desk.plug()
    line.write_image(desk.folder / "image")
    words = ("--image", desk.folder / "image", "--only", "chip")
    assert desk.run(*words) == 0 and desk.run(*words) == 0
    assert capsys.readouterr().out.count("[flash]") == 1


def test_portable_tests_go_on_after_the_last_file(desk, monkeypatch, capsys):
    unit = desk.plug()
    bad = desk.folder / "test_bad.py"
    bad.write_text("from portable import raises\n\n\ndef test_good():\n    pass\n\n\n"
                   "def test_wrong():\n    raises(ValueError, int, '7')\n")  # fmt: skip
    files = portable.files()
    monkeypatch.setattr(portable, "files", lambda: files[:1])
    assert desk.run("--only", "tests") == 0
    before = unit.scripts
    monkeypatch.setattr(portable, "files", lambda: [*files[:1], bad])
    assert desk.run("--only", "tests") == 0
    assert unit.scripts == before + 2
    text = capsys.readouterr().out
    assert "test_bad.test_wrong" in text and "1 failed" in text
    (row,) = [row[2] for row in desk.results()["tests"] if row[2][0] == "test_bad"]
    assert row[1] == 1 and "ValueError not raised" in row[2][0][1]


FAULTS = {
    "no calibration": ("adc", "not checked", "ESP_ERR_NOT_SUPPORTED"),
    "pilot low": ("adc", "the board", "pilot plus, mV"),
    "no blank block": ("flash_stalls", "not checked", "flash_erase: no blank block"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_board_is_said(desk, capsys, fault):
    step, part, said = FAULTS[fault]
    desk.plug(faults=[fault])
    assert desk.run("--only", step) == 0
    text = capsys.readouterr().out.split(f"-- {part}")[1].split("\n-- ")[0]
    (found,) = [one for one in text.splitlines() if said in one]
    assert part != "the board" or found.endswith("LOOK")


def one_line(capsys):
    said = capsys.readouterr()
    assert said.err.count("\n") == 1 and "Traceback" not in said.err, said.err
    return said.err


def test_the_board_under_test_is_no_second_board(desk, capsys):
    desk.plug()
    assert desk.run("--second", desk.port()) == 2
    assert "that is the board under test" in one_line(capsys)


def test_a_port_that_is_none_is_one_line(desk, capsys):
    desk.plug()
    (desk.folder / "file").write_text("")
    assert desk.run("--second", desk.folder / "file", "--only", "ble") == 2
    assert "second board: failed to access" in one_line(capsys)


def test_another_chip_is_one_line(desk, capsys):
    desk.plug(board=CLASSIC)
    assert desk.run() == 2
    assert "Ballast with ESP32; board esp32s3_ref is for ESP32-S3" in one_line(capsys)
    assert not (desk.out / "state.json").exists()


def test_another_unit_of_the_kind_does_not_go_on_with_this_ones_state(desk, capsys):
    desk.plug(1)
    desk.plug(3)
    assert desk.run("--only", "chip") == 0
    capsys.readouterr()
    assert desk.run("--only", "adc", port=3) == 2
    assert "measured on chip 7cdfa1000001, this is 7cdfa1000003; --out names" in one_line(capsys)


@pytest.mark.parametrize(("words", "said"), [
    (["--board", "esp32s9"], "no board 'esp32s9'"),
    (["--only", "chip,wfi"], "--only 'wfi': expected chip, compute"),
    (["--jumpers", "coils"], "--jumpers 'coils': expected counter, coil, bus, second"),
    (["--image", "no/such"], "no image here"),
    (["--second", "no/tty"], "--second no/tty: no such port; is the second board plugged in?"),
])  # fmt: skip
def test_bad_words_are_one_line(desk, capsys, words, said):
    desk.plug()
    assert desk.run(*words) == 2
    assert said in one_line(capsys)


def test_a_missing_port_is_one_line(desk, capsys):
    assert desk.run(port=7) == 2
    assert "tty7: no such port" in one_line(capsys)


def test_a_board_without_a_prompt_is_one_line(desk, capsys, monkeypatch):
    monkeypatch.setattr(Prompt, "ENTER_S", 0.2)
    master, slave = os.openpty()
    os.symlink(os.ttyname(slave), desk.port())
    assert desk.run() == 2
    assert "no MicroPython prompt" in one_line(capsys)
    os.close(master)
    os.close(slave)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 1}', '{"version": 1, "board": "x", "uid": "",'
                                  ' "flashed": "", "results": []}'])  # fmt: skip
def test_a_damaged_state_is_one_line(desk, capsys, text):
    desk.plug()
    desk.out.mkdir()
    (desk.out / "state.json").write_text(text)
    assert desk.run() == 2
    assert "state.json: not a bring-up's state" in one_line(capsys)
    assert (desk.out / "state.json").read_text() == text


def test_an_image_of_another_board_is_refused(desk, capsys):
    desk.plug(board="esp32s3_lite")
    line.write_image(desk.folder / "image")
    assert desk.run("--image", desk.folder / "image", board="esp32s3_lite") == 2
    assert "this image is for esp32s3_ref" in one_line(capsys)


def test_a_cable_that_is_pulled_keeps_what_was_measured(desk, capsys, monkeypatch):
    unit = desk.plug()
    script = unit.script

    def pulled(code):
        if "adc.main" in code:
            unit.pull()
            return "", ""
        return script(code)

    monkeypatch.setattr(unit, "script", pulled)
    assert desk.run("--only", QUICK) == 2
    assert "tty1" in one_line(capsys)
    assert set(desk.results()) == {"chip", "flash_stalls"}


@pytest.mark.parametrize("name", boards.known())
def test_a_board_has_pins_for_the_jumpers(name):
    board = boards.constants(paths.BOARDS / name / "board.py")
    assert not set(wiring.pins(board).values()) & (wiring.used(board) | {None})
    assert set(wiring.jumpers(board)) == set(bringup.JUMPERS)


def test_the_second_board_must_answer(desk, monkeypatch):
    with pytest.raises(LinkError, match="second board"):
        run.Beside(Prompt(str(desk.port(9))), "pass")


def test_the_page_draws_the_pins_of_the_board():
    text = (paths.TOOLS / "ballast_tools/bringup/README.md").read_text()
    pins = wiring.pins(REF)
    for gpio in (REF["CP_PWM_PIN"], REF["COIL_PIN"], REF["RS485_TX_PIN"], REF["RS485_RX_PIN"],
                 wiring.PARTNER_COIL, wiring.PARTNER_PILOT, *pins.values()):  # fmt: skip
        assert f"GPIO{gpio} " in text
    for name in (*bringup.JUMPERS, *plan.keys()):
        assert name in text


def test_the_bench_runs_on_the_profile_that_a_board_was_measured_for(desk, tmp_path):
    desk.plug()
    assert desk.run("--only", "flash_stalls,garbage") == 0
    with World(Config(), chip=str(desk.out / "profile.toml")) as world:
        world.boot()
        world.run(2)
        assert world.profile.measured >= 5
        assert world.nodes[0].app.timer.running
