"""Wi-Fi port: power saving and driver reconnects off, own back-off, reasons in words."""

import network
import pytest

from ballast.ports import wifi
from ballast.ports.wifi import Wifi

HOME = {"home": ("secret99", 11, -58)}


def settle(dev):
    for interface in dev.wlan.values():
        interface.settle()


def later(dev, clock, port, seconds):
    for _ in range(seconds):
        clock.advance_ms(1000)
        settle(dev)
        port.step()


def test_join(dev, clock):
    dev.access_points = dict(HOME)
    port = Wifi("ballast-0001")
    port.join("home", "secret99")
    assert port.step() == wifi.CONNECTING
    later(dev, clock, port, 1)
    assert port.state == wifi.CONNECTED
    assert (port.reason, port.rssi(), port.channel()) == ("", -58, 11)
    assert port.address()
    sta = network.WLAN(network.WLAN.IF_STA)
    assert sta.config("pm") == network.WLAN.PM_NONE
    assert sta.config("reconnects") == 0
    assert network.hostname() == "ballast-0001"


@pytest.mark.parametrize(
    ("ssid", "key", "reason"),
    [("home", "wrong", "wrong password"), ("other", "x", "network not found")],
)
def test_reasons(dev, clock, ssid, key, reason):
    dev.access_points = dict(HOME)
    port = Wifi("b")
    port.join(ssid, key)
    later(dev, clock, port, 1)
    assert (port.state, port.reason) == (wifi.WAITING, reason)


def test_back_off_grows_to_a_minute(dev, clock):
    port = Wifi("b")
    dev.access_points = {}
    port.join("home", "secret99")
    tries = []
    before = 0
    for second in range(400):
        later(dev, clock, port, 1)
        if port.attempts != before:
            tries.append(second)
            before = port.attempts
    gaps = [b - a for a, b in zip(tries, tries[1:], strict=False)]
    assert gaps == sorted(gaps)
    assert 59 <= gaps[-1] <= 62
    assert len(tries) < 15


def test_comes_back_after_the_access_point_returns(dev, clock):
    dev.access_points = dict(HOME)
    port = Wifi("b")
    port.join("home", "secret99")
    later(dev, clock, port, 2)
    dev.access_points = {}
    later(dev, clock, port, 1)
    assert (port.state, port.reason) == (wifi.WAITING, "connection lost")
    assert not network.WLAN(network.WLAN.IF_STA).isconnected()
    dev.access_points = dict(HOME)
    later(dev, clock, port, 65)
    assert port.state == wifi.CONNECTED


def test_leave(dev, clock):
    dev.access_points = dict(HOME)
    port = Wifi("b")
    port.join("home", "secret99")
    later(dev, clock, port, 2)
    port.leave()
    later(dev, clock, port, 100)
    assert port.state == wifi.OFF
    assert port.address() == ""
    assert port.rssi() == 0


def test_access_point(dev):
    port = Wifi("b")
    with pytest.raises(ValueError, match="8 characters"):
        port.open_ap("ballast", "short")
    assert not network.WLAN(network.WLAN.IF_AP).active()
    assert port.open_ap("ballast", "longenough") == "192.168.4.1"
    port.close_ap()
    assert not network.WLAN(network.WLAN.IF_AP).active()


def test_radio_without_a_network(dev):
    Wifi("b").radio_on(9)
    assert dev.wifi_channel() == 9


def test_scan(dev):
    dev.access_points = {"weak": ("x", 1, -90), "open": ("", 6, -40), "home": ("y", 11, -58)}
    assert Wifi("b").scan() == [("open", -40, True), ("home", -58, False), ("weak", -90, False)]
