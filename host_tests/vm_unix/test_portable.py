"""The portable tests of control/ and protocol/ on the unix port; on the WebAssembly port: ../vm."""

import pytest

from ballast_tools.check.vm import runner, unix_runner
from ballast_tools.shell import paths


def folders():
    """{folder: its portable files}."""
    files = [f for d in ("control", "protocol") for f in (paths.HOST_TESTS / d).rglob("test_*.py")]
    files = [f for f in files if not f.stem.endswith("_host")]
    files += (paths.HOST_TESTS / "vm").glob("vm_*.py")
    found = {}
    for file in sorted(files):
        found.setdefault(file.parent, []).append(file)
    return found


FOLDERS = folders()


def label(folder):
    return str(folder.relative_to(paths.HOST_TESTS))


@pytest.mark.parametrize("folder", FOLDERS, ids=label)
def test_on_the_unix_port(folder, tmp_path, unix_vm):
    try:
        found, printed = unix_runner.run(FOLDERS[folder], tmp_path)
    except runner.VmDied as error:
        pytest.fail(str(error), pytrace=False)
    failed = [f"{file.name}: {name}\n{unix_runner.readable(error, file)}"
              for file, rows in found.items() for name, error in rows if error]  # fmt: skip
    if failed:
        pytest.fail("\n\n".join([*failed, printed[-2000:]]), pytrace=False)
    for file, rows in found.items():
        assert [name for name, _ in rows] == runner.functions_in(file) != []
