"""Wi-Fi: a station that reconnects by itself, and the access point for the first setup.

Power saving is off, because it loses ESP-NOW frames. The driver's own reconnecting is
off too, because it scans all channels again and again and loses frames; instead `step()`
tries again after 1, 2, 4 ... 60 s. No method waits, except `scan`.
"""

import time

import network

OFF = 0
CONNECTING = 1
CONNECTED = 2
WAITING = 3  # for the next try; `reason` says why the last one failed

REASONS = {201: "network not found", 202: "wrong password", 203: "refused", 204: "wrong password"}
_FIRST_MS = 1000
_LAST_MS = 60000
_TRY_MS = 20000


class Wifi:
    """hostname: at most 32 characters. state: OFF .. WAITING. reason: text, "" = none.

    attempts: tries to connect since the start.
    """

    def __init__(self, hostname: str) -> None:
        network.hostname(hostname)
        self._sta = network.WLAN(network.WLAN.IF_STA)
        self._ap = network.WLAN(network.WLAN.IF_AP)
        self._ssid = ""
        self._key = ""
        self._wait_ms = _FIRST_MS
        self._since_ms = 0
        self.state = OFF
        self.reason = ""
        self.attempts = 0

    def radio_on(self, channel: int = 1) -> None:
        """Station interface on without a network: enough for ESP-NOW on `channel`."""
        self._sta.active(True)
        self._sta.config(pm=network.WLAN.PM_NONE, reconnects=0)
        if not self._sta.isconnected():
            self._sta.config(channel=channel)

    def join(self, ssid: str, key: str) -> None:
        """Connect to a network and stay connected. Only the driver gets the password."""
        self.leave()
        self._ssid = ssid
        self._key = key
        self._wait_ms = _FIRST_MS
        self._try()

    def leave(self) -> None:
        """Disconnect and forget the network."""
        if self.state != OFF:
            self._sta.disconnect()
        self._ssid = ""
        self._key = ""
        self.state = OFF
        self.reason = ""

    def _try(self) -> None:
        self.attempts += 1
        self._since_ms = time.ticks_ms()
        self.state = CONNECTING
        try:
            self._sta.active(True)
            self._sta.config(reconnects=0)
            self._sta.connect(self._ssid, self._key)
            self._sta.config(pm=network.WLAN.PM_NONE)  # connect() turns saving on again
        except OSError as exc:
            self._failed("radio error %s" % exc.args[0])

    def _failed(self, reason: str) -> None:
        self.reason = reason
        self.state = WAITING
        self._since_ms = time.ticks_ms()
        self._sta.disconnect()

    def step(self) -> int:
        """Call about every second; returns the state."""
        if self.state == OFF:
            return OFF
        age = time.ticks_diff(time.ticks_ms(), self._since_ms)
        if self._sta.isconnected():
            if self.state != CONNECTED:
                self.state = CONNECTED
                self.reason = ""
                self._wait_ms = _FIRST_MS
            return CONNECTED
        if self.state == CONNECTED:
            self._failed("connection lost")
        elif self.state == CONNECTING:
            status = self._sta.status()
            if status in REASONS:
                self._failed(REASONS[status])
            elif age > _TRY_MS:
                self._failed("no answer")
        elif age >= self._wait_ms:
            self._wait_ms = min(2 * self._wait_ms, _LAST_MS)
            self._try()
        return self.state

    def rssi(self) -> int:
        """Signal strength of the access point in dBm, 0 = unknown."""
        try:
            return self._sta.status("rssi")
        except OSError:
            return 0

    def address(self) -> str:
        """IPv4 address as text, "" = none."""
        ip = self._sta.ifconfig()[0]
        return "" if ip == "0.0.0.0" else ip

    def channel(self) -> int:
        return self._sta.config("channel")

    def mac(self) -> bytes:
        self._sta.active(True)
        return self._sta.config("mac")

    def open_ap(self, ssid: str, key: str, channel: int = 6) -> str:
        """Open an access point with WPA2; returns its address. ValueError for a short password."""
        if len(key) < 8:
            raise ValueError("access point password: at least 8 characters")
        self._ap.active(True)
        self._ap.config(
            ssid=ssid,
            key=key,
            channel=channel,
            security=network.WLAN.SEC_WPA2,
            max_clients=4,
        )
        return self._ap.ifconfig()[0]

    def close_ap(self) -> None:
        self._ap.active(False)

    def scan(self) -> list[tuple[str, int, bool]]:
        """[(ssid, rssi, open)], strongest first. Blocks for about 2 s: only with the contactor open."""
        self._sta.active(True)
        best: dict[str, tuple[int, bool]] = {}
        for row in self._sta.scan():
            try:
                ssid = row[0].decode()
            except UnicodeError:
                continue
            if ssid and (ssid not in best or best[ssid][0] < row[3]):
                best[ssid] = (row[3], row[4] == 0)
        found = [(ssid, rssi, free) for ssid, (rssi, free) in best.items()]
        found.sort(key=lambda item: -item[1])
        return found
