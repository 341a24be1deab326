"""boot.py: contactor open and pilot at +12 V after every kind of reset, and in spite of errors."""

import dis
import runpy
import sys
from pathlib import Path
from types import ModuleType

import pytest

from ballast.control.records import PILOT_PWM, Out
from ballast.ports.board_io import BoardIo
from ballast_bench import boards, fakes
from ballast_bench.fakes.resets import KINDS

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


@pytest.mark.parametrize("kind", KINDS)
def test_after_every_reset_while_charging(rig, install, kind):
    install(rig.board)
    charging(rig)
    rig.dev.hard_reset(kind)
    assert rig.dev.pad(COIL) == (1 if KINDS[kind].pads else None)
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
    with pytest.raises(fakes.HardReset):
        boot()  # what it could not set may still have its level: deep sleep lets it float
    assert rig.dev.pad(COIL) is None
    boot()
    rig.board = charging_board
    assert rig.dev.pad(COIL) == 0


@pytest.mark.parametrize("damage", ["missing", "syntax", "no coil pin", "coil pin 99"])
@pytest.mark.parametrize("kind", ["soft", "software", "panic", "watchdog"])
def test_with_a_broken_board_file_the_pads_float(
    rig, install, monkeypatch, tmp_path, damage, kind
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
    if kind == "soft":
        rig.dev.soft_reset()
    else:
        rig.dev.hard_reset(kind)
    assert rig.dev.pad(COIL) == 1
    with pytest.raises(fakes.HardReset):
        boot()
    assert rig.dev.pad(COIL) is None  # floats to the hardware's pull-down
    boot()  # the second time it goes on: no endless resets
    assert rig.dev.pad(COIL) != 1


class Interrupts:
    """Ctrl-C on the console before the n-th bytecode of a script, taken at its next branch.

    As MicroPython does it (py/vm.c:575-611, 1341): jumps look whether an interrupt waits.
    """

    def __init__(self, console, path, at):
        self.console = console
        self.path = path
        self.left = at

    def __call__(self, frame, event, arg):
        if frame.f_code.co_filename != self.path:
            return None
        frame.f_trace_opcodes = True
        if event == "opcode":
            self.left -= 1
            if self.left == 0:
                self.console.type(b"\x03")
            if "JUMP" in dis.opname[frame.f_code.co_code[frame.f_lasti]]:
                self.console.branch()
        return self


def interrupted_boot(dev, at):
    """Whether the byte came before the script's end; the script must not end with it."""
    dev.console.script_starts()
    trace = Interrupts(dev.console, BOOT, at)
    sys.settrace(trace)
    try:
        boot()
    finally:
        sys.settrace(None)
    return trace.left <= 0


def test_no_byte_on_the_console_ends_it_or_leaves_a_pin(rig, install):
    """With an exception MicroPython would skip main.py: the prompt, for ever, without a watchdog."""
    install(rig.board)
    before = sys.gettrace()
    at = interrupts = 1
    try:
        while True:
            charging(rig)
            rig.dev.hard_reset("software")
            came = interrupted_boot(rig.dev, at)
            assert_safe(rig.dev)
            if not came:
                break
            interrupts += not rig.dev.console.pending and rig.dev.console.interrupt_char == -1
            at += 1
    finally:
        sys.settrace(before)
    assert at > 100 and interrupts > 100
