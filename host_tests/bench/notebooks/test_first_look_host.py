"""The notebook of the tutorial runs as it is committed, on a recording of `ballast run`."""

import ast

import pytest

from ballast_tools.shell import cli, paths

NOTEBOOK = paths.BENCH / "notebooks" / "first_look.ipynb"


def load():
    nbformat = pytest.importorskip("nbformat", reason="nbclient: `tools/ballast test` installs it")
    return nbformat.read(NOTEBOOK, as_version=4)


def test_no_outputs_are_committed():
    for cell in load().cells:
        assert not cell.get("outputs") and cell.get("execution_count") is None


@pytest.mark.slow
def test_it_runs_and_its_figures_are_those_of_the_report(tmp_path, monkeypatch, capsys):
    nbclient = pytest.importorskip("nbclient", reason="nbclient: `tools/ballast test` installs it")
    pytest.importorskip("pyarrow", reason="pyarrow: `tools/ballast test` installs it")
    recording, out = tmp_path / "evening.parquet", tmp_path / "out"
    sample = paths.BENCH / "samples" / "evening.csv"
    argv = ["--limit", "25A", "--ev-phases", "3", "--ev-max", "16A", "--skip-hours", "0.05", "--hours", "0.1"]
    status = cli.run(["run", str(sample), *argv, "--record", str(recording), "--out", str(out)])
    assert status == 0
    monkeypatch.setenv("BALLAST_RECORDING", str(recording))
    notebook = load()
    nbclient.NotebookClient(
        notebook, timeout=None, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    result = next(cell for cell in cells if "energy_kwh" in cell.source).outputs[-1]
    figures = ast.literal_eval(result.data["text/plain"])
    import json

    report = json.loads((out / "report.json").read_text())
    assert figures["energy_kwh"] == pytest.approx(report["energy_kwh"], abs=0.002)
    assert figures["breaker_heat_max_pct"] == pytest.approx(100 * report["breaker_thermal_max"], abs=1.0)
    assert sum(figures["seconds_by_state"].values()) == pytest.approx(360, abs=0.1)
    assert figures["seconds_by_state"]["C2"] > 300
    assert set(figures["faults"]) <= {"meter_lost"}, "before the first reading there is no meter"
    kinds = {kind for cell in cells for output in cell.outputs for kind in output.get("data", {})}
    assert "image/png" in kinds and "text/html" in kinds
