"""What a clamp's transformers see: of a function of the time, or of the plant's supply meter.

`window(start_s, end_s)`: (mean squares A² [3], signed currents at the end A [3]). `amps(t_s)`:
[3] A. powered: the clamp's own supply. frozen: it goes on to send what it measured last.
unsigned: it has no voltage input, so no direction. `mark()`: equal marks stand for equal
windows as long as `changed_since` is false; None: nobody can tell.
"""

_POINTS = 9  # at which a window looks at a function


class SampledSupply:
    """amps: a function (t_s) -> [3] A, signed."""

    powered, frozen, unsigned = True, False, False

    def __init__(self, amps):
        self.amps = amps

    def mark(self):
        return None

    def changed_since(self, when_s):
        return True

    def window(self, start_s, end_s):
        squares = [0.0, 0.0, 0.0]
        last = (0.0, 0.0, 0.0)
        span_s = end_s - start_s
        for i in range(_POINTS):
            last = self.amps(start_s + span_s * (i + 0.5) / _POINTS)
            for k in range(3):
                squares[k] += last[k] * last[k] / _POINTS
        return squares, last


class MeterSupply:
    """meter: the plant's SupplyMeter, with everything that is wrong between cable and input.

    A clamp on the mains (not on batteries) is out when the supply is.
    """

    def __init__(self, meter, battery=False):
        self._meter = meter
        self._battery = battery
        self.window, self.mark = meter.window, meter.mark
        self.changed_since = meter.changed_since

    @property
    def powered(self):
        meter = self._meter
        return not meter.silent and (self._battery or not meter.dead)

    @property
    def frozen(self):
        return self._meter.frozen

    @property
    def unsigned(self):
        return self._meter.unsigned

    def amps(self, t_s):
        return self.window(t_s, t_s + 1e-6)[1]
