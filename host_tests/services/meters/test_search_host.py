"""One search at a time, on the bus that was chosen, with the links out of its way."""

import asyncio

import pytest

from ballast.services.meters.search import MeterSearch


class Finder:
    """Searches until it is stopped."""

    def __init__(self):
        self.stop = False
        self.on = None

    async def _search(self, *on):
        self.on = on
        while not self.stop:
            await asyncio.sleep(0)

    async def on_rtu(self, bus):
        await self._search("rtu", bus)

    async def on_tcp(self, bus):
        await self._search("tcp", bus)

    async def on_network(self, make_bus, own_address):
        await self._search("network", make_bus, own_address)


class Bench:
    def __init__(self):
        self.line = "line"
        self.address = "10.0.0.5"
        self.held = []
        self.search = MeterSearch(
            Finder, lambda: self.line, self.host, "neighbour", lambda: self.address,
            self.held.append,
        )  # fmt: skip

    def host(self, text):
        if not text:
            raise ValueError("no host")
        return "bus to " + text


@pytest.mark.parametrize(
    ("kind", "on"),
    [
        ("rtu", ("rtu", "line")),
        ("tcp", ("tcp", "bus to 10.0.0.9")),
        ("network", ("network", "neighbour", "10.0.0.5")),
    ],
)
def test_the_links_are_held_while_it_searches(kind, on):
    async def story():
        bench = Bench()
        search = bench.search
        search.stop()  # nothing to stop
        assert not search.running() and search.finder is None
        search.start(kind, "10.0.0.9")
        await asyncio.sleep(0)
        assert search.running() and search.finder.on == on and bench.held == [True]
        with pytest.raises(ValueError, match="stop it first"):
            search.start("rtu")
        first = search.finder
        search.stop()
        while search.running():
            await asyncio.sleep(0)
        assert bench.held == [True, False] and search.finder is first
        search.start("rtu")
        assert search.finder is not first
        search.stop()
        while search.running():
            await asyncio.sleep(0)

    asyncio.run(story())


def test_the_links_go_on_after_a_search_that_failed():
    async def story():
        bench = Bench()
        bench.search.start("rtu")
        await asyncio.sleep(0)
        bench.search._task.cancel()
        while bench.search.running():
            await asyncio.sleep(0)
        assert bench.held == [True, False]

    asyncio.run(story())


@pytest.mark.parametrize(
    ("kind", "change", "words"),
    [
        ("rtu", {"line": None}, "no RS-485"),
        ("network", {"address": ""}, "no network"),
        ("tcp", {}, "no host"),
    ],
)
def test_what_cannot_be_searched_is_one_line_and_changes_nothing(kind, change, words):
    async def story():
        bench = Bench()
        for name, value in change.items():
            setattr(bench, name, value)
        with pytest.raises(ValueError, match=words):
            bench.search.start(kind, "")
        assert bench.search.finder is None and not bench.held and not bench.search.running()

    asyncio.run(story())
