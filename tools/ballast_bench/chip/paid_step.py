"""The step of a charger on a chip that needs time for it: control's part, between inputs and outputs."""

STEP, READING, SAMPLE = range(3)
KINDS = ("step", "step_reading", "step_sample")


class PaidStep:
    """Stands in for App._step: `step(now_ms, scan, out)`, and then so much time has passed.

    last_us: of the last step. A step takes what it usually takes: its scatter is in the kinds.
    """

    __slots__ = ("_cycle", "_step", "_time", "last_us", "us")

    def __init__(self, app, time):
        self._step, self._cycle, self._time = app._step, app.charger.cycle, time
        self.us = [time.profile.cost(kind).usual() for kind in KINDS]
        self.last_us = 0

    def __call__(self, now_ms, scan, out):
        cycle = self._cycle
        sample, seq = self.sampled(), cycle.ev._port_seq
        if self._time.watch is not None:
            self._time.watch.step(now_ms, cycle._last_ms)
        self._step(now_ms, scan, out)
        self.last_us = us = self.cost_us(sample, cycle.ev._port_seq != seq)
        self._time.pass_us(us)

    def sampled(self):
        """Whether a sample of a supply's meter is worked on, by a part, or waits for that."""
        cycle = self._cycle
        return cycle.site.wants() or cycle.panel.wants()

    def cost_us(self, sample, reading):
        """us of such a step: a new sample of the supply's meter, a new reading of its own."""
        return self.us[SAMPLE if sample else READING if reading else STEP]
