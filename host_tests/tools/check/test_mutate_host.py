"""`ballast mutate` by its own means: a small module, a planted survivor, bad input."""

import argparse

import pytest

pytest.importorskip("cosmic_ray", reason="installed by `tools/ballast mutate` alone")

from ballast_tools.check import mutants, mutate
from ballast_tools.shell.errors import UserError


def _args(*words):
    parser = argparse.ArgumentParser()
    mutate.add_arguments(parser)
    return parser.parse_args(words)


def test_mutants_are_one_change_each_and_none_twice():
    source = "def f(a, b):\n    return a < b and not a == 3\n"
    made = mutants.of(source, mutate.OPERATORS)
    assert source not in made and len(set(made)) == len(made)
    for wanted in ("a <= b", "a > b", "or not", "a != 3", "== 4", "== 2"):
        assert sum(wanted in code for code in made) == 1, wanted
    for code in made:
        compile(code, "mutant", "exec")
        assert code.count("\n") == source.count("\n")


def test_the_same_mutants_as_by_parsing_each_time():
    from cosmic_ray import plugins
    from cosmic_ray.mutating import mutate_code

    source = (mutate.CONTROL / "ticks.py").read_text()
    slow = set()
    for name in mutate.OPERATORS:
        operator = plugins.get_operator(f"core/{name}")()
        n = 0
        while (code := mutate_code(source, operator, n)) is not None:
            slow.add(code)
            n += 1
    assert set(mutants.of(source, mutate.OPERATORS)) == slow - {source}


def test_a_survivor_is_told_and_an_explained_one_is_not(capsys):
    where = "7: - if a < 0:\n    + if a <= 0:"
    got = {"ticks": (40, [where])}
    assert mutate.report(got, {}) == 1
    out = capsys.readouterr().out
    assert "NOT EXPLAINED  ticks.py:7" in out and "97.5%" in out
    assert mutate.report(got, {("ticks", "- if a < 0:\n+ if a <= 0:"): "equal at 0"}) == 0
    assert "NOT EXPLAINED" not in capsys.readouterr().out


def test_too_many_survivors_miss_the_bar_even_when_explained(capsys):
    where = "7: - a\n    + b"
    assert mutate.report({"ticks": (10, [where])}, {("ticks", "- a\n+ b"): "so"}) == 1
    assert "MISSED" in capsys.readouterr().out


def test_known_survivors_have_reasons(tmp_path):
    for key, why in mutate.known().items():
        assert len(why) > 10, key
        line = key[1].split("\n")[0][2:]
        lines = (mutate.CONTROL / f"{key[0]}.py").read_text().splitlines()
        assert line in [text.strip() for text in lines], f"{key[0]}: no such line now: {line}"
    bad = tmp_path / "bad.txt"
    bad.write_text("[ticks]\n- a\nwhy: too soon\n")
    with pytest.raises(ValueError, match="line 3"):
        mutate.known(bad)


def test_a_mutant_is_killed_and_the_unchanged_module_is_not(monkeypatch):
    monkeypatch.setattr(mutate, "WIDER", ())
    source = (mutate.CONTROL / "ticks.py").read_text()
    kinds = (source, True), (source.replace("d >= _HALF", "d > _HALF"), False)
    loops = source.replace("    d = later_ms - earlier_ms\n", "    while True:\n        pass\n")
    for code, alive in (*kinds, (loops, False)):
        assert mutate.alone("ticks", code, 2) is alive


def test_bad_input_is_one_line():
    for words in (["--module", "nonsense"], ["--every", "0"], ["--jobs", "0"]):
        with pytest.raises(UserError):
            mutate.main(_args(*words))
