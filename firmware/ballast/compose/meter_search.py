"""Looks for a meter on demand: the bus for the finder, with the running link out of its way."""

import asyncio

from ballast.services.meters.bus import RtuBus, TcpBus, parse_host
from ballast.services.meters.finder import MeterFinder

_NEIGHBOUR_MS = 250  # a closed port refuses at once, an absent host never answers


class MeterSearch:
    """make_port() -> Rs485, None where there is none. address() -> own IPv4 or "". hold(flag):
    stops (True) and starts again (False) the links that use the same bus.

    finder: the MeterFinder of the last search, None before the first.
    """

    def __init__(self, make_port, address, hold):
        self.finder = None
        self._make_port = make_port
        self._address = address
        self._hold = hold
        self._task = None

    def running(self):
        """Whether a search goes on."""
        return self._task is not None and not self._task.done()

    def start(self, kind, host=""):
        """Begin: kind "rtu", "tcp" (with host) or "network". ValueError in plain words."""
        if self.running():
            raise ValueError("a search is running; stop it first")
        finder = MeterFinder()
        if kind == "rtu":
            port = self._make_port()
            if port is None:
                raise ValueError("this board has no RS-485")
            work = finder.on_rtu(RtuBus(port, 200))
        elif kind == "tcp":
            name, number = parse_host(host)
            work = finder.on_tcp(TcpBus(name, number, 1000))
        else:
            own = self._address()
            if not own:
                raise ValueError("no network to search; join one first")
            work = finder.on_network(lambda h: TcpBus(h, 502, _NEIGHBOUR_MS), own)
        self.finder = finder
        self._task = asyncio.create_task(self._run(work))

    async def _run(self, work):
        self._hold(True)
        try:
            await work
        finally:
            self._hold(False)

    def stop(self):
        """End a search early; what it has found so far stays."""
        if self.finder is not None:
            self.finder.stop = True
