"""The stability promise: a change of the public names is a change of LIBRARY.md, and so is seen."""

import ast

import pytest

import ballast_bench
from ballast_tools.check.references import library
from ballast_tools.shell import paths

CHARGER = paths.BENCH / "api" / "charger.py"


def text_with(**sources):
    found, problems = library.rows(**sources)
    return library.document(found), problems


def changed(path, old, new):
    text = path.read_text()
    assert text.count(old) >= 1, old
    return text.replace(old, new, 1)


CHANGES = {
    "a method that is gone": ("def lose_earth(", "def _lose_earth("),
    "an argument with another name": ("def power_cut(self, seconds:", "def power_cut(self, duration_s:"),
    "another default": ("def leak(self, ac_ma: float = 0.0", "def leak(self, ac_ma: float = 6.0"),
    "another type": ("def offered_a(self) -> float:", "def offered_a(self) -> int:"),
    "another meaning": ("Current that the pilot offers per phase, A", "Current that the pilot offers, mA"),
    "a new method": ("    def see(", '    def kick(self) -> None:\n        """Kick it."""\n\n    def see('),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_the_api_is_a_change_of_the_reference(change):
    old, new = CHANGES[change]
    document, problems = text_with(classes={"Charger": changed(CHARGER, old, new)})
    assert not problems
    assert document != library.DOCUMENT.read_text()


def test_without_a_change_it_is_the_reference():
    assert text_with() == (library.DOCUMENT.read_text(), [])


def test_a_public_name_that_is_gone_or_new_is_seen():
    package = changed(library.PACKAGE, '    "Clamp",\n', "")
    assert (
        "## Clamp" not in text_with(package=package)[0]
        and "## Clamp" in library.DOCUMENT.read_text()
    )
    plugin = changed(library.PLUGIN, "def story(ballast_bench", "def tale(ballast_bench")
    assert "| `tale` |" in text_with(plugin=plugin)[0]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('        """Press the button on the box; `release_button` ends it."""\n', "        pass\n",
         "Charger.press_button is public and has no docstring"),
        ("def heat(self, place: str,", "def heat(self, place,", "heat: place has no type"),
        ("def press_button(self) -> None:", "def press_button(self):", "press_button does not say what"),
    ],
)  # fmt: skip
def test_what_is_not_described_is_a_complaint(old, new, problem):
    problems = text_with(classes={"Charger": changed(CHARGER, old, new)})[1]
    assert len(problems) == 1 and problem in problems[0]


def test_the_three_lists_of_public_names_agree():
    """`__all__`, the places to load from, and the imports for type checkers."""
    tree = ast.parse(library.PACKAGE.read_text())
    guarded = {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
               and node.module.startswith("ballast_bench.") for alias in node.names}  # fmt: skip
    assert guarded == set(ballast_bench.__all__) == set(ballast_bench._PLACES)
    assert list(ballast_bench.__all__) == sorted(ballast_bench.__all__)
