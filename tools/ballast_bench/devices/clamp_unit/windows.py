"""A clamp's windows without their samples: mean squares from the supply, with the front's noise.

A window in which nothing can happen is not evaluated one by one: the supply is the same as in the
last one, every sample was acknowledged, no frame waits, and no heartbeat is due. Such windows
enter the mean of the next heartbeat together, with the noise that a mean of so many has; when the
clamp measures and when it sends stays the same to the microsecond.
"""

import math
from random import Random

from ballast_bench.chip import clamp_chip
from clamp import pairing

WINDOW_S = clamp_chip.load().window_s
EVALUATE_S = clamp_chip.load().evaluate_s
# of one window, chosen: what the front of analog_front.py leaves
_NOISE_SHARE, _NOISE_MA = 0.002, 10.0
_EARLY_S = 0.002  # before a heartbeat is due, for the rounding to milliseconds


class Windows:
    """Of one clamp. app: its ClampApp, set at each boot. skipped: windows that were passed over."""

    def __init__(self, supply, has_voltage, name):
        self.app = None
        self.skipped = 0
        self._supply = supply
        self._has_voltage = has_voltage
        self._gauss = Random(name).gauss
        self._squares = self._mark = None
        self._waiting = 0  # passed over, not yet in the mean
        self._quiet_until_s = -math.inf
        self._first_s = 0.0  # when the last burst began
        self._was_heard = True

    def booted(self, app):
        self.app = app
        self._mark, self._waiting, self._quiet_until_s = None, 0, -math.inf

    def passes(self, now_s, inbox):
        """Whether the window that ends the cycle at `now_s` can be passed over; counts it then."""
        if now_s >= self._quiet_until_s or inbox or self._mark is None:
            return False
        if self.app.pairing.state != pairing.IDLE or self._supply.mark() != self._mark:
            return False
        self._waiting += 1
        self.skipped += 1
        return True

    def fill(self, now_s):
        """Evaluate the window of the cycle that ends at `now_s`, as rms.py would."""
        app, supply = self.app, self._supply
        end_s = now_s - EVALUATE_S
        self._flush()
        if supply.frozen:
            for channel in app.meter.channels:
                channel.add()
            return
        app.meter.has_voltage = self._has_voltage and not supply.unsigned
        squares, last = supply.window(end_s - WINDOW_S, end_s)
        mark = supply.mark()
        steady = mark is not None and not supply.changed_since(end_s - WINDOW_S)
        self._mark = mark if steady else None
        self._squares = squares
        for k, channel in enumerate(app.meter.channels):
            channel.ms = self._noisy(channel, squares[k], 1)
            channel.sign = -1 if last[k] < 0 and app.meter.has_voltage else 1
            channel.ma = channel.to_ma(channel.ms)
            if abs(channel.ma) < app.meter.floor_ma:
                channel.ma = 0
            channel.add()
            app.ma[k] = channel.ma

    def _flush(self):
        """What was passed over enters the mean, with the values of then."""
        count, self._waiting = self._waiting, 0
        if count:
            for k, channel in enumerate(self.app.meter.channels):
                channel.ms = self._noisy(channel, self._squares[k], count)
                for _ in range(count):
                    channel.add()

    def _noisy(self, channel, square, count):
        """Mean square in counts² * 2^16 of `count` windows with a true mean square in A²."""
        ma = math.sqrt(square) * 1000
        ma += self._gauss(0.0, math.hypot(ma * _NOISE_SHARE, _NOISE_MA) / math.sqrt(count))
        counts = max(0.0, ma) * 65536 / channel.cal.gain
        return round(counts * counts * 65536)

    def cycle_over(self, now_s, sent):
        """After a cycle; sent: it has sent something. Until when can nothing happen by itself?"""
        app = self.app
        if sent and self._was_heard:
            self._first_s = now_s
        heard = True
        for link in app.links:
            heard = heard and link.sender.heard
        self._was_heard = heard
        calm = heard and app.links and not app.sleep_rule.battery and not app.finder.searching
        until_s = self._first_s + app.sleep_rule.expect_ms / 1000 - _EARLY_S
        self._quiet_until_s = until_s if calm else -math.inf
