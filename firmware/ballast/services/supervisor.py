"""Runs the services. A service that fails is started again; the others go on."""

import asyncio

from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Awaitable, Callable

    from ballast.services.shapes import Log

_FIRST_MS = 1000
_LONGEST_MS = 60000


class Supervisor:
    """log: takes one line for each failure of a service.

    restarts: {name: how often it was started again}. last_error: {name: text}.
    """

    def __init__(self, log: "Log") -> None:
        self._log = log
        self._services: "list[tuple[str, Callable[[], Awaitable[None]]]]" = []
        self.restarts: dict[str, int] = {}
        self.last_error: dict[str, str] = {}

    def add(self, name: str, run: "Callable[[], Awaitable[None]]") -> None:
        """Register a service: `run` is an async function that should never return.

        It starts when the supervisor runs.
        """
        self._services.append((name, run))
        self.restarts[name] = 0

    async def run(self) -> None:
        """Run all services for ever."""
        tasks = [asyncio.create_task(self._run_for_ever(name, run)) for name, run in self._services]
        try:
            for task in tasks:
                await task
        finally:
            for task in tasks:
                task.cancel()

    async def _run_for_ever(self, name: str, run: "Callable[[], Awaitable[None]]") -> None:
        wait_ms = _FIRST_MS
        while True:
            try:
                await run()
                self.last_error[name] = "ended"
            except Exception as error:  # noqa: BLE001 - a service may fail in any way
                self.last_error[name] = "%s: %s" % (type(error).__name__, error)
            self.restarts[name] += 1
            self._log("service %s: %s; again in %d ms" % (name, self.last_error[name], wait_ms))
            await asyncio.sleep_ms(wait_ms)
            wait_ms = min(2 * wait_ms, _LONGEST_MS)
