"""The portable tests of control/ and protocol/, one file at a time, with the helpers that each imports."""

import ast

from ballast_tools.shell import paths

FOLDERS = ("control", "protocol")
RIG = "ballast_bench/rigs/control.py"


def files():
    """Test files that run on MicroPython, sorted."""
    found = [path for name in FOLDERS for path in (paths.HOST_TESTS / name).rglob("test_*.py")]
    return sorted(path for path in found if not path.stem.endswith("_host"))


def label(path):
    """Its name among all: "control/pilot/test_pilot"; two folders may have a file of one name."""
    path = path.with_suffix("")
    return path.relative_to(paths.HOST_TESTS).as_posix() if paths.HOST_TESTS in path.parents else path.name


def functions(path):
    """Names of its plain test functions."""
    body = ast.parse(path.read_text(), str(path)).body
    return [n.name for n in body if isinstance(n, ast.FunctionDef) and n.name.startswith("test_")]


def needed(path):
    """{name on the board: source} of a test file and the helpers that it imports."""
    wanted, queue = {path.name: path}, [path]
    while queue:
        for module in _imports(queue.pop()):
            name, source = _helper(module)
            if source is not None and name not in wanted:
                wanted[name] = source
                queue.append(source)
    return wanted


def _helper(module):
    """(name on the board, source) of a helper beside the tests; (.., None) = it is the firmware's."""
    if module.startswith("ballast_bench.rigs.control"):
        return RIG, paths.TOOLS / RIG
    name = module.split(".")[0] + ".py"
    for folder in (paths.HOST_TESTS, paths.HOST_TESTS / "vm"):
        if (folder / name).exists():
            return name, folder / name
    return name, None


def _imports(path):
    for node in ast.walk(ast.parse(path.read_text(), str(path))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
