"""What the EV drew in the last seconds, so that a late mains sample can be undone.

A mains sample is always older than the own meter's reading: the house's share
of it is the mains less what the EV drew *then*, not what it draws now.
"""

from micropython import const

from ballast.control.ticks import diff

_SLOTS = const(64)  # at 10 Hz: 6.4 s, longer than the slowest meter that is still trusted
_MASK = const(63)
_GAP_MS = const(2000)  # readings further apart than this are not interpolated


class EvHistory:
    """A ring of own-meter readings (ms, mA per phase), filled at about 10 Hz."""

    def __init__(self):
        self._t = [0] * _SLOTS
        self._a = [0] * _SLOTS
        self._b = [0] * _SLOTS
        self._c = [0] * _SLOTS
        self._newest = -1
        self._count = 0

    def clear(self):
        """Forget everything, as at power-up."""
        self._newest = -1
        self._count = 0

    def put(self, t_ms, ma):
        """Append the reading `ma` (list of three, mA) taken at `t_ms`."""
        i = (self._newest + 1) & _MASK
        self._newest = i
        if self._count < _SLOTS:
            self._count += 1
        self._t[i] = t_ms
        self._a[i] = ma[0]
        self._b[i] = ma[1]
        self._c[i] = ma[2]

    def at(self, t_ms, out):
        """Write into `out` (list of three) what was drawn at `t_ms`, in mA.

        Between two readings the value is interpolated; before the oldest and
        after the newest reading the nearest one holds. Nothing recorded: zero.
        """
        n = self._count
        if n == 0:
            out[0] = out[1] = out[2] = 0
            return
        i = self._newest
        t = self._t
        newer = i
        while n > 1 and diff(t_ms, t[i]) < 0:
            newer = i
            i = (i - 1) & _MASK
            n -= 1
        since = diff(t_ms, t[i])
        span = diff(t[newer], t[i])
        if since <= 0 or span > _GAP_MS or newer == i:
            since = 0
            span = 1
        out[0] = self._a[i] + (self._a[newer] - self._a[i]) * since // span
        out[1] = self._b[i] + (self._b[newer] - self._b[i]) * since // span
        out[2] = self._c[i] + (self._c[newer] - self._c[i]) * since // span

    def span(self, from_ms, out_low, out_high):
        """Smallest and largest draw per phase from `from_ms` until now, in mA.

        The reading that was valid at `from_ms` counts too.
        """
        i = self._newest
        n = self._count
        out_low[0] = out_high[0] = self._a[i]
        out_low[1] = out_high[1] = self._b[i]
        out_low[2] = out_high[2] = self._c[i]
        while n > 1 and diff(self._t[i], from_ms) > 0:
            i = (i - 1) & _MASK
            n -= 1
            _widen(out_low, out_high, 0, self._a[i])
            _widen(out_low, out_high, 1, self._b[i])
            _widen(out_low, out_high, 2, self._c[i])


def _widen(low, high, phase, ma):
    if ma < low[phase]:
        low[phase] = ma
    elif ma > high[phase]:
        high[phase] = ma
