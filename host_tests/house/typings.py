"""Lays the MicroPython stubs out as mypy wants them: a typeshed and a search path."""

import shutil
from importlib.metadata import distribution
from pathlib import Path

PACKAGES = ("micropython-esp32-stubs", "micropython-stdlib-stubs")

CORRECTIONS = {
    "bluetooth.pyi": [  # docs/library/bluetooth.rst: conn_handle, value_handle, data=None
        (
            "def gatts_notify(self, value_handle: memoryview, data: bytes, /)",
            "def gatts_notify(self, conn_handle: int, value_handle: int, data: bytes = ..., /)",
        ),
        ("_handle: memoryview", "_handle: int"),
        ("-> tuple[tuple[memoryview, ...], ...]", "-> tuple[tuple[int, ...], ...]"),
    ],
    # docs/library/esp32.rst: blocks go into anything that can be written; op 4 and 5 return a number
    "esp32.pyi": [
        ("buf: bytearray)", "buf: bytearray | memoryview)"),
        ("buf: bytearray, offset", "buf: bytearray | memoryview, offset"),
        ("def ioctl(self, op: int, arg) -> None:", "def ioctl(self, op: int, arg) -> int:"),
    ],
    # its own docstring says "a writable memoryview"
    "machine.pyi": [("mem_backup(region=0) -> Tuple:", "mem_backup(region=0) -> memoryview:")],
    # opaque classes there; the firmware hands ticks on as plain int (control/ticks.py)
    "_mpy_shed/time_mp.pyi": [
        ("class _TicksMs:", "_TicksMs: TypeAlias = int\n\nclass _Unused1:"),
        ("class _TicksUs:", "_TicksUs: TypeAlias = int\n\nclass _Unused2:"),
        ("class _TicksCPU:", "_TicksCPU: TypeAlias = int\n\nclass _Unused3:"),
        ('_Ticks = TypeVar("_Ticks", _TicksMs, _TicksUs, _TicksCPU)', "_Ticks: TypeAlias = int"),
    ],
}


def lay_out(folder):
    """Copy the stub files of PACKAGES into `folder` (a Path that does not exist yet)."""
    for package in PACKAGES:
        for entry in distribution(package).files:
            source = Path(entry.locate())
            if source.suffix == ".pyi" or source.name == "VERSIONS":
                target = folder / entry
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, target)
    for name, changes in CORRECTIONS.items():
        text = (folder / name).read_text()
        for old, new in changes:
            if old not in text:
                raise ValueError(f"{name} no longer has {old!r}: drop the correction")
            text = text.replace(old, new)
        (folder / name).write_text(text)
    for own in Path(__file__).parent.glob("*.pyi"):  # of packages that come without types
        shutil.copy(own, folder)
    return folder
