"""The station on the imitated driver, over routers, passwords and moments that nobody chose.

Oracle: with the right name and password and a router in reach the station is connected within
_WITHIN_S; and what the page says of a try is true.
"""

import asyncio
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ballast.control.settings import Settings
from ballast.services.wifi_link import WifiLink
from ballast_bench import fakes, upy
from ballast_bench.fakes import fake_network as network
from ballast_bench.fakes.access_point import WRONG_KEY_MS, AccessPoint

NAME, KEY = "home", "right-key-1"
# The longest pause between two tries is 60 s; a try that began too early for the router ends
# after 13 s at most, the one that follows takes up to 7 s.
_WITHIN_S = 85

_routers = st.builds(
    AccessPoint,
    password=st.sampled_from([KEY, KEY, "other-key-2", ""]),
    channel=st.integers(1, 13),
    rssi=st.just(-60),
    wrong=st.sampled_from(sorted(WRONG_KEY_MS)),
    dhcp_s=st.floats(0.1, 4.0),
    refuses=st.sampled_from([0, 0, 0, 5, 203]),
    copies=st.integers(1, 2),
)
_joins = st.tuples(
    st.sampled_from([NAME, NAME, "hmoe", "neighbour"]), st.sampled_from([KEY, KEY, "worng-key", ""])
)
_moves = st.one_of(
    st.tuples(st.just("router"), st.none() | _routers),
    st.tuples(st.just("kick"), st.sampled_from([2, 3, 4, 6, 7, 8, 15, 34])),
    st.tuples(st.just("scan"), st.none()),
    st.tuples(st.just("ap"), st.none()),
    st.tuples(st.just("join"), _joins),
)
_evenings = st.lists(st.tuples(st.floats(0.0, 100.0), _moves), max_size=8)


class _Captive:
    def open(self, ip):
        pass

    close = lambda self: None  # noqa: E731


async def _at_once(function):
    await asyncio.sleep(2)
    return function()


class Evening:
    """A charger's station and a router, with what happened to the router noted."""

    def __init__(self, doubts):
        self.clock = upy.ManualClock(2**30 - 5000)
        upy.install(self.clock)
        self.device = fakes.Device(self.clock)
        raises, in_scan, late_ms = doubts
        self.device.wifi_doubts.config_raises = raises
        self.device.wifi_doubts.leave_in_scan = in_scan
        self.device.wifi_doubts.late_ms = late_ms
        self.device.access_points["neighbour"] = ("not-for-you", 4, -80)
        self.changes = 0
        fakes.install()
        from ballast.ports.wifi import Wifi  # imports the fakes

        with self.device:
            self.settings = Settings()
            wifi = Wifi("ballast")
            wifi.radio_on()
            self.link = WifiLink(
                wifi, self.settings, _Captive(), ("Ballast-1", "label-key-1"), _at_once, lambda ms: True,
                lambda *line: None,
            )  # fmt: skip
            self.sta = network.WLAN(network.WLAN.IF_STA)

    def router(self, point):
        self.changes += 1
        if point is None:
            self.device.access_points.pop(NAME, None)
        else:
            self.device.access_points[NAME] = point

    async def join(self, name, key):
        """What the page says is true, if the router was the same all the time."""
        before = self.changes
        said = await self.link.join(name, key)
        point = self.device.access_points.get(name)
        if before != self.changes:
            return
        point = None if point is None else AccessPoint(*point)
        if point is None or (point.password == key and point.refuses):
            assert said == "network", (said, name, key, point)
        elif point.password != key:
            assert said == "password", (said, name, key, point)
        else:
            assert said == "" and self.sta.isconnected(), (said, name, key, point)

    async def play(self, evening):
        service = asyncio.create_task(self.link.run())
        for wait_s, (what, value) in evening:
            await asyncio.sleep(wait_s)
            if what == "router":
                self.router(value)
            elif what == "kick":
                self.changes += 1
                self.sta.kick(value)
            elif what == "scan":
                rows = await self.link.scan()
                assert "neighbour" in [row[0] for row in rows]
            elif what == "ap":
                self.link.open_ap()
            else:
                await self.join(*value)
        self.settings.set_all({"wifi_ssid": NAME, "wifi_password": KEY})
        return service

    async def end(self, evening, channel):
        service = await self.play(evening)
        self.router(AccessPoint(KEY, channel, -60, dhcp_s=1.3))
        for _ in range(_WITHIN_S):
            await asyncio.sleep(1)
            if self.link.network() == NAME:
                break
        assert self.link.network() == NAME and self.sta.isconnected()
        assert self.sta.config("pm") == network.WLAN.PM_NONE
        assert not service.done()
        service.cancel()


def play(evening, channel, doubts):
    before = upy.clock()
    try:
        it = Evening(doubts)
        with it.device:
            upy.run_virtual(it.end(evening, channel), it.clock)
    finally:
        upy.install(before)


@settings(max_examples=60, deadline=None)
@given(
    _evenings, st.integers(1, 13), st.tuples(st.booleans(), st.booleans(), st.sampled_from([0, 5, 300]))
)
def test_the_station_connects_and_the_page_says_why_not(evening, channel, doubts):
    play(evening, channel, doubts)


def test_a_router_that_comes_back_at_any_moment_on_any_channel():
    for channel in range(1, 14):
        for away_s in (1, 2.5, 9, 30, 90, 300, 1000):
            here = AccessPoint(KEY, 1 + channel % 13, -60)
            evening = [(0, ("router", here)), (1, ("join", (NAME, KEY))), (5, ("router", None)),
                       (away_s, ("kick", 3))]  # fmt: skip
            play(evening, channel, (True, False, 5))


_TRIES = ((NAME, KEY), (NAME, "worng-key"), ("hmoe", KEY), (NAME, ""))


@pytest.mark.parametrize("reason", sorted(WRONG_KEY_MS))
@pytest.mark.parametrize("in_scan", [False, True])
def test_any_three_tries_in_a_row_are_told_apart(reason, in_scan):
    router = AccessPoint(KEY, 6, -60, wrong=reason)
    for tries in itertools.product(_TRIES, repeat=3):
        evening = [(0, ("router", router))] + [(3, ("join", one)) for one in tries]
        play(evening, 6, (True, in_scan, 5))
