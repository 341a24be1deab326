"""Ticks and sleeps of the firmware. Virtual: the bench owns the time.

The virtual wait of asyncio is in vm_waiting, that of the real time in vm_real.
"""

import time

import vm_link as link
import vm_ticks
from vm_link import head, now_us


def _sleep_us(us):
    """No call: the bench moves its clock by this word before it handles the next message."""
    head[3] += us
    us += head[0]
    if us < 0x100000000:
        head[0] = us
    else:
        head[0] = us & 0xFFFFFFFF
        head[1] += 1


def install():
    """The module `time` of the firmware."""
    if not link.REAL:
        vm_ticks.install(now_us, _sleep_us)
        return
    away = now_us() - time.ticks_us()
    made = vm_ticks.install(lambda: time.ticks_us() + away, time.sleep_us)
    made.sleep_ms, made.sleep = time.sleep_ms, time.sleep  # callbacks run while these wait
