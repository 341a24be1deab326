"""Third-party modules without what the firmware never calls."""

import re

import pytest

from ballast_tools.shell import paths
from ballast_tools.shell.errors import UserError
from ballast_tools.ship import application, trimmed

TEXT = "class A:\n    @property\n    def one(self):\n        return 1\n    def two(self):\n        return 2\n"


def test_a_function_is_gone_and_the_lines_stay():
    text = trimmed.without(TEXT, ["A.one"], "x.py")
    found = {}
    exec(text, found)
    assert not hasattr(found["A"], "one") and found["A"]().two() == 2
    assert text.count("\n") == TEXT.count("\n")


def test_a_package_that_has_changed_is_told():
    with pytest.raises(UserError, match=r"x\.py: it has no A\.three"):
        trimmed.without(TEXT, ["A.three"], "x.py")


@pytest.mark.parametrize("function", trimmed.UNUSED["microdot/microdot.py"])
def test_the_firmware_calls_none_of_them_on_an_app_or_request(function):
    owner, _, name = function.rpartition(".")
    called = {"Microdot": r"(app|routes|super\(\))", "Request": "(request|req)", "Response": "response"}
    if owner not in called:
        return
    files = application.modules(paths.BOARDS / "esp32s3_ref")
    for path in files.values():
        if "web" in path.parts or path.name == "page.py":
            call = rf"{called[owner]}\.{name}\b"
            assert not re.search(call, path.read_text()), (path, name)
