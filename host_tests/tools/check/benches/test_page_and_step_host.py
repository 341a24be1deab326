"""`bench page` and `bench step` as they are run: the one starts a charger and a browser, the other a VM."""

import json
import subprocess
import sys

import pytest

from ballast_tools.shell import cli, paths

RUN = "import sys; sys.path[:0] = %r; from ballast_tools.shell import cli; sys.exit(cli.run(sys.argv[1:]))"


@pytest.mark.browser
def test_the_first_view_of_the_page_is_measured(tmp_path, chromium):
    """In a process of its own: Playwright allows one event loop in a thread."""
    file = tmp_path / "page.json"
    command = [sys.executable, "-c", RUN % paths.import_roots(), "bench", "page", "--short", "--json"]
    done = subprocess.run([*command, str(file)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "first contentful paint" in done.stdout
    assert json.loads(file.read_text())


def test_a_step_is_measured_on_the_vm(tmp_path, micropython_vm, capsys):
    file = tmp_path / "step.json"
    assert cli.run(["bench", "step", "--json", str(file)]) == 0
    found = json.loads(file.read_text())
    assert found["vm"]["charging"]["bytes"] == 0 and found["vm"]["charging"]["closed"] == 1
    assert "MicroPython VM" in capsys.readouterr().out
