"""The chip of these fakes: its clock, its wires, what it keeps over a reset. MicroPython, on a real VM.

Strict by being small: what a script asks for and the chip of MicroPython's esp32 port does not have
is an AttributeError here too. Costs are round numbers that a test finds again in the profile.
"""

import json
import sys

COST_US = {"adc": 70, "erase": 45000, "wifi_start": 200000, "scan": 2000000, "ble_start": 150000,
           "ble_stop": 40000, "nvs_open": 300, "uart": 1500, "gc_per_kib": 100, "gc": 5000}  # fmt: skip
READ_US, READ_PER_KIB = 20, 80
WRITE_US, WRITE_PER_KIB = 100, 1600
NVS_US, NVS_PER_KIB = 9000, 8000
JOIN_MS = 1500
BOOT_US = 2600000


class World:
    """us: time since the start. rtc_us: the RTC's, which a reset keeps. setup: what the test wants."""

    def __init__(self):
        self.us = 0
        self.rtc_us = 0
        self.timers = []
        self.setup = {}
        self.kept = {}

    def advance(self, us, stalled=False):
        """Time goes on; soft timers run at its end, or in between while the program waits."""
        end = self.us + us
        while not stalled:
            due = [t for t in self.timers if t.next_us <= end]
            if not due:
                break
            first = min(due, key=lambda t: t.next_us)
            self.us = max(self.us, first.next_us)
            first.fire()
        self.us = max(self.us, end)
        if stalled:
            for timer in self.timers:
                if timer.next_us <= self.us:
                    timer.next_us = self.us
                    timer.fire()

    def has(self, fault):
        return fault in self.setup["faults"]


now = World()


def start(setup):
    """setup: {"board", "uid", "jumpers", "faults", "state": file, "uname", "mac"}."""
    now.setup = setup
    try:
        with open(setup["state"]) as file:
            now.kept = json.load(file)
    except OSError:
        now.kept = {}
    now.rtc_us = now.kept.get("rtc_us", 0)
    for name in ("time", "gc", "_thread", "os"):
        sys.modules[name] = __import__("chip_" + name)


def end(boot_us=0):
    """Keep what the chip keeps."""
    now.kept["rtc_us"] = now.rtc_us + now.us + boot_us
    with open(now.setup["state"], "w") as file:
        json.dump(now.kept, file)
