"""The station follows the settings, and leaves a join in progress alone."""

import asyncio

from ballast.control.settings import Settings
from ballast.services.wifi_link import WifiLink
from ballast_bench import upy
from ballast_bench.upy.clock import ManualClock

CONNECTING, CONNECTED, WAITING = 1, 2, 3  # ports/wifi.py
HOME, AWAY = ("home", "home-pass-1"), ("away", "away-pass-1")


class Wifi:
    """A network port that is told which networks answer; joined: what it was asked to join."""

    def __init__(self, *answering):
        self.answering = answering
        self.joined = []
        self.state = 0
        self.reason = ""
        self.ap = self.busy = False

    def join(self, ssid, key):
        self.joined.append((ssid, key))
        self.state = CONNECTING
        self.polls = 0

    def step(self):
        if self.state == CONNECTING:
            self.polls += 1
            if self.polls > 5:
                self.state = CONNECTED if self.joined[-1] in self.answering else WAITING
        return self.state

    def leave(self):
        self.state = 0

    def rest(self):
        if self.state == CONNECTING:
            self.state = WAITING

    def scan(self):
        return [] if self.state == CONNECTING else [("home", -50, False)]

    def open_ap(self, ssid, key):
        if self.busy:
            raise OSError("Wifi Internal State Error")
        self.ap = True
        return "192.168.4.1"

    def close_ap(self):
        self.ap = False


class Captive:
    """A portal; full: no socket is free."""

    full = False
    is_open = False

    def open(self, ip):
        if self.full:
            raise OSError(23)
        self.is_open = True

    def close(self):
        self.is_open = False


class Permit:
    """Whether work that blocks may start: while the contactor is open."""

    contactor_open = True

    def __call__(self, ms):
        return self.contactor_open


def link(wifi, ssid="", key=""):
    settings = Settings()
    settings.set_all({"wifi_ssid": ssid, "wifi_password": key})
    station = WifiLink(
        wifi, settings, Captive(), ("Ballast-0001", "label-wifi-1"), beside_the_step, Permit(), print
    )
    return station, settings


async def beside_the_step(function):
    """A thread: the scan takes two seconds, and its result is that of its whole time."""
    rows = function()
    for _ in range(20):
        await asyncio.sleep(0.1)
        rows = rows and function()
    return rows


def run(main):
    return upy.run_virtual(main, ManualClock())


async def _join_beside_the_service(station, network):
    task = asyncio.create_task(station.run())
    result = await station.join(*network)
    await asyncio.sleep(30)
    task.cancel()
    return result


def test_it_joins_what_the_settings_say_and_once():
    wifi = Wifi(HOME, AWAY)
    station, settings = link(wifi, *HOME)
    for _ in range(10):
        station.step()
    assert wifi.joined == [HOME] and station.network() == "home"
    settings.set("name", "Garage")
    station.step()
    assert wifi.joined == [HOME]
    settings.set_all({"wifi_ssid": AWAY[0], "wifi_password": AWAY[1]})
    for _ in range(10):
        station.step()
    assert wifi.joined == [HOME, AWAY] and station.network() == "away"


def test_name_and_key_are_kept_in_one_step():
    wifi = Wifi(AWAY)
    station, settings = link(wifi, *HOME)
    before = settings.version
    assert run(station.join(*AWAY)) == ""
    assert (settings["wifi_ssid"], settings["wifi_password"]) == AWAY
    assert settings.version == before + 1


def test_a_join_is_not_undone_by_the_network_of_before():
    wifi = Wifi(HOME, AWAY)
    station, _ = link(wifi, *HOME)
    station.step()
    assert run(_join_beside_the_service(station, AWAY)) == ""
    assert wifi.joined == [HOME, AWAY] and station.network() == "away"


def test_a_join_that_fails_goes_back_to_the_network_of_before():
    wifi = Wifi(HOME)
    station, settings = link(wifi, *HOME)
    station.step()
    assert run(_join_beside_the_service(station, AWAY)) == "network"
    assert wifi.joined == [HOME, AWAY, HOME] and station.network() == "home"
    assert settings["wifi_ssid"] == "home"


def test_the_networks_are_listed_while_the_station_tries_again_and_again():
    """The driver finds nothing while it connects, and a try that begins ends the scan."""
    wifi = Wifi()
    station, _ = link(wifi, *HOME)

    async def main():
        task = asyncio.create_task(station.run())
        await asyncio.sleep(1.5)
        rows = await asyncio.gather(station.scan(), station.scan())
        task.cancel()
        return rows

    assert run(main()) == [[("home", -50, False)]] * 2


def test_a_join_waits_for_the_scan():
    wifi = Wifi(AWAY)
    station, _ = link(wifi)

    async def main():
        scan = asyncio.create_task(station.scan())
        await asyncio.sleep(0.1)
        joined = await station.join(*AWAY)
        return joined, await scan

    assert run(main()) == ("", [("home", -50, False)])


def test_the_access_point_waits_until_the_contactor_is_open():
    wifi = Wifi(HOME)
    station, _ = link(wifi, *HOME)
    station._permit.contactor_open = False
    station.open_ap()
    station.step()
    assert not wifi.ap and not station.ap_open
    station._permit.contactor_open = True
    station.step()
    assert wifi.ap and station.ap_open and station._captive.is_open
    station._settings.set("installed", 1)
    station._permit.contactor_open = False
    for _ in range(3700):
        station.step()
    assert wifi.ap and station.ap_open
    station._permit.contactor_open = True
    station.step()
    assert not wifi.ap and not station.ap_open


def test_an_access_point_that_could_not_be_opened_is_tried_again():
    for fails in ("busy", "full"):
        wifi = Wifi()
        station, _ = link(wifi)
        setattr(wifi if fails == "busy" else station._captive, fails, True)
        station.open_ap()
        station.step()
        assert not wifi.ap and not station.ap_open, fails
        setattr(wifi if fails == "busy" else station._captive, fails, False)
        station.step()
        assert wifi.ap and station.ap_open, fails
