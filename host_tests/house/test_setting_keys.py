"""Each setting that the firmware names exists: a wrong key would end the scan cycle with a KeyError."""

import ast

from ballast.control.setting_rows import NUMBERS, TEXTS
from ballast_tools.shell import paths

KEYS = {row[0] for row in NUMBERS + TEXTS}
NAMED = {"settings", "_settings", "s"}
"""Variables and attributes that hold the settings."""


def known(key):
    """Also the beginning of a key whose end is a role: "password_" + role."""
    return key in KEYS or (key.endswith("_") and any(k.startswith(key) for k in KEYS))


def keys(text):
    """[(line, key)] of all `settings["KEY"]`, and of the keys of watch(), set() and set_all()."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            owner = ast.unparse(node.value).rsplit(".", 1)[-1]
            if owner in NAMED and isinstance(node.slice.value, str):
                yield node.lineno, node.slice.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = ast.unparse(node.func.value).rsplit(".", 1)[-1]
            if owner in NAMED and node.func.attr in ("set", "set_all", "watch") and node.args:
                for inner in ast.walk(node.args[0]):
                    if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
                        yield inner.lineno, inner.value


def test_every_setting_that_is_named_exists():
    wrong, count = [], 0
    for file in sorted((paths.FIRMWARE / "ballast").rglob("*.py")):
        for line, key in keys(file.read_text()):
            count += 1
            if not known(key):
                wrong.append(f"{file.relative_to(paths.ROOT)}:{line}: there is no setting {key!r}")
    assert not wrong, "\n".join(["", *wrong])
    assert count > 80


def test_a_wrong_key_is_found():
    text = 'a = self.settings["margn_ma"]\nsettings.set_all({"fuse_ma": 1, "fuze_ma": 2})\nb = other["x"]'
    assert [key for _, key in keys(text) if not known(key)] == ["margn_ma", "fuze_ma"]
