"""The scan cycle allocates nothing: idle, charging, balancing, and with faults coming and going."""

import sys

from ballast.control import ticks
from ballast.control.settings import Settings
from ballast_bench.rigs.control import A_MV, B_MV, C_MV, D_MV, E_MV, Rig
from heap import steps_without_heap

_LEVELS = (B_MV, C_MV, C_MV, C_MV, A_MV, B_MV, C_MV, E_MV, C_MV, D_MV, 7500, C_MV, B_MV, C_MV)


_STORM = 30_000 if sys.platform == "webassembly" else 100_000
"""Each disturbance comes four times and more; the unix port, six times faster, runs all of them."""


class _Steps:
    """One step a call, on ideal hardware; nothing here allocates either."""

    def __init__(self, rig, house_ma=0):
        self.rig = rig
        self.house_ma = house_ma
        self.n = 0
        self.step = rig.cycle._step  # step() itself would swallow the MemoryError

    def quiet(self, _=0):
        rig = self.rig
        rig.feed()
        self.step(rig.now_ms, rig.scan, rig.out)
        rig.now_ms = ticks.add(rig.now_ms, 20)
        self.n += 1

    def balanced(self, _=0):
        rig = self.rig
        if self.n % 50 == 0:
            self.house_ma = (self.house_ma * 5 + 3137) % 17000
            rig.cycle.site.meter.put(rig.now_ms, self.house_ma + rig.draw_ma, 0, 0, 0)
            rig.draw_ma = rig.cycle.offered_ma if rig.out.coil else 0
        self.quiet()

    def stormy(self, _=0):
        rig = self.rig
        n = self.n
        if n % 211 == 0:
            rig.level_mv = _LEVELS[n // 211 % len(_LEVELS)]
        rig.leak = 1 if n % 4001 < 5 else 0
        rig.scan.pe = 0 if n % 5003 < 40 else 1
        rig.scan.ntc_mv[0] = 300 if n % 6007 < 300 else 1650
        rig.scan.supply_mv[0] = 150000 if n % 7001 < 400 else 230000
        if n % 1009 == 0:
            rig.cycle.faults.reset()
        self.balanced()


class _Follower:
    """Watches settings that are written now and then, as by a short press of the button."""

    def __init__(self):
        self.settings = Settings()
        self.some = self.settings.watch(("user_paused", "fuse_ma", "name"))
        self.every = self.settings.watch()
        self.seen = 0

    def look(self, i):
        if i % 10 == 0:
            self.settings.set("user_paused", i // 10 % 2)
        if self.some.changed():
            self.seen += 1
        if self.every.changed():
            self.seen += 1


def test_following_and_writing_a_setting_needs_no_heap():
    follower = _Follower()
    steps_without_heap(follower.look, 1000)
    assert follower.seen == 2 * 100, follower.seen


def _rig(**values):
    rig = Rig(**values)
    rig.run(2)
    rig.level_mv = B_MV
    rig.run(4)
    rig.level_mv = C_MV
    rig.run(2)
    return rig


def test_10000_steps_while_charging():
    rig = _rig()
    assert rig.out.coil == 1
    rig.draw_ma = 16000
    steps_without_heap(_Steps(rig).quiet, 10_000)
    assert rig.out.coil == 1 and not rig.cycle.broken


def test_10000_steps_of_balancing():
    rig = _rig(meter_kind=1, fallback_ma=6000)
    assert rig.out.coil == 1
    steps = _Steps(rig)
    steps_without_heap(steps.balanced, 10_000)
    assert rig.cycle.site.balancer.valid and not rig.cycle.broken


def test_no_step_of_a_storm_of_faults():
    rig = _rig(meter_kind=1, fallback_ma=6000)
    steps_without_heap(_Steps(rig).stormy, _STORM)
    assert not rig.cycle.broken
    seen = sum([1 for n in rig.cycle.faults.count if n])
    assert seen >= 6, rig.cycle.faults.count
    assert rig.cycle.contactor.closings > 10
