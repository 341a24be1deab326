"""How far a house rises before the EV can follow: learned for each phase.

After each sample of the house, spare.py waits for the time that a reaction takes
(measurement, transport, EV). Then it counts here how far the house rose meanwhile above the
held draw. The counts stand in bins, and old ones fade. They show which reserve is worth its
cost: each mA of it costs a mA of charging for certain, and prevents the overloads that are
smaller than the reserve. (The trade with perishable goods knows this as the newsvendor
problem.)
"""

from micropython import const

# Each bin by the reserve in mA that covers it. Its rises go up to 100 mA more: a class 1
# meter cannot measure 0.1 A.
_COVER_MA = (0, 50, 100, 150, 200, 300, 400, 500, 700, 900, 1200, 1500, 1900, 2900)
_BINS = const(15)  # the last bin: rises that no reserve covers
_MEMORY_MS = const(150000)  # time constant with which counts fade; only time that was counted here passes
_PRIOR_MS = const(15000)  # default weight of the first guess


class RiseRisk:
    """Counts of rises, each weighted with the time in ms that its sample stands for."""

    def __init__(self) -> None:
        self._bin = [0] * _BINS
        self._all = 0
        self.clear(0, 0)

    def clear(self, small_ma: int, small_permille: int, weight_ms: int = _PRIOR_MS) -> None:
        """Start from a guess: for `small_permille` of the time a rise of `small_ma`, else none.

        weight_ms: the guess counts as much as so long a time of samples.
        """
        for i in range(_BINS):
            self._bin[i] = 0
        part = weight_ms * small_permille // 1000
        self._bin[0] = weight_ms - part
        self._bin[_bin_of(small_ma)] += part
        self._all = weight_ms

    def add(self, rise_ma: int, weight_ms: int) -> None:
        """Count the rise that followed a sample. weight_ms: time of the sample, up to 2 s."""
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

    def reserve_ma(self, worth_ma: int, cap_ma: int) -> int:
        """Returns the reserve (mA) with the lowest total cost.

        worth_ma (0..100 000): the price of overloads. If all rises exceeded the reserve, it would
        be worth so many mA to prevent that. cap_ma: the result is not larger.
        """
        best = 0
        least = -1
        beyond = self._all - self._bin[0]
        for i in range(_BINS - 1):
            if i:
                beyond -= self._bin[i]
            reserve = _COVER_MA[i]
            if reserve > cap_ma:
                break
            cost = reserve + worth_ma * (beyond * 1000 // self._all) // 1000
            if least < 0 or cost < least:
                least = cost
                best = reserve
        return best


def _bin_of(rise_ma: int) -> int:
    for i in range(_BINS - 1):
        if rise_ma <= _COVER_MA[i] + 100:
            return i
    return _BINS - 1
