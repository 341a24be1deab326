"""The scan step runs between any two bytecodes of a service that writes settings.

On the chip a soft timer calls the step so. Here sys.settrace stops the writer before each
bytecode in turn and runs the whole control there: with all of the new values, or with none.
"""

import sys

import pytest

from ballast.control import settings as schema
from ballast.control.limits import limits
from ballast_bench.rigs.control import Rig

OLD = {"rated_ma": 32000, "plug_ma": 31000, "cable_ma": 30000, "low_mv": 195000, "high_mv": 264000}
NEW = {"rated_ma": 12000, "plug_ma": 11000, "cable_ma": 10000, "low_mv": 100000, "high_mv": 130000}


class Interrupt:
    """Calls `handler` once, before the bytecode number `at` that settings.py executes."""

    def __init__(self, at, handler):
        self._left = at
        self._handler = handler
        self.came = False

    def __enter__(self):
        self._before = sys.gettrace()
        sys.settrace(self._called)
        return self

    def __exit__(self, *_):
        sys.settrace(self._before)

    def _called(self, frame, event, arg):
        if frame.f_code.co_filename != schema.__file__:
            return None
        frame.f_trace_opcodes = True
        return self._bytecode

    def _bytecode(self, frame, event, arg):
        if event == "opcode":
            self._left -= 1
            if self._left < 0 and not self.came:
                self.came = True
                self._handler()  # Python traces nothing in here
        return self._bytecode


def one_by_one(settings, values):
    for key in values:
        settings.set(key, values[key])


def all_at_once(settings, values):
    settings.set_all(values)


def in_force(rig):
    """What the step goes by: the values that it took over, not those in the settings."""
    slot = rig.cycle.limits.slot_ma
    return {
        "rated_ma": slot[limits.RATING],
        "plug_ma": slot[limits.PLUG],
        "cable_ma": slot[limits.CABLE],
        "low_mv": rig.cycle.interlocks.low_mv,
        "high_mv": rig.cycle.interlocks.high_mv,
    }


def interrupted_everywhere(write, press=False):
    """For each bytecode of `write`: what the step went by there -> list of dicts."""
    seen = []
    while True:
        rig = Rig(**OLD)
        rig.step(5)
        assert in_force(rig) == OLD

        def step(rig=rig):
            if press:
                rig.cycle.button.shorts += 1
            rig.step(2)
            seen.append(in_force(rig))
            assert not rig.cycle.broken

        with Interrupt(len(seen), step) as interrupt:
            write(rig.settings, NEW)
        if not interrupt.came:
            return seen
        rig.step(2)
        assert in_force(rig) == NEW, "after the write the next step goes by it"
        assert rig.settings["user_paused"] == (1 if press else 0), "no write of the step is lost"


@pytest.mark.parametrize("press", [False, True], ids=["quiet", "the step writes too"])
def test_no_step_sees_half_of_the_values(press):
    seen = interrupted_everywhere(all_at_once, press)
    assert all(values in (OLD, NEW) for values in seen)
    assert OLD in seen and NEW in seen and len(seen) > 200


def test_one_by_one_is_seen_half_written():
    """What the test above would find."""
    seen = interrupted_everywhere(one_by_one)
    assert any(values not in (OLD, NEW) for values in seen)
