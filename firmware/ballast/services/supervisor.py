"""Runs the services: each may die and is started again; none takes another along."""

import asyncio

_FIRST_MS = 1000
_LONGEST_MS = 60000


class Supervisor:
    """`add(name, run)`: `run` is an async function without arguments that should not end.

    restarts: {name: how often}. last_error: {name: text}. `log(line)` hears of every death.
    """

    def __init__(self, log):
        self._log = log
        self._services = []
        self.restarts = {}
        self.last_error = {}

    def add(self, name, run):
        """Register a service; it starts with run()."""
        self._services.append((name, run))
        self.restarts[name] = 0

    async def run(self):
        """Run all services for ever."""
        tasks = [asyncio.create_task(self._keep(name, run)) for name, run in self._services]
        try:
            for task in tasks:
                await task
        finally:
            for task in tasks:
                task.cancel()

    async def _keep(self, name, run):
        wait_ms = _FIRST_MS
        while True:
            try:
                await run()
                self.last_error[name] = "ended"
            except Exception as error:  # noqa: BLE001 - a service may die of anything
                self.last_error[name] = "%s: %s" % (type(error).__name__, error)
            self.restarts[name] += 1
            self._log("service %s: %s; again in %d ms" % (name, self.last_error[name], wait_ms))
            await asyncio.sleep_ms(wait_ms)
            wait_ms = min(2 * wait_ms, _LONGEST_MS)
