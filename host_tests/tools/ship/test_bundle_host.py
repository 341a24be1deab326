"""Modules put together by the build: they do what they did apart, and an error still names its line."""

import ast
import subprocess
import sys

import pytest

from ballast_tools.shell import paths
from ballast_tools.shell.errors import UserError
from ballast_tools.ship import application, bundle

SOURCES = {
    "a.limits": "from micropython import const\n\nGROUP = const(3)\nWIDTH = 70 \nNAMES = ('x', 'y')\n\n\n"
                "def _read(n):\n    return n + GROUP\n\n\ndef read(n):\n    return _read(n) * WIDTH\n",
    "a.meter": "from a import limits\nfrom a.limits import GROUP, NAMES as names\n\n\n"
               "def _read(GROUP_):\n    return [GROUP_ + limits.GROUP for _ in names]\n\n\n"
               "class Meter:\n    read = 5\n\n    def all(self, read=limits.read):\n"
               "        min = read(1)\n        return min, _read(GROUP), limits.read(2), self.read\n",
    "a.late": "from a import limits as slots\nfrom a.meter import Meter\nfrom .limits import WIDTH, read\n"
              "def all():\n    from a.limits import GROUP\n\n"
              "    return Meter().all(), slots.GROUP, slots.NAMES, WIDTH, read(GROUP), slots.read(1)\n",
}  # fmt: skip
ROOTS = {"a.one": ("a.meter",)}


def written(folder, texts):
    """A folder with the modules, `micropython` and the package a."""
    for name, text in {"micropython": "def const(x):\n    return x\n", "a.__init__": "", **texts}.items():
        path = folder / (name.replace(".", "/") + ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def said(folder):
    code = "from a import late; print(late.all())"
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_together_they_do_what_they_did_apart(tmp_path):
    made = bundle.Bundler(SOURCES, ROOTS)
    together = {"a.one": made.bundle("a.one"), "a.late": made.text_of("a.late")}
    apart = said(written(tmp_path / "apart", SOURCES))
    assert said(written(tmp_path / "together", together)) == apart
    assert made.order["a.one"] == ["a.limits", "a.meter"]
    assert "a.limits" not in together["a.late"]  # nothing asks for the part


def test_a_number_is_no_name_of_the_bundle():
    made = bundle.Bundler(SOURCES, ROOTS)
    text = made.bundle("a.one")
    names = {node.targets[0].id for node in ast.parse(text).body if isinstance(node, ast.Assign)}
    assert {"_GROUP", "_WIDTH", "NAMES"} == names
    assert "slots.GROUP" not in made.text_of("a.late") and "3" in made.text_of("a.late")


def test_a_part_can_still_be_imported_by_its_own_name(tmp_path):
    made = bundle.Bundler(SOURCES, ROOTS)
    texts = {"a.one": made.bundle("a.one"), **{name: made.stub(name) for name in ROOTS["a.one"]},
             "a.limits": made.stub("a.limits"), "a.late": SOURCES["a.late"]}  # fmt: skip
    assert said(written(tmp_path / "stubs", texts)) == said(written(tmp_path / "apart", SOURCES))


@pytest.mark.parametrize(("text", "why"), [
    ("from a import limits\n\nKEPT = [limits]\n", "used as a value"),
    ("from a import limits\n\nN = limits.NOTHING\n", "has no NOTHING"),
    ("from a.limits import NOTHING\n", "has no NOTHING"),
])  # fmt: skip
def test_what_cannot_be_put_together_is_one_line(text, why):
    with pytest.raises(UserError, match=why):
        bundle.Bundler({**SOURCES, "a.meter": text}, ROOTS).bundle("a.one")


@pytest.fixture(scope="module")
def firmware():
    files = application.modules(paths.BOARDS / "esp32s3_ref")
    return files, bundle.made(files)


def test_each_line_of_a_bundle_leads_to_its_source(firmware):
    files, made = firmware
    found = {}
    exec(made[bundle.LINES], found)
    seen = 0
    for name in bundle.BUNDLES:
        lines = made[name.replace(".", "/") + ".py"].splitlines()
        for number, line in enumerate(lines, 1):
            kind = line.strip().split(" ")[0]
            if kind in ("def", "return", "raise", "class", "while"):
                module, at = found["source"](name, number)
                source = files[module.replace(".", "/") + ".py"].read_text().splitlines()
                assert source[at - 1].strip().startswith(kind), (name, number, module, at)
                seen += 1
    assert seen > 2000


def test_a_module_that_is_not_bundled_has_its_own_lines(firmware):
    found = {}
    exec(firmware[1][bundle.LINES], found)
    assert found["source"]("ballast.services.web.commands", 7) == ("ballast.services.web.commands", 7)
