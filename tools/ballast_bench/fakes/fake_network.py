"""The module `network`: WLAN as a station or access point (network_wlan.c, network_common.c).

The world outside is `device.access_points`: ssid -> AccessPoint (access_point.py). The station is
wifi_station.py. Errors have a text and no number (network_common.c:48-84): what esp_exceptions()
does not know is a RuntimeError. Line numbers: MicroPython 1c3c201149, ports/esp32.
"""

import ballast_bench.fakes as _fakes

from .access_point import point as _point
from .wifi_station import AUTH as _AUTH
from .wifi_station import CHANNELS as _CHANNELS
from .wifi_station import Station as _Station

__all__ = [
    "AP_IF",
    "STAT_ASSOC_FAIL",
    "STAT_BEACON_TIMEOUT",
    "STAT_CONNECTING",
    "STAT_CONNECT_FAIL",
    "STAT_GOT_IP",
    "STAT_HANDSHAKE_TIMEOUT",
    "STAT_IDLE",
    "STAT_NO_AP_FOUND",
    "STAT_NO_AP_FOUND_IN_AUTHMODE_THRESHOLD",
    "STAT_NO_AP_FOUND_IN_RSSI_THRESHOLD",
    "STAT_NO_AP_FOUND_W_COMPATIBLE_SECURITY",
    "STAT_WRONG_PASSWORD",
    "STA_IF",
    "WLAN",
    "country",
    "hostname",
]

STA_IF = 0
AP_IF = 1
STAT_IDLE = 1000
STAT_CONNECTING = 1001
STAT_GOT_IP = 1010
STAT_BEACON_TIMEOUT = 200
STAT_NO_AP_FOUND = 201
STAT_WRONG_PASSWORD = 202
STAT_ASSOC_FAIL = 203
STAT_CONNECT_FAIL = 203
STAT_HANDSHAKE_TIMEOUT = 204
STAT_NO_AP_FOUND_W_COMPATIBLE_SECURITY = 210
STAT_NO_AP_FOUND_IN_AUTHMODE_THRESHOLD = 211
STAT_NO_AP_FOUND_IN_RSSI_THRESHOLD = 212

_MAX_HOSTNAME = 32
_INVALID_ARG = "Wifi Unknown Error 0x0102"  # ESP_ERR_INVALID_ARG
_FAIL = "Wifi Unknown Error 0xffffffff"  # ESP_FAIL
_COMMON = ("mac", "channel", "hostname", "dhcp_hostname", "txpower", "protocol", "pm")
_STA_ONLY = ("reconnects",)
_AP_ONLY = ("ssid", "essid", "hidden", "security", "authmode", "key", "password", "max_clients")
_READ_BY_BOTH = ("ssid", "essid", "max_clients")
_WRITE_ONLY = ("key", "password")
_ALIAS = {"essid": "ssid", "authmode": "security", "password": "key", "dhcp_hostname": "hostname"}


def hostname(name=None, /):
    device = _fakes.device()
    if name is None:
        return device.hostname or "mpy-" + device.chip.name
    if len(name) > _MAX_HOSTNAME:
        raise ValueError  # extmod/modnetwork.c:151, without a text
    device.hostname = name
    return None


_country = ["XX"]


def country(code=None, /):
    if code is None:
        return _country[0]
    if len(code) != 2:
        raise ValueError
    _country[0] = code
    return None


class WLAN:
    """One object per device and interface, as on the port."""

    IF_STA = 0
    IF_AP = 1
    SEC_OPEN = 0
    SEC_WPA2 = 3
    SEC_WPA_WPA2 = 4
    SEC_WPA3 = 6
    SEC_WPA2_WPA3 = 7
    PROTOCOL_DEFAULT = 7
    PROTOCOL_LR = 8
    PM_NONE = 0
    PM_PERFORMANCE = 1
    PM_POWERSAVE = 2

    def __new__(cls, interface=STA_IF):
        if interface not in (STA_IF, AP_IF):
            raise ValueError("invalid WLAN interface identifier")
        device = _fakes.device()
        if interface not in device.wlan:
            if not device.wlan and not device.idf.take("wifi"):
                raise OSError("WiFi Out of Memory")
            self = object.__new__(cls)
            self._setup(device, interface)
            device.wlan[interface] = self
        return device.wlan[interface]

    def _setup(self, device, interface):
        self._device = device
        self._ap = interface == AP_IF
        self._active = False
        self._station = None if self._ap else _Station(device)
        self.clients = 0  # the fake's own: stations of this access point
        self.shown = []  # the fake's own: (ms, ssid, security) that the access point has had
        self._config = {
            "channel": 1,
            "txpower": 20.0,
            "protocol": 7,
            "ssid": "ESP_" + device.mac[-3:].hex().upper() if self._ap else "",
            "hidden": False,
            "security": self.SEC_OPEN,
            "key": "",
            "max_clients": 4,
        }

    def active(self, is_active=None, /):
        """network_wlan.c:280-315; the driver's memory, settings and last reason stay."""
        if is_active is None:
            return self._active
        before, self._active = self._active, bool(is_active)
        if self._ap and self._active and not before:
            self._device.spend("wifi_start")  # esp_wifi_set_mode() and esp_wifi_start()
            self._show()  # what it was: at first IDF's default, an open network of its own name
        elif self._active and not before:
            self._device.spend("wifi_start")
        elif before and not self._active and not self._ap:
            self._station.requested = False
            self._station.leave()
        if self._ap and not self._active:
            self.clients = 0
        self._device.inputs += 1
        return self._active

    def _show(self):
        self.shown.append((self._device.clock.ms(), self._config["ssid"], self._config["security"]))

    def connect(self, ssid=None, key=None, /, *, bssid=None):
        """Never waits: status() changes with the time."""
        if self._ap:
            raise OSError("STA required")
        station = self._settled_station()
        ssid = station.ssid if ssid is None else ssid[:32]
        key = "" if key is None else key[:64]
        if station.connecting():
            self._refuse_config("Wifi Internal Error")  # "sta is connecting, return error"
        if not self._active:
            raise OSError("Wifi Not Started")
        if not ssid:
            raise OSError("Wifi SSID Invalid")
        if 0 < len(key) < 8:
            raise OSError("Wifi Invalid Password")
        if station.phase:
            raise OSError("Wifi Internal Error")
        self._device.inputs += 1  # it will hear an access point
        station.connect(ssid, key)

    def _settled_station(self):
        self._station.settle()
        return self._station

    def _refuse_config(self, else_text=None):
        """esp_wifi_set_config() while the station connects: see access_point.WifiDoubts."""
        if self._device.wifi_doubts.config_raises:
            raise OSError("Wifi Internal State Error")
        if else_text is not None:
            raise OSError(else_text)

    @property
    def _settled(self):
        """The fake's own: `settle` has nothing to do."""
        return self._ap or self._station.settled

    def _channel(self):
        """The fake's own: that of an active interface."""
        return self._config["channel"] if self._ap else self._station.channel

    def _on_a_channel(self):
        """The fake's own: whether an access point holds this station on its channel."""
        return not self._ap and self._station.phase >= _AUTH

    def settle(self):
        """The fake's own: what is due happens."""
        if not self._ap:
            self._station.settle()

    def moved(self, channel):
        """The fake's own: the access point is on another channel now, and its station with it."""
        if self._ap:
            self._config["channel"] = channel
        else:
            self._station.moved(channel)

    def kick(self, reason):
        """The fake's own: the access point sends the station away."""
        self._station.kick(reason)

    def lose_lease(self):
        """The fake's own: IP_EVENT_STA_LOST_IP, which network_wlan.c does not handle (:205)."""
        self._station.lease_lost = True

    def disconnect(self):
        if self._ap:
            raise OSError("STA required")
        self._settled_station().disconnect()

    def isconnected(self):
        """AP: whether a client is associated (network_wlan.c:509)."""
        return self.clients > 0 if self._ap else self._settled_station().joined

    def status(self, param=None, /):
        if param is None:
            return None if self._ap else self._settled_station().status()
        if param == "rssi":
            if self._ap:
                raise OSError("STA required")
            return self._rssi()
        if param == "stations":
            if not self._ap:
                raise OSError("AP required")
            return [(bytes((2, 0, 0, 0, 1, n)), None) for n in range(self.clients)]
        raise ValueError("unknown status param")

    def _rssi(self):
        station = self._settled_station()
        point = _point(self._device.access_points.get(station.ssid))
        if not station.joined or point is None:
            raise OSError("Wifi Not Connected")
        return point.rssi

    def scan(self):
        """Blocks for 13 x 120 ms, and lets other threads run: network_wlan.c:462-502.

        Any error of esp_wifi_scan_start() gives an empty list, so does a station that connects.
        """
        if not self._active or self._ap:
            raise OSError("STA must be active")
        station = self._settled_station()
        if station.connecting():
            return []
        station.look_at(_CHANNELS, home=station.phase != 0)
        rows = []
        for i, (ssid, value) in enumerate(self._device.access_points.items()):
            point = _point(value)
            for copy in range(point.copies):
                bssid = b"\x02\0\0\0" + bytes((copy, i))
                security = self.SEC_WPA2 if point.password else self.SEC_OPEN
                rows.append((ssid.encode(), bssid, point.channel, point.rssi - copy, security, False))
        rows.sort(key=lambda row: -row[3])
        return rows

    def config(self, *args, **kwargs):
        """network_wlan.c:517-764."""
        if args and kwargs:
            raise TypeError("either pos or kw args are allowed")
        if kwargs:
            if not self._active:
                raise OSError("Wifi Invalid Mode")
            for name, value in kwargs.items():  # each takes effect before the next is looked at
                self._set(name, value)
            self._set_config(kwargs)
            return None
        if len(args) != 1:
            raise TypeError("can query only one param")
        return self._get(args[0])

    def _set_config(self, kwargs):
        """Each config() ends in esp_wifi_set_config(): network_wlan.c:664."""
        station = self._device.wlan.get(STA_IF)
        if station is not None and station._settled_station().connecting():
            self._refuse_config()
            return
        if self._ap:
            if 0 < len(self._config["key"]) < 8:
                raise OSError("Wifi Invalid Password")
            self._device.spend("wifi_ap_start")  # it starts again, and computes PBKDF2 of its password
            self._show()

    def _set(self, name, value):
        if name not in _COMMON + _STA_ONLY + _AP_ONLY:
            raise ValueError("unknown config param")
        if name in (_STA_ONLY if self._ap else _AP_ONLY):
            raise OSError("STA required" if self._ap else "AP required")
        name = _ALIAS.get(name, name)
        if name == "channel" and not self._ap:
            self._set_channel(value)
        elif name == "hostname":
            hostname(value)
        elif name == "mac":
            self._device.mac = bytes(value)
        elif name == "pm":
            self._device.wifi_pm = value
        elif name == "reconnects":
            self._station.tries = 0 if value == -1 else value + 1
        else:
            self._config[name] = value

    def _set_channel(self, value):
        """esp_wifi_set_channel(): network_wlan.c:593-610."""
        if not 1 <= value <= 14:
            raise RuntimeError(_INVALID_ARG)
        if self._settled_station().phase:
            raise OSError("Wifi Internal Error")  # the access point rules
        point = self._device.wlan.get(AP_IF)
        if point is not None and point.clients:
            raise RuntimeError(_FAIL)
        self._station.channel = value
        if point is not None and point._active:
            point._config["channel"] = value

    def _get(self, name):
        if name not in _COMMON + _STA_ONLY + _AP_ONLY or name in _WRITE_ONLY:
            raise ValueError("unknown config param")
        if name in (_STA_ONLY if self._ap else _AP_ONLY) and name not in _READ_BY_BOTH:
            raise OSError("STA required" if self._ap else "AP required")
        name = _ALIAS.get(name, name)
        if name == "mac":
            return self._device.mac
        if name == "hostname":
            return hostname()
        if name == "pm":
            return self._device.wifi_pm
        if name == "reconnects":
            return self._station.tries - 1
        if name == "channel":
            channel = self._device.wifi_channel()
            if channel is None:
                raise OSError("Wifi Not Started")
            return channel
        if name == "ssid" and not self._ap:
            return self._station.ssid
        return self._config[name]

    def ifconfig(self, *args):
        """Without a connection all is 0.0.0.0 (esp_netif_lwip.c)."""
        if args:
            return None
        if self._ap and self._active:
            return ("192.168.4.1", "255.255.255.0", "192.168.4.1", "0.0.0.0")
        if not self._ap and self._settled_station().joined and not self._station.lease_lost:
            return ("127.0.0.1", "255.0.0.0", "127.0.0.1", "127.0.0.1")
        return ("0.0.0.0", "0.0.0.0", "0.0.0.0", "0.0.0.0")

    def ipconfig(self, param=None, /, **kwargs):
        if kwargs:
            return None
        ip, mask, gateway, _ = self.ifconfig()
        if param == "addr4":
            return (ip, mask)
        if param == "gw4":
            return gateway
        if param == "has_dhcp4":
            return not self._ap and self._settled_station().joined
        raise ValueError("unexpected key")
