"""On which Wi-Fi channel is the charger? Pure.

Its station follows the access point, and so its ESP-NOW does: when the router moves,
the charger goes along and the clamp hears no more answers. Then all channels are tried,
likely ones first; a reading goes out on each as a probe. Without success the clamp
rests on the channel it knows, longer each time (2 s .. 30 s; the charger may be unplugged:
a portable is), and tries again.
"""

from micropython import const

from clamp.ticks import diff

CHANNELS = const(13)
_MISSED = const(6)  # samples in a row without an answer ...
_SILENT_MS = const(2500)  # ... and for so long
_DWELL = const(2)  # probes per channel; each is a window apart
_REST_MS = const(2000)
_LONGEST_REST_MS = const(30000)
_LIKELY = (1, 6, 11)


class ChannelFinder:
    """channel: to be on now. searching: probes are to be sent, whatever the sender says.
    found: counts changes of the home channel, so that its user can keep it in flash."""

    def __init__(self, channel):
        self.channel = channel
        self.home = channel
        self.searching = False
        self.found = 0
        self._heard_ms = 0
        self._started = False
        self._order = []
        self._probes = 0
        self._rest_ms = _REST_MS
        self._rest_from = 0
        self._resting = False

    def heard(self, now_ms):
        """An answer came: this is the channel."""
        self._heard_ms = now_ms
        self._rest_ms = _REST_MS
        self._resting = False
        self.searching = False
        if self.channel != self.home:
            self.home = self.channel
            self.found += 1

    def step(self, now_ms, missed):
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

    def _begin(self):
        if self._resting:
            self._rest_ms = min(2 * self._rest_ms, _LONGEST_REST_MS)
        self.searching = True
        self._resting = False
        self._probes = 0
        order = [c for c in _LIKELY if c != self.home]
        order += [c for c in range(1, CHANNELS + 1) if c not in order and c != self.home]
        self._order = order

    def _next_probe(self, now_ms):
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
