"""Residual current modules: trip, release, self-test, faults, and the hardware path.

A module watches the charger's phases. Its outputs go to the firmware's pin and, in
hardware, to the coil: an active output opens the contactor without any software.
Types and their data: rcd_modules.py.
"""

from math import inf

from ballast_bench.plant.rcd_modules import MODULES, trip_time_s


class Rcd:
    """A residual current module in a charger.

    Inputs: ac_ma, dc_ma: residual current upstream-independent (a test button, a fault before
    the contactor's load side is seen too). leak_ac_ma, leak_dc_ma: of the car, flow only with
    voltage behind the contactor. Call `touch()` after a change.
    Faults: broken: no reaction at all. stuck: None or the level 0/1 of every output.
    cable_open: trip reads 1 and the hardware path opens (pull so that open = fault).
    test_dead: trips, but does not answer to the test. time_scale: of every time (tolerance).
    Outputs: out_dc, out_ac (1 = active), trip (1 = any, or cable open), changed_s.
    """

    def __init__(self, module="X6_X30"):
        if module not in MODULES:
            known = ", ".join(MODULES)
            raise ValueError(f"rcd: unknown module {module!r}, known: {known}")
        self.module = MODULES[module]
        self.ac_ma = self.dc_ma = self.leak_ac_ma = self.leak_dc_ma = 0.0
        self.broken = self.cable_open = self.test_dead = False
        self.stuck = None
        self.time_scale = 1.0
        self.powered = True
        self.out_dc = self.out_ac = self.trip = 0
        self.changed_s = -inf
        self.next_s = inf
        self.testing = False
        self._live = False
        self._real = [0, 0]  # DC, AC output by real residual current
        self._due = [inf, inf]  # when that output changes
        self._tested = (0, 0)
        self._script = []
        self._edge_s = -inf
        self._level = 0
        self._touched = True

    def touch(self):
        """A residual current or a fault was changed."""
        self._touched = True
        self.next_s = -inf

    def set_live(self, live):
        """True = voltage behind the contactor: the car's leakage flows."""
        if live != self._live:
            self._live = live
            if self.leak_ac_ma or self.leak_dc_ma:
                self.touch()

    def drive_test(self, level, now_s):
        """Test input, 1 = active."""
        if level == self._level:
            return
        self._level = level
        if self.broken or self.test_dead:
            return
        module, scale = self.module, self.time_scale
        if level:
            self._edge_s = now_s
            script = module.test
            if not module.level and module.test_min_s > 0.0:
                script = []  # decided at the end of the pulse
            self._script = [(now_s + at * scale, dc, ac) for at, dc, ac in script]
        else:
            self._end_of_pulse(now_s, now_s - self._edge_s)
        self.testing = bool(self._script)
        self._next()

    def _end_of_pulse(self, now_s, width_s):
        module, scale = self.module, self.time_scale
        if module.level:
            self._script = [(now_s + module.hold_s * scale, 0, 0)]
        elif module.reset_s is not None and width_s > module.reset_s:
            self._script = [(now_s, 0, 0)]
            self._real, self._due = [0, 0], [inf, inf]
            self._touched = True
        elif module.test_min_s <= width_s + 1e-9 and width_s <= module.test_max_s + 1e-9:
            if module.test_min_s > 0.0:
                self._script = [(self._edge_s + at * scale, dc, ac) for at, dc, ac in module.test]
        else:
            self._script = [(now_s, 0, 0)]

    @property
    def hardware_open(self):
        """True: the coil is cut without firmware."""
        return bool(self.trip)

    def advance(self, now_s):
        """Bring the outputs up to `now_s`. True when one changed."""
        if self._touched:
            self._watch(now_s)
        when = now_s
        for kind in (0, 1):
            if self._due[kind] <= now_s:
                when, self._due[kind] = self._due[kind], inf
                self._real[kind] ^= 1
                self._touched = True
        while self._script and self._script[0][0] <= now_s:
            when, dc, ac = self._script.pop(0)
            self._tested = (dc, ac)
            self.testing = bool(self._script)
        if self._touched:
            self._watch(now_s)
        return self._outputs(when)

    def _watch(self, now_s):
        """Plan trips and releases for the residual current that flows now."""
        self._touched = False
        dc = self.dc_ma + (self.leak_dc_ma if self._live else 0.0)
        ac = self.ac_ma + (self.leak_ac_ma if self._live else 0.0)
        module = self.module
        self._plan(0, now_s, abs(dc), module.dc_ma, module.dc_release_ma, module.dc_times)
        self._plan(1, now_s, abs(ac), module.ac_ma, module.ac_release_ma, module.ac_times)
        self._next()

    def _plan(self, kind, now_s, ma, threshold, release, times):
        if self.broken or not self.powered:
            self._due[kind] = inf
            return
        if self._real[kind]:
            gone = ma < release
            after = self.module.hold_s * self.time_scale if gone else inf
            self._due[kind] = min(self._due[kind], now_s + after) if gone else inf
        else:
            after = trip_time_s(ma, threshold, times) * self.time_scale
            self._due[kind] = min(self._due[kind], now_s + after) if after < inf else inf

    def _outputs(self, when):
        dc, ac = self._real[0] | self._tested[0], self._real[1] | self._tested[1]
        if self.broken or not self.powered:
            dc = ac = 0
        if self.stuck is not None:
            dc = ac = self.stuck
        trip = 1 if (dc or ac or self.cable_open) else 0
        changed = (dc, ac, trip) != (self.out_dc, self.out_ac, self.trip)
        if changed:
            self.out_dc, self.out_ac, self.trip, self.changed_s = dc, ac, trip, when
        self._next()
        return changed

    def _next(self):
        script = self._script[0][0] if self._script else inf
        self.next_s = -inf if self._touched else min(self._due[0], self._due[1], script)
