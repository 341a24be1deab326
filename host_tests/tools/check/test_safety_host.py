"""Bench safety in its short form, its document, the step's cost, and mutation of one module."""

import json

import pytest

from ballast_tools.check import mutate, safety_doc
from ballast_tools.check.benches import safety as bench_safety
from ballast_tools.check.benches import step as bench_step
from ballast_tools.shell.errors import UserError


class Args:
    chip = "ideal"

    def __init__(self, **values):
        self.__dict__.update(values)


def test_the_pilots_rows_at_a_few_phases(tmp_path, capsys):
    file = tmp_path / "s.json"
    args = Args(phases=6, short=False, rows="c_to", seed=5, jobs=1, json=file)
    assert bench_safety.main(args) == 0
    out = capsys.readouterr().out
    assert "C to B" in out and "seed 5" in out and "MISSED" not in out
    rows = json.loads(file.read_text())["rows"]
    assert [r["key"] for r in rows] == ["c_to_b", "c_to_a", "c_to_e", "c_to_d"]
    assert all(r["phases"] == 6 and 15 < r["best_ms"] <= r["worst_ms"] <= 100 for r in rows)


def test_a_slow_pilot_misses_the_bar(capsys):
    from ballast_bench.campaign import bugs as campaign_bugs

    undo = campaign_bugs.BUGS["slow_pilot"]()
    try:
        args = Args(phases=2, short=False, rows="c_to_b", seed=5, jobs=1, json=None)
        assert bench_safety.main(args) == 1
    finally:
        undo()
    assert "MISSED: c_to_b" in capsys.readouterr().out


def test_every_row_once():
    """One phase of every row, in this process; the command does a thousand."""
    from ballast_bench.safety.rows import ROWS, measure
    from ballast_bench.safety.timing import Bench

    bench = Bench("test")
    for n, row in enumerate(ROWS):
        took = measure(bench, row, (n % 7) / 7)
        assert 0 < took <= row[2], (row[0], took)


def test_pwm_or_a_pulse_too_early_misses_though_it_is_within_the_limit(monkeypatch, capsys):
    """Rows with a least time fail on the other side too."""
    from ballast.control.pilot import charge_state

    step = charge_state.ChargeState.step

    def hasty(self, dt_ms, *rest):  # its clock runs twice as fast
        step(self, 2 * dt_ms, *rest)

    monkeypatch.setattr(charge_state.ChargeState, "step", hasty)
    for key in ("x1", "wake"):
        args = Args(phases=1, short=False, rows=key, seed=5, jobs=1, json=None)
        assert bench_safety.main(args) == 1
        assert f"MISSED: {key}" in capsys.readouterr().out


def test_an_advertised_current_is_never_above_the_limit():
    for bits in (10, 13, 16):
        steps, low, high = bench_safety.duty_errors(bits)
        assert high <= 0 and low > -1700 and steps > 800


def test_the_document_is_up_to_date_and_knows_every_fault():
    from ballast.control.safety import faults

    assert set(safety_doc.SHOWN) == {row[0] for row in faults.CATALOGUE[1:]}
    how = "python -m ballast_tools.check.safety_doc"
    assert safety_doc.DOCUMENT.read_text() == safety_doc.document(), how


def test_the_tests_named_in_the_document_exist():
    from ballast_bench.campaign.faults import FAULTS
    from ballast_tools.shell import paths

    for key, (_, _, tests) in safety_doc.SHOWN.items():
        kind = "file"
        for word in tests.split(", "):
            if word.startswith("campaign: "):
                kind, word = "campaign", word[len("campaign: ") :]
            if kind == "campaign":
                stem = word.rstrip("*")
                assert any(f.startswith(stem) if stem != word else f == word for f in FAULTS), (key, word)
            else:
                name = word if word.endswith(".story") else word + ".py"
                assert (paths.HOST_TESTS / name).exists(), (key, word)


def test_several_chips_are_named_with_commas_and_each_is_measured_once():
    assert bench_safety.chips("ideal,esp32s3_quad,ideal") == ["ideal", "esp32s3_quad"]
    assert "esp32s3_octal" in bench_safety.chips("board,esp32s3_octal")
    with pytest.raises(UserError, match="no chip profile 'esp33'"):
        bench_safety.chips("ideal,esp33")


def test_the_kept_figures_meet_their_bars():
    measured = json.loads(safety_doc.MEASURED.read_text())
    from ballast_bench.safety.rows import ROWS

    assert [r["key"] for r in measured["rows"]] == [row[0] for row in ROWS]
    assert not any(bench_safety.missed(row) for row in measured["rows"])


def test_step_cost_here(capsys, tmp_path):
    file = tmp_path / "step.json"
    assert bench_step.main(Args(port=None, no_vm=True, json=file)) == 0
    found = json.loads(file.read_text())
    assert found["vm"] is None and found["cpython"]["balancing"]["closed"] == 1
    assert "balancing" in capsys.readouterr().out


def test_step_cost_understands_its_lines():
    text = "noise\nstep x 5 1 2 3 closed 1\nbytes x 48\nstep y 5 1 2 3 closed 0\nbytes y unknown: only\n"
    figures = bench_step.parse(text)
    assert figures["x"] == {"steps": 5, "min": 1, "median": 2, "max": 3, "closed": 1, "bytes": 48}
    assert bench_step.show("x", {"x": figures["x"]}) and bench_step.show("y", {"y": figures["y"]})
    with pytest.raises(UserError, match="no figures; its last line: nothing"):
        bench_step.parse("")


def test_a_mutant_is_killed_and_a_harmless_one_lives():
    pytest.importorskip("cosmic_ray")
    source = (mutate.CONTROL / "ticks.py").read_text()
    bad = source.replace("later_ms - earlier_ms", "later_ms + earlier_ms")
    assert bad != source
    assert not mutate.alone("ticks", bad)
    assert mutate.alone("ticks", source + "\n_UNUSED = 1\n")


@pytest.mark.parametrize(
    ("command", "values", "line"),
    [
        (bench_safety, {"phases": 0, "short": False, "jobs": 1}, "at least 1"),
        (bench_safety, {"phases": 1, "short": False, "jobs": 1, "rows": "zz"}, "--rows zz: there are"),
        (mutate, {"module": ["zz"], "safety": False, "every": 1, "jobs": 1}, "there is no firmware"),
        (mutate, {"module": ["ticks"], "safety": False, "every": 0, "jobs": 1}, "at least 1"),
    ],
)
def test_bad_arguments(command, values, line):
    with pytest.raises(UserError, match=line):
        command.main(Args(**values))
