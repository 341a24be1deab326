"""`ballast lock` replaces the lock file whole or leaves it as it was."""

import subprocess
from types import SimpleNamespace

import pytest

from ballast_tools.shell import lock, requirements
from ballast_tools.shell.errors import UserError

ENTRY = "alpha==2.0 \\\n    --hash=sha256:aa\n    # via -r requirements.in\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(requirements, "SOURCE", tmp_path / "requirements.in")
    monkeypatch.setattr(requirements, "LOCK", tmp_path / "requirements.txt")
    requirements.SOURCE.write_text("# [core] x\nalpha\n")
    requirements.LOCK.write_text("old\n")
    return tmp_path


def compiler(monkeypatch, writes=None, status=0):
    """pip-compile as a function: writes its output file, or fails. Returns its command lines."""
    seen = []

    def run(command, cwd, check):
        seen.append(command)
        if writes is not None:
            (cwd / command[command.index("-o") + 1]).write_text(writes)
        return SimpleNamespace(returncode=status)

    monkeypatch.setattr(subprocess, "run", run)
    return seen


def test_new_pins_with_hashes_and_without_addresses(folder, monkeypatch, capsys):
    seen = compiler(monkeypatch, ENTRY)
    assert lock.main(SimpleNamespace(keep=False)) == 0
    assert requirements.LOCK.read_text() == lock.HEADER + "\n" + ENTRY
    assert "1 packages pinned" in capsys.readouterr().out
    assert {"--generate-hashes", "--no-emit-index-url", "--no-emit-find-links",
            "--no-emit-trusted-host", "--upgrade"} <= set(seen[0])  # fmt: skip


def test_keep_does_not_upgrade(folder, monkeypatch):
    seen = compiler(monkeypatch, ENTRY)
    lock.main(SimpleNamespace(keep=True))
    assert "--upgrade" not in seen[0]


def test_a_failure_leaves_the_old_lock(folder, monkeypatch):
    compiler(monkeypatch, writes="half", status=1)
    with pytest.raises(UserError, match="found no set of packages"):
        lock.main(SimpleNamespace(keep=False))
    assert requirements.LOCK.read_text() == "old\n"
    assert not (folder / "requirements.new").exists()


def test_a_lock_without_a_wanted_package_is_not_taken(folder, monkeypatch):
    compiler(monkeypatch, ENTRY.replace("alpha", "other"))
    with pytest.raises(ValueError, match="alpha"):
        lock.main(SimpleNamespace(keep=False))
    assert requirements.LOCK.read_text() == "old\n"
