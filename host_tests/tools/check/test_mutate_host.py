"""`ballast mutate` by its own means: a small module, a planted survivor, bad input."""

import argparse
import os
import subprocess
import sys
from dataclasses import replace

import pytest

pytest.importorskip("cosmic_ray", reason="cosmic-ray is missing: tools/ballast test has it")

from ballast_tools.check import mutants, mutate, survivors
from ballast_tools.check.changes import Change
from ballast_tools.shell import paths
from ballast_tools.shell.errors import UserError


def _args(*words):
    parser = argparse.ArgumentParser()
    mutate.add_arguments(parser)
    return parser.parse_args(words)


def test_mutants_are_one_change_each_and_none_twice():
    source = "def f(a, b):\n    return a < b and not a == 3\n"
    made = [code for _, code in mutants.of(source, mutate.OPERATORS)]
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
    assert {code for _, code in mutants.of(source, mutate.OPERATORS)} == slow - {source}


@pytest.mark.parametrize("name", ["safety/faults", "settings", "scan_cycle", "balance/spare", "group/budget"])
def test_no_two_mutants_are_the_same_change(name):
    made = mutate.mutants(name)
    assert len({mutant.change for mutant in made}) == len(made)
    for mutant in made:
        change = mutant.change
        assert change.before != change.after and "\n" not in change.before + change.after
        assert 1 <= mutant.line <= (mutate.CONTROL / f"{name}.py").read_text().count("\n")


def test_every_known_survivor_is_a_mutant_of_today():
    found = survivors.prune(mutate.known(), mutate.changes_of)
    lost = [f"line {s.line}" for s in found.gone] + [f"line {old.line}" for old, _ in found.renamed]
    assert not lost, f"{mutate.KNOWN.name}: {', '.join(lost)}: run tools/ballast mutate --prune"


WHERE = Change("diff", "ReplaceComparisonOperator_Lt_LtE", "a < 0", "a <= 0")


def test_a_survivor_is_told_and_an_explained_one_is_not(capsys):
    got = {"ticks": (40, [(7, WHERE)])}
    assert mutate.report(got, set()) == 1
    out = capsys.readouterr().out
    assert "NOT EXPLAINED  ticks.py:7 in diff: ReplaceComparisonOperator_Lt_LtE\n- a < 0\n+ a <= 0" in out
    assert "97.5%" in out
    assert mutate.report(got, {("ticks", WHERE)}) == 0
    assert "NOT EXPLAINED" not in capsys.readouterr().out
    assert mutate.report(got, {("charger", WHERE)}) == 1


def test_too_many_survivors_miss_the_bar_even_when_explained(capsys):
    assert mutate.report({"ticks": (10, [(7, WHERE)])}, {("ticks", WHERE)}) == 1
    assert "MISSED: 95 %" in capsys.readouterr().out


def test_prune_rewrites_the_file_and_says_what_went(tmp_path, monkeypatch, capsys):
    there, gone = mutate.mutants("ticks")[0].change, replace(WHERE, before="no longer < there")
    path = tmp_path / "survivors.txt"
    monkeypatch.setattr(mutate, "KNOWN", path)
    path.write_text("# head\n")
    survivors.write(path, [survivors.Survivor("ticks", there, "equal at 0"),
                           survivors.Survivor("ticks", gone, "was equal"),
                           survivors.Survivor("no_such_module", there, "was equal")])  # fmt: skip
    assert mutate.main(_args("--prune")) == 0
    out = capsys.readouterr().out
    assert out.count("GONE") == 2 and "[no_such_module]" in out and "no longer < there" in out
    assert out.endswith("1 kept, 0 of them renamed, 2 gone\n")
    assert [s.change for s in survivors.read(path)] == [there] and path.read_text().startswith("# head")
    path.write_text("[ticks]\n- a\n")
    with pytest.raises(UserError, match="line 2"):
        mutate.main(_args("--prune"))


def test_a_mutant_is_killed_and_the_unchanged_module_is_not(monkeypatch):
    monkeypatch.setattr(mutate, "WIDER", ())
    source = (mutate.CONTROL / "ticks.py").read_text()
    kinds = (source, True), (source.replace("d >= _HALF", "d > _HALF"), False)
    loops = source.replace("    d = later_ms - earlier_ms\n", "    while True:\n        pass\n")
    for code, alive in (*kinds, (loops, False)):
        assert mutate.alone("ticks", code, 2) is alive


def test_a_worker_finds_every_test_and_what_the_tests_share():
    """Outside pytest, as the command runs: the folder of the tests is on no path by itself."""
    code = (
        "import importlib; from ballast_tools.check import mutate; mutate._prepare()\n"
        "names = {t for m in mutate.modules() for t in mutate._tests_of(m)}\n"
        "print([importlib.import_module('control_tests.' + n.replace('/', '.')) for n in names])"
    )
    path = os.pathsep.join(paths.import_roots())
    done = subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": path},
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr[-500:]
    assert done.stdout.count("module '") > 40


def test_bad_input_is_one_line():
    for words in (["--module", "nonsense"], ["--every", "0"], ["--jobs", "0"]):
        with pytest.raises(UserError):
            mutate.main(_args(*words))
