"""Parts of a supply meter that have a life of their own: means, spells, and answers that fail."""

from math import floor, inf


def mean_over(history, start_s, end_s):
    """(amps [3], volts [3], hertz) averaged over the span; history: [(since_s, amps, volts, hertz)].

    What was in force before the oldest entry is that entry's.
    """
    amps, volts = [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]
    until_s = end_s
    span_s = end_s - start_s
    for index in range(len(history) - 1, -1, -1):
        since_s, at_a, at_v, hertz = history[index]
        if since_s >= until_s:
            continue
        first_s = since_s if since_s > start_s and index else start_s
        share = (until_s - first_s) / span_s
        for phase in (0, 1, 2):
            amps[phase] += at_a[phase] * share
            volts[phase] += at_v[phase] * share
        until_s = first_s
        if until_s <= start_s:
            break
    return amps, volts, hertz


def squares_over(history, start_s, end_s):
    """Mean squares of the current, A² [3], over the span; history as of `mean_over`."""
    squares = [0.0, 0.0, 0.0]
    until_s = end_s
    span_s = end_s - start_s
    for index in range(len(history) - 1, -1, -1):
        since_s, amps = history[index][0], history[index][1]
        if since_s >= until_s:
            continue
        first_s = since_s if since_s > start_s and index else start_s
        share = (until_s - first_s) / span_s
        for phase in (0, 1, 2):
            squares[phase] += amps[phase] * amps[phase] * share
        until_s = first_s
        if until_s <= start_s:
            break
    return squares


def tick(now_s, period_s, phase):
    """(number, begin s) of the period that `now_s` is in; phase: 0..1, where the first begins."""
    number = floor(now_s / period_s - phase + 1e-9)
    return number, (number + phase) * period_s


class Spells:
    """Now and then a fault lasts a while: spells of least_s..most_s, every_s apart in the mean.

    every_s: 0 = never. The times are drawn from the meter's seed, exponential as of a fault
    without memory.
    """

    def __init__(self, rng, least_s=10.0, most_s=60.0):
        self.every_s = 0.0
        self.least_s, self.most_s = least_s, most_s
        self._rng = rng
        self._since_s = inf
        self._until_s = inf

    def start(self, now_s, every_s):
        """From `now_s` on a spell comes every `every_s` seconds in the mean; 0 = none any more."""
        self.every_s = every_s
        self._draw(now_s)

    def _draw(self, now_s):
        if self.every_s <= 0.0:
            self._since_s = self._until_s = inf
            return
        self._since_s = now_s + self._rng.expovariate(1.0 / self.every_s)
        self._until_s = self._since_s + self._rng.uniform(self.least_s, self.most_s)

    def active(self, now_s):
        """Whether a spell goes on at `now_s`; times must not fall."""
        while now_s >= self._until_s:
            self._draw(self._until_s)
        return now_s >= self._since_s


GOOD, LOST, LATE, EXCEPTION, NAN, ZEROS, CRC = range(7)
KINDS = ("good", "lost", "late", "exception", "nan", "zeros", "crc")


class Answers:
    """What becomes of each answer on a bus: shares 0..1 of the answers, drawn one by one.

    lost: none comes. late: it comes late_s after the others. exception: "server device failure"
    (code 4). nan: every value says "not available". zeros: every register is 0. crc: a bit is
    wrong on the line (RTU). When the shares add up to more than 1, the earlier named win.
    """

    def __init__(self, rng):
        self.share = dict.fromkeys(KINDS[1:], 0.0)
        self.late_s = 3.0  # chosen: later than most masters wait (0.2 to 2 s)
        self._rng = rng

    def draw(self):
        """The kind of the next answer."""
        left = -1.0
        for kind, name in enumerate(KINDS[1:], 1):
            share = self.share[name]
            if share <= 0.0:
                continue
            if left < 0.0:
                left = self._rng.random()
            if left < share:
                return kind
            left -= share
        return GOOD
