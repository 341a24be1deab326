"""bench speed: what it compares, and what it says where it cannot."""

import argparse
import json

import pytest

from ballast_tools.check.benches import speed
from ballast_tools.shell.errors import UserError


def arguments(*words):
    parser = argparse.ArgumentParser()
    speed.add_arguments(parser)
    args = parser.parse_args(words)
    args.json = None
    return args


def test_a_state_that_the_history_lacks_is_one_line(tmp_path):
    with pytest.raises(UserError, match="does not hold 0123456789abcdef"):
        speed.unpack("0123456789abcdef", tmp_path)


@pytest.mark.parametrize(("words", "text"), [
    (("--seconds", "3"), "--seconds 3: from 10"),
    (("--pairs", "0"), "--pairs 0: from 1"),
])  # fmt: skip
def test_bad_numbers_are_one_line(words, text):
    with pytest.raises(UserError, match=text):
        speed.main(arguments(*words))


def test_the_first_second_that_differs_is_named():
    old = {"steps": 150, "marks": ["a", "b", "c"]}
    assert speed.first_difference(old, dict(old)) is None
    assert speed.first_difference(old, {"steps": 150, "marks": ["a", "x", "y"]}) == 1
    assert speed.first_difference(old, {"steps": 149, "marks": ["a", "b"]}) == 0


@pytest.mark.parametrize(("now_s", "mark", "same", "status", "text"), [
    (0.3, "a", True, 0, "kept"),
    (0.6, "a", False, 1, "clamp: 0.60 of the CPU time, 0.4 is wanted"),
    (0.3, "b", True, 1, "clamp: the results differ from second 0 on"),
    (0.3, "b", False, 0, "differ from second 0 (another firmware)"),
])  # fmt: skip
def test_the_bars(monkeypatch, capsys, tmp_path, now_s, mark, same, status, text):
    def one(tree, args, **task):
        new = tree == speed.paths.ROOT
        if task.get("rows"):
            return {"steps": 50, "marks": [mark if new else "a"]}
        return {"cpu_s": now_s if new else 1.0}

    monkeypatch.setattr(speed, "one", one)
    monkeypatch.setattr(speed, "same_firmware", lambda base: same)
    monkeypatch.setattr(speed, "unpack", lambda commit, folder: None)
    args = arguments("--short")
    args.json = tmp_path / "speed.json"
    assert speed.main(args) == status
    assert text in capsys.readouterr().out
    found = json.loads(args.json.read_text())
    assert found["rows"]["modbus"]["ratio"] == pytest.approx(now_s)
