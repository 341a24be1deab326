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


def link(wifi, ssid="", key=""):
    settings = Settings()
    settings.set_all({"wifi_ssid": ssid, "wifi_password": key})
    log = []
    return WifiLink(wifi, settings, None, None, None, lambda *line: log.append(line)), settings


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
