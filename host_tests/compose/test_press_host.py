"""A long press is seen, whatever blocks the chip while it begins and ends."""

import pytest

from ballast.control.button import Button
from ballast_bench.rigs.ble import BleRig
from ballast_bench.world import World

PROFILES = ("esp32s3_octal", "esp32s3_quad")
STALL_MS = 600  # wifi_start and wifi_ap_start of the profiles, at their longest


def press(began_ms, held_ms, stalls):
    """A Button that is read every 20 ms, not within `stalls` [(from, to) in ms]: (shorts, longs)."""
    button, last_ms = Button(), 0
    for now_ms in range(0, began_ms + held_ms + 3000, 20):
        if any(begin <= now_ms < end for begin, end in stalls):
            continue
        button.step(now_ms - last_ms, int(began_ms <= now_ms < began_ms + held_ms))
        last_ms = now_ms
    return button.shorts, button.longs


def stalls():
    """One at any moment of the press, or two, with any pause."""
    for first_ms in range(0, 6000, 100):
        yield [(first_ms, first_ms + STALL_MS)]
        for pause_ms in (100, 1500, 2900, 3400):
            second_ms = first_ms + STALL_MS + pause_ms
            yield [(first_ms, first_ms + STALL_MS), (second_ms, second_ms + STALL_MS)]


@pytest.mark.parametrize("held_ms", [3040, 3500, 5000])
def test_a_long_press_counts_once_whatever_blocks(held_ms):
    for which in stalls():
        assert press(1000, held_ms, which) == (0, 1), which


@pytest.mark.parametrize("held_ms", [700, 1000, 1560])
def test_a_short_press_is_never_a_long_one_and_is_seen_if_any_step_comes(held_ms):
    for which in stalls():
        assert press(1000, held_ms, which) == (1, 0), which


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("held_s", [3.1, 3.5, 5.0])
def test_a_press_while_wifi_starts(monkeypatch, profile, held_s):
    """Bluetooth without memory: the press opens the access point, and the next one Bluetooth."""
    monkeypatch.setattr(World, "CHIP", profile)
    for late_ms in range(0, 1000, 90):
        with BleRig(fresh=False) as rig:
            rig.open()
            rig.device.ble_memory_short = True
            rig.press(held_s)
            rig.device.ble_memory_short = False
            rig.world.run(late_ms / 1000)
            rig.press(held_s)
            rig.world.run(1.0)
            assert rig.on, late_ms
            assert rig.node.cycle.button.longs == 2


@pytest.mark.parametrize("profile", PROFILES)
def test_a_press_at_any_moment_of_the_first_start(monkeypatch, profile):
    """The access point opens by itself and blocks: the login is forgiven all the same."""
    monkeypatch.setattr(World, "CHIP", profile)
    for late_ms in range(40, 1500, 130):
        with BleRig() as rig:
            rig.open()
            rig.world.run(late_ms / 1000)
            rig.press(3.1)
            assert rig.node.cycle.button.longs == 1, late_ms
