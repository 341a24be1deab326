"""What a chip's steps look like from outside: how far apart they begin, bursts, and what held them up."""

from collections import Counter

from ballast.control import ticks

PERIOD_MS = 20
_SHORT_MS = 15  # a step that begins sooner after the last one had waited in the queue
_ANOTHER_START_MS = 10_000  # longer is no lateness: the chip was off

EDGES_MS = (10, 15, 19, 21, 25, 30, 35, 38, 45, 55, 70, 100, 150, 250, 500)
"""Upper ends of the classes of the histogram."""


class Lateness:
    """Of one node; set as its device.time.watch. gaps: {ms between two steps: how often}.

    Steps of the calm lane are not told: each is exactly in time (`lane_steps`). bursts: how often
    steps ran back to back, burst_most: how many at most. longest: {kind of stall: us}, closed_longest:
    the same while the coil was on.
    """

    def __init__(self, node):
        self._node, self._costs = node, node.profile.costs
        self._lane, self._taken = None, 0
        self.gaps, self.closed_gaps = Counter(), Counter()
        self.bursts = self.burst_most = self._burst = self.lane_steps = self.closed_lane_steps = 0
        self.longest, self.closed_longest = {}, {}

    def step(self, now_ms, last_ms):
        """A whole step begins."""
        self.look()
        gap = ticks.diff(now_ms, last_ms)
        if not 0 <= gap <= _ANOTHER_START_MS:
            return
        self.gaps[gap] += 1
        if self._node.app.out.coil:
            self.closed_gaps[gap] += 1
        if gap >= _SHORT_MS:
            self._burst = 0
            return
        self._burst += 1
        self.bursts += self._burst == 1
        self.burst_most = max(self.burst_most, self._burst + 1)

    def stall(self, kind, us):
        """The chip is held up for so long."""
        if self._costs[kind].stall == "python":
            return
        self.longest[kind] = max(us, self.longest.get(kind, 0))
        app = self._node.app
        if app is not None and app.out.coil:
            self.closed_longest[kind] = max(us, self.closed_longest.get(kind, 0))

    def look(self):
        """Count the lane's steps since the last look; a chip that starts again has another lane.

        The coil changes in whole steps alone, and each looks first.
        """
        lane = self._node.lane
        if lane is not self._lane:
            self._lane, self._taken = lane, 0
        if lane is not None:
            self.lane_steps += lane.taken - self._taken
            if self._node.app.out.coil:
                self.closed_lane_steps += lane.taken - self._taken
            self._taken = lane.taken

    def histogram(self):
        """{"up to ms": steps}; those of the lane are exactly PERIOD_MS apart."""
        self.look()
        return _classes(self.gaps, self.lane_steps)

    def closed_histogram(self):
        """The same of the steps that began with the coil on."""
        self.look()
        return _classes(self.closed_gaps, self.closed_lane_steps)


def _classes(gaps, in_time):
    found = dict.fromkeys((*EDGES_MS, "more"), 0)
    for gap, count in [*gaps.items(), (PERIOD_MS, in_time)]:
        found[next((edge for edge in EDGES_MS if gap <= edge), "more")] += count
    return found
