"""From the factory's image to the second update: the files of all tools meet the firmware.

One unit: an image with its factory data is put into a fake chip's partitions; the loader starts
it, the composition root reads who it is, the update service takes what `build` made.
"""

import asyncio
import dataclasses
import hashlib
import json
import sys
import types
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from ballast.protocol import password, slot_record, update_file
from ballast.services import update
from ballast_bench import fakes, upy
from ballast_tools.factory import labels, units
from ballast_tools.shell import paths
from ballast_tools.ship import base_image, boards, build, fsimage, image, signing
from tools.factory_kit import synthetic_base

SERIAL = "ACME-0042"


@pytest.fixture(scope="module")
def made():
    key = signing.Key(rsa.generate_private_key(65537, 3072))
    return build.build(*build.load("esp32s3_ref", "acme"), key)


@pytest.fixture
def chip(made, tmp_path):
    """A fake ESP32-S3 whose flash holds the image of one unit."""
    path = tmp_path / "firmware.bin"
    path.write_bytes(synthetic_base.firmware_bin(made.board, next(iter(made.board.bases))))
    base = base_image.load(path, made.board, boards.release())
    table = made.board.table()
    flash = bytearray(b"\xff" * boards.FLASH[made.board.flash])
    data = image.make(made, base, table, made.board.flash)["ballast.bin"]
    flash[: len(data)] = data
    unit = units.Unit(SERIAL, 2, {"CP_OFFSET_UV": 1490001})
    hidden = units.make_secrets(made.brand)
    text = units.factory_json(unit, hidden, made.board, made.brand)
    fakes.install()
    device = fakes.Device(upy.ManualClock(5), made.board.chip)
    for part in table:
        device.partitions[part.name] = flash[part.offset : part.end]
    device.partitions["fctry"][:] = units.raw_block(text)
    device.hidden = hidden
    with device:
        yield device


@pytest.fixture
def loader(monkeypatch):
    from ballast.ports import update_slots

    for name, module in (("slot_record", slot_record), ("update_file", update_file),
                         ("update_slots", update_slots)):  # fmt: skip
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.syspath_prepend(str(paths.BOARDS / "loader"))
    monkeypatch.delitem(sys.modules, "loader", raising=False)
    import loader as module

    from ballast.ports import base_slot

    for port in (update_slots, base_slot):
        monkeypatch.setattr(port, "esp32", sys.modules["esp32"])
    from ballast.ports import identity

    monkeypatch.setattr(identity, "esp32", sys.modules["esp32"])
    yield module
    sys.modules.pop("loader", None)


def power_on(loader):
    """The loader up to the point where it runs the image -> (slot, brand.json)."""
    from ballast.ports import update_slots

    slots = update_slots.UpdateSlots("romfs")
    slot = loader.pick(slots)
    if slot == slot_record.NONE:
        return slot, None
    loader.running, loader.fs = slot, "romfs"
    buf = bytearray(4096)
    slots.read(slot, slots.blocks - 1, buf)
    size = update_file.decode(buf)[0]["size"]
    start = slot * slots.blocks * 4096
    data = bytes(fakes.device().partitions["romfs"][start : start + size])
    return slot, json.loads(fsimage.unpack("romfs", data)["brand.json"])


class App:
    """What compose/factory.py needs of main.App."""

    def __init__(self):
        from ballast.compose import factory

        self.out = types.SimpleNamespace(coil=0)
        self.charger = self
        self.permits = 0
        self.permit = factory.Permit()
        self.permit.app = self

    def permit_stall(self, ms, coil):
        assert 400 < ms <= 1000
        self.permits += not coil
        return not coil


def send(service, data):
    async def read(count, at=[0]):  # noqa: B006 - the position of this one call
        part = data[at[0] : at[0] + count]
        at[0] += len(part)
        return part

    return asyncio.run(service.receive(read, len(data)))


def newer(made, **values):
    """The update of a later release of the same sources."""
    release = {**made.release, **values}
    kind = "romfs"
    return build.update(made.board, made.brand, release, made.key, 6, kind, made.images[kind])


def test_unit_knows_who_and_whose_it_is(made, chip, loader):
    from ballast.compose import factory
    from ballast.ports import identity

    slot, brand = power_on(loader)
    assert slot == 0 and brand["product"] == made.brand.product
    env = types.SimpleNamespace(serial="", label="", model="", version="", access_point=None)
    cal = factory.fill(env, identity.load()[0], brand)
    assert (env.serial, env.model, env.version) == (SERIAL, "Acme Carry 13", "0.1.0")
    assert cal == {"CP_OFFSET_UV": 1490001}
    name, key = env.access_point
    assert name == labels.ssid(made.brand, SERIAL) and key == chip.hidden["ap_password"]
    iterations, salt, _ = password.parse(env.label)
    assert env.label == password.make(chip.hidden["setup_code"], salt, iterations)


def test_chip_makes_its_environment_from_image_and_factory_data(
    made, chip, loader, tmp_path, monkeypatch
):
    from ballast.compose import chip as composition
    from ballast.compose import factory

    power_on(loader)
    monkeypatch.setitem(sys.modules, "loader", loader)
    monkeypatch.setattr(factory, "bytecode", lambda: 6)
    fsimage.write_tree(tmp_path / "app", made.files)  # what the loader mounts
    monkeypatch.setattr(factory, "APP", str(tmp_path / "app"))
    monkeypatch.setattr(composition, "DATA", str(tmp_path / "data"))
    env, brand, cal = composition.make_env(factory.Permit(), composition.ResetInfo("esp32s3"))
    assert (env.serial, env.model, env.version) == (SERIAL, "Acme Carry 13", "0.1.0")
    assert env.http == ("0.0.0.0", 80) and env.update.running == 0
    folder, entries = env.assets
    for name in json.loads((Path(folder) / "manifest.json").read_text()):
        assert (Path(folder) / entries.get(name)["file"]).exists()
    assert entries.get("nothing") is None and entries.get("index") is None
    assert cal == {"CP_OFFSET_UV": 1490001} and brand["profile"]["plug_ma"] == 10000


def test_unit_that_never_was_in_the_factory_starts_with_defaults(chip, loader):
    from ballast.compose import factory
    from ballast.ports import identity

    chip.partitions["fctry"][:] = b"\xff" * 4096
    env = types.SimpleNamespace(serial="x", label="x", model="m", version="", access_point=None)
    assert factory.fill(env, identity.load()[0], {}) == {}
    assert (env.serial, env.label, env.model, env.access_point) == ("", "", "m", None)


@pytest.mark.parametrize("at", [0, 4, 20, 300])
def test_damaged_factory_data_is_not_believed(chip, loader, at):
    from ballast.ports import identity

    chip.partitions["fctry"][at] ^= 1
    assert identity.load() == ({}, "")


@pytest.mark.parametrize("fault", ["uninitialised", "full"])
def test_a_unit_whose_nvs_fails_is_itself_and_says_what_is_wrong(chip, loader, fault):
    from ballast.ports import identity

    chip.nvs_fault = fault
    unit, trouble = identity.load()
    assert unit["serial"] == SERIAL
    assert trouble.startswith("NVS cannot be ") and "ESP_ERR_NVS_NOT_" in trouble
    assert identity.wants_jig() is False
    chip.nvs_fault = None
    assert identity.load() == (unit, "")  # written again from `fctry`
    chip.partitions["fctry"][:] = b"\xff" * 4096
    assert identity.load() == (unit, "")


@pytest.mark.parametrize("broken", ["NVS", "fctry", "both"])
def test_a_unit_whose_memory_cannot_be_read_still_starts(chip, loader, broken):
    from ballast.ports import identity

    if broken != "fctry":
        chip.nvs_fault = "uninitialised"
    if broken != "NVS":
        del chip.partitions["fctry"][:100]  # readblocks() beyond the end: OSError(-260)
    unit, trouble = identity.load()
    assert (unit == {}) is (broken != "NVS")
    assert bool(trouble) is (broken != "fctry")


def test_two_updates_in_a_row(made, chip, loader, monkeypatch):
    from ballast.compose import factory

    # the fake's interpreter is CPython: give it the bytecode version of the real one
    monkeypatch.setattr(factory, "bytecode", lambda: 6)
    seen = []
    for version, security in (("0.2.0", 1), ("0.3.0", 2)):
        slot, brand = power_on(loader)
        app, reboots = App(), []
        service = factory.make_update(brand, app.permit, lambda r=reboots: r.append(1))
        most = service.max_bytes
        data = newer(made, version=version, security=security)
        assert len(data) < most
        send(service, data)
        assert app.permits > len(data) // 4096
        asyncio.run(service.restart())
        assert reboots == [1]
        slot, brand = power_on(loader)
        service = factory.make_update(brand, App().permit, None)
        assert service.version == version and service.on_trial()

        run_proof(service)
        assert not service.on_trial()
        seen.append(slot)
    assert seen == [1, 0]
    with pytest.raises(update.UpdateError, match="older than the last security fix"):
        send(service, newer(made, version="0.4.0", security=1))


def run_proof(service, restarts=(), late=False):
    """compose/factory.prove on virtual time until the trial is decided; seconds it took."""
    from ballast.compose import factory
    from ballast.control.safety import faults

    app = App()
    app.services = types.SimpleNamespace(restarts={"page": 0})
    app.cycle = types.SimpleNamespace(faults=types.SimpleNamespace(active=bytearray(faults.COUNT)))
    app.cycle.faults.active[faults.OVERRUN] = late
    seconds = 0

    class Over(Exception):
        pass

    async def sleep_ms(ms):
        nonlocal seconds
        seconds += 1
        app.services.restarts["page"] += seconds in restarts
        if not service.on_trial():
            raise Over

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(factory, "asyncio", types.SimpleNamespace(sleep_ms=sleep_ms))
        with pytest.raises(Over):
            asyncio.run(factory.prove(service, app))
    return seconds


def test_trial_is_confirmed_only_after_ninety_healthy_seconds(made, chip, loader, monkeypatch):
    from ballast.compose import factory

    monkeypatch.setattr(factory, "bytecode", lambda: 6)
    _, brand = power_on(loader)
    for restarts, late, took, confirmed in (
        ((), False, 90, True),
        ((1, 2, 4, 8, 16, 32, 64), False, 154, True),  # the service came back for good
        (range(0, 700, 61), False, 600, False),  # it dies at the supervisor's longest pause
        ((), True, 600, False),
    ):
        reboots = []
        service = factory.make_update(brand, App().permit, None)
        send(service, newer(made, version="0.2.0"))
        power_on(loader)
        service = factory.make_update(brand, App().permit, lambda r=reboots: r.append(1))
        seconds = run_proof(service, restarts, late)
        assert seconds - 1 == took, restarts
        assert reboots == ([] if confirmed else [1])
        slot, _ = power_on(loader)
        assert slot == (1 if confirmed else 0)
        chip.partitions["slotrec"][:] = b"\xff" * 8192  # the next case starts anew
        chip.partitions["romfs"][0x88000:] = b"\xff" * 0x88000
        loader.running = 0


def prove_start(service):
    async def second():
        pass

    asyncio.run(service.run(lambda: True, second))


def test_micropython_is_renewed_over_the_air(made, chip, loader, monkeypatch):
    """The real port on the fake partitions: written, activated, and confirmed after its start."""
    from ballast.compose import factory

    monkeypatch.setattr(factory, "bytecode", lambda: 6)
    _, brand = power_on(loader)
    service = factory.make_update(brand, App().permit, None)
    most = service.max_bytes
    prove_start(service)
    app = synthetic_base.esp_image(
        "esp32s3", synthetic_base.banner("Ballast", "1.29.1") + b"x" * 9999
    )
    release = {**made.release, "version": "0.2.0"}
    data = build.update(made.board, made.brand, release, made.key, 6, "esp", app)
    assert len(data) < most > 2 << 20
    before = bytes(chip.partitions["romfs"])
    assert send(service, data)["kind"] == "base"
    assert chip.boot == "ota_1" and chip.running == "ota_0"
    assert bytes(chip.partitions["ota_1"][: len(app)]) == app
    assert bytes(chip.partitions["romfs"]) == before
    chip.hard_reset()  # the boot loader starts it, on trial
    assert (chip.running, chip.app_valid) == ("ota_1", False)
    service = factory.make_update(brand, App().permit, None)
    assert not chip.app_valid
    prove_start(service)
    assert chip.app_valid


def test_small_flash_has_no_second_micropython(made, chip, loader, monkeypatch):
    from ballast.compose import factory

    monkeypatch.setattr(factory, "bytecode", lambda: 6)
    chip.partitions["factory"] = bytearray(4096)
    chip.running = chip.boot = "factory"
    _, brand = power_on(loader)
    service = factory.make_update(brand, App().permit, None)
    most = service.max_bytes
    assert most == 0x110000 // 2
    data = build.update(made.board, made.brand, made.release, made.key, 6, "esp", b"x" * 5000)
    with pytest.raises(update.UpdateError, match="with the cable only"):
        send(service, data)


def test_no_update_while_the_coil_is_on(made, chip, loader, monkeypatch):
    from ballast.compose import factory

    monkeypatch.setattr(factory, "bytecode", lambda: 6)
    monkeypatch.setattr(update, "_PERMIT_MS", 0)
    _, brand = power_on(loader)
    app = App()
    app.out.coil = 1
    before = {name: bytes(part) for name, part in chip.partitions.items()}
    service = factory.make_update(brand, app.permit, None)
    with pytest.raises(update.UpdateError, match="pause it"):
        send(service, newer(made, version="0.2.0"))
    assert {name: bytes(part) for name, part in chip.partitions.items()} == before


def test_update_of_another_brand_or_board_is_refused(made, chip, loader, monkeypatch):
    from ballast.compose import factory

    monkeypatch.setattr(factory, "bytecode", lambda: 6)
    _, brand = power_on(loader)
    service = factory.make_update(brand, App().permit, None)
    for change, text in (
        ({"brand": dataclasses.replace(made.brand, id="ballast")}, "this charger is acme"),
        ({"board": dataclasses.replace(made.board, name="esp32s3_lite")}, "this is esp32s3_ref"),
    ):
        with pytest.raises(update.UpdateError, match=text):
            send(service, newer(dataclasses.replace(made, **change), version="0.2.0"))
    other = signing.Key(rsa.generate_private_key(65537, 3072))
    with pytest.raises(update.UpdateError, match="does not know"):
        send(service, newer(dataclasses.replace(made, key=other), version="0.2.0"))


def test_without_a_loader_there_are_no_updates(monkeypatch):
    from ballast.compose import factory

    monkeypatch.delitem(sys.modules, "loader", raising=False)
    assert factory.make_update({}, None, None) is None


def test_image_digest_in_the_header_is_the_images(made):
    for kind, data in made.updates.items():
        manifest = update_file.decode(data[:4096])[0]
        assert hashlib.sha256(made.images[kind]).hexdigest() == manifest["sha256"]


@pytest.mark.parametrize("image", [b"", b"\xff" * 4096])
def test_an_image_that_the_boot_loader_refuses_changes_nothing(chip, loader, image):
    from ballast.ports.base_slot import BaseSlot

    chip.partitions["ota_1"][:] = image
    with pytest.raises(OSError, match="ESP_ERR_OTA_VALIDATE_FAILED"):
        BaseSlot().activate()
    assert (chip.boot, chip.running) == ("ota_0", "ota_0")


@pytest.mark.parametrize("stall_ms", [150, 1100, 3000])
def test_the_watchdog_outlasts_the_check_of_a_whole_image(chip, loader, monkeypatch, stall_ms):
    """No step runs and nothing feeds it: a bite before otadata is written, and never an update."""
    import machine

    from ballast.ports.base_slot import BaseSlot
    from ballast.ports.watchdog import Watchdog

    Watchdog()
    clock = chip.clock
    clock.advance_ms(900)
    stalls = []

    def spend(kind, amount=1):
        if kind == "set_boot":
            clock.advance_ms(stall_ms)
            stalls.append(amount)
            chip.run_due()  # bites here, if it does

    monkeypatch.setattr(chip, "spend", spend)
    chip.partitions["ota_1"][:1] = b"\xe9"
    BaseSlot().activate()
    assert stalls == [len(chip.partitions["ota_1"])] and chip.boot == "ota_1"
    clock.advance_ms(990)
    chip.run_due()
    clock.advance_ms(20)
    with pytest.raises(fakes.HardReset):
        chip.run_due()  # a second after the call it is the step's watchdog again
    assert machine.reset_cause() == machine.WDT_RESET


def test_a_flash_that_takes_too_long_is_told_and_leaves_the_running_image(made, chip, loader, monkeypatch):
    from ballast.compose import factory

    monkeypatch.setattr(factory, "bytecode", lambda: 6)
    _, brand = power_on(loader)
    service = factory.make_update(brand, App().permit, None)
    prove_start(service)
    app = synthetic_base.esp_image("esp32s3", synthetic_base.banner("Ballast", "1.29.1") + b"x" * 9999)
    release = {**made.release, "version": "0.2.0"}
    data = build.update(made.board, made.brand, release, made.key, 6, "esp", app)
    chip.flash_fault = "timeout"
    with pytest.raises(update.UpdateError, match="flash memory cannot be written") as error:
        send(service, data)
    assert error.value.code == 500 and "ESP_ERR_TIMEOUT" in service.status()["error"]
    assert (chip.boot, chip.running) == ("ota_0", "ota_0")
