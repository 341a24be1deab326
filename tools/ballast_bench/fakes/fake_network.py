"""The module `network`: WLAN as a station or access point (network_wlan.c).

The world outside is `device.access_points`: ssid -> (password, channel, rssi).
"""

import ballast_bench.fakes as _fakes

__all__ = [
    "AP_IF",
    "STAT_ASSOC_FAIL",
    "STAT_BEACON_TIMEOUT",
    "STAT_CONNECTING",
    "STAT_GOT_IP",
    "STAT_HANDSHAKE_TIMEOUT",
    "STAT_IDLE",
    "STAT_NO_AP_FOUND",
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
STAT_HANDSHAKE_TIMEOUT = 204

_MAX_HOSTNAME = 32
_CHANNELS = 13  # that a scan looks at
_COMMON = ("mac", "channel", "hostname", "txpower", "protocol", "pm")
_STA_ONLY = ("reconnects", "ssid", "essid", "security", "authmode")
_AP_ONLY = (
    "ssid",
    "essid",
    "hidden",
    "security",
    "authmode",
    "key",
    "password",
    "max_clients",
)


def hostname(name=None, /):
    device = _fakes.device()
    if name is None:
        return device.hostname or "mpy-" + device.chip.name
    if len(name) > _MAX_HOSTNAME:
        raise ValueError("hostname")
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
            self = object.__new__(cls)
            self._setup(device, interface)
            device.wlan[interface] = self
        return device.wlan[interface]

    def _setup(self, device, interface):
        self._device = device
        self._ap = interface == AP_IF
        self._active = False
        self._state = STAT_IDLE
        self._joined = None
        self._wanted = None
        self._config = {
            "channel": 1,
            "pm": self.PM_PERFORMANCE,
            "reconnects": -1,
            "txpower": 20,
            "protocol": 7,
            "ssid": "",
            "hidden": False,
            "security": self.SEC_OPEN,
            "key": "",
            "max_clients": 4,
        }

    def active(self, is_active=None, /):
        if is_active is None:
            return self._active
        self._active = bool(is_active)
        if not self._active:
            self._state = STAT_IDLE
            self._joined = None
        return self._active

    def connect(self, ssid=None, key=None, /, *, bssid=None):
        """Never waits: status() changes when the device is polled (`settle`)."""
        if self._ap:
            raise OSError(0x3004, "Wifi Invalid Mode")
        if not self._active:
            raise OSError(0x3002, "Wifi Not Started")
        if ssid is not None:
            self._wanted = (ssid, key or "")
        if self._wanted is None:
            raise OSError("Wifi Internal Error")
        self._config["pm"] = self.PM_PERFORMANCE  # connecting turns power saving on again
        self._state = STAT_CONNECTING
        self._device.inputs += 1  # it will hear an access point
        point = self._device.access_points.get(self._wanted[0])
        # esp_wifi_connect(), WIFI_FAST_SCAN: from channel 1 up, until the network is found
        self._leave_channel(point[1] if point is not None else _CHANNELS, home=False)

    def _leave_channel(self, channels, home):
        """The radio looks at other channels for a while: frames are lost meanwhile."""
        if self._device.air is not None:
            self._device.air.scan(self._device, channels, home)

    @property
    def _settled(self):
        """The fake's own: `settle` has nothing to do."""
        return self._state != STAT_CONNECTING and self._joined is None

    def _channel(self):
        """The fake's own: that of an active interface."""
        return self._config["channel"]

    def settle(self):
        """The fake's own: the access point answers, or its beacon is missed."""
        points = self._device.access_points
        if self._state == STAT_CONNECTING:
            ssid, key = self._wanted
            point = points.get(ssid)
            if point is None:
                self._state = STAT_NO_AP_FOUND
            elif point[0] != key:
                self._state = STAT_WRONG_PASSWORD
            else:
                self._state = STAT_GOT_IP
                self._joined = ssid
                self._config["channel"] = point[1]
        elif self._joined is not None and self._joined not in points:
            self._joined = None
            endless = self._config["reconnects"] != 0
            self._state = STAT_CONNECTING if endless else STAT_BEACON_TIMEOUT

    def moved(self, channel):
        """The fake's own: the access point is on another channel now, and its station with it."""
        self._config["channel"] = channel

    def disconnect(self):
        self._joined = None
        self._state = STAT_IDLE

    def isconnected(self):
        if self._ap:
            return False
        return self._joined is not None

    def status(self, param=None, /):
        if param is None:
            return self._state if not self._ap else None
        if param == "rssi" and not self._ap:
            point = self._device.access_points.get(self._joined)
            if point is None:
                raise OSError("Wifi Not Connected")
            return point[2]
        if param == "stations" and self._ap:
            return []
        raise ValueError("unknown status param")

    def scan(self):
        if not self._active or self._ap:
            raise OSError("STA must be active")
        points = self._device.access_points
        self._leave_channel(_CHANNELS, home=self._joined is not None)
        return [
            (ssid.encode(), b"\x02\0\0\0\0" + bytes([i]), ch, rssi, 3 if key else 0, False)
            for i, (ssid, (key, ch, rssi)) in enumerate(points.items())
        ]

    def config(self, *args, **kwargs):
        if args and kwargs:
            raise TypeError("either pos or kw args are allowed")
        if not self._active:
            raise OSError(0x3001, "Wifi Not Initialized")
        known = _COMMON + (_AP_ONLY if self._ap else _STA_ONLY)
        if kwargs:
            for name, value in kwargs.items():
                if name not in known:
                    raise ValueError("unknown config param")
                self._set(name, value)
            return None
        if len(args) != 1:
            raise TypeError("can query only one param")
        if args[0] not in known:
            raise ValueError("unknown config param")
        return self._get(args[0])

    def _set(self, name, value):
        if name == "channel":
            if self._joined is not None:
                raise OSError("Wifi Internal Error")  # the access point rules
            if not 1 <= value <= 14:
                raise ValueError("invalid channel")
        if name == "hostname":
            hostname(value)
            return
        if name == "mac":
            self._device.mac = bytes(value)
            return
        if name == "key" and 0 < len(value) < 8:
            raise OSError("Wifi Invalid Password")
        alias = {"essid": "ssid", "authmode": "security", "password": "key"}
        self._config[alias.get(name, name)] = value

    def _get(self, name):
        if name == "mac":
            return self._device.mac
        if name == "hostname":
            return hostname()
        if name in ("key", "password"):
            raise ValueError("unknown config param")  # write only
        alias = {"essid": "ssid", "authmode": "security"}
        return self._config[alias.get(name, name)]

    def ifconfig(self, *args):
        if args:
            return None
        if self._ap and self._active:
            return ("192.168.4.1", "255.255.255.0", "192.168.4.1", "0.0.0.0")
        if self._joined:
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
            return self._joined is not None
        raise ValueError("unexpected key")
