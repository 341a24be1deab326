"""The driver's first access point is open for a moment: nobody stays in it."""

import network
import pytest

from ballast.ports.wifi import Wifi


@pytest.fixture
def quick(monkeypatch):
    """Somebody joins every open network at once."""
    show = network.WLAN._show

    def joined(self):
        show(self)
        if self._config["security"] == self.SEC_OPEN:
            self.clients = 1

    monkeypatch.setattr(network.WLAN, "_show", joined)


def test_who_joined_the_open_network_is_sent_away(dev, quick):
    wifi = Wifi("ballast")
    wifi.radio_on()
    wifi.open_ap("Ballast-0001", "label-wifi-1")
    point = dev.wlan[network.WLAN.IF_AP]
    assert point.active()
    assert not point.isconnected()
    assert point.shown[-1][1:] == ("Ballast-0001", network.WLAN.SEC_WPA2)


def test_only_the_first_access_point_was_ever_open(dev, quick):
    wifi = Wifi("ballast")
    wifi.radio_on()
    for _ in range(3):
        wifi.open_ap("Ballast-0001", "label-wifi-1")
        wifi.close_ap()
    point = dev.wlan[network.WLAN.IF_AP]
    assert [security == point.SEC_OPEN for _, _, security in point.shown].count(True) == 1
