"""Battery: how long the clamp is in each state, and how long the battery lasts. No I/O here.

The currents are typical figures of the ESP32-C3's data sheet (V1.9, table 5-8 ff.) with a
regulator at 3.3 V. Measure your own clamp and pass its figures to `Ledger`.
"""

from micropython import const

ACTIVE = const(0)  # CPU at 160 MHz, radio off: sampling and computing
RECEIVE = const(1)  # radio listening, waiting for the answer
TRANSMIT = const(2)
SLEEP = const(3)  # light sleep, RAM kept

TYPICAL_UA = (23000, 84000, 280000, 140)
STATES = ("active", "receive", "transmit", "sleep")


class Ledger:
    """ms: [4] time in each state since the start. current_ua: [4] current in each state."""

    def __init__(self, current_ua: tuple[int, ...] = TYPICAL_UA) -> None:
        self.ms = [0, 0, 0, 0]
        self._rest_us = [0, 0, 0, 0]
        self._ua = current_ua

    def add(self, state: int, us: int) -> None:
        """`us` microseconds were spent in `state`."""
        us += self._rest_us[state]
        self.ms[state] += us // 1000
        self._rest_us[state] = us % 1000

    def mean_ua(self) -> int:
        """Mean current over everything so far."""
        total = sum(self.ms)
        if not total:
            return 0
        return sum([self.ms[i] * self._ua[i] for i in range(4)]) // total

    def life_days(self, capacity_mah: int, usable_pct: int = 80) -> int:
        """How many days a battery lasts at the mean current so far; 0 = not known yet."""
        ua = self.mean_ua()
        return capacity_mah * 10 * usable_pct // (ua * 24) if ua else 0


class SleepRule:
    """When to sample, and how long to sleep.

    With mains power the clamp is always awake and takes one window after the other, with a
    heartbeat each second. With a battery it takes a window every `every_ms` and sleeps in
    between, with a heartbeat every `expect_ms`. It then notices a step of the current
    after `every_ms` and one window at the latest.
    """

    def __init__(self, battery: bool, every_ms: int = 1000, expect_ms: int = 10000) -> None:
        self.battery = battery
        self.every_ms = every_ms
        self.expect_ms = expect_ms if battery else 1000

    def sleep_ms(self, busy_ms: int, busy: bool) -> int:
        """The sleep after a window that took `busy_ms`. busy: the clamp must not sleep now."""
        if not self.battery or busy:
            return 0
        left = self.every_ms - busy_ms
        return left if left > 0 else 0


def battery_low(mv: int, cells: int = 2) -> bool:
    """Whether alkaline or NiMH cells in series are nearly empty: below 1.05 V each.

    mv: 0 = mains powered.
    """
    return 0 < mv < 1050 * cells
