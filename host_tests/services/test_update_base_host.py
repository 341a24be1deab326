"""MicroPython itself as an update: its own other slot, one start, confirmed by health."""

from operator import length_hint

import pytest

from ballast.services import update
from ballast_bench.devices import flash
from ballast_bench.rigs.update import factory, flip, image, load, make, prove, service


class Base:
    """Port BaseSlot on a flash of its own; `booted` is what the boot loader would start."""

    blocks = 5

    def __init__(self):
        self.chip = flash.Flash(self.blocks)
        self.booted = "old"
        self.confirmed = 0
        self.good = True  # what ESP-IDF finds when it checks the image

    def read(self, block, buf):
        buf[:] = self.chip.read(block * 4096, len(buf))

    def write(self, block, buf):
        self.chip.erase(block)
        self.chip.program(block * 4096, bytes(buf))

    def activate(self):
        if not self.good:
            raise OSError(-0x1503, "ESP_ERR_OTA_VALIDATE_FAILED")
        self.booted = "new"

    def confirm(self):
        self.confirmed += 1


def base_update(key, version="2.0", **over):
    return make(key, version, **{"kind": "base", "fs": "esp", **over})


def proven(key, base, **how):
    """A charger that has been up and healthy for long enough."""
    running = service(key, 0, base=base, **how)
    prove(running, [True] * update.HEALTHY_S)
    return running


def test_micropython_is_written_to_its_other_slot(key, device):
    factory(device, make(key, "1.0"))
    before, base = bytes(device.data), Base()
    running = proven(key, base)
    assert base.confirmed == 1 and running.proved
    assert load(running, base_update(key, "2.0"))["kind"] == "base"
    assert base.booted == "new" and running.status()["ready"] == "2.0"
    assert bytes(base.chip.data[: len(image("2.0"))]) == image("2.0")
    assert bytes(device.data) == before  # the applications are not touched


def test_base_is_confirmed_only_by_health(key, device):
    factory(device, make(key, "1.0"))
    base, reboots = Base(), []
    running = service(key, 0, reboot=lambda: reboots.append(1), base=base)
    prove(running, [False] * 700 + [True] * update.HEALTHY_S)
    assert base.confirmed == 1 and not reboots  # ill for long, but nothing on trial to leave
    other = service(key, 0, base=base)
    with pytest.raises(update.UpdateError, match="being proven") as caught:
        load(other, base_update(key))  # the old slot may still be needed for the way back
    assert caught.value.code == 409 and base.booted == "old"
    load(other, make(key, "2.0"))  # an application may come: it may be the cure


def test_a_start_that_is_being_proved_asks_for_no_permit_before_it_writes(key, device):
    """A permit keeps the contactor open: nobody shall wait for 90 s to charge after a start."""
    factory(device, make(key, "1.0"))
    base, asked = Base(), []
    health = iter([True] * (update.HEALTHY_S - 1) + [False] + [True] * (update.HEALTHY_S + 2))

    def may_write():
        asked.append(length_hint(health))
        return len(asked) > 2  # refused while charging

    prove(service(key, 0, base=base, may_write=may_write), health)
    assert asked == [2, 1, 0] and base.confirmed == 1


def test_bad_micropython_is_not_started(key, device):
    factory(device, make(key, "1.0"))
    for data, text in (
        (flip(base_update(key), 9000), "do not match its signature"),
        (base_update(key, size=6 * 4096), "larger than"),
        (base_update(key, board="esp32s3_lite"), "for the board esp32s3_lite"),
        (base_update(key, fs="romfs"), "needs another MicroPython"),
        (base_update(key)[:-1], "not complete"),
    ):
        base = Base()
        with pytest.raises(update.UpdateError, match=text):
            load(proven(key, base), data)
        assert base.booted == "old"
    base.good = False
    with pytest.raises(update.UpdateError, match="no MicroPython for this chip"):
        load(proven(key, base), base_update(key))
    assert base.booted == "old"


def test_without_a_second_slot_micropython_comes_by_cable(key, device):
    factory(device, make(key, "1.0"))
    with pytest.raises(update.UpdateError, match="with the cable only"):
        load(service(key, 0), base_update(key))


def test_power_cut_at_every_operation_of_a_base_update(key, device):
    """The running MicroPython stays what the boot loader starts until the very end."""
    factory(device, make(key, "1.0"))
    data = base_update(key, "2.0")
    for cut in range(2 * 4):
        base = Base()
        running = proven(key, base)
        base.chip.cut_at = cut
        with pytest.raises(flash.PowerCut):
            load(running, data)
        assert base.booted == "old"
        base.chip.power_on()
        load(proven(key, base), data)
        assert base.booted == "new" and bytes(base.chip.data[: len(image("2.0"))]) == image("2.0")
