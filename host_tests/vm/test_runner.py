"""The VM runner reports failures: a suite that cannot fail would prove nothing."""

import pytest

from ballast_tools.check.vm import runner

FILE = """
import sys
from portable import raises

def helper(x):
    return {"a": 1}[x]

def test_good():
    assert sys.implementation.name == "micropython"
    print("heard")

def test_bad_key():
    helper("b")

async def test_async_bad():
    assert 1 == 2

def test_wrong_kind():
    raises(KeyError, helper, "a")
"""


@pytest.fixture
def run(tmp_path, micropython_vm):
    def run(text):
        file = tmp_path / "test_sample.py"
        file.write_text(text)
        (tmp_path / "scratch").mkdir()
        results, printed = runner.run(file, tmp_path / "scratch")
        return dict(results), printed, file

    return run


def test_each_failure_is_told_with_its_source_lines(run):
    results, printed, file = run(FILE)
    assert list(results) == ["test_good", "test_bad_key", "test_async_bad", "test_wrong_kind"]
    assert results["test_good"] == ""
    assert "heard" in printed
    told = runner.readable(results["test_bad_key"], file)
    assert 'return {"a": 1}[x]' in told
    assert told.endswith("KeyError: b")
    assert "vm_driver" not in told
    assert "assert 1 == 2" in runner.readable(results["test_async_bad"], file)
    assert "KeyError not raised" in results["test_wrong_kind"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import dataclasses\ndef test_x(): pass", "no module named 'dataclasses'"),
        ("def test_x():\n    return 1 +* 2", "SyntaxError"),
        ("import ballast.control.no_such_module\ndef test_x(): pass", "ImportError"),
    ],
)
def test_a_file_that_cannot_be_imported_fails(text, expected, run, monkeypatch):
    monkeypatch.setattr(runner, "functions_in", lambda file: ["test_x"])
    results, _, _ = run(text)
    assert list(results) == ["import test_sample"]
    assert expected in results["import test_sample"]


def test_a_vm_that_dies_is_an_error_not_a_pass(run):
    with pytest.raises(runner.VmDied, match="status"):
        run("import js\ndef test_x():\n    js.process.exit(3)\n")


def test_a_hanging_test_is_ended(run, monkeypatch):
    monkeypatch.setattr(runner, "TIMEOUT_S", 1.0)
    with pytest.raises(runner.VmDied, match=r"no result after 1\.0 s"):
        run("def test_x():\n    while True:\n        pass\n")
