"""What a chip has only so much of: the heap of ESP-IDF, and lwip's sockets.

Wi-Fi, NimBLE, sockets and TLS take of that heap what the chip profile says ([takes], [heap] idf);
who finds too little is refused. The ideal chip has enough heap, but no more sockets than another.
"""

SOCKETS = 10  # CONFIG_LWIP_MAX_SOCKETS, ESP-IDF's default; ports/esp32 leaves it


class IdfHeap:
    """held: {what: how many}. most: the same, at most so far. refused: {what: how often}."""

    def __init__(self, device):
        self._device = device
        self.held, self.most, self.refused = {}, {}, {}

    @property
    def sockets(self):
        """How many sockets this chip has."""
        profile = self._device.time.profile
        return SOCKETS if profile is None else profile.sockets

    @property
    def left(self):
        """Bytes that are free; None: the ideal chip has enough."""
        profile = self._device.time.profile
        if profile is None:
            return None
        return profile.heap["idf"] - sum(profile.takes[what] * n for what, n in self.held.items())

    def take(self, what):
        """Whether there was room for one more: "wifi", "ble", "socket" or "tls"."""
        left = self.left
        held = self.held.get(what, 0)
        short = left is not None and left < self._device.time.profile.takes[what]
        if short or (what == "socket" and held >= self.sockets):
            self.refused[what] = self.refused.get(what, 0) + 1
            return False
        self.held[what] = held + 1
        self.most[what] = max(held + 1, self.most.get(what, 0))
        return True

    def give(self, what):
        """One less."""
        self.held[what] = max(0, self.held.get(what, 0) - 1)

    def hold(self, what):
        """take(), and a function that gives it back, once; None = there was no room."""
        if not self.take(what):
            return None
        held, rest = self.held, [1]  # of this start of the chip

        def give_back():
            held[what] -= rest[0]
            rest[0] = 0

        return give_back

    def clear(self):
        """The chip was reset."""
        self.held = {}
