"""boot.py: contactor open and pilot at +12 V after every kind of reset, and in spite of errors."""

import runpy
import sys
from pathlib import Path
from types import ModuleType

import machine
import pytest

from ballast.control.records import PILOT_PWM, Out
from ballast.ports.board_io import BoardIo
from ballast_bench import boards, fakes

BOOT = str(Path(__file__).resolve().parents[2] / "firmware" / "boot.py")
COIL, PULSE, PWM_PIN, TEST = 15, 16, 14, 6


@pytest.fixture
def install(monkeypatch):
    """Make a board the module `board`, as on the flash."""

    def put(board):
        module = ModuleType("board")
        module.__dict__.update(vars(board))
        monkeypatch.setitem(sys.modules, "board", module)

    return put


def boot():
    runpy.run_path(BOOT, run_name="boot")


def charging(rig):
    io = BoardIo(rig.board)
    out = Out()
    out.coil, out.pilot, out.duty_u16, out.rcd_test = 1, PILOT_PWM, 17472, 1
    io.write(out)
    return io


def assert_safe(dev):
    assert dev.pad(COIL) == 0
    assert dev.pad(PULSE) == 0
    assert dev.pad(TEST) == 0
    assert dev.pad(PWM_PIN) == 1  # +12 V, no PWM


def test_after_power_on(rig, install):
    install(rig.board)
    assert rig.dev.pad(COIL) is None
    assert rig.cp.pilot.high_mv < -11000  # floating: the driver's pull says "not available"
    boot()
    assert_safe(rig.dev)
    assert rig.cp.pilot.low_mv > 11000


def test_after_a_soft_reset_while_charging(rig, install):
    install(rig.board)
    charging(rig)
    rig.dev.soft_reset()
    assert rig.dev.pad(COIL) == 1  # the danger: levels are kept
    boot()
    assert_safe(rig.dev)


@pytest.mark.parametrize("cause", [machine.HARD_RESET, machine.WDT_RESET, machine.PWRON_RESET])
def test_after_a_hard_reset_while_charging(rig, install, cause):
    install(rig.board)
    charging(rig)
    rig.dev.hard_reset(cause)
    assert rig.dev.pad(COIL) is None
    boot()
    assert_safe(rig.dev)


def test_after_an_exception_in_main(rig, install):
    """main.py ends with an exception, the console resets softly: open again at the latest."""
    install(rig.board)
    main = charging(rig)
    main.pilot.write = None
    with pytest.raises(AttributeError):
        main.pilot.read(None)  # whatever it is that went wrong
    assert rig.dev.pad(COIL) == 1
    rig.dev.soft_reset()
    boot()
    assert_safe(rig.dev)


def test_drivers_that_are_on_with_a_low_level(rig, install):
    install(boards.load("bench", COIL_ON_LEVEL=0, CP_PWM_INVERTED=1, RCD_TEST_LEVEL=0))
    boot()
    dev = rig.dev
    assert (dev.pad(COIL), dev.pad(PWM_PIN), dev.pad(TEST)) == (1, 0, 1)


def test_what_is_not_fitted_is_left_alone(dev, install):
    install(boards.load("bench", COIL_PULSE_PIN=None, RCD_TEST_PIN=None))
    boot()
    assert dev.pad(COIL) == 0
    assert dev.pad(PULSE) is None


@pytest.mark.parametrize("broken", ["COIL_PULSE_PIN", "RCD_TEST_PIN", "CP_PWM_PIN"])
def test_one_wrong_pin_does_not_keep_the_others(rig, install, broken):
    install(boards.load("bench", **{broken: 99}))
    charging_board = rig.board
    rig.board = boards.load("bench")
    charging(rig)
    rig.dev.hard_reset()
    boot()
    rig.board = charging_board
    assert rig.dev.pad(COIL) == 0


@pytest.mark.parametrize("damage", ["missing", "syntax", "no coil pin", "coil pin 99"])
def test_a_broken_board_file_after_a_soft_reset_ends_in_a_hard_one(
    rig, install, monkeypatch, tmp_path, damage
):
    charging(rig)
    if damage == "coil pin 99":
        install(boards.load("bench", COIL_PIN=99))
    elif damage == "no coil pin":
        board = boards.load("bench")
        del board.COIL_PIN
        install(board)
    else:
        monkeypatch.delitem(sys.modules, "board", raising=False)
        monkeypatch.setattr(sys, "path", [str(tmp_path)])
        if damage == "syntax":
            (tmp_path / "board.py").write_text("COIL_PIN = = 3\n")
    rig.dev.soft_reset()
    assert rig.dev.pad(COIL) == 1
    with pytest.raises(fakes.HardReset):
        boot()
    assert rig.dev.pad(COIL) is None  # floats to the hardware's pull-down
    boot()  # the second time it goes on: no endless resets
    assert rig.dev.pad(COIL) != 1
