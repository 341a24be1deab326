"""Finds the Wi-Fi channel of the charger. No I/O here.

The charger uses the channel of its access point, for ESP-NOW too. If the router changes
its channel, the charger follows, and the clamp gets no more answers. Then the clamp
tries all channels, the likely ones first, and sends a reading on each as a probe. If no
charger answers, it returns to the channel it knows, waits there for 2 s, and searches
again. The wait doubles each time up to 30 s, because a portable charger may be unplugged
for long.
"""

from micropython import const

from clamp.ticks import diff

CHANNELS = const(13)
_MISSED = const(6)  # a search begins after so many samples without an answer in a row ...
_SILENT_MS = const(2500)  # ... and after this time without an answer
_DWELL = const(2)  # probes per channel, one in each window
_REST_MS = const(2000)
_LONGEST_REST_MS = const(30000)
_LIKELY = (1, 6, 11)


class ChannelFinder:
    """channel: the one to use now. home: where the charger answered last.

    searching: send a probe in each window, even if the sender has nothing due. found:
    counts changes of `home`, so that the caller can store it.
    """

    def __init__(self, channel: int) -> None:
        self.channel = channel
        self.home = channel
        self.searching = False
        self.found = 0
        self._heard_ms = 0
        self._started = False
        self._order: list[int] = []
        self._probes = 0
        self._rest_ms = _REST_MS
        self._rest_from = 0
        self._resting = False

    def heard(self, now_ms: int) -> None:
        """An answer came: the charger is on `channel`."""
        self._heard_ms = now_ms
        self._rest_ms = _REST_MS
        self._resting = False
        self.searching = False
        if self.channel != self.home:
            self.home = self.channel
            self.found += 1

    def step(self, now_ms: int, missed: int) -> bool:
        """Call it each window, before sending; returns True when `channel` has changed.

        missed: samples in a row without an answer.
        """
        if not self._started:
            self._started = True
            self._heard_ms = now_ms
        if self.searching:
            return self._next_probe(now_ms)
        if self._resting and diff(now_ms, self._rest_from) < self._rest_ms:
            return False
        if missed < _MISSED or diff(now_ms, self._heard_ms) < _SILENT_MS:
            return False
        self._begin()
        return self._next_probe(now_ms)

    def _begin(self) -> None:
        if self._resting:
            self._rest_ms = min(2 * self._rest_ms, _LONGEST_REST_MS)
        self.searching = True
        self._resting = False
        self._probes = 0
        order = [c for c in _LIKELY if c != self.home]
        order += [c for c in range(1, CHANNELS + 1) if c not in order and c != self.home]
        self._order = order

    def _next_probe(self, now_ms: int) -> bool:
        if self._probes > 0:
            self._probes -= 1
            return False
        if self._order:
            self.channel = self._order.pop(0)
            self._probes = _DWELL - 1
            return True
        self.searching = False
        self._resting = True
        self._rest_from = now_ms
        moved = self.channel != self.home
        self.channel = self.home
        return moved
