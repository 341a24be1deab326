"""Whether the firmware in memory is the one that rest.py was written for.

Planted bugs and tests that replace a function or a constant of the firmware must meet the whole
step. So the functions and constants of the scan step (control/, ports/, main) are noted once,
and compared before each run.
"""

import inspect
import sys
from pathlib import Path

from ballast_bench.calm import rest

_PARTS = ("ballast.control", "ballast.ports", "main", "ballast_firmware_main")
_NOT_OF_A_STEP = "ballast.control.group."
_SHARED = _NOT_OF_A_STEP + "shared"  # the one file of the group that a step calls
_FIRMWARE = str(Path(rest.ticks.__file__).resolve().parents[2])
_UPY = str(Path(__file__).resolve().parents[1] / "upy")  # micropython.const and its like


def _of_a_step(name):
    if name.startswith(_NOT_OF_A_STEP):
        return name == _SHARED
    return name.startswith(_PARTS)


class Genuine:
    """holds(): False from the first replacement on, until it is taken back."""

    def __init__(self):
        self._modules = set()
        self._noted = []  # (namespace, name, value)
        self._strange = []  # the same: replaced before it was noted

    def holds(self):
        """Compare all; what has been imported since the last call is noted first."""
        self._note_new()
        self._strange = [entry for entry in self._strange if not self._taken_back(entry)]
        if self._strange:
            return False
        return all(names.get(name) is value for names, name, value in self._noted)

    def _note_new(self):
        names = list(sys.modules)  # another thread may import at any moment: list() is one step
        new = [n for n in names if n not in self._modules and _of_a_step(n)]
        for name in new:
            self._modules.add(name)
            module = sys.modules[name]
            self._note(vars(module))
            for value in list(vars(module).values()):
                if inspect.isclass(value) and value.__module__ == name:
                    self._note(vars(value))

    def _note(self, names):
        for name, value in list(names.items()):
            if name.startswith("__") and name != "__init__":
                continue
            entry = (names, name, value)
            if not self._taken_back(entry):
                self._strange.append(entry)

    def _taken_back(self, entry):
        """Note what belongs there. False = a function from elsewhere stands in its place."""
        names, name, _ = entry
        value = names.get(name)
        if inspect.isfunction(value):
            file = value.__code__.co_filename
            if not file.startswith((_UPY, _FIRMWARE)):
                return False
        self._noted.append((names, name, value))
        return True


def parts_of(app):
    """What the firmware calls in a step: a test may put something else there."""
    io, cycle = app.io, app.charger.cycle
    return (
        app._read, app._step, app._write, app._feed, app.timer._step, app.timer._timer,
        io._read_rcd, io._read_contactor, io._read_pe, io._read_button, io._read_pilot,
        io._read_ntc, io._write_coil, io._write_pilot, io._write_rcd, io._write_led,
        io.pilot.read, io.pilot._read_uv, app.charger.step, cycle, cycle.step, cycle._step,
    )  # fmt: skip
