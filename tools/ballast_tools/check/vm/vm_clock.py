"""Virtual time on the unix port: sleeps and asyncio's waits move a number."""

import asyncio.core as core

import vm_ticks

_AFTER_ALL_REAL = 1 << 45  # asyncio's C queue stamps what is ready at once with the real ticks
_us = [0]


class _Queue(core.IOQueue):
    def wait_io_event(self, dt):
        """dt: ms to the next timer, -1 = there is none: then only a socket can end the wait."""
        if dt > 0:
            _sleep_us(dt * 1000)
        else:
            super().wait_io_event(dt)


def _sleep_us(us):
    _us[0] += us


def install():
    """The module `time` of the tests and of what they import, and asyncio's clock."""
    vm_ticks.install(lambda: _us[0], _sleep_us)
    core.ticks = lambda: _AFTER_ALL_REAL + _us[0] // 1000
    core._io_queue = _Queue()
    core.IOQueue = _Queue
