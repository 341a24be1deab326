"""What surrounds a chip's Wi-Fi: access points, and what is known of the driver in two ways.

`device.access_points` is {ssid: AccessPoint, or a tuple of its first fields}.
"""

from typing import NamedTuple

# wifi_err_reason_t, esp_wifi_types_generic.h
AUTH_EXPIRE = 2
ASSOC_LEAVE = 8
HANDSHAKE_4WAY = 15
BEACON_TIMEOUT = 200
NO_AP_FOUND = 201
AUTH_FAIL = 202
HANDSHAKE_TIMEOUT = 204
CONNECTION_FAIL = 205
NO_COMPATIBLE_SECURITY = 210

# Reason that a wrong password ends with: ms from the frame with the wrong key on
WRONG_KEY_MS = {
    AUTH_EXPIRE: 1000,  # IDF's authentication timer: esp-idf issues 2359, 3246
    HANDSHAKE_4WAY: 3100,  # hostapd repeats the handshake after 0.1 + 1 + 1 + 1 s (its defaults)
    AUTH_FAIL: 10,  # some access points refuse at once: micropython pull request 4842
    HANDSHAKE_TIMEOUT: 10_000,  # IDF's own timer: esp-at issue 200, esp-idf issue 8236
    CONNECTION_FAIL: 2400,  # a second try at the same access point: micropython issue 11625
}


class AccessPoint(NamedTuple):
    """wrong: the reason after a wrong password, a key of WRONG_KEY_MS. dhcp_s: from the association
    to the address, None = nobody answers. refuses: a reason that ends every association, 0 = none
    (5: too many stations). copies: radios with this name, as a mesh has them."""

    password: str
    channel: int
    rssi: int
    wrong: int = HANDSHAKE_4WAY
    dhcp_s: "float | None" = 1.3  # with the scan 1.5 to 2 s in all: micropython issue 11139
    refuses: int = 0
    copies: int = 1


def point(value):
    """The AccessPoint of a value of `device.access_points`; None stays None."""
    return None if value is None else AccessPoint(*value)


class WifiDoubts:
    """Where sources disagree, the bench takes the worse; a test may take the other.

    config_raises: esp_wifi_set_config() while the station connects answers ESP_ERR_WIFI_STATE
    (esp_wifi.h:1002); False: it logs the refusal and answers ESP_OK (esp-idf issue 17941).
    leave_in_scan: disconnect() during the scan of connect() raises a disconnect event; wifi.rst:278
    says that only a connected station raises one. late_ms: from disconnect() to the handling of its
    event in another task; a connect() in between is hit by it (peterhinch/micropython-mqtt 129).
    """

    def __init__(self):
        self.config_raises = True
        self.leave_in_scan = False
        self.late_ms = 5  # chosen
