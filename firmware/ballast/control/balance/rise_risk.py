"""How far a house may rise before the EV can answer: learned, per phase.

Every sample of the house is judged once the time has passed that a reaction
takes (measurement, transport, EV): how far did the house rise above what was
held back for it? The rises are counted in bins, old ones fade. From the counts
follows the margin that is worth its cost: each mA held back costs a mA of
charging for certain and saves the overloads that are smaller. (In the trade of
perishable goods the same sum is called the newsvendor's.)
"""

from micropython import const

# Upper edges of the bins in mA. A margin of `edge - 100` is enough for a bin:
# 0.1 A is what a class 1 meter cannot tell.
_EDGE_MA = (0, 50, 100, 150, 200, 300, 400, 500, 700, 900, 1200, 1500, 1900, 2900)
_BINS = const(15)  # the last bin: more than any margin would be held against
_MEMORY_MS = const(150000)  # of the time spent in one state
_PRIOR_MS = const(15000)  # how long the first guess counts, where nothing else is said


class RiseRisk:
    """Counts of rises, in ms of the time they stood for."""

    def __init__(self):
        self._bin = [0] * _BINS
        self._all = 0
        self.clear(0, 0)

    def clear(self, small_ma, small_permille, weight_ms=_PRIOR_MS):
        """Start from a guess: `small_permille` of the time a rise of `small_ma`, else none.

        weight_ms: what is seen counts as much as the guess after so long.
        """
        for i in range(_BINS):
            self._bin[i] = 0
        part = weight_ms * small_permille // 1000
        self._bin[0] = weight_ms - part
        self._bin[_bin_of(small_ma)] += part
        self._all = weight_ms

    def add(self, rise_ma, weight_ms):
        """`rise_ma`, what a sample that stood for `weight_ms` (up to 2 s) was followed by."""
        bins = self._bin
        total = 0
        for i in range(_BINS):
            n = bins[i]
            if n:
                n -= n * weight_ms // _MEMORY_MS
                bins[i] = n
                total += n
        bins[_bin_of(rise_ma)] += weight_ms
        self._all = total + weight_ms

    def margin_ma(self, worth_ma, cap_ma):
        """The margin of least cost, in mA.

        worth_ma: what it is worth, in mA held back all the time, that no rise
        at all goes beyond the margin (0..100 000). cap_ma: never more.
        """
        best = 0
        least = -1
        beyond = self._all - self._bin[0]
        for i in range(_BINS - 1):
            if i:
                beyond -= self._bin[i]
            margin = _EDGE_MA[i]
            if margin > cap_ma:
                break
            cost = margin + worth_ma * (beyond * 1000 // self._all) // 1000
            if least < 0 or cost < least:
                least = cost
                best = margin
        return best


def _bin_of(rise_ma):
    for i in range(_BINS - 1):
        if rise_ma <= _EDGE_MA[i] + 100:
            return i
    return _BINS - 1
