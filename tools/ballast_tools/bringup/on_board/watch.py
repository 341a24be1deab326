"""Runs on the second board: when the coil's pin and the pilot of the first one change, for some seconds."""

import time

from common import value

MOST = 40  # changes of the coil's pin that are kept


def main(params):
    from machine import Pin

    coil = Pin(params["coil_pin"], Pin.IN, Pin.PULL_DOWN)
    pilot = Pin(params["pilot_pin"], Pin.IN, Pin.PULL_DOWN)
    print("BRINGUP_ARMED")
    start = time.ticks_us()
    changes = [[0, coil.value()]]
    edges = [0] * (params["seconds"] * 10 + 1)
    last = pilot.value()
    now = 0
    while now < params["seconds"] * 1000000:
        now = time.ticks_diff(time.ticks_us(), start)
        level = coil.value()
        if level != changes[-1][1] and len(changes) < MOST:
            changes.append([now, level])
        level = pilot.value()
        if level != last:
            last = level
            edges[now // 100000] += 1
    value("coil_changes", changes)
    value("pilot_edges", edges)
