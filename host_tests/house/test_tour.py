"""Every file and function that firmware/TOUR.md names is there, in the file that it says."""

import ast
import json
import re

import pytest

from ballast_tools.shell import paths

TEXT = (paths.FIRMWARE / "TOUR.md").read_text()
CODE = re.compile(r"`([^`]+)`")
ROW = re.compile(r"^\|[^|]*\| `([^`]+)` \| ([^|]+) \|", re.MULTILINE)
JS = re.compile(r"^\s*(?:export )?(?:async )?(?:function )?(\w+)\([^)]*\) \{$", re.MULTILINE)


def defined(file):
    """Names that a file defines: "function", "Class.method"; of JSON its keys."""
    text = (paths.FIRMWARE / file).read_text()
    if file.endswith(".json"):
        return set(json.loads(text))
    if file.endswith(".js"):
        return set(JS.findall(text))
    names = set()
    for node in ast.parse(text).body:
        if isinstance(node, ast.ClassDef):
            names |= {f"{node.name}.{part.name}" for part in node.body if hasattr(part, "name")}
        elif hasattr(node, "name"):
            names.add(node.name)
    return names


def steps():
    """(file, name) of every row of the two tables."""
    return [(file, name) for file, cell in ROW.findall(TEXT) for name in CODE.findall(cell)]


def test_both_ways_are_there():
    assert len(steps()) > 35
    assert TEXT.count("\n## ") == 2
    assert len(TEXT.splitlines()) < 80


@pytest.mark.parametrize(("file", "name"), steps())
def test_the_step_is_in_the_code(file, name):
    assert (paths.FIRMWARE / file).exists(), f"TOUR.md: there is no firmware/{file}"
    assert name in defined(file), f"TOUR.md: firmware/{file} has no {name}"


def test_what_stands_beside_the_tables_is_there_too():
    methods = set().union(*(defined(file.relative_to(paths.FIRMWARE).as_posix())
                            for file in paths.FIRMWARE.rglob("*.py")))  # fmt: skip
    for word in CODE.findall(ROW.sub("", TEXT)):
        if re.fullmatch(r"[A-Z]\w*\.\w+", word) and not word.startswith("Scan."):
            assert word in methods, f"TOUR.md: no class has {word}"
        elif "/" in word and not word.endswith("/"):
            place = paths.ROOT if word.startswith("host_tests") else paths.FIRMWARE
            assert (place / word).exists(), f"TOUR.md: there is no {word}"


def test_a_name_that_is_gone_is_found():
    assert "Limits.put" in defined("ballast/control/limits/limits.py")
    assert "Limits.putt" not in defined("ballast/control/limits/limits.py")
    assert "sentence" in defined("web/now.js")
    assert "sentences" not in defined("web/now.js")
