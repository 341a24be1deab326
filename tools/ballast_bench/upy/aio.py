"""What MicroPython's asyncio has and CPython's has not, as strict as the original."""

import asyncio


class _Sleep:
    """MicroPython's sleep is no coroutine: it must be awaited on the spot.

    `wait_for`, `gather` and `create_task` refuse it there (and leave the
    scheduler's sleep singleton armed), so they are refused here too.
    """

    def __init__(self, ms):
        self._s = max(0, ms) / 1000

    def __await__(self):
        return asyncio.sleep(self._s).__await__()


def sleep_ms(ms):
    return _Sleep(ms)


async def wait_for_ms(awaitable, ms):
    """As `asyncio.wait_for`, in ms; raises asyncio.TimeoutError."""
    if isinstance(awaitable, _Sleep):
        raise TypeError("coroutine expected")
    async with asyncio.timeout(ms / 1000):
        return await awaitable


class ThreadSafeFlag:
    """One waiter; `set()` may be called from another thread or a scheduled callback."""

    def __init__(self):
        self._set = False
        self._waiter = None

    def set(self):
        self._set = True
        waiter = self._waiter
        if waiter is None:
            return
        loop = waiter.get_loop()
        if asyncio._get_running_loop() is loop:  # of this thread: nobody is asleep
            loop.call_soon(self._wake, waiter)
        else:
            loop.call_soon_threadsafe(self._wake, waiter)

    def clear(self):
        self._set = False

    async def wait(self):
        if not self._set:
            if self._waiter is not None:
                raise RuntimeError("a ThreadSafeFlag has one waiter only")
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                # set() may have run in another thread between the two lines above
                if not self._set:
                    await self._waiter
            finally:
                self._waiter = None
        self._set = False

    @staticmethod
    def _wake(waiter):
        if not waiter.done():
            waiter.set_result(None)
