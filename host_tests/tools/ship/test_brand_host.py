"""Brands, markets, boards: the ones that are there, and every mistake with its line."""

import shutil

import pytest

from ballast_bench.product import brand, market
from ballast_tools.shell import paths
from ballast_tools.shell.errors import UserError
from ballast_tools.ship import board_check, boards


@pytest.mark.parametrize("name", brand.known())
def test_brands_are_good(name):
    loaded = brand.load(name)
    assert brand.limit_ma(loaded) >= loaded.currents[-1] * 1000
    assert brand.contrast(loaded.colours["accent"], loaded.colours["on_accent"]) >= 4.5


def test_two_brands_and_five_markets_and_two_boards_are_there():
    assert {"acme", "ballast"} <= set(brand.known())
    assert set(market.known()) == {"au", "cn", "eu", "uk", "us"}
    assert {"esp32s3_ref", "esp32s3_lite"} <= set(boards.known())


@pytest.mark.parametrize("name", market.known())
def test_markets_fit_the_settings_of_the_control_core(name):
    """Every number of [profile] is taken by control/settings.py as it is."""
    from ballast.control.settings import Settings

    loaded = market.load(name)
    assert Settings().load(loaded["profile"]) == []
    for plug in loaded["plugs"].values():
        assert not plug["household"] or plug["ma"] <= 13000


@pytest.mark.parametrize("board_name", boards.known())
@pytest.mark.parametrize("brand_name", brand.known())
def test_profile_of_each_pair_is_taken_by_the_settings(board_name, brand_name):
    from ballast.control.setting_rows import NUMBERS
    from ballast.control.settings import Settings

    board, loaded = boards.load(board_name), brand.load(brand_name)
    profile = brand.profile(loaded, board.rated_ma)
    assert Settings().load(profile) == []
    groups = {row[0]: row[5] for row in NUMBERS}
    assert {groups[key] for key in profile} == {"profile"}
    assert profile["rated_ma"] <= board.rated_ma


def test_market_rules_that_the_law_states():
    """Spot checks against the texts: SI 2021/1467 (UK), the facts on reclosing."""
    uk, eu, us = market.load("uk"), market.load("eu"), market.load("us")
    assert uk["profile"]["start_delay_s"] == 600 and uk["rules"]["delay_max_s"] == 1800
    assert (uk["rules"]["peak1_start_min"], uk["rules"]["peak1_end_min"]) == (8 * 60, 11 * 60)
    assert (uk["rules"]["peak2_start_min"], uk["rules"]["peak2_end_min"]) == (16 * 60, 22 * 60)
    assert uk["rules"]["peak_days"] == 0b0011111
    assert (eu["profile"]["rcd_retries"], us["profile"]["rcd_retries"]) == (0, 4)
    assert us["profile"]["rcd_retry_ms"] == 15 * 60 * 1000
    assert us["profile"]["continuous_pct"] == 80


def test_contrast_of_known_pairs():
    assert brand.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert brand.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)  # WebAIM's example


@pytest.mark.parametrize("name", boards.known())
def test_pins_of_the_boards_are_good(name):
    assert list(board_check.check_board(paths.BOARDS / name / "board.py")) == []


@pytest.fixture
def folder(tmp_path, monkeypatch):
    target = tmp_path / "acme"
    monkeypatch.setattr(brand, "FOLDER", tmp_path)
    shutil.copytree(paths.BOARDS / "brands" / "acme", target)
    return target


MISTAKES = {  # what: (old, new, line, key, part of the message)
    "not TOML": ('name = "Acme"', 'name = "Acme', 2, "", ""),
    "market": ('market = "uk"', 'market = "mars"', 5, "market", "one of au, cn, eu, uk, us"),
    "language": ('["en"]', '["xx"]', 6, "languages", "expected a list of languages"),
    "url": ('"https://', '"http://', 9, "support.url", "https://"),
    "mail": ("help@example.com", "help", 10, "support.email", "e-mail"),
    "month": ("2030-06", "2030-13", 11, "support.until", "2031-12"),
    "colour": ("#7a1fa2", "purple", 14, "colours.accent", "#0b6b53"),
    "contrast": ("#7a1fa2", "#b8c9d0", 15, "colours.on_accent", "contrast to accent is 1.7:1"),
    "board": ('"esp32s3_lite"', '"esp9"', 18, "hardware.boards", "esp32s3_lite"),
    "plug": ('"bs1363"', '"schuko"', 19, "hardware.plug", "bs1363"),
    "cable": ("16000", "5000", 20, "hardware.cable_ma", "6000 to 32000"),
    "text for a number": ("13000", '"13000"', 21, "hardware.rated_ma", "whole number"),
    "true for a number": ("13000", "true", 21, "hardware.rated_ma", "whole number"),
    "too much": ("[6, 8, 10]", "[6, 8, 13]", 22, "hardware.currents", "above the hardware's 10000"),
    "order": ("[6, 8, 10]", "[8, 6, 10]", 22, "hardware.currents", "must rise"),
    "fraction": ("[6, 8, 10]", "[6.5]", 22, "hardware.currents", "whole ampere"),
    "prefix": ('"ACME"', '"acme"', 25, "serial.prefix", "capitals"),
    "ssid": ('ssid = "Acme"', 'ssid = "Acme;"', 28, "setup.ssid", "letters"),
    "weak code": ("code_chars = 12", "code_chars = 4", 29, "setup.code_chars", "10 to 16"),
    "typing mistake": ("cable_ma", "cabel_ma", 17, "hardware.cable_ma", "is missing"),
    "extra key": ("[serial]", '[serial]\nsuffix = "x"', 25, "serial.suffix", "not a known key"),
}


@pytest.mark.parametrize("what", MISTAKES)
def test_mistake_in_a_brand_names_file_line_and_key(folder, what):
    old, new, line, key, message = MISTAKES[what]
    path = folder / "brand.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(UserError) as caught:
        brand.read(folder)
    found = str(caught.value)
    assert "brand.toml" in found and "\n" not in found
    if key:
        assert f"brand.toml:{line}: {key}: " in found and message in found, found
    else:
        assert "line 2" in found, found


def test_a_brand_outside_the_tree_may_name_boards_outside(folder, monkeypatch):
    path = folder / "brand.toml"
    path.write_text(path.read_text().replace('"esp32s3_lite"', '"box16"'))
    with pytest.raises(UserError, match="expected a list of boards"):
        brand.read(folder)
    monkeypatch.setattr(brand, "FOLDER", folder)
    assert brand.read(folder).boards == ("esp32s3_ref", "box16")
    with pytest.raises(UserError, match="Acme-2: the folder of a brand is called like its id"):
        brand.read(folder.rename(folder.parent / "Acme-2"))


LOGOS = {
    "script": ("<path", "<script/><path", "<script> is not allowed"),
    "handler": ("<path", '<path onclick="x()"', "attribute onclick"),
    "link": ("<path", '<path xmlns:x="http://www.w3.org/1999/xlink" x:href="http://x"', "href"),
    "image": ("<path", '<image width="1"/><path', "<image> is not allowed"),
    "url in a style": ("<path", '<path style="fill:url(http://x)"', "attribute style"),
    "entity": ("<svg", "<!DOCTYPE x><svg", "DOCTYPE"),
    "no viewBox": ('viewBox="0 0 84 24"', "", "viewBox"),
    "not XML": ("</svg>", "", "not well-formed"),
    "large": ("</svg>", "<!--" + "x" * 9000 + "--></svg>", "at most 8192"),
}


@pytest.mark.parametrize("what", LOGOS)
def test_logo_that_could_run_or_load_something_is_refused(folder, what):
    old, new, message = LOGOS[what]
    path = folder / "logo.svg"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(UserError) as caught:
        brand.read(folder)
    assert "logo.svg" in str(caught.value) and message in str(caught.value)


MARKETS = {
    "no source": ('low_mv = { value = 195000, source = ', "low_mv = { value = 195000, s = ",
                  "profile.low_mv.source: is missing"),
    "empty source": ('source = "VDE-AR-N 4100: 4.6 kVA single-phase; the strictest seen in the EU"',
                     'source = ""', "rules.imbalance_ma.source"),
    "range": ("value = 195000", "value = 19500", "profile.low_mv.value: 19500"),
    "window": ("value = 264000", "value = 110000", "must be below high_mv"),
    "household": ('ma = { value = 8000,', 'ma = { value = 16000,', "at most 13000"),
    "unknown rule": ("\n[rules]", "\n[rules]\nnonsense = 1", "rules.nonsense: is not a known key"),
}  # fmt: skip


@pytest.mark.parametrize("what", MARKETS)
def test_mistake_in_a_market(tmp_path, monkeypatch, what):
    old, new, message = MARKETS[what]
    text = (market.FOLDER / "eu.toml").read_text()
    assert old in text
    (tmp_path / "eu.toml").write_text(text.replace(old, new, 1))
    monkeypatch.setattr(market, "FOLDER", tmp_path)
    with pytest.raises(UserError) as caught:
        market.load("eu")
    assert "eu.toml:" in str(caught.value) and message in str(caught.value), caught.value


BOARDS = {
    "chip": ("image.toml", 'chip = "esp32s3"', 'chip = "esp8266"', "chip: 'esp8266': expected one"),
    "no layout": ("image.toml", 'flash = "8MB"', 'flash = "16MB"', "expected one of 8MB, 4MB"),
    "size": ("image.toml", '"4MB" =', '"5MB" =', "layouts.5MB: expected one of"),
    "file system": ("image.toml", 'fs = "romfs"', 'fs = "fat"', "base[0].fs: 'fat'"),
    "offset": ("board.json", '"0"', '"0x1000"', "flash_offset '0'"),
    "pins": ("board.py", 'NAME = "esp32s3_lite"', 'NAME = "x"', "NAME and CHIP must be"),
    "not constant": ("board.py", "const(14)", "const(9 + 5)", "expected a plain value"),
}


@pytest.mark.parametrize("what", BOARDS)
def test_mistake_in_a_board_names_its_file(tmp_path, what):
    name, old, new, message = BOARDS[what]
    target = tmp_path / "esp32s3_lite"
    shutil.copytree(paths.BOARDS / "esp32s3_lite", target)
    text = (target / name).read_text()
    assert old in text
    (target / name).write_text(text.replace(old, new, 1))
    with pytest.raises(UserError) as caught:
        boards.read(target)
    assert name in str(caught.value) and message in str(caught.value), caught.value


def test_layouts_of_one_board_share_their_slots(tmp_path):
    target = tmp_path / "esp32s3_lite"
    shutil.copytree(paths.BOARDS / "esp32s3_lite", target)
    path = target / "partitions-4MiB.csv"
    text = path.read_text()
    path.write_text(text.replace("0x1f0000, 0x110000", "0x1f0000, 0x10e000"))
    with pytest.raises(UserError, match="slots of one size"):
        boards.read(target)


@pytest.mark.parametrize("name", boards.known())
def test_board_dir_is_complete(name):
    """What `make BOARD_DIR=...` needs, and that the files agree with image.toml."""
    board = boards.load(name)
    folder = board.folder
    cmake = (folder / "mpconfigboard.cmake").read_text()
    assert f"mpconfigboard_{board.chip}_common.cmake" in cmake
    assert board.layouts[board.flash] in cmake
    size = board.flash.removesuffix("MB")
    assert f"CONFIG_ESPTOOLPY_FLASHSIZE_{size}MB=y" in (folder / "sdkconfig.board").read_text()
    header = (folder / "mpconfigboard.h").read_text()
    own = next(iter(board.bases))
    assert f'"{own}"' in header
    assert board.bases[own] != "romfs" or "MICROPY_VFS_ROM " in header
    manifest = (folder / "manifest.py").read_text()
    assert "loader/manifest.py" in manifest and '"board.py"' in manifest


def test_frozen_files_exist():
    """Every file that the loader's manifest freezes from here is there."""
    frozen = []

    def freeze(where, files=None):
        if "$(PORT_DIR)" not in where:
            base = path.parent / where.replace("$(BOARD_DIR)", str(path.parent))
            frozen.extend(base / file for file in ([files] if isinstance(files, str) else files))

    names = {"freeze": freeze, "include": lambda *a: None, "require": lambda *a: None}
    for path in (paths.BOARDS / "loader/manifest.py", paths.BOARDS / "esp32s3_lite/manifest.py"):
        exec(path.read_text(), names)
    assert len(frozen) >= 9
    assert all(path.exists() for path in frozen)
