"""An OEM's board and brand outside the tree, in any market: built, made an image, and started from it."""

import json
import shutil
from pathlib import Path

import pytest

from ballast_bench.person import story
from ballast_bench.product import product
from ballast_bench.setup import Setup, default_ev
from ballast_tools.ship import boards, fsimage, partitions
from tools.factory_kit import slot_vm
from tools.factory_kit.command import CLASSIC, base_file, run

OEM = Path(CLASSIC).parents[1]

SCRIPT = """
import sys, json
sys.path.insert(0, "/loader")
import esp32, loader, update_slots
slots = update_slots.UpdateSlots("romfs")
slot = loader.pick(slots)
loader.mount(slots, slot)
for name in %r:
    __import__(name)
import board
document = json.load(open("brand.json"))
print(json.dumps([slot, board.NAME, board.RATED_MA, document["brand"], document["profile"]["plug_ma"]]))
"""


@pytest.fixture
def oem(tmp_path):
    """(board, brand): folders of an OEM; its board has the classic ESP32."""
    shutil.copytree(OEM / "boards", tmp_path / "boards")
    shutil.copytree(OEM / "brands", tmp_path / "brands")
    return tmp_path / "boards" / "box13", tmp_path / "brands" / "voltaro"


def made(oem, tmp_path, *more):
    """The folder of `ballast image` for these folders."""
    board, brand = oem
    base, out = base_file(tmp_path, boards.load(str(board))), tmp_path / "out"
    status, line = run("image", "--board", board, "--brand", brand, "--base", base, "--out", out, *more)
    assert status == 0, line
    return out


def slots_of(folder):
    """The bytes of both application slots as they lie in ballast.bin, and the application's own."""
    data = (folder / "ballast.bin").read_bytes()
    table = partitions.parse_binary(data[0x8000:0x8C00])
    start, half = partitions.find(table, "romfs").offset, partitions.slot_bytes(table)
    apps = data[start : start + 2 * half].ljust(2 * half, b"\xff")
    return apps, fsimage.unpack("romfs", apps[: half - fsimage.BLOCK])


def test_its_image_starts_and_the_bench_charges_with_what_is_in_it(oem, tmp_path, micropython_vm):
    folder = made(oem, tmp_path, "--market", "us", "--mains-plug", "nema5-15")
    apps, files = slots_of(folder)
    out = slot_vm.run(micropython_vm, tmp_path, apps, SCRIPT % slot_vm.pure(files))
    plug_ma = json.loads(files["brand.json"])["profile"]["plug_ma"]
    assert json.loads(out) == [0, "box13", 13000, "voltaro_us_nema5_15", plug_ma]
    board, brand = oem
    charger = product.load(str(board), str(brand), "us", "nema5-15")
    own = charger.document
    charger.document = json.loads(files["brand.json"])
    differ = {key for key in own if own[key] != charger.document[key]}
    assert differ == {"brand", "version", "update_keys"}
    setup = Setup(charger=charger, meter="none", ev=default_ev(), settings={"fallback_ma": 32000})
    world = setup.start()
    try:
        world.run(60)
        seen = story.observe(world)
        assert (seen["state"], seen["limited"], seen["offered_a"]) == ("C2", "plug", 12.0)  # 80 % of 15 A
    finally:
        setup.stop()


def test_a_brand_in_its_own_market_keeps_its_id(oem, tmp_path):
    flash = json.loads((made(oem, tmp_path) / "flash.json").read_text())
    assert (flash["board"], flash["brand"]) == ("box13", "voltaro")


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("--board", "{board}", "--brand", "acme"), "brand acme: hardware.boards: box13 is not among them"),
        (("--board", "{brand}"), "board {brand}: no image.toml in this folder; boards/README.md has what it"),
        (("--board", "{board}", "--brand", "{board}"), "brand {board}: no brand.toml in this folder"),
        (("esp32s3_lite", "acme", "--market", "mars"), "boards/markets: no market 'mars'; there are "),
        (("esp32s3_lite", "acme", "--mains-plug", "x"), "market uk: no plug 'x'; there are "),
        (("esp32s3_lite", "acme", "--board", "bench"), "esp32s3_lite: --board is given too; leave one"),
        (("esp32s3_lite", "acme", "uk"), "uk: BOARD and BRAND alone may stand here"),
    ],
)
def test_mistakes_are_one_line(oem, tmp_path, words, line):
    board, brand = oem
    fill = {"board": board, "brand": brand}
    status, told = run("build", *(word.format(**fill) for word in words), "--out", tmp_path / "out")
    assert status == 2 and told.startswith(line.format(**fill)) and "\n" not in told
    assert not (tmp_path / "out").exists()


def test_a_board_outside_is_checked_before_it_is_built(oem, tmp_path):
    path = oem[0] / "board.py"
    path.write_text(path.read_text().replace("COIL_PIN = const(25)", "COIL_PIN = const(36)"))
    status, told = run("build", "--board", oem[0], "--brand", oem[1], "--out", tmp_path / "out")
    assert status == 2 and "COIL_PIN: GPIO36 is an input only" in told
