"""brand.json holds what the firmware reads, and the firmware reads nothing else from it."""

import ast
import re

import pytest

from ballast_bench.product import brand
from ballast_tools.shell import paths
from ballast_tools.ship import boards

NOT_YET = {
    "household": "a household socket needs a warning before hours of load",
    "phases": "a one-phase plug on a three-phase board",
    "currents": "steps of the button",
}
"""Keys that are written and wait for their reader; one that has got its reader leaves this list."""

PAIRS = [
    (board, name) for name in brand.known() for board in brand.load(name).boards if board in boards.known()
]


def document(board, name):
    return brand.document(brand.load(name), boards.load(board), boards.release(), {"0": "ff"})


def keys_read():
    """Constant keys that compose/ takes from the dict it calls `brand`: brand["k"] and brand.get("k")."""
    found = set()
    for path in (paths.FIRMWARE / "ballast" / "compose").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Subscript):
                value, key = node.value, node.slice
            elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "get" and node.args:
                value, key = node.func.value, node.args[0]
            else:
                continue
            if getattr(value, "id", "") == "brand":
                found.add(key.value)
    return found


@pytest.mark.parametrize("pair", PAIRS)
def test_every_key_has_a_reader_and_every_reader_a_key(pair):
    written = set(document(*pair))
    assert written - keys_read() == set(NOT_YET)
    assert keys_read() <= written


def test_the_readers_are_found():
    assert {"product", "profile", "rules", "update_keys"} <= keys_read()


def test_the_page_takes_its_part_at_build_and_not_from_brand_json():
    for path in (paths.FIRMWARE / "web").glob("*.js"):
        assert "brand.json" not in path.read_text(), path


@pytest.mark.parametrize("pair", PAIRS)
def test_the_readme_lists_each_key_once(pair):
    text = (paths.BOARDS / "brands" / "README.md").read_text().split("## brand.json")[1]
    cells = re.findall(r"^\| ([a-z_, ]+) \|", text, re.M)[1:]
    listed = [key for cell in cells for key in cell.split(", ")]
    assert sorted(listed) == sorted(document(*pair))
