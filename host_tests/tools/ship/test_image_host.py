"""One flash image on both boards and both brands: each part in its place, each bad base refused."""

import hashlib
import json

import pytest

from ballast.protocol import slot_record, update_file
from ballast_bench.devices.flash import Flash
from ballast_tools.shell.errors import UserError
from ballast_tools.ship import base_image, boards, fsimage, image, partitions
from journal_kit import start
from portable import last
from tools.factory_kit.command import CLASSIC, PAIRS, base_file, run


@pytest.mark.parametrize("pair", PAIRS)
def test_flash_image_holds_each_part_at_its_place(builds, pair, tmp_path):
    made = builds[pair]
    board = made.board
    for name, fs in board.bases.items():
        base = base_image.load(base_file(tmp_path, board, name), board, made.release)
        assert (base.name, base.fs, base.version) == (name, fs, made.release["micropython"])
        for flash in board.layouts:
            table = board.table(flash)
            files = image.make(made, base, table, flash)
            check_image(files, made, base, table, flash)


def check_image(files, made, base, table, flash):
    data = files["ballast.bin"]
    board, at = made.board, board_offsets(table)
    assert len(data) <= boards.FLASH[flash]
    read = partitions.parse_binary(data[0x8000:0x8C00])
    assert [(p.name, p.offset, p.size) for p in read] == [(p.name, p.offset, p.size) for p in table]
    boot = data[board.boot_offset :][: len(base.bootloader)]
    code = {"4MB": 2, "8MB": 3}[flash]
    assert boot[3] >> 4 == code and boot[:3] == base.bootloader[:3]
    app = partitions.app_slot(table)
    assert data[app.offset :][: len(base.app)] == base.app
    assert set(data[at["nvs"] : at["nvs"] + 0x1000]) == {0xFF}  # of the unit, not of the batch
    half = partitions.slot_bytes(table)
    header = data[at["romfs"] + half - 4096 :][:4096]
    manifest = update_file.decode(header)[0]
    payload = data[at["romfs"] :][: manifest["size"]]
    assert manifest["fs"] == base.fs
    assert hashlib.sha256(payload).hexdigest() == manifest["sha256"]
    assert fsimage.unpack(base.fs, payload) == made.files
    other = data[at["romfs"] + half : at["slotrec"]]
    assert set(other) == {0xFF}
    record = slot_record.newest([data[at["slotrec"] + n * 4096 :][:20] for n in (0, 1)])
    assert (record.active, record.trial) == (0, slot_record.NONE)
    assert record.floor == made.release["security"]
    part = data[at["journal"] :][: partitions.find(table, "journal").size]
    chip = Flash(len(part) // 4096)
    chip.data[:] = part
    journal, found = start(chip)
    assert found == [] and not journal.dirty and journal.free == len(chip.erases) * 254 * 16
    volume = data[at["vfs"] :]
    volume += b"\xff" * (partitions.find(table, "vfs").size - len(volume))
    inside = fsimage.unpack_littlefs(volume)
    if base.fs == "romfs":
        assert inside == {}
    else:
        assert {"boot.py", "board.py", "main.py", "loader/loader.py", "loader/identity.py",
                "loader/slot_record.py", "loader/update_file.py",
                "loader/update_slots.py"} == set(inside)  # fmt: skip
    web = json.loads(files["esp-web-tools.json"])
    assert web["builds"] == [{"chipFamily": boards.FAMILY[board.chip],
                              "parts": [{"path": "ballast.bin", "offset": 0}]}]  # fmt: skip
    assert ("base.update" in files) == ("ota_1" in at)
    if "base.update" in files:
        document = json.loads(made.files["brand.json"])
        data = files["base.update"]
        manifest = last(
            update_file.checking(
                data[:4096], document["update_keys"], board.name, made.brand.id, base.fs, 6, 0, 1, app.size
            )
        )
        assert manifest["kind"] == "base" and data[4096:] == base.app
        assert manifest["sha256"] == hashlib.sha256(base.app).hexdigest()
    listed = json.loads(files["manifest.json"])["files"]
    assert set(listed) == set(files) - {"manifest.json"}
    for name, entry in listed.items():
        assert entry["sha256"] == hashlib.sha256(files[name]).hexdigest()


def board_offsets(table):
    return {part.name: part.offset for part in table}


def test_image_command_twice_gives_the_same_bits(key_file, tmp_path, capsys):
    board = boards.load("esp32s3_lite")
    base = base_file(tmp_path, board)
    for name in ("one", "two"):
        words = ("image", "esp32s3_lite", "acme", "--base", base, "--key", key_file)
        assert run(*words, "--flash", "4MB", "--out", tmp_path / name) == (0, "")
    assert fsimage.contents(tmp_path / "one") == fsimage.contents(tmp_path / "two")
    text = capsys.readouterr().out
    assert "ready for 0x0" in text and "signed by key" in text and "development" not in text


BASES = {  # what: (how the base is made, message)
    "version": ({"version": "1.28.0"}, "MicroPython 1.28.0, expected 1.29.0"),
    "board": ({"name": "Generic ESP32 module"}, "made for another board"),
}


@pytest.mark.parametrize("what", BASES)
def test_base_of_another_kind_is_refused(tmp_path, what):
    over, message = BASES[what]
    board = boards.load("esp32s3_lite")
    base = base_file(tmp_path, board, **over)
    status, text = run("image", "esp32s3_lite", "acme", "--base", base, "--out", tmp_path / "o")
    assert status == 2 and message in text and not (tmp_path / "o").exists()


def test_base_of_another_chip_is_refused(tmp_path):
    base = base_file(tmp_path, boards.load(CLASSIC))
    status, text = run("image", "esp32s3_lite", "acme", "--base", base)
    assert status == 2 and "no partition table" in text


@pytest.mark.parametrize("name", ["esp32s3_lite", CLASSIC], ids=["esp32s3", "esp32"])
@pytest.mark.parametrize(("part", "at"), [("boot loader", 0x20), ("app", 0x200), ("app", 60_000)])
def test_damaged_base_is_refused(tmp_path, name, part, at):
    """One changed byte in boot loader or MicroPython: the images' own checksums tell."""
    board = boards.load(name)
    base = base_file(tmp_path, board)
    start = 0 if part == "boot loader" else partitions.app_slot(board.table()).offset - board.boot_offset
    data = bytearray(base.read_bytes())
    data[start + at] ^= 0x40
    base.write_bytes(data)
    with pytest.raises(UserError, match=r"damaged|not an image"):
        base_image.load(base, board, boards.release())


def test_cut_base_is_refused(tmp_path):
    base = base_file(tmp_path, boards.load("esp32s3_lite"))
    data = base.read_bytes()
    for size in (0, 1, 100, 0x7000, 0x10000, 0x10010, len(data) - 40):
        base.write_bytes(data[:size])
        status, text = run("image", "esp32s3_lite", "acme", "--base", base)
        assert status == 2 and "\n" not in text, (size, text)


def test_base_checksum_is_compared(tmp_path):
    board = boards.load("esp32s3_lite")
    base = base_file(tmp_path, board)
    digest = hashlib.sha256(base.read_bytes()).hexdigest()
    release = boards.release()
    assert base_image.load(base, board, release, digest.upper()).sha256 == digest
    with pytest.raises(UserError, match="expected 1234"):
        base_image.load(base, board, release, "1234")
    base.with_name("firmware.bin.sha256").write_text("feed  firmware.bin\n")
    with pytest.raises(UserError, match="expected feed"):
        base_image.load(base, board, release)
    base.with_name("firmware.bin.sha256").write_text(f"{digest}  firmware.bin\n")
    assert base_image.load(base, board, release).sha256 == digest


def test_build_folder_is_a_base_too(tmp_path):
    board = boards.load("esp32s3_ref")
    whole = base_image.load(base_file(tmp_path, board), board, boards.release())
    folder = tmp_path / "build"
    (folder / "bootloader").mkdir(parents=True)
    (folder / "bootloader/bootloader.bin").write_bytes(whole.bootloader)
    (folder / "micropython.bin").write_bytes(whole.app)
    again = base_image.load(folder, board, boards.release())
    assert (again.bootloader, again.app) == (whole.bootloader, whole.app)


def test_base_that_is_too_large_is_refused(builds, tmp_path):
    made = builds[PAIRS[2]]
    path = base_file(tmp_path, made.board, size=0x1E0000)
    base = base_image.load(path, made.board, made.release)
    with pytest.raises(UserError, match="use a larger --flash"):
        image.layout(made, base, made.board.table("4MB"))
