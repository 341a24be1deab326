"""Reset information: causes, crash loop, notes, and memory that cannot be trusted."""

import random

import machine
import pytest

import ballast_bench.fakes as fakes
from ballast.control import charger
from ballast.ports.reset_info import ResetInfo
from ballast_bench.fakes.resets import KINDS


def reset(dev, cause):
    if cause == machine.SOFT_RESET:
        dev.soft_reset()
    else:
        dev.hard_reset(cause)


def crash(dev, uptime_s):
    ResetInfo("esp32s3").alive(uptime_s)
    reset(dev, machine.WDT_RESET)


def test_power_on_is_no_crash(dev):
    info = ResetInfo("esp32s3")
    assert not info.crash
    assert not info.crash_loop
    assert not info.known
    assert info.name == "power_on"


@pytest.mark.parametrize("cause", [machine.HARD_RESET, machine.WDT_RESET, machine.SOFT_RESET])
def test_a_reset_that_nobody_announced_is_a_crash(dev, cause):
    ResetInfo("esp32s3").alive(5)
    reset(dev, cause)
    info = ResetInfo("esp32s3")
    assert info.crash
    assert info.crashes == 1
    assert info.known


@pytest.mark.parametrize(
    ("cause", "expected"),
    [(machine.HARD_RESET, False), (machine.SOFT_RESET, False), (machine.WDT_RESET, True)],
)
def test_an_announced_reset_is_none_unless_the_watchdog_did_it(dev, cause, expected):
    info = ResetInfo("esp32s3")
    info.announce()
    reset(dev, cause)
    assert ResetInfo("esp32s3").crash is expected
    reset(dev, machine.HARD_RESET)
    assert ResetInfo("esp32s3").crash  # an announcement is good for one reset


@pytest.mark.parametrize(
    ("uptimes", "loop"),
    [
        ((5, 5, 5), True),
        ((5000, 5, 5), True),  # the first run's length does not matter
        ((0, 0, 0), True),
        ((5, 299, 300), True),
        ((5, 300, 300), False),
        ((5, 5), False),
        ((5, 5, 700), False),
    ],
)
def test_three_crashes_in_ten_minutes(dev, uptimes, loop):
    for uptime in uptimes:
        crash(dev, uptime)
    assert ResetInfo("esp32s3").crash_loop is loop


def test_a_long_run_or_a_person_forgives(dev):
    for _ in range(3):
        crash(dev, 3)
    info = ResetInfo("esp32s3")
    assert info.crash_loop
    info.forgive()
    assert not info.crash_loop
    reset(dev, machine.HARD_RESET)
    assert not ResetInfo("esp32s3").crash_loop
    for _ in range(2):
        crash(dev, 3)
    info = ResetInfo("esp32s3")
    info.alive(600)
    reset(dev, machine.WDT_RESET)
    assert not ResetInfo("esp32s3").crash_loop


@pytest.mark.parametrize("chip", ["esp32s3", "esp32"])
def test_a_brown_out_is_told_from_power_on_and_is_no_crash(clock, chip):
    """The port says PWRON_RESET for both; the chip's own register does not."""
    with fakes.Device(clock, chip) as dev:
        ResetInfo(chip).note(7, "weld")
        dev.hard_reset(machine.PWRON_RESET)
        assert (ResetInfo(chip).brown_out, ResetInfo(chip).name) == (False, "power_on")
        ResetInfo(chip).note(7, "weld")
        dev.brown_out()
        assert machine.reset_cause() == machine.PWRON_RESET
        info = ResetInfo(chip)
        assert (info.brown_out, info.name, info.known, info.text) == (True, "brown_out", True, "weld")
        assert (info.crash, info.crashes) == (False, 0)
        for cause in (machine.HARD_RESET, machine.WDT_RESET):
            dev.hard_reset(cause)
            assert not ResetInfo(chip).brown_out


def test_sags_are_counted_apart_and_never_lock_the_charger(dev):
    for count in (1, 2, 3, 4):
        dev.brown_out()
        info = ResetInfo("esp32s3")
        assert (info.sags, info.crash_loop, info.crashes) == (count, False, 0)
        info.alive(5)
    info.alive(600)
    dev.brown_out()
    assert ResetInfo("esp32s3").sags == 1
    reset(dev, machine.HARD_RESET)
    assert ResetInfo("esp32s3").sags == 0


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_next_start_says_of_each_reset(dev, kind):
    """The random delay of a market is for a supply that was away, and for nothing else."""
    from ballast.compose.chip import cause_of

    ResetInfo("esp32s3").alive(5)
    dev.hard_reset(kind)
    info = ResetInfo("esp32s3")
    away = kind in ("power_on", "collapse")
    assert (cause_of(info) == charger.RESET_POWER_ON) is away
    assert info.name == {
        "power_on": "power_on", "collapse": "power_on", "brown_out": "brown_out",
        "watchdog": "watchdog", "watchdog_late": "watchdog", "interrupt_watchdog": "watchdog",
        "rtc_watchdog": "watchdog",
    }.get(kind, "crash")  # fmt: skip
    assert info.crash is (info.name in ("watchdog", "crash"))
    info.announce()
    dev.hard_reset("software")
    assert (ResetInfo("esp32s3").name, cause_of(info) == charger.RESET_POWER_ON) == ("restart", away)


def test_of_an_unknown_chip_no_register_is_read(dev):
    dev.brown_out()
    info = ResetInfo("esp32c9")
    assert (info.brown_out, info.name) == (False, "power_on")


def test_power_on_wipes(dev):
    for _ in range(3):
        crash(dev, 3)
    reset(dev, machine.PWRON_RESET)
    info = ResetInfo("esp32s3")
    assert (info.crash_loop, info.crashes) == (False, 0)


@pytest.mark.parametrize("text", ["weld", "", "x" * 100, "ä" * 47, "\U0001f50c" * 20])
def test_notes_survive(dev, text):
    ResetInfo("esp32s3").note(7, text)
    reset(dev, machine.WDT_RESET)
    info = ResetInfo("esp32s3")
    assert info.fault == 7
    assert text.startswith(info.text)
    assert len(info.text.encode()) >= min(len(text.encode()), 47)


def test_a_note_is_told_once(dev):
    ResetInfo("esp32s3").note(7, "weld")
    for told in ((7, "weld"), (0, "")):
        reset(dev, machine.HARD_RESET)
        info = ResetInfo("esp32s3")
        assert (info.fault, info.text) == told


@pytest.mark.parametrize(
    ("cause", "announced", "name"),
    [
        (machine.HARD_RESET, True, "restart"),
        (machine.HARD_RESET, False, "crash"),
        (machine.SOFT_RESET, True, "restart"),
        (machine.SOFT_RESET, False, "crash"),
        (machine.WDT_RESET, True, "watchdog"),
        (machine.PWRON_RESET, False, "power_on"),
    ],
)
def test_names(dev, cause, announced, name):
    info = ResetInfo("esp32s3")
    if announced:
        info.announce()
    reset(dev, cause)
    assert ResetInfo("esp32s3").name == name


def test_random_memory_is_not_believed(dev):
    rng = random.Random(5)
    for _ in range(200):
        dev.rtc_memory[:64] = rng.randbytes(64)
        info = ResetInfo("esp32s3")
        assert not info.known
        assert not info.crash_loop


def test_one_flipped_bit_is_not_believed(dev):
    ResetInfo("esp32s3").note(3, "earth lost")
    for bit in range(64 * 8):
        good = bytes(dev.rtc_memory)
        dev.rtc_memory[bit // 8] ^= 1 << bit % 8
        info = ResetInfo("esp32s3")
        # Fletcher-16 cannot tell 0x00 from 0xFF; one bit never makes that step
        assert not info.known
        dev.rtc_memory[:] = good
