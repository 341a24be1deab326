"""Wi-Fi: a station that reconnects by itself, and the access point for the first setup.

Power saving is off, because it loses ESP-NOW frames. The driver's own reconnecting is
off too, because it scans all channels again and again and loses frames; instead `step()`
tries again after 1, 2, 4 ... 60 s. No method waits, except `scan`.

What the driver is like (MicroPython ports/esp32/network_wlan.c, ESP-IDF v5.5):
 - config() fails while the station connects, so it is set up once, when the radio is switched on.
 - status() keeps the reason of the last failure: connect() does not clear it. A reason that was
   there when a try began therefore counts as that try's own only after _STALE_MS.
 - disconnect() ends a connection in another task: isconnected() stays True for a moment.
 - An error that has no name is a RuntimeError.
"""

import time

import network
from micropython import const

OFF = 0
CONNECTING = 1
CONNECTED = 2
WAITING = 3  # for the next try; `reason` says why the last one failed

# status() of a try that failed: wifi_err_reason_t of ESP-IDF, esp_wifi_types_generic.h. The driver
# has several reasons for one wrong password: it depends on the access point and on the moment.
REASONS = {
    2: "wrong password",  # the authentication expired
    15: "wrong password",  # the handshake was not finished: what most access points lead to
    201: "network not found",
    202: "wrong password",  # also the driver's 205
    204: "wrong password",
    210: "wrong security",  # a password for an open network, or none for one with a password
    211: "wrong security",
    212: "signal too weak",
}
_IDLE = const(1000)  # from here on: status() of no failure
_FIRST_MS = const(1000)
_LAST_MS = const(60000)
_TRY_MS = const(20000)
_STALE_MS = const(13000)  # scan 1.6 s, keys 0.3 s, and 10 s until the driver gives a wrong password up
_LEAVE_MS = const(2000)  # most until the end of the last connection is known (chosen)


class Wifi:
    """hostname: at most 32 characters. state: OFF .. WAITING. reason: text, "" = none.

    attempts: tries to connect since the start.
    """

    def __init__(self, hostname: str) -> None:
        network.hostname(hostname)
        self._sta = network.WLAN(network.WLAN.IF_STA)
        self._ap = network.WLAN(network.WLAN.IF_AP)
        self._ready = False  # the station's interface is on and set up
        self._ssid = ""
        self._key = ""
        self._wait_ms = _FIRST_MS
        self._since_ms = 0
        self._asked = False  # connect() of this try was called
        self._stale = 0  # the failure that status() showed when this try began, 0 = none
        self.state = OFF
        self.reason = ""
        self.attempts = 0

    def radio_on(self, channel: int = 1) -> None:
        """Station interface on without a network: enough for ESP-NOW on `channel`."""
        self._switch_on()
        if not self._sta.isconnected():
            self._sta.config(channel=channel)

    def _switch_on(self) -> None:
        if not self._ready:
            self._sta.active(True)
            self._sta.config(pm=network.WLAN.PM_NONE, reconnects=0)  # connect() keeps both
            self._ready = True

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
            self._disconnect()
        self._ssid = ""
        self._key = ""
        self.state = OFF
        self.reason = ""

    def rest(self) -> None:
        """End a try that is under way, for what the driver refuses meanwhile. The next one follows."""
        if self.state == CONNECTING:
            self._disconnect()
            self.state = WAITING
            self._since_ms = time.ticks_ms()

    def _disconnect(self) -> None:
        try:
            self._sta.disconnect()
        except (OSError, RuntimeError):
            pass  # there was nothing to end

    def _try(self) -> None:
        """Begin a try; `step` calls connect() when the connection of before has ended."""
        self.attempts += 1
        self._since_ms = time.ticks_ms()
        self._asked = False
        self.state = CONNECTING

    def _failed(self, reason: str) -> None:
        self.reason = reason
        self.state = WAITING
        self._since_ms = time.ticks_ms()
        self._disconnect()

    def step(self) -> int:
        """Call about every second; returns the state."""
        if self.state == OFF:
            return OFF
        age = time.ticks_diff(time.ticks_ms(), self._since_ms)
        if self.state == CONNECTED:
            # a lease that ended leaves isconnected() True, without an address
            if not self._sta.isconnected() or not self.address():
                self._failed("connection lost")
        elif self.state == CONNECTING:
            try:
                self._go_on(age)
            except (OSError, RuntimeError) as exc:
                self._failed("radio error %s" % exc.args[0])
        elif age >= self._wait_ms:
            self._wait_ms = min(2 * self._wait_ms, _LAST_MS)
            self._try()
        return self.state

    def _go_on(self, age: int) -> None:
        """The try under way: ask the driver, or look what has become of it."""
        sta = self._sta
        if not self._asked:
            if sta.isconnected() and age < _LEAVE_MS:
                return  # still the connection of before
            self._switch_on()
            sta.connect(self._ssid, self._key)
            self._asked = True
            self._since_ms = time.ticks_ms()
            self._stale = _failure(sta.status())
        elif sta.isconnected():
            self.state = CONNECTED
            self.reason = ""
            self._wait_ms = _FIRST_MS
        else:
            failure = _failure(sta.status())
            if failure != self._stale:
                self._stale = 0  # an event has come since: what it says is of this try
            if failure and (not self._stale or age > _STALE_MS):
                self._failed(REASONS.get(failure) or "refused (%d)" % failure)
            elif age > _TRY_MS:
                self._failed("no answer")

    def rssi(self) -> int:
        """Signal strength of the access point in dBm, 0 = unknown."""
        try:
            return self._sta.status("rssi")
        except (OSError, RuntimeError):
            return 0

    def address(self) -> str:
        """IPv4 address as text, "" = none."""
        ip = self._sta.ifconfig()[0]
        return "" if ip == "0.0.0.0" else ip

    def channel(self) -> int:
        """The radio's channel now."""
        return self._sta.config("channel")

    def mac(self) -> bytes:
        """The station's address, 6 bytes."""
        self._switch_on()
        return self._sta.config("mac")

    def open_ap(self, ssid: str, key: str) -> str:
        """Open an access point with WPA2; returns its address. ValueError for a short password.

        It has the channel that the radio has, because clamps are there. OSError or RuntimeError
        if the driver refuses: then it is off. The driver opens the first access point after a start as an
        open network of its own name: it has to be on before config() can change that (esp_wifi.h:982;
        network_wlan.c:280-315 sets the mode and starts in one call). Whoever has joined in that moment is
        sent away: the access point starts anew, and then with the password from the beginning.
        """
        if len(key) < 8:
            raise ValueError("access point password: at least 8 characters")
        self._switch_on()
        self.rest()  # config() fails while the station connects
        channel = self.channel()
        self._ap.active(True)
        try:
            self._ap.config(
                ssid=ssid,
                key=key,
                channel=channel,
                security=network.WLAN.SEC_WPA2,
                max_clients=4,
            )
            if self._ap.isconnected():  # nobody can have given the password within this moment
                self._ap.active(False)
                self._ap.active(True)
        except (OSError, RuntimeError):
            self._ap.active(False)
            raise
        return self._ap.ifconfig()[0]

    def close_ap(self) -> None:
        """Switch the access point off."""
        self._ap.active(False)

    def scan(self) -> list[tuple[str, int, bool]]:
        """[(ssid, rssi, open)], strongest first. Blocks for about 2 s: only with the contactor open.

        Call rest() before, and no step() meanwhile: the driver finds nothing while it connects.
        """
        best: dict[str, tuple[int, bool]] = {}
        try:
            self._switch_on()
            rows = self._sta.scan()
        except (OSError, RuntimeError):
            return []  # no memory for the list, or the radio is being switched
        for row in rows:
            try:
                ssid = row[0].decode()
            except UnicodeError:
                continue
            if ssid and (ssid not in best or best[ssid][0] < row[3]):
                best[ssid] = (row[3], row[4] == 0)
        found = [(ssid, rssi, free) for ssid, (rssi, free) in best.items()]
        found.sort(key=lambda item: -item[1])
        return found


def _failure(status: int) -> int:
    """The reason in a status(), 0 = it is no failure."""
    return status if status < _IDLE else 0
