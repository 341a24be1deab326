"""Wi-Fi port on a driver that keeps its last reason: power saving and driver reconnects off,
own back-off, reasons in words."""

import network
import pytest

from ballast.ports import wifi
from ballast.ports.wifi import Wifi
from ballast_bench.fakes.access_point import AccessPoint

HOME = {"home": ("secret99", 11, -58)}


def later(clock, port, seconds):
    """Seconds until the state is CONNECTED, or None."""
    for second in range(seconds):
        clock.advance_ms(1000)
        if port.step() == wifi.CONNECTED:
            return second + 1
    return None


def settled(clock, port, ssid, key):
    """Join; the state after the try."""
    port.join(ssid, key)
    for _ in range(25):
        if port.step() in (wifi.CONNECTED, wifi.WAITING):
            break
        clock.advance_ms(1000)
    return port.state


def test_join(dev, clock):
    dev.access_points = dict(HOME)
    port = Wifi("ballast-0001")
    port.join("home", "secret99")
    assert port.step() == wifi.CONNECTING
    assert later(clock, port, 6)
    assert (port.reason, port.rssi(), port.channel()) == ("", -58, 11)
    assert port.address()
    sta = network.WLAN(network.WLAN.IF_STA)
    assert sta.config("pm") == network.WLAN.PM_NONE
    assert sta.config("reconnects") == 0
    assert network.hostname() == "ballast-0001"


@pytest.mark.parametrize("raises", [True, False])
def test_join_whatever_a_config_while_connecting_does(dev, clock, raises):
    dev.wifi_doubts.config_raises = raises
    dev.access_points = dict(HOME)
    port = Wifi("b")
    assert settled(clock, port, "home", "secret99") == wifi.CONNECTED


def wrong_twice_then_right(clock, port, wrong, reason):
    """Two tries with a wrong name or password, each with its reason, and the right one connects."""
    for _ in range(2):
        assert settled(clock, port, *wrong) == wifi.WAITING
        assert port.reason == reason
        port.leave()
    assert settled(clock, port, "home", "secret99") == wifi.CONNECTED


@pytest.mark.parametrize("reason", [2, 15, 202, 204, 205])
def test_a_wrong_password_is_called_so_and_the_right_one_then_connects(dev, clock, reason):
    dev.access_points = {"home": AccessPoint("secret99", 11, -58, wrong=reason)}
    port = Wifi("b")
    wrong_twice_then_right(clock, port, ("home", "wrong-one"), "wrong password")


def test_a_wrong_name_then_the_right_one(dev, clock):
    dev.access_points = dict(HOME)
    port = Wifi("b")
    wrong_twice_then_right(clock, port, ("hmoe", "secret99"), "network not found")


def test_the_right_name_while_the_old_connection_still_ends(dev, clock):
    """The end of a connection is an event of another task: isconnected() is still True."""
    dev.access_points = dict(HOME, other=("another9", 3, -60))
    port = Wifi("b")
    assert settled(clock, port, "home", "secret99") == wifi.CONNECTED
    port.join("nowhere", "whatever9")
    assert port.step() == wifi.CONNECTING
    assert later(clock, port, 25) is None
    assert settled(clock, port, "other", "another9") == wifi.CONNECTED


@pytest.mark.parametrize(("point", "key"), [(("", 6, -50), "a-key-99"), (("secret99", 6, -50), "")])
def test_an_open_network_with_a_password_and_the_reverse(dev, clock, point, key):
    dev.access_points = {"home": point}
    port = Wifi("b")
    assert settled(clock, port, "home", key) == wifi.WAITING
    assert port.reason == "wrong security"
    assert settled(clock, port, "home", point[0]) == wifi.CONNECTED


def test_an_access_point_that_is_full(dev, clock):
    dev.access_points = {"home": AccessPoint("secret99", 6, -50, refuses=5)}
    port = Wifi("b")
    assert settled(clock, port, "home", "secret99") == wifi.WAITING
    assert port.reason == "refused (5)"
    dev.access_points = {"home": AccessPoint("secret99", 6, -50)}
    assert later(clock, port, 30)


def test_nobody_gives_an_address(dev, clock):
    dev.access_points = {"home": AccessPoint("secret99", 6, -50, dhcp_s=None)}
    port = Wifi("b")
    assert settled(clock, port, "home", "secret99") == wifi.WAITING
    assert port.reason == "no answer"


def test_an_error_without_a_name_is_a_failed_try(dev, clock, monkeypatch):
    """esp_exceptions() raises RuntimeError for a code that it does not know."""
    dev.access_points = dict(HOME)
    port = Wifi("b")

    def unknown(*args):
        raise RuntimeError("Wifi Unknown Error 0x3014")

    sta = network.WLAN(network.WLAN.IF_STA)
    for name in ("connect", "disconnect", "status"):
        monkeypatch.setattr(sta, name, unknown)
    port.join("home", "secret99")
    assert port.step() == wifi.WAITING
    assert port.reason == "radio error Wifi Unknown Error 0x3014"
    assert port.rssi() == 0
    monkeypatch.undo()
    assert later(clock, port, 10)


def test_back_off_grows_to_a_minute(dev, clock):
    port = Wifi("b")
    dev.access_points = {}
    port.join("home", "secret99")
    tries = []
    before = 0
    for second in range(600):
        later(clock, port, 1)
        if port.attempts != before:
            tries.append(second)
            before = port.attempts
    gaps = [b - a for a, b in zip(tries, tries[1:], strict=False)]
    assert gaps == sorted(gaps)
    assert 59 <= gaps[-1] <= 75
    assert len(tries) < 18


@pytest.mark.parametrize("in_scan", [False, True])
@pytest.mark.parametrize("channel", [1, 6, 11, 13])
def test_a_router_that_is_slower_than_the_charger(dev, clock, channel, in_scan):
    dev.wifi_doubts.leave_in_scan = in_scan
    port = Wifi("b")
    port.join("home", "secret99")
    assert later(clock, port, 90) is None
    dev.access_points = {"home": ("secret99", channel, -58)}
    assert later(clock, port, 80)


def test_comes_back_after_the_access_point_returns(dev, clock):
    dev.access_points = dict(HOME)
    port = Wifi("b")
    assert settled(clock, port, "home", "secret99") == wifi.CONNECTED
    dev.access_points = {}
    clock.advance_ms(8000)
    assert port.step() == wifi.CONNECTED  # the driver waits for six seconds of beacons and probes
    clock.advance_ms(1000)
    port.step()
    assert (port.state, port.reason) == (wifi.WAITING, "connection lost")
    assert not network.WLAN(network.WLAN.IF_STA).isconnected()
    dev.access_points = dict(HOME)
    assert later(clock, port, 75)


@pytest.mark.parametrize("reason", [2, 4, 7, 8, 34])
def test_comes_back_after_the_access_point_sent_it_away(dev, clock, reason):
    dev.access_points = dict(HOME)
    port = Wifi("b")
    assert settled(clock, port, "home", "secret99") == wifi.CONNECTED
    network.WLAN(network.WLAN.IF_STA).kick(reason)
    assert port.step() == wifi.WAITING
    assert later(clock, port, 10)


def test_a_lease_that_ended_is_no_connection(dev, clock):
    """MicroPython does not handle IP_EVENT_STA_LOST_IP: isconnected() stays True."""
    dev.access_points = dict(HOME)
    port = Wifi("b")
    assert settled(clock, port, "home", "secret99") == wifi.CONNECTED
    network.WLAN(network.WLAN.IF_STA).lose_lease()
    assert network.WLAN(network.WLAN.IF_STA).isconnected()
    assert port.step() == wifi.WAITING
    assert later(clock, port, 10)
    assert port.address()


def test_leave(dev, clock):
    dev.access_points = dict(HOME)
    port = Wifi("b")
    assert settled(clock, port, "home", "secret99") == wifi.CONNECTED
    port.leave()
    later(clock, port, 100)
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


def access_point_now():
    return network.WLAN(network.WLAN.IF_AP).shown[-1][1:]


def test_an_access_point_that_cannot_be_set_up_does_not_stay_open_under_the_driver_s_name(dev, clock):
    """active(True) begins with an open network; config() is refused while the station connects."""
    port = Wifi("b")
    port.radio_on()
    network.WLAN(network.WLAN.IF_STA).connect("home", "secret99")  # not by this port
    with pytest.raises(OSError, match="State"):
        port.open_ap("ballast", "longenough")
    assert not network.WLAN(network.WLAN.IF_AP).active()


def test_the_access_point_opens_while_the_station_tries(dev, clock):
    port = Wifi("b")
    port.join("home", "secret99")
    port.step()
    clock.advance_ms(1000)
    port.open_ap("ballast", "longenough")
    assert access_point_now() == ("ballast", network.WLAN.SEC_WPA2)
    dev.access_points = dict(HOME)
    assert later(clock, port, 30)


def test_the_access_point_leaves_the_clamps_their_channel(dev):
    port = Wifi("b")
    port.radio_on(9)
    port.open_ap("ballast", "longenough")
    assert dev.wifi_channel() == 9


def test_radio_without_a_network(dev):
    Wifi("b").radio_on(9)
    assert dev.wifi_channel() == 9


def test_scan(dev):
    dev.access_points = {"weak": ("x", 1, -90), "open": ("", 6, -40)}
    dev.access_points["home"] = AccessPoint("y", 11, -58, copies=3)
    assert Wifi("b").scan() == [("open", -40, True), ("home", -58, False), ("weak", -90, False)]


def test_scan_while_the_station_tries(dev, clock):
    """The driver refuses a scan while it connects; the list of networks must not be empty then."""
    dev.access_points = dict(HOME)
    port = Wifi("b")
    port.join("nowhere", "secret99")
    port.step()
    clock.advance_ms(1000)
    port.rest()
    assert [row[0] for row in port.scan()] == ["home"]
