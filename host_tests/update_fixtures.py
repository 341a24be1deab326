"""For the tests of updates: a signing key and a chip with two slots."""

import sys
import types

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from ballast.protocol import slot_record, update_file
from ballast_bench.devices import flash
from ballast_bench.rigs.update import BLOCKS
from ballast_tools.shell import paths


@pytest.fixture(scope="session")
def key():
    return rsa.generate_private_key(65537, 3072)


@pytest.fixture
def device(monkeypatch):
    """esp32.Partition over one flash chip, and the loader with its frozen neighbours."""
    chip = flash.Flash(2 * BLOCKS + 2)
    table = {"romfs": (chip, 0, 2 * BLOCKS), "slotrec": (chip, 2 * BLOCKS, 2)}
    monkeypatch.setattr(flash.Partition, "table", table)
    monkeypatch.setitem(sys.modules, "esp32", flash)
    chip.rtc = bytearray(b"\xb5" * 64)
    machine = types.SimpleNamespace(mem_backup=lambda: chip.rtc)
    monkeypatch.setitem(sys.modules, "machine", machine)
    for name, module in (("slot_record", slot_record), ("update_file", update_file)):
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.syspath_prepend(str(paths.BOARDS / "loader"))
    monkeypatch.delitem(sys.modules, "loader", raising=False)
    from ballast.ports import update_slots

    monkeypatch.setattr(update_slots, "esp32", flash)  # whoever imported it first
    return chip
