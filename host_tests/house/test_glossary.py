"""firmware/GLOSSARY.md, as far as a machine can guard it: names twice, words with another meaning."""

import ast
import re
from functools import cache

import pytest

from ballast_tools.shell import paths

GLOSSARY = paths.FIRMWARE / "GLOSSARY.md"

WORDS = {
    "vehicle": "ev", "vehicles": "evs", "car": "ev", "cars": "evs",
    "gate": "door (gate is the contactor's, which no name needs)",
    "lamp": "light", "tick": "step", "look": "step",
}  # fmt: skip
"""Words that no name of the firmware has, and what is said instead. `ticks` is MicroPython's own."""

NOT_YET = {
    "twice": {"Assembler", "Ble", "Button", "Demand", "Group", "Meter", "Pair"},
    "words": {"CAR", "CarTest", "Gate", "WHY_CAR", "WHY_CAR_IDLE", "_CAR_LESS_MA", "_VEHICLE_RANK",
              "_gate", "_led_tick", "_look", "_look_after", "gate", "lamp", "look", "tick", "vehicle",
              "vehicle_ma"},
    "missing": {"PageWiring"},
}  # fmt: skip
"""Names of today that the glossary will not have, and those of the glossary that are not there yet."""


@cache
def trees():
    """{path below firmware/: syntax tree}"""
    return {
        file.relative_to(paths.FIRMWARE).as_posix(): ast.parse(file.read_text())
        for file in sorted(paths.FIRMWARE.rglob("*.py"))
    }


@cache
def names():
    """{name that the firmware defines (class, function, argument, variable, attribute): a file}"""
    found = {}
    for file, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
                found.setdefault(node.name, file)
            elif isinstance(node, ast.arg):
                found.setdefault(node.arg, file)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                found.setdefault(node.id, file)
            elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                found.setdefault(node.attr, file)
    return found


def words_of(name):
    """`WHY_CAR` and `CarTest` both have the word "car"."""
    return {part.lower() for part in re.split(r"_+|(?<=[a-z0-9])(?=[A-Z])", name)}


def twice():
    files = {}
    for file, tree in trees().items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                files.setdefault(node.name, []).append(file)
    return {name: where for name, where in files.items() if len(where) > 1}


def test_no_class_name_is_there_twice():
    found = {name: where for name, where in twice().items() if name not in NOT_YET["twice"]}
    assert not found, f"one name for one thing: {found}"


def test_no_name_has_a_word_that_means_something_else():
    found = [
        f"{file}: {name}: say {WORDS[word]}"
        for name, file in names().items()
        if name not in NOT_YET["words"]
        for word in words_of(name) & set(WORDS)
    ]
    assert not found, "\n".join(["", *found])


def test_the_glossary_names_what_there_is():
    text = GLOSSARY.read_text()
    code = re.findall(r"`([A-Za-z_]\w*(?:\.\w+)?)`", text.split("\n## Words that had")[0])
    known = set(names()) | {f.rsplit("/", 1)[-1].removesuffix(".py") for f in trees()}
    settings = (paths.FIRMWARE / "ballast/control/settings.py").read_text()
    missing = {
        word for word in code
        if word.split(".")[-1] not in known and f'"{word}"' not in settings
    }  # fmt: skip
    assert missing == NOT_YET["missing"]


def test_nothing_waits_for_its_name_that_has_it():
    assert NOT_YET["twice"] <= set(twice()), "renamed: take it out of NOT_YET"
    assert NOT_YET["words"] <= set(names()), "renamed: take it out of NOT_YET"


@pytest.mark.parametrize(
    ("name", "word"), [("CarTest", "car"), ("WHY_CAR", "car"), ("_led_tick", "tick"), ("gate", "gate")]
)
def test_a_word_is_found_in_a_name(name, word):
    assert word in words_of(name)
    assert not words_of("_ticks_ms") & set(WORDS) and not words_of("cartesian") & set(WORDS)
