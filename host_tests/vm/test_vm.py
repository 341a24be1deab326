"""The portable tests of control/ and protocol/ on the real MicroPython VM.

Each file is one test here: all its `test_*` functions run on the WebAssembly port
of MicroPython 1.29, with firmware/ and portable.py on the VM's path. The vm_*.py
files of this folder run there only (heap lock, virtual time).
"""

from pathlib import Path

import pytest

from ballast_tools.check.vm import runner
from ballast_tools.shell import paths


def portable_files():
    files = [f for d in ("control", "protocol") for f in (paths.HOST_TESTS / d).rglob("test_*.py")]
    files = [f for f in files if not f.stem.endswith("_host")]
    return sorted(files) + sorted(Path(__file__).parent.glob("vm_*.py"))


def label(file):
    return str(file.relative_to(paths.HOST_TESTS).with_suffix(""))


@pytest.mark.parametrize("file", portable_files(), ids=label)
def test_on_micropython(file, tmp_path, micropython_vm):
    names = runner.functions_in(file)
    assert names, f"{file} has no test_ function"
    try:
        results, printed = runner.run(file, tmp_path)
    except runner.VmDied as error:
        pytest.fail(str(error), pytrace=False)
    failed = [f"{name}\n{runner.readable(error, file)}" for name, error in results if error]
    if failed:
        head = f"{len(failed)} of {len(names)} failed on MicroPython"
        pytest.fail("\n\n".join([head, *failed, printed[-2000:]]), pytrace=False)
    assert [name for name, _ in results] == names
