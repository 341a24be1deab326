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
    assert not twice(), f"one name for one thing: {twice()}"


def test_no_name_has_a_word_that_means_something_else():
    found = [
        f"{file}: {name}: say {WORDS[word]}"
        for name, file in names().items()
        for word in words_of(name) & set(WORDS)
    ]
    assert not found, "\n".join(["", *found])


def test_the_glossary_names_what_there_is():
    text = GLOSSARY.read_text()
    code = re.findall(r"`([A-Za-z_]\w*(?:\.\w+)?)`", text.split("\n## Words that had")[0])
    known = set(names()) | {f.rsplit("/", 1)[-1].removesuffix(".py") for f in trees()}
    settings = (paths.FIRMWARE / "ballast/control/setting_rows.py").read_text()
    missing = {
        word for word in code
        if word.split(".")[-1] not in known and f'"{word}"' not in settings
    }  # fmt: skip
    assert not missing


@pytest.mark.parametrize(
    ("name", "word"), [("CarTest", "car"), ("WHY_CAR", "car"), ("_led_tick", "tick"), ("gate", "gate")]
)
def test_a_word_is_found_in_a_name(name, word):
    assert word in words_of(name)
    assert not words_of("_ticks_ms") & set(WORDS) and not words_of("cartesian") & set(WORDS)
