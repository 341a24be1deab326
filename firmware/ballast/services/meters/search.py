"""One search for a meter at a time, on the bus that a person chose."""

import asyncio

from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Callable, Coroutine

    from ballast.services.meters.shapes import LineBus, MakeBus, MeterFinder


class MeterSearch:
    """make_finder(): a MeterFinder. rtu(): the RTU bus, None without RS-485. host(text): the
    bus to a host, ValueError in one line. neighbour(address): the same with a short time-out.
    address(): own IPv4 address, "" = no network. leave_bus(True) stops the links that use the
    same bus, leave_bus(False) starts them again.

    finder: of the last search, None before the first.
    """

    def __init__(
        self,
        make_finder: "Callable[[], MeterFinder]",
        rtu: "Callable[[], LineBus | None]",
        host: "MakeBus",
        neighbour: "MakeBus",
        address: "Callable[[], str]",
        leave_bus: "Callable[[bool], None]",
    ) -> None:
        self.finder: "MeterFinder | None" = None
        self._make_finder = make_finder
        self._rtu = rtu
        self._host = host
        self._neighbour = neighbour
        self._address = address
        self._leave_bus = leave_bus
        self._task: "asyncio.Task | None" = None

    def running(self) -> bool:
        """Whether a search is running."""
        return self._task is not None and not self._task.done()

    def start(self, kind: str, host: str = "") -> None:
        """Begin: kind "rtu", "tcp" (with host) or "network". ValueError with one line."""
        if self.running():
            raise ValueError("a search is running; stop it first")
        finder = self._make_finder()
        if kind == "rtu":
            bus = self._rtu()
            if bus is None:
                raise ValueError("this board has no RS-485")
            work = finder.on_rtu(bus)
        elif kind == "tcp":
            work = finder.on_tcp(self._host(host))
        else:
            own = self._address()
            if not own:
                raise ValueError("no network to search; join one first")
            work = finder.on_network(self._neighbour, own)
        self.finder = finder
        self._task = asyncio.create_task(self._run(work))

    async def _run(self, work: "Coroutine[object, object, None]") -> None:
        self._leave_bus(True)
        try:
            await work
        finally:
            self._leave_bus(False)

    def stop(self) -> None:
        """End a search early; what it has found so far stays."""
        if self.finder is not None:
            self.finder.stop = True
