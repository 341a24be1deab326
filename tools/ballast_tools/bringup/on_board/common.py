"""Put before each script that runs on the board. One line "BRINGUP [kind, name, ...]" per result."""

import json
import time

ticks_us = time.ticks_us
ticks_diff = time.ticks_diff


def _say(*row):
    print("BRINGUP " + json.dumps(row))


def spread(values):
    """[count, smallest, median, 99 of 100, largest] of a list, which is sorted by this."""
    values.sort()
    n = len(values)
    return [n, values[0], values[n // 2], values[n * 99 // 100], values[-1]]


def cost(kind, amount, took):
    """What one call of `kind` with this amount took, in us: a list of times, one per call."""
    _say("cost", kind, amount, spread(took))


def value(name, what):
    """One figure or a list of figures."""
    _say("value", name, what)


def histogram(name, values, edges):
    """How many of `values` are below each edge, the last count: those that are not below any."""
    counts = [0] * (len(edges) + 1)
    for one in values:
        at = 0
        while at < len(edges) and one >= edges[at]:
            at += 1
        counts[at] += 1
    _say("histogram", name, list(edges), counts)


def missing(name, why):
    """What this board cannot be asked, and why."""
    _say("missing", name, str(why))


def clock_us():
    """What two readings of the clock cost by themselves."""
    took = []
    for _ in range(32):
        start = ticks_us()
        took.append(ticks_diff(ticks_us(), start))
    return spread(took)[2]


def timed(call, count, *args):
    """Times of `count` calls in us, the clock's own share taken off."""
    own = clock_us()
    took = []
    for _ in range(count):
        start = ticks_us()
        call(*args)
        took.append(max(0, ticks_diff(ticks_us(), start) - own))
    return took


def attempt(name, call, *args):
    """Call it; what it raises is said under `name`, and the next measurement goes on."""
    try:
        return call(*args)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the answer of this board
        missing(name, "%s: %s" % (type(error).__name__, error))
        return None


def mount_application():
    """Put the application's slot on the module path, as boards/loader/loader.py does at a start.

    ImportError where there is neither a loader nor an application in the file system.
    """
    import sys

    if "/app" in sys.path:
        return
    try:
        loader = __import__("loader")
        slots_of = __import__("update_slots").UpdateSlots
    except ImportError:
        __import__("ballast")  # a development board: its files are on the path
        return
    for kind in ("romfs", "littlefs"):
        slots = slots_of(kind)
        buf = bytearray(4096)
        for slot in (0, 1):
            if loader.image_security(slots, slot, buf) >= 0:
                loader.mount(slots, slot)
                sys.path.insert(0, "/bringup")  # the loader leaves nothing but the slot on the path
                return
    raise ImportError("no application in the slots")


def coil_jumper(board, sense):
    """Whether the jumper that allows to drive the contactor's pin is there: COIL_PIN to GPIO `sense`.

    The coil's pin is an input meanwhile, so that two outputs never meet.
    """
    from machine import Pin

    coil = Pin(board["COIL_PIN"], Pin.IN, Pin.PULL_DOWN)
    probe = Pin(sense, Pin.OUT, value=1)
    time.sleep_ms(1)
    high = coil.value()
    probe.value(0)
    time.sleep_ms(1)
    low = coil.value()
    Pin(sense, Pin.IN)
    Pin(board["COIL_PIN"], Pin.OUT, value=1 - board["COIL_ON_LEVEL"])
    return high == 1 and low == 0
