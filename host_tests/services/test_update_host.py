"""Updates on flash that loses its power at every single operation: never a brick."""

import asyncio
import sys

import pytest

from ballast.protocol import slot_record
from ballast.services import update
from ballast_bench import upy
from ballast_bench.devices import flash
from ballast_bench.rigs.update import (
    BLOCKS,
    boot,
    factory,
    flip,
    installed,
    load,
    make,
    prove,
    service,
    slots,
)


def test_good_update_runs_on_trial_and_is_confirmed(key, device):
    factory(device, make(key, "1.0"))
    assert boot() == 0
    manifest = load(service(key, 0), make(key, "2.0", security=4))
    assert manifest["version"] == "2.0"
    assert boot() == 1 and installed(1) == "2.0" and installed(0) == "1.0"
    running = service(key, 1)
    assert running.on_trial() and running.version == "2.0"
    prove(running, [True] * update.HEALTHY_S)
    assert not running.on_trial()
    assert [boot() for _ in range(6)] == [1] * 6
    record = slot_record.load(slots(), bytearray(4096))
    assert record.floor == 4


def test_crash_loop_rolls_back_after_three_starts(key, device):
    factory(device, make(key, "1.0"))
    load(service(key, 0), make(key, "2.0"))
    assert [boot() for _ in range(5)] == [1, 1, 1, 0, 0]
    assert service(key, 0).status()["last"] == "crash loop"
    load(service(key, 0), make(key, "3.0"))  # and the next update still goes in
    assert boot() == 1 and installed(1) == "3.0"


def test_crashes_of_a_trial_do_not_keep_the_old_image_off(key, device, monkeypatch):
    """Three crashes in ten minutes mean "stay off" (ports/reset_info.py), for who made them."""
    factory(device, make(key, "1.0"))
    load(service(key, 0), make(key, "2.0"))
    kept = []
    for _ in range(4):
        boot()
        kept.append(device.rtc[0])
    assert kept == [0xB5, 0xB5, 0xB5, 0]
    from ballast_bench import fakes

    fakes.install()
    with fakes.Device(upy.ManualClock()) as chip:
        chip.rtc_memory[:64] = device.rtc
        monkeypatch.setitem(sys.modules, "machine", sys.modules["machine"])
        from ballast.ports import reset_info

        monkeypatch.setattr(reset_info, "machine", sys.modules["machine"])
        assert not reset_info.ResetInfo("esp32s3").known


def test_unhealthy_trial_reboots_into_the_old_one(key, device):
    factory(device, make(key, "1.0"))
    load(service(key, 0), make(key, "2.0"))
    assert boot() == 1
    reboots = []
    running = service(key, 1, reboot=lambda: reboots.append(1))
    almost = ([True] * (update.HEALTHY_S - 1) + [False]) * 10
    prove(running, almost)
    assert reboots == [1]
    assert boot() == 0 and service(key, 0).status()["last"] == "not healthy"


@pytest.mark.parametrize("healthy", [True, False])
def test_proof_writes_nothing_while_the_contactor_is_closed(key, device, healthy):
    """700 s of charging: neither confirmed nor given up before the contactor opens."""
    factory(device, make(key, "1.0"))
    load(service(key, 0), make(key, "2.0"))
    boot()
    start, closed, reboots = device.ops, [True], []
    running = service(key, 1, lambda: not closed[0], lambda: reboots.append(1))
    seconds = 0

    async def second():
        nonlocal seconds
        seconds += 1
        assert seconds <= 701
        if seconds <= 700:
            assert device.ops == start and not reboots
        else:
            closed[0] = False

    asyncio.run(running.run(lambda: healthy, second))
    assert device.ops > start and reboots == ([] if healthy else [1])
    assert boot() == (1 if healthy else 0)


REFUSED = {
    "tampered image": (
        lambda k: flip(make(k, security=3), 4096 + 5000),
        "do not match its signature",
    ),
    "tampered header": (lambda k: flip(make(k), 60), "signature is wrong"),
    "tampered signature": (lambda k: flip(make(k), 500), "signature is wrong"),
    "wrong board": (lambda k: make(k, board="esp32s3_lite"), "for the board esp32s3_lite"),
    "wrong brand": (lambda k: make(k, brand="ballast"), "this charger is acme"),
    "older security": (lambda k: make(k, security=2), "older than the last security fix"),
    "other bytecode": (lambda k: make(k, mpy=5), "needs another MicroPython"),
    "other file system": (lambda k: make(k, fs="littlefs"), "needs another MicroPython"),
    "other key": (lambda k: make(k, key="f" * 16), "does not know"),
    "not an update": (lambda k: b"\x00" * 9000, "not a Ballast update"),
    "size larger than the slot": (lambda k: make(k, security=3, size=5 * 4096), "larger than"),
    "size smaller than the file": (lambda k: make(k, security=3, size=4096), "not complete"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_bad_files_are_refused_and_change_nothing_that_runs(key, device, name):
    make_bad, text = REFUSED[name]
    factory(device, make(key, "1.0", security=3))
    before = bytes(device.data)
    with pytest.raises(update.UpdateError, match=text) as caught:
        load(service(key, 0), make_bad(key))
    assert caught.value.code == 400
    if name != "tampered image":  # the only one that is found out after writing
        assert bytes(device.data) == before
    assert boot() == 0 and installed(0) == "1.0" and installed(1) is None


@pytest.mark.parametrize("keep", [0, 1, 4095, 4096, 4097, 9000, -1])
def test_truncated_file_is_refused(key, device, keep):
    factory(device, make(key, "1.0"))
    data = make(key, "2.0")
    for length in (len(data[:keep]), len(data)):  # an honest and a lying Content-Length
        with pytest.raises(update.UpdateError) as caught:
            load(service(key, 0), data[:keep], length)
        assert caught.value.code == 400
        assert boot() == 0 and installed(1) is None


def test_no_write_while_the_contactor_is_closed(key, device, monkeypatch):
    monkeypatch.setattr(update, "_PERMIT_MS", 0)
    factory(device, make(key, "1.0"))
    before = bytes(device.data)
    with pytest.raises(update.UpdateError, match="pause it") as caught:
        load(service(key, 0, may_write=lambda: False), make(key, "2.0"))
    assert caught.value.code == 503
    assert bytes(device.data) == before


def test_every_flash_operation_asks_for_the_permit(key, device):
    factory(device, make(key, "1.0"))
    asked = []

    def may_write():
        asked.append(device.ops)
        return True

    load(service(key, 0, may_write=may_write), make(key, "2.0"))
    # operations between two questions: one block at most (its erase and its program)
    gaps = [b - a for a, b in zip(asked, asked[1:] + [device.ops], strict=True)]
    assert max(gaps) <= 2
    assert sum(gaps) == device.ops


def test_no_second_update_during_one_or_during_a_trial(key, device):
    factory(device, make(key, "1.0"))
    first = service(key, 0)

    async def both():
        async def read(count):
            with pytest.raises(update.UpdateError) as caught:
                await first.receive(read, 9000)
            assert caught.value.code == 409
            return b""

        with pytest.raises(update.UpdateError, match="not complete"):
            await first.receive(read, 9000)

    asyncio.run(both())
    load(first, make(key, "2.0"))
    assert boot() == 1
    with pytest.raises(update.UpdateError, match="being proven"):
        load(service(key, 1), make(key, "3.0"))


def count_ops(device, story):
    device.power_on()
    story()
    return device.ops


def test_power_cut_at_every_operation_of_an_update(key, device):
    """Old or new runs after a cut anywhere, and the next update goes through."""
    factory(device, make(key, "1.0"))
    new, newer = make(key, "2.0", security=1), make(key, "3.0", security=2)
    start = bytes(device.data)
    total = count_ops(device, lambda: load(service(key, 0), new))
    assert total == 2 + 1 + 2 * 4 + 2 + 2  # first record, erase, four blocks, header, record
    outcomes = []
    for cut in range(total):
        device.data[:] = start
        device.power_on()
        device.cut_at = cut
        with pytest.raises(flash.PowerCut):
            load(service(key, 0), new)
        device.power_on()
        slot = boot()
        outcomes.append(installed(slot))
        assert outcomes[-1] in ("1.0", "2.0")
        if slot == 0:
            load(service(key, 0), newer)
            assert installed(boot()) == "3.0"
    # the record is written last; its 20 bytes are there when half of its block is
    assert outcomes == ["1.0"] * (total - 1) + ["2.0"]


def test_power_cut_at_every_operation_of_starts_and_proof(key, device):
    """Trial starts and the confirmation write the record: a cut there loses nothing."""
    factory(device, make(key, "1.0"))
    load(service(key, 0), make(key, "2.0", security=1))
    start = bytes(device.data)

    def story():
        boot()
        boot()
        prove(service(key, 1), [True] * update.HEALTHY_S)
        boot()

    total = count_ops(device, story)
    assert total == 6  # two counted starts and the confirmation, erase and program each
    for cut in range(total):
        device.data[:] = start
        device.power_on()
        device.cut_at = cut
        with pytest.raises(flash.PowerCut):
            story()
        device.power_on()
        slot = boot()
        assert installed(slot) == "2.0"
        if service(key, slot).on_trial():
            prove(service(key, slot), [True] * update.HEALTHY_S)
        assert [boot() for _ in range(5)] == [1] * 5


def test_power_cut_during_every_roll_back(key, device):
    factory(device, make(key, "1.0"))
    load(service(key, 0), make(key, "2.0"))
    start = bytes(device.data)
    total = count_ops(device, lambda: [boot() for _ in range(5)])
    assert total == 8
    for cut in range(total):
        device.data[:] = start
        device.power_on()
        device.cut_at = cut
        with pytest.raises(flash.PowerCut):
            [boot() for _ in range(5)]
        device.power_on()
        tries = [boot() for _ in range(6)]
        assert tries[-1] == 0 and set(tries) <= {0, 1}
        assert tries.count(1) <= slot_record.TRIES


def test_rot_in_the_running_slot_falls_back_to_the_other(key, device):
    factory(device, make(key, "1.0", security=1))
    load(service(key, 0), make(key, "2.0", security=1))
    assert boot() == 1
    prove(service(key, 1), [True] * update.HEALTHY_S)
    device.data[BLOCKS * 4096 + 100] ^= 1
    assert boot() == 0 and service(key, 0).status()["last"] == "image damaged"


def test_rot_never_leads_below_the_security_floor(key, device):
    factory(device, make(key, "1.0", security=1))
    load(service(key, 0), make(key, "2.0", security=2))
    boot()
    prove(service(key, 1), [True] * update.HEALTHY_S)
    device.data[BLOCKS * 4096 + 100] ^= 1
    assert boot() == slot_record.NONE
    with pytest.raises(update.UpdateError, match="older than the last security fix"):
        load(service(key, 1), make(key, "1.0", security=1))


def test_lost_record_starts_the_image_with_the_newer_security(key, device):
    factory(device, make(key, "1.0", security=1))
    load(service(key, 0), make(key, "2.0", security=2))
    device.data[2 * BLOCKS * 4096 :] = b"\xff" * 8192
    assert boot() == 1


def test_empty_device_starts_nothing(device):
    assert boot() == slot_record.NONE
