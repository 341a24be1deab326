"""What the EV drew in the last seconds, to be subtracted from late samples of the mains.

A mains sample is always older than the own meter's reading. So the house's part of it is
the mains less what the EV drew *then*, not what it draws now.
"""

from micropython import const

from ballast.control.ticks import diff

_SLOTS = const(128)  # at 10 Hz 12.8 s: the age of the oldest sample that counts and the widest doubt
_MASK = const(127)
_PERIOD_MS = const(100)
_GAP_MS = const(2000)  # readings further apart than this are not interpolated


class EvHistory:
    """A ring of own-meter readings (ms, mA per phase), filled at about 10 Hz."""

    def __init__(self) -> None:
        self._t = [0] * _SLOTS
        self._a = [0] * _SLOTS
        self._b = [0] * _SLOTS
        self._c = [0] * _SLOTS
        self._newest = 0
        self.count = 0

    def clear(self) -> None:
        """Forget everything, as at power-up."""
        self.count = 0

    def put(self, t_ms: int, ma: list[int]) -> None:
        """Append the reading `ma` ([3] mA) that was measured at `t_ms`.

        A reading replaces one of less than 50 ms before, or a fast meter would shorten the ring.
        """
        i = self._newest
        if self.count == 0 or diff(t_ms, self._t[i]) >= _PERIOD_MS // 2:
            i = (i + 1) & _MASK
            self._newest = i
            self._t[i] = t_ms
            if self.count < _SLOTS:
                self.count += 1
        self._a[i] = ma[0]
        self._b[i] = ma[1]
        self._c[i] = ma[2]

    def _find(self, t_ms: int) -> int:
        """The oldest reading of `t_ms` or later, as a number of readings back; 0 if there is none."""
        t = self._t
        newest = self._newest
        last = self.count - 1
        back = diff(t[newest], t_ms) // _PERIOD_MS
        if back < 0:
            return 0
        if back > last:
            back = last
        while back > 0 and diff(t[(newest - back) & _MASK], t_ms) < 0:
            back -= 1
        while back < last and diff(t[(newest - back - 1) & _MASK], t_ms) >= 0:
            back += 1
        return back

    def at(self, t_ms: int, out: list[int]) -> None:
        """Write what the EV drew at `t_ms` into `out` ([3] mA).

        Between two readings the value is interpolated; before the oldest and after the newest
        one the nearest reading counts. Without any reading the result is 0.
        """
        if self.count == 0:
            out[0] = out[1] = out[2] = 0
            return
        back = self._find(t_ms)
        newer = (self._newest - back) & _MASK
        older = (newer - 1) & _MASK if back < self.count - 1 else newer
        span = diff(self._t[newer], self._t[older])
        since = diff(t_ms, self._t[older])
        if since <= 0 or span <= 0 or since >= span or span > _GAP_MS:
            since = span = 1
        a = self._a
        b = self._b
        c = self._c
        out[0] = a[older] + (a[newer] - a[older]) * since // span
        out[1] = b[older] + (b[newer] - b[older]) * since // span
        out[2] = c[older] + (c[newer] - c[older]) * since // span

    def span(self, from_ms: int, to_ms: int, low: list[int], high: list[int]) -> None:
        """Write the least and the most that the EV drew in `from_ms`..`to_ms` into `low` and `high`.

        Both are [3] mA. The last reading before `from_ms` counts too.
        """
        self.at(to_ms, low)
        high[0] = low[0]
        high[1] = low[1]
        high[2] = low[2]
        if self.count == 0 or diff(to_ms, from_ms) <= 0:
            return
        back = self._find(to_ms) + 1
        last = self._find(from_ms)
        if last < self.count - 1 and diff(self._t[(self._newest - last) & _MASK], from_ms) > 0:
            last += 1
        _widen(self._a, self._newest - back, last - back, low, high, 0)
        _widen(self._b, self._newest - back, last - back, low, high, 1)
        _widen(self._c, self._newest - back, last - back, low, high, 2)


def _widen(
    ring: list[int], newest: int, more: int, low: list[int], high: list[int], phase: int
) -> None:
    """Widen low..high of `phase` by the readings from `newest` to `more` older ones of the ring."""
    least = low[phase]
    most = high[phase]
    for i in range(newest - more, newest + 1):
        ma = ring[i & _MASK]
        if ma < least:
            least = ma
        elif ma > most:
            most = ma
    low[phase] = least
    high[phase] = most
