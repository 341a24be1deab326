"""The event loop of all chips' services, on the world's clock.

Where asyncio would wait, the world moves on. While one chip's task is in a blocking call, the
services of the other chips go on: each has a processor of its own.
"""

import asyncio
import heapq
import selectors
from contextlib import contextmanager
from math import inf

import ballast_bench.fakes as fakes
from ballast_bench.fakes.chip_sockets import SocketsOfChips

_POLL_EACH = 10  # chosen: sockets are asked after something ran, then in each tenth step


class _Selector(selectors.DefaultSelector):
    """Where asyncio would wait, the world moves on instead."""

    def __init__(self, world):
        super().__init__()
        self._world = world
        self._files = 0

    def register(self, *args):
        key = super().register(*args)
        self._files += 1
        return key

    def unregister(self, file):
        key = super().unregister(file)
        self._files -= 1
        return key

    def select(self, timeout=None):
        sockets = self._files > 1  # the loop's own wake-up pipe is one
        ready = super().select(0) if sockets or timeout is None or timeout <= 0 else []
        if ready or (timeout is not None and timeout <= 0):
            return ready
        world = self._world
        until_us = inf if timeout is None else world.clock.us() + max(1, round(timeout * 1e6))
        poll = super().select
        todo = world.loop._ready
        clock, steps = world.clock, 0
        while clock._us < until_us and not todo:
            if world._pace is None and world._next_us <= until_us:
                world.step()
            else:
                wait_s = world.move(until_us)
                if wait_s > 0:
                    ready = poll(wait_s)
            if sockets:
                steps += 1
                if not ready and steps % _POLL_EACH == 0:
                    ready = poll(0)
            if ready:
                break
        return ready


class _Timer(asyncio.TimerHandle):
    """Of two that are due at the same time, the one that was made first comes first.

    asyncio leaves that open: which service runs first would depend on whoever else waits, and a run
    that is made in two parts would differ from the same run in one.
    """

    __slots__ = ("_number",)

    def __lt__(self, other):
        return (self._when, self._number) < (other._when, other._number)


class Loop(SocketsOfChips, asyncio.SelectorEventLoop):
    """All chips' services. While one chip's task is in a blocking call, the others' go on."""

    def __init__(self, world):
        super().__init__(_Selector(world))
        self._world = world
        self._blocked = []  # devices whose task is in a blocking call
        self._kept = []  # handles of theirs that became ready meanwhile
        self._made = 0  # timers so far
        self._nothing = asyncio.Handle(None, (), self)
        self._nothing.cancel()

    def call_at(self, when, callback, *args, context=None):
        """As BaseEventLoop.call_at()."""
        self._check_closed()
        timer = _Timer(when, callback, args, self, context)
        self._made += 1
        timer._number = self._made
        heapq.heappush(self._scheduled, timer)
        timer._scheduled = True
        return timer

    def time(self):
        return self._world.clock.us() / 1e6

    @contextmanager
    def without(self, device):
        """The task that runs now waits, and with it all of this device, while others run."""
        task, ready = asyncio.current_task(self), self._ready
        counted = len(ready)  # by BaseEventLoop._run_once(), which takes so many whatever they are
        self._blocked.append(device)
        asyncio.tasks._leave_task(self, task)
        try:
            yield
        finally:
            asyncio.tasks._enter_task(self, task)
            self._blocked.remove(device)
            if not self._blocked:
                ready.extendleft(reversed(self._kept))
                self._kept.clear()
            ready.extend([self._nothing] * (counted - len(ready)))

    def run_others(self):
        """What is ready by now of the chips that are in no blocking call."""
        self._process_events(self._selector.select(0))
        now_s, ready = self.time(), self._ready
        while self._scheduled and self._scheduled[0]._when <= now_s:
            handle = heapq.heappop(self._scheduled)
            handle._scheduled = False
            ready.append(handle)
        for _ in range(len(ready)):
            if not ready:
                return  # what ran has let others run
            handle = ready.popleft()
            if handle._context.get(fakes.task_device) in self._blocked:
                self._kept.append(handle)
            elif not handle._cancelled:
                handle._run()
