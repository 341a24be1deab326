"""What pip installs: extras, names that could collide, and the command that says what is missing."""

import ast
import re
import sys
import tomllib
from pathlib import Path

import pytest

from ballast_bench import fakes, home, upy
from ballast_bench.upy import find
from ballast_tools.shell import cli, commands, environment, installed, paths, requirements
from ballast_tools.shell.errors import UserError
from library import outside

PROJECT = tomllib.loads((paths.ROOT / "pyproject.toml").read_text())["project"]
OWN = {"mutate", "acn", "lock", "node"}
"""Groups of requirements.in for commands that need a checkout."""


def names(lines):
    return {requirements.canonical(re.match(r"[\w.-]+", line)[0]) for line in lines}


def test_the_extras_are_the_groups_of_the_checkout():
    groups = requirements.groups(requirements.SOURCE.read_text())
    extras = {"core": PROJECT["dependencies"], **PROJECT["optional-dependencies"]}
    assert set(extras) == set(groups) - OWN
    for name in set(extras) - {
        "test"
    }:  # `test` of the checkout has far more than the plug-in needs
        assert names(extras[name]) == set(groups[name]) - {"setuptools"}, name
    assert names(extras["test"]) == {"pytest"}


def test_what_is_pinned_satisfies_what_pip_is_told():
    """Lower bounds that the lock file has left behind would install what nobody has tested."""
    from packaging.requirements import Requirement

    locked = requirements.entries(requirements.LOCK.read_text())
    extras = PROJECT["optional-dependencies"].values()
    lines = [*PROJECT["dependencies"], *(line for extra in extras for line in extra)]
    wanted = {requirements.canonical(Requirement(line).name): Requirement(line) for line in lines}
    assert len(set(wanted) & set(locked)) > 8
    for name in sorted(
        set(wanted) & set(locked)
    ):  # a name that is not locked is complained of elsewhere
        pin = re.match(r"\S+==(\S+)", locked[name][0])[1]
        assert wanted[name].specifier.contains(pin), (
            f"{wanted[name]}, but requirements.txt has {pin}"
        )


REQUIRES = [
    "microdot<3,>=2.7", "pymodbus<4,>=3.11", "matplotlib>=3.8; extra == 'plot'",
    'no-such-package>=1; extra == "data"', "pytest>=8; python_version > '3' and extra == 'test'",
]  # fmt: skip


def test_the_extras_of_a_distribution_are_read():
    assert installed.needed(REQUIRES) == {
        "core": ["microdot", "pymodbus"], "plot": ["matplotlib"], "data": ["no-such-package"],
        "test": ["pytest"],
    }  # fmt: skip


def test_a_missing_extra_is_named_with_what_to_do():
    installed.check(("core", "plot", "vm"), REQUIRES)
    with pytest.raises(
        UserError, match=r"^no-such-package not installed; pip install 'ballast\[data\]'$"
    ):
        installed.check(("core", "data"), REQUIRES)


@pytest.fixture
def as_installed(monkeypatch):
    """The command as it is where pip has installed it, with everything that it needs."""
    monkeypatch.setattr(paths, "INSTALLED", True)
    monkeypatch.setattr(home, "INSTALLED", True)
    monkeypatch.setattr(commands, "PROGRAM", "ballast")
    monkeypatch.setattr(installed.importlib.metadata, "requires", lambda name: REQUIRES)
    for name in ("ensure", "restart", "is_ours"):
        monkeypatch.setattr(
            environment, name, lambda *_: pytest.fail("an installed command made an environment")
        )


@pytest.mark.parametrize("name", commands.NEED_CHECKOUT)
def test_what_needs_a_checkout_says_so(as_installed, capsys, name):
    assert cli.main([name]) == 2
    assert capsys.readouterr().err == f"ballast {name}: {installed.NO_CHECKOUT}\n"
    assert f"\n  {name} " not in commands.overview()


TOLD = sorted(set(commands.COMMANDS) - set(commands.NEED_CHECKOUT))


@pytest.mark.parametrize("name", TOLD)
def test_the_help_of_an_installed_command_names_it_as_it_is_called(as_installed, capsys, name):
    with pytest.raises(SystemExit) as end:
        cli.main([name, "--help"])
    assert end.value.code == 0
    text = capsys.readouterr().out
    assert text.startswith(f"usage: ballast {name}")
    files = re.findall(r"\S*tools/ballast[^\s;,)]*", text)
    assert all(Path(file).is_absolute() and Path(file).exists() for file in files), files


def test_a_sample_that_a_help_names_is_there(as_installed, capsys):
    with pytest.raises(SystemExit):
        cli.main(["run", "--help"])
    path = re.search(r"ballast run (\S+evening\.csv) --limit", capsys.readouterr().out)[1]
    assert Path(path).is_absolute() and Path(path).is_file()


def test_an_error_of_an_installed_command_names_it_as_it_is_called(as_installed, capsys, tmp_path):
    assert cli.main(["flash", str(tmp_path), "--port", "none"]) == 2
    err = capsys.readouterr().err
    assert err.endswith("no image here: run ballast image\n"), err


@pytest.mark.parametrize(
    ("called", "program"),
    [("/x/bin/ballast", "ballast"), ("/src/tools/ballast", "tools/ballast"),
     ("/x/bin/pytest", "tools/ballast"), ("", "tools/ballast")],
)  # fmt: skip
def test_a_checkout_that_pip_points_at_is_called_as_pips_command(monkeypatch, called, program):
    monkeypatch.setattr(sys, "argv", [called])
    assert home._program() == program
    assert home.said("tools/ballast build (tools/ballast_tools)", "x") == "x build (tools/ballast_tools)"


KNOWN = {
    "shell/commands.py": "says what a checkout has more",
    "shell/lock.py": "checkout", "shell/requirements.py": "checkout", "shell/node.py": "checkout",
    "check/bench.py": "checkout", "check/benches/links.py": "checkout",
    "check/safety_doc.py": "a document", "check/references/stories.py": "a document",
    "play/run.py": "the help's last lines",
}  # fmt: skip
"""Files with `tools/ballast` in a text that neither is a help's beginning nor passes through UserError."""


def texts_that_pass_by(tree):
    """Texts of a module with `tools/ballast` that Parser and cli do not see."""
    seen = {id(node.body[0].value) for node in ast.walk(tree)
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
            and node.body and isinstance(node.body[0], ast.Expr)}  # fmt: skip
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "UserError":
            seen |= {id(part) for part in ast.walk(node)}
    return [node.value for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in seen
            and re.search(r"tools/ballast(?![_/\w])", node.value)]  # fmt: skip


def test_no_other_text_says_how_a_checkout_calls_it():
    found = {}
    for package in (paths.TOOLS / "ballast_tools", paths.BENCH):
        for file in sorted(package.rglob("*.py")):
            if texts := texts_that_pass_by(ast.parse(file.read_text())):
                found[file.relative_to(package).as_posix()] = texts
    assert "tools/ballast" in found.pop("home.py")
    assert set(found) == set(KNOWN), found


def test_a_text_that_passes_by_is_found():
    tree = ast.parse("print('tools/ballast play')\nUserError(f'tools/ballast {x}')\ns = 'tools/ballast_x'")
    assert texts_that_pass_by(tree) == ["tools/ballast play"]


def test_an_installed_command_runs_where_it_is(as_installed, capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(["sim", "--no-such"])
    assert end.value.code == 2
    assert (
        capsys.readouterr().err
        == "ballast sim: unrecognized arguments: --no-such (see: ballast sim --help)\n"
    )


def test_the_extras_of_the_options_are_asked_for(as_installed, capsys):
    assert cli.main(["play", "x.story", "--record", "x.parquet"]) == 2
    err = capsys.readouterr().err
    assert err == "ballast play: no-such-package not installed; pip install 'ballast[data]'\n"
    assert "plot" in commands.groups_of(["play", "x.story", "--html", "x.html"])
    assert "plot" not in commands.groups_of(["play", "x.story"])


def test_every_command_that_is_not_for_a_checkout_finds_its_groups_among_the_extras():
    for name in set(commands.COMMANDS) - set(commands.NEED_CHECKOUT):
        assert set(commands.groups_of([name])) <= {"core", *PROJECT["optional-dependencies"]}, name


def test_a_checkout_is_known_by_its_firmware():
    assert not home.INSTALLED
    assert (home.FIRMWARE / "main.py").exists() and (home.BOARDS / "bench" / "board.py").exists()


def test_the_firmware_is_the_last_to_be_found(monkeypatch, tmp_path):
    monkeypatch.setattr(
        sys, "path", [str(tmp_path), *(p for p in sys.path if p != str(home.FIRMWARE))]
    )
    upy.install()
    find.add_firmware()
    find.add_firmware()
    assert sys.path[-1] == str(home.FIRMWARE) and sys.path.count(str(home.FIRMWARE)) == 1


def test_the_firmwares_main_has_a_name_of_its_own():
    fakes.install()
    main = upy.firmware_main()
    assert main is upy.firmware_main() and main.__name__ == "ballast_firmware_main"
    assert main.__file__ == str(home.FIRMWARE / "main.py") and main.App.__module__ == main.__name__


def test_a_module_called_like_a_package_of_the_firmware_is_named(tmp_path):
    """`clamp.py` beside the tests would be taken for the clamp's firmware."""
    (tmp_path / "clamp.py").write_text("")
    (tmp_path / "test_x.py").write_text("def test_x(charger): pass\n")
    status, output = outside.plugged(tmp_path)
    assert status == 1
    line = (
        f"{tmp_path}/clamp.py: the firmware on the bench has a package 'clamp'; rename this module"
    )
    assert line in output
