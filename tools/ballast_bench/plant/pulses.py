"""Something that comes and goes on its own: a dip of the supply, a contact that bounces."""

from math import inf

_SAME_S = 1e-9  # instants this near are one


class Pulses:
    """`times` pulses of `width_s`, one every `every_s`. on: one lasts now. next_s: the next edge.

    An edge takes effect at the first step at or after its instant.
    """

    def __init__(self):
        self.on = False
        self.next_s = inf
        self._start_s, self._width_s, self._every_s, self._left = inf, 0.0, 0.0, 0

    def start(self, now_s, width_s, every_s=0.0, times=1):
        """Begin the first pulse now; a series that still runs is replaced."""
        if not width_s > 0.0 or times < 1:
            raise ValueError(f"pulses: {times} of {width_s:g} s; at least one longer than 0 is needed")
        if times > 1 and every_s <= width_s:
            raise ValueError(f"pulses: one every {every_s:g} s must be longer than its {width_s:g} s")
        self.on, self._left = False, times
        self._start_s, self._width_s, self._every_s = now_s, width_s, every_s
        self.next_s = now_s

    def stop(self):
        """No pulse any more; one that lasts ends at the next `advance`."""
        self._left = 0
        self._start_s = inf
        self.next_s = -inf if self.on else inf

    def advance(self, now_s):
        """Take the edges up to `now_s`. True when `on` changed."""
        before = self.on
        if self.next_s == -inf:
            self.on, self.next_s = False, inf
        while self.next_s <= now_s + _SAME_S:
            if self.on:
                self.on = False
                self._start_s += self._every_s
                self.next_s = self._start_s if self._left else inf
            else:
                self.on = True
                self._left -= 1
                self.next_s = self._start_s + self._width_s
        return self.on != before
