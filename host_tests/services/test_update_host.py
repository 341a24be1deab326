"""Updates on flash that loses its power at every single operation: never a brick."""

import asyncio
import builtins
import hashlib
import sys
import types
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from ballast.protocol import slot_record, update_file
from ballast.services import update
from ballast_tools import fsimage
from bench import flash, upy

BLOCKS = 5  # of a slot: four for the image, one for the header
BOARD, BRAND, MPY = "esp32s3_ref", "acme", 6


@pytest.fixture(scope="module")
def key():
    return rsa.generate_private_key(65537, 3072)


@pytest.fixture(autouse=True)
def device(monkeypatch):
    """esp32.Partition over one flash chip, and the loader with its frozen neighbours."""
    chip = flash.Flash(2 * BLOCKS + 2)
    table = {"romfs": (chip, 0, 2 * BLOCKS), "slotrec": (chip, 2 * BLOCKS, 2)}
    monkeypatch.setattr(flash.Partition, "table", table)
    monkeypatch.setitem(sys.modules, "esp32", flash)
    chip.rtc = bytearray(b"\xb5" * 64)
    machine = types.SimpleNamespace(mem_backup=lambda: chip.rtc)
    monkeypatch.setitem(sys.modules, "machine", machine)
    for name in ("slot_record", "update_file"):
        monkeypatch.setitem(sys.modules, name, sys.modules[f"ballast.protocol.{name}"])
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "boards" / "loader"))
    monkeypatch.delitem(sys.modules, "loader", raising=False)
    from ballast.ports import update_slots

    monkeypatch.setattr(update_slots, "esp32", flash)  # whoever imported it first
    return chip


def slots():
    from ballast.ports import update_slots

    return update_slots.UpdateSlots("romfs")


def boot():
    """What the device does at power-on -> the slot that runs."""
    import loader

    return loader.pick(slots())


def image(version, size=3 * 4096 + 77):
    return hashlib.shake_128(version.encode()).digest(size)


def make(signer, version="2.0", security=0, **over):
    """A signed update file."""
    body = image(version)
    manifest = {
        "base": "1.29.0",
        "board": BOARD,
        "brand": BRAND,
        "fs": "romfs",
        "key": "0123456789abcdef",
        "kind": "app",
        "mpy": MPY,
        "security": security,
        "sha256": hashlib.sha256(body).hexdigest(),
        "size": len(body),
        "version": version,
    }
    manifest.update(over)
    sign = lambda data: signer.sign(data, padding.PKCS1v15(), hashes.SHA256())  # noqa: E731
    return update_file.pack(manifest, sign) + body


def factory(chip, data):
    """Write an update file into slot A as the factory image does."""
    body = data[4096:]
    chip.data[: len(body)] = body
    chip.data[(BLOCKS - 1) * 4096 : BLOCKS * 4096] = data[:4096]


def service(key, running, may_write=lambda: True, reboot=lambda: None, base=None):
    keys = {"0123456789abcdef": f"{key.public_key().public_numbers().n:x}"}
    return update.Update(slots(), running, may_write, keys, BOARD, BRAND, MPY, reboot, base)


def reader(data, chunk=1000):
    position = 0

    async def read(count):
        nonlocal position
        part = data[position : position + min(count, chunk)]
        position += len(part)
        return part

    return read


def load(service_, data, length=None):
    return asyncio.run(service_.receive(reader(data), len(data) if length is None else length))


def installed(slot):
    """Version of the whole, undamaged image in a slot, or None."""
    import loader

    s = slots()
    buf = bytearray(4096)
    if loader.image_security(s, slot, buf) < 0:
        return None
    s.read(slot, s.blocks - 1, buf)
    return update_file.parse(buf)[0]["version"]


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


def prove(running, health):
    """Run the trial's proof over a list of one-second answers."""
    answers = iter(health)

    async def second():
        pass

    asyncio.run(running.run(lambda: next(answers), second))


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
    from bench import fakes

    fakes.install()
    with fakes.Device(upy.ManualClock()) as chip:
        chip.rtc_memory[:64] = device.rtc
        monkeypatch.setitem(sys.modules, "machine", sys.modules["machine"])
        from ballast.ports import reset_info

        monkeypatch.setattr(reset_info, "machine", sys.modules["machine"])
        assert not reset_info.ResetInfo().known


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
    "wrong board": (lambda k: make(k, board="esp32_lite"), "for the board esp32_lite"),
    "wrong brand": (lambda k: make(k, brand="ballast"), "this charger is acme"),
    "older security": (lambda k: make(k, security=2), "older than the last security fix"),
    "other bytecode": (lambda k: make(k, mpy=5), "needs another MicroPython"),
    "other file system": (lambda k: make(k, fs="littlefs"), "needs another MicroPython"),
    "other key": (lambda k: make(k, key="f" * 16), "does not know"),
    "not an update": (lambda k: b"\x00" * 9000, "not a Ballast update"),
    "size larger than the slot": (lambda k: make(k, security=3, size=5 * 4096), "larger than"),
    "size smaller than the file": (lambda k: make(k, security=3, size=4096), "not complete"),
}


def flip(data, position):
    data = bytearray(data)
    data[position] ^= 0x10
    return bytes(data)


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


# -- MicroPython itself ---------------------------------------------------------------------


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


def test_bad_micropython_is_not_started(key, device):
    factory(device, make(key, "1.0"))
    for data, text in (
        (flip(base_update(key), 9000), "do not match its signature"),
        (base_update(key, size=6 * 4096), "larger than"),
        (base_update(key, board="esp32_lite"), "for the board esp32_lite"),
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


# -- the loader: mounting and starting -----------------------------------------------------


class Vfs:
    """The module vfs as far as the loader goes: what was mounted where, and how."""

    def __init__(self, chip):
        self.chip = chip
        self.mounted = []

    def rom_ioctl(self, op, arg):
        assert (op, arg) == (2, 0)  # get segment
        return self.chip.data

    def VfsRom(self, data):  # noqa: N802
        return ("rom", bytes(data))

    def VfsLfs2(self, device):  # noqa: N802
        return ("lfs", device)

    def mount(self, what, where, readonly=False):
        self.mounted.append((what, where, readonly))

    def umount(self, where):
        self.mounted.append(("umount", where))


@pytest.fixture
def started(device, monkeypatch):
    """start(fs, jig) -> (the fake vfs, loader, names of modules that were run)."""
    import loader

    from ballast.ports import update_slots

    ran = []

    def start(fs="romfs", jig=False):
        vfs = Vfs(device)
        identity = types.SimpleNamespace(wants_jig=lambda: jig)
        for name, module in (("vfs", vfs), ("identity", identity), ("update_slots", update_slots)):
            monkeypatch.setitem(sys.modules, name, module)
        monkeypatch.setitem(sys.modules, "loader", loader)
        monkeypatch.setattr(sys, "path", [*sys.path, "/rom", "/rom/lib"])
        monkeypatch.setattr(loader, "os", types.SimpleNamespace(chdir=ran.append))
        builtins.__import__ = spy
        try:
            loader.start(fs)
        finally:
            builtins.__import__ = real
        return vfs, loader, ran

    real = builtins.__import__

    def spy(name, *args, **kwargs):
        if name == "start":
            ran.append("start")
            return None
        return real(name, *args, **kwargs)

    return start


def test_start_mounts_the_slot_from_mapped_flash_and_runs_it(key, device, started):
    factory(device, make(key, "1.0"))
    sys.modules["board"] = types.ModuleType("board")  # as boot.py leaves it
    vfs, loader, ran = started()
    assert "board" not in sys.modules
    assert ran == ["/app", "start"] and loader.running == 0
    assert vfs.mounted == [("umount", "/rom"), (("rom", image("1.0")), "/app", False)]
    assert sys.path == ["/app", ".frozen"]


def test_start_of_the_other_slot_takes_the_other_half(key, device, started):
    factory(device, make(key, "1.0"))
    load(service(key, 0), make(key, "2.0"))
    vfs, loader, _ = started()
    assert loader.running == 1 and vfs.mounted[1][0] == ("rom", image("2.0"))


def test_start_waits_for_the_jig(key, device, started, capsys):
    factory(device, make(key, "1.0"))
    before = bytes(device.data)
    vfs, _, ran = started(jig=True)
    assert ran == [] and vfs.mounted == [] and bytes(device.data) == before
    assert "waiting for the jig" in capsys.readouterr().out


def test_start_without_an_application_leaves_the_prompt(device, started, capsys):
    vfs, _, ran = started()
    assert ran == [] and vfs.mounted == []
    assert "no application" in capsys.readouterr().out


def test_littlefs_slot_is_read_through_its_window(key, device, started):
    """A stock MicroPython: the same C code as on the device reads the image in slot A."""
    files = {"main.mpy": b"M" * 700, "ballast/control/pilot.mpy": bytes(range(256)) * 9}
    body = fsimage.littlefs_image(files, (BLOCKS - 1) * 4096)
    data = make(key, "1.0", fs="littlefs", size=len(body), sha256=hashlib.sha256(body).hexdigest())
    factory(device, data[:4096] + body)
    vfs, _, ran = started("littlefs")
    (kind, window), where, readonly = vfs.mounted[1]
    assert (kind, where, readonly, ran) == ("lfs", "/app", True, ["/app", "start"])
    assert window.ioctl(4, 0) * window.ioctl(5, 0) == len(body)
    copy = bytearray()
    for block in range(window.ioctl(4, 0)):
        for offset in (0, 100):  # LittleFS reads parts of a block
            buf = bytearray(100 if offset == 0 else 412)
            window.readblocks(block, buf, offset)
            copy += buf
    assert fsimage.unpack("littlefs", copy) == files
    with pytest.raises(OSError, match="30"):
        window.writeblocks(0, b"")


def test_a_block_outside_the_slot_is_refused(device):
    s = slots()
    for slot, block in ((0, BLOCKS), (1, -1), (2, 0)):
        with pytest.raises(ValueError, match="no such block"):
            s.write(slot, block, bytes(4096))
    assert device.ops == 0
