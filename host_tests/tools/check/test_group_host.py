"""bench group where the recordings are not at hand: they are not part of the project."""

import pytest

from ballast_tools.check import measured
from ballast_tools.check.benches import group
from ballast_tools.shell import cli
from ballast_tools.shell.errors import UserError


def test_without_the_sessions_of_caltech_there_are_leases_only(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(measured, "SESSIONS", tmp_path / "sessions.json.gz")
    monkeypatch.setattr(group, "leases", lambda count, seed, jobs: {"violations": 0})
    monkeypatch.setattr(group, "air", dict)
    monkeypatch.setattr(group, "cost", dict)
    assert cli.run(["bench", "group", "--short"]) == 0
    assert "sessions.json.gz is not in ../shared/data: leases only" in capsys.readouterr().out


def test_sessions_that_somebody_names_must_be_there(tmp_path):
    with pytest.raises(UserError, match=r"--events .*none\.gz: no such file"):
        cli.run(["bench", "group", "--events", str(tmp_path / "none.gz")])
