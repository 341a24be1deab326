"""bench memory: the firmware as built on the MicroPython VM, its bars, and what it says where it cannot."""

import argparse
import dataclasses
import json
import shutil

import pytest

from ballast_tools.check.benches import memory
from ballast_tools.check.memory import configurations, measure, smallest, where
from ballast_tools.shell import paths
from ballast_tools.shell.errors import UserError
from ballast_tools.ship import bundle

KIB = 1024
ALONE, GROUP, ALL = configurations.ROWS


@pytest.fixture(scope="module")
def built():
    return measure.made("esp32s3_ref")


@pytest.fixture(scope="module")
def known(built):
    return measure.names_of_base(built)


def arguments(*words):
    parser = argparse.ArgumentParser()
    memory.add_arguments(parser)
    args = parser.parse_args(words)
    args.json = None
    return args


def test_a_board_elsewhere_is_built_with_the_neutral_brand(tmp_path):
    box = tmp_path / "box"
    shutil.copytree(paths.BOARDS / "esp32s3_lite", box)
    (box / "board.py").write_text((box / "board.py").read_text().replace('"esp32s3_lite"', '"box"'))
    assert measure.made(str(box)).board.name == "box"


def test_alone_a_charger_loads_neither_group_nor_bluetooth_nor_modbus(built, known, micropython_vm):
    got = measure.of(built, ALONE, 320 * KIB, known, seconds=1)
    modules = set(got["state"]["modules"])
    assert modules & set(bundle.BUNDLES) == {"ballast.charger"}
    assert not [m for m in modules if m.endswith((".finder", ".sunspec", ".x25519", "web.update"))]
    assert got["fits"] and got["largest"] > 32 * KIB
    assert 60 * KIB < got["imported"] < got["live"] < got["three_pages"] < 170 * KIB
    assert 1000 < got["idle_per_s"] < configurations.IDLE_BAR_KB * 1000
    assert got["idle_per_s"] + 8000 < got["page_per_s"] < configurations.PAGE_BAR_KB * 1000


def test_what_is_configured_is_loaded_and_runs(built, known, micropython_vm):
    got = measure.of(built, dataclasses.replace(ALL, pages=1), 400 * KIB, known, seconds=1)
    modules = set(got["state"]["modules"])
    assert set(bundle.BUNDLES) <= modules
    assert got["live"] > 120 * KIB
    assert got["page_per_s"] > got["idle_per_s"] + 8000  # the firmware's own collections took it before


def test_where_says_whose_the_bytes_are(built, known, micropython_vm, capsys):
    got = where.found(built, ALONE, known)
    live = measure.of(built, ALONE, 320 * KIB, known, seconds=1)["live"]
    modules, objects = got
    assert "ballast.charger" in modules and modules["ballast.charger"][1] > 300
    assert not [name for name in modules if name.startswith("vm_")]
    path, _, whole = objects[0]
    assert path == "app" and all(size <= whole for _, _, size in objects[1:])
    # what belongs to nobody of ours: the names that the base lacks, the interpreter's own
    assert 0.7 * live < sum(row[0] for row in modules.values()) + whole < 1.1 * live
    where.show(got)
    text = capsys.readouterr().out
    assert f"objects: {whole} bytes" in text and " ballast.charger\n" in text


def test_names_that_the_base_lacks_cost_ram(built, known, micropython_vm):
    with_names = measure.of(built, ALONE, 320 * KIB, known, seconds=1)
    without = measure.of(built, ALONE, 320 * KIB, seconds=1)
    assert with_names["names"] < 2 * KIB < without["names"]
    assert without["live"] - with_names["live"] > 10 * KIB  # in bundles a name stands once


def test_a_charger_that_does_not_run_is_no_figure(built, known, micropython_vm):
    broken = dataclasses.replace(ALONE, settings={**ALONE.settings, "meter_kind": 3, "meter_model": "none"})
    with pytest.raises(UserError, match="did not run as it should: service meter"):
        measure.of(built, broken, 320 * KIB, known, seconds=1)


@pytest.mark.parametrize(("words", "text"), [
    (("--heap", "3"), "--heap 3: from 100"),
    (("--board", "nowhere"), "nowhere"),
    (("--chip", "nothing"), "no chip profile"),
])  # fmt: skip
def test_bad_input_is_one_line(words, text, micropython_vm):
    with pytest.raises(UserError, match=text):
        memory.main(arguments(*words))


def test_a_heap_in_which_a_row_does_not_fit_is_one_line(monkeypatch, built, micropython_vm):
    """The VM takes more memory than it was told, so its free blocks would be those of another heap."""
    monkeypatch.setattr(measure, "made", lambda board: built)
    with pytest.raises(UserError) as caught:
        memory.main(arguments("--heap", "100", "--short"))
    line = str(caught.value)
    assert line.startswith(f"--heap 100: too small for '{ALONE.name}', which holds 1") and "\n" not in line


def test_a_chip_without_psram_is_too_small_for_what_is_live(monkeypatch, capsys, built, micropython_vm):
    """Of another kind than the board's: what it would be on the classic ESP32."""
    sizes = iter((131, 132, 900))

    def of(one, row, heap, known=()):
        return {"live": next(sizes) * KIB, "three_pages": 0, "largest": 0, "fits": True, "idle_per_s": 0,
                "page_per_s": 0, "fakes": KIB, "tables": 0}  # fmt: skip

    monkeypatch.setattr(measure, "of", of)
    monkeypatch.setattr(measure, "made", lambda board: built)
    monkeypatch.setattr(smallest, "measure", lambda one: None)
    monkeypatch.setattr(smallest, "said", lambda found: "")
    memory.main(arguments("--chip", "esp32_plain", "--short"))
    _, second, third = (row.name for row in configurations.ROWS)
    line = f"Python's heap of esp32_plain: 131 KiB; less than is live with: {second}; {third}\n"
    text = capsys.readouterr().out
    assert line in text and "what is live is not enough to boot and serve" in text
    assert f"missed: {third}: the IDF's heap of esp32_plain is 26 KiB too small (estimate)" in text


@pytest.mark.parametrize(("live_kib", "idle", "status", "text"), [
    (110, 5000, 0, "bars: kept"),
    (111, 5000, 1, "one charger, clamp, page: 111 KiB live, 110 are wanted"),
    (110, 5001, 1, "one charger, clamp, page: 5.0 KB/s of garbage with nobody looking, 5 are wanted"),
])  # fmt: skip
def test_the_bars(monkeypatch, capsys, tmp_path, built, micropython_vm, live_kib, idle, status, text):
    def of(one, row, heap, known=()):
        return {"live": live_kib * KIB, "without_names": 140 * KIB, "three_pages": 120 * KIB,
                "largest": 50 * KIB, "fits": True, "idle_per_s": idle, "page_per_s": 10000, "fakes": KIB,
                "tables": 30 * KIB}  # fmt: skip

    monkeypatch.setattr(measure, "of", of)
    monkeypatch.setattr(measure, "made", lambda board: built)
    found = smallest.Smallest(700 * KIB, 280 * KIB, 2.0)
    monkeypatch.setattr(smallest, "measure", lambda one, row, live=0, factor=0: found)
    args = arguments()
    args.json = tmp_path / "memory.json"
    assert memory.main(args) == status
    printed = capsys.readouterr().out
    assert text in printed
    assert f"smallest heap, {ALONE.name}: 700 KiB with 64-bit objects" in printed
    assert "some 350 KiB on a chip" in printed
    found = json.loads(args.json.read_text())
    assert "Python's heap of esp32s3_octal: 4096 KiB; less than is live with: none of these" in printed
    # 250,000 less Wi-Fi 46,000 and two sockets of 6,000: esp32s3_quad.toml
    assert found["rows"][ALONE.name]["idf_left"] == 192000
    assert found["image_bytes"] <= found["image_most"]


def test_the_smallest_heap_is_found_to_16_kib_and_none_is_told():
    assert smallest.least(lambda size: size >= 700 * KIB) == 704 * KIB
    assert smallest.least(lambda size: False) is None


def test_a_heap_that_the_board_has_not_is_said():
    found = smallest.Smallest(size=700 * KIB, live=280 * KIB, factor=2.0)
    assert smallest.fits(found, 350 * KIB) and not smallest.fits(found, 349 * KIB)
    assert "DOES NOT FIT into the board's 131 KiB" in smallest.said(found, 131 * KIB)


def test_without_a_unix_vm_the_line_says_why(monkeypatch):
    monkeypatch.setattr(smallest.package, "missing", lambda: "no MicroPython VM here: because")
    assert smallest.measure(None, ALONE, 1) is None
    assert smallest.said(None) == "not measured: no MicroPython VM here: because"
