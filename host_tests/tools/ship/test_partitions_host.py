"""Partition tables: the boards' own, and every rule broken once."""

import pytest

from ballast_tools.shell.errors import UserError
from ballast_tools.ship import boards, partitions

GOOD = """\
nvs,       data, nvs,     0x9000,   0x4000
otadata,   data, ota,     0xd000,   0x2000
phy_init,  data, phy,     0xf000,   0x1000
ota_0,     app,  ota_0,   0x10000,  0x200000
ota_1,     app,  ota_1,   0x210000, 2M
romfs,     data, 0x8f,    0x410000, 0x110000
slotrec,   data, 0x40,    0x520000, 8K
fctry,     data, 0x41,    0x522000, 0x1000
journal,   data, 0x42,    0x523000, 0x80000
vfs,       data, fat,     0x5a3000, 0x25d000
"""


def check(tmp_path, text, flash=8 << 20):
    path = tmp_path / "partitions-x.csv"
    path.write_text(text)
    table = partitions.read(path)
    partitions.check(path, table, flash)
    return table


def test_boards_have_tables_that_fill_their_flash():
    for name in boards.known():
        board = boards.load(name)
        for flash in board.layouts:
            table = board.table(flash)
            assert table[-1].end == boards.FLASH[flash]
            assert partitions.slot_bytes(table) >= partitions.APPLICATION_BUDGET + partitions.BLOCK


def test_binary_is_read_back(tmp_path):
    table = check(tmp_path, GOOD)
    data = partitions.binary(table)
    assert len(data) == partitions.TABLE_BYTES
    back = partitions.parse_binary(data)
    fields = [(p.name, p.type, p.subtype, p.offset, p.size) for p in table]
    assert [(p.name, p.type, p.subtype, p.offset, p.size) for p in back] == fields


def test_binary_layout_is_the_boot_loaders(tmp_path):
    """ESP-IDF, gen_esp32part.py: 32-byte entries AA 50, then EB EB, 14 x FF, MD5."""
    data = partitions.binary(check(tmp_path, GOOD))
    assert data[:12] == bytes.fromhex("aa50 01 02 00900000 00400000".replace(" ", ""))
    assert data[12:16] == b"nvs\0" and data[10 * 32 : 10 * 32 + 16] == b"\xeb\xeb" + b"\xff" * 14
    assert set(data[11 * 32 :]) == {0xFF}


@pytest.mark.parametrize("at", [0, 5, 40, 300])
def test_damaged_binary_is_refused(tmp_path, at):
    data = bytearray(partitions.binary(check(tmp_path, GOOD)))
    data[at] ^= 1
    with pytest.raises(UserError):
        partitions.parse_binary(bytes(data))


BROKEN = {  # what: (old text, new text, message)
    "columns": ("nvs,       data, nvs,     0x9000,   0x4000", "nvs, data, nvs, 0x9000", ":1: exp"),
    "type": ("slotrec,   data", "slotrec,   blob", ":7: type 'blob'"),
    "number": ("0x520000", "0x52000g", ":7: invalid literal"),
    "name": ("slotrec,", "slotrecordslotrec,", ":7: name"),
    "twice": ("phy_init,", "nvs,", ":3: nvs: this name is used twice"),
    "overlap": ("0x522000", "0x521000", ":8: fctry: starts at 0x521000, inside"),
    "before the table": ("0x9000,", "0x7000,", ":1: nvs: starts at 0x7000"),
    "app alignment": ("0x10000,  0x200000", "0x11000,  0x1ff000", ":4: ota_0: offset"),
    "data alignment": ("0x522000, 0x1000", "0x522100, 0x1000", ":8: fctry: offset"),
    "size alignment": ("0x25d000", "0x25c800", ":10: vfs: offset"),
    "beyond the flash": ("0x25d000", "0x25e000", ":10: vfs: ends at 0x801000"),
    "no journal": ("journal,", "journax,", "there is no partition 'journal'"),
    "small journal": ("0x523000, 0x80000", "0x523000, 0x1f000", ":9: journal: expected"),
    "no record": ("slotrec,", "slotxxx,", "there is no partition 'slotrec'"),
    "small slots": ("0x410000, 0x110000", "0x410000, 0x100000", ":6: romfs: expected"),
    "odd slots": ("0x410000, 0x110000", "0x40f000, 0x111000", ":6: romfs: two slots need an even"),
    "one slot": ("ota_1,     app,  ota_1", "other,     app,  0x12", "either 'factory' or both"),
    "unequal slots": ("0x210000, 2M", "0x210000, 0x1f0000", "ota_0 and ota_1 must be equal"),
    "no otadata": ("otadata,", "otaxxxx,", "'otadata' must be there"),
    "small nvs": ("0x9000,   0x4000", "0x9000,   0x2000", ":1: nvs: expected"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_each_rule_names_line_and_partition(tmp_path, what):
    old, new, message = BROKEN[what]
    text = GOOD.replace(old, new)
    assert text != GOOD
    if what == "odd slots":
        text = text.replace("0x210000, 2M", "0x210000, 0x1f0000")
    with pytest.raises(UserError) as caught:
        check(tmp_path, text)
    assert message in str(caught.value), caught.value
    assert "partitions-x.csv" in str(caught.value)


def test_missing_file_is_one_line(tmp_path):
    with pytest.raises(UserError, match="No such file"):
        partitions.read(tmp_path / "no.csv")
