"""The heap of ESP-IDF: what Wi-Fi, NimBLE, sockets and TLS take of it, and who gets nothing more.

Figures in bytes; none was measured on one of our boards.
"""

NEEDS = {
    "wifi": 38_000,  # esp_wifi_init and start: 28 + 2.5 KiB, connected 7 more: micropython issue 8940
    "ble": 45_000,  # NimBLE and controller on an S3 with IDF 5.5.1: NimBLE-Arduino issue 1046
    "socket": 6_000,  # 4 to 7 KiB: micropython issue 8940
    "tls": 40_000,  # "40k can be enough": esp-idf issue 7387
}


class IdfHeap:
    """size: bytes free after the start, None = more than enough. held: {what: how many}."""

    def __init__(self, size=None):
        self.size = size
        self.held = dict.fromkeys(NEEDS, 0)

    @property
    def used(self):
        return sum(NEEDS[what] * count for what, count in self.held.items())

    def take(self, what):
        """Whether there was room for one more."""
        if self.size is not None and self.used + NEEDS[what] > self.size:
            return False
        self.held[what] += 1
        return True

    def give(self, what):
        """One less."""
        self.held[what] -= 1

    def clear(self):
        """The chip was reset."""
        self.held = dict.fromkeys(NEEDS, 0)
