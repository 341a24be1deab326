"""Battery: how long the clamp is in each state, and what life that makes. Pure.

The currents are typical figures of the ESP32-C3's data sheet (V1.9, table 5-8 ff.) with a
regulator at 3.3 V; a clamp of one's own is measured and given its own table.
"""

from micropython import const

ACTIVE = const(0)  # CPU at 160 MHz, radio off: sampling and computing
RECEIVE = const(1)  # radio listening, waiting for the answer
TRANSMIT = const(2)
SLEEP = const(3)  # light sleep, RAM kept

TYPICAL_UA = (23000, 84000, 280000, 140)
STATES = ("active", "receive", "transmit", "sleep")


class Ledger:
    """us: [4] time in each state since the start, in whole ms."""

    def __init__(self, current_ua=TYPICAL_UA):
        self.ms = [0, 0, 0, 0]
        self._rest_us = [0, 0, 0, 0]
        self._ua = current_ua

    def add(self, state, us):
        """`us` microseconds were spent in `state`."""
        us += self._rest_us[state]
        self.ms[state] += us // 1000
        self._rest_us[state] = us % 1000

    def mean_ua(self):
        """Mean current over everything so far."""
        total = sum(self.ms)
        if not total:
            return 0
        return sum([self.ms[i] * self._ua[i] for i in range(4)]) // total

    def life_days(self, capacity_mah, usable_pct=80):
        """How long a battery lasts at this mean current; 0 = not known yet."""
        ua = self.mean_ua()
        return capacity_mah * 10 * usable_pct // (ua * 24) if ua else 0


class Duty:
    """When to sample, and how long to sleep.

    mains: always awake, a window after the other, a heartbeat a second. battery: a window every
    `every_ms`, light sleep in between; a step is then seen within every_ms and a window, and
    the charger is told by `expect_ms` when the next heartbeat is due.
    """

    def __init__(self, battery, every_ms=1000, expect_ms=10000):
        self.battery = battery
        self.every_ms = every_ms
        self.expect_ms = expect_ms if battery else 1000

    def sleep_ms(self, busy_ms, busy):
        """After a window that took `busy_ms`. busy: something goes on that forbids sleeping."""
        if not self.battery or busy:
            return 0
        left = self.every_ms - busy_ms
        return left if left > 0 else 0


def battery_low(mv, cells=2):
    """Alkaline or NiMH cells in series: 1.05 V each is nearly empty; 0 = mains powered."""
    return 0 < mv < 1050 * cells
