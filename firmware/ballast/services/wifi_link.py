"""Keeps the charger in its network: a station by the settings, an access point before that.

The access point (WPA2, password on the label) opens at a start without a network, and by a
long press of the button. It never stays open: it closes `AP_LEFT_S` after the station has
connected, or, on an installed charger, an hour after it opened. The driver blocks for a moment
when the access point opens or closes (it computes a key, and the radio starts again), so both
wait until the contactor is open.
"""

import asyncio

from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from ballast.services.shapes import AddEvent, Blocking, Captive, Permit, Settings, Wifi

_POLL_S = const(1)
_JOIN_TRIES = const(25)  # seconds until a new network is given up
_HALT_MS = const(50)  # for the driver to end a try before a scan (chosen)
_AP_BLOCKS_MS = const(250)  # most of one call (estimate: key 0.1 to 0.3 s); nothing was measured
AP_LEFT_S = const(120)
AP_UNUSED_S = const(3600)

_CONNECTED = const(2)  # ports/wifi.CONNECTED
_WAITING = const(3)
_KEY_IS_WRONG = ("wrong password", "wrong security")  # ports/wifi.REASONS


class WifiLink:
    """wifi: the port ports/wifi.Wifi. ap: (ssid, password) from the label.

    blocking: async function that runs a blocking function beside the step (a thread on
    the ESP32: a scan takes 2 s in C). permit(ms): whether a call may block now. log(kind, detail).
    ap_open: the access point is on.
    """

    def __init__(
        self,
        wifi: "Wifi",
        settings: "Settings",
        captive: "Captive",
        ap: tuple[str, str],
        blocking: "Blocking",
        permit: "Permit",
        log: "AddEvent",
    ) -> None:
        self._wifi = wifi
        self._settings = settings
        self._watch = settings.watch(("wifi_ssid", "wifi_password"))
        self._captive = captive
        self._ap = ap
        self._blocking = blocking
        self._permit = permit
        self._log = log
        self._joined: "tuple[str, str] | None" = None  # (ssid, key) that the port has
        self._scanning = False
        self._ap_left_s = 0
        self._ap_wanted = False
        self.ap_open = False

    def network(self) -> str:
        """Name of the network that the charger is in, "" = none."""
        return self._joined[0] if self._joined and self._wifi.state == _CONNECTED else ""

    async def scan(self) -> list[tuple[str, int, bool]]:
        """[(ssid, rssi in dBm, open)], strongest first. Takes about 2 s.

        A station that connects and a second scan would make the driver find nothing.
        """
        await self._scan_ended()
        self._scanning = True
        try:
            self._wifi.rest()
            await asyncio.sleep_ms(_HALT_MS)
            return await self._blocking(self._wifi.scan)
        finally:
            self._scanning = False

    async def _scan_ended(self) -> None:
        while self._scanning:
            await asyncio.sleep_ms(_HALT_MS)

    async def join(self, ssid: str, key: str) -> str:
        """Try a network, for up to 25 s, and save it in the settings if it connects.

        "" = connected; otherwise the cause: "password" or "network".
        """
        await self._scan_ended()
        self._wifi.join(ssid, key)
        self._joined = (ssid, key)
        state = 0
        for _ in range(_JOIN_TRIES):
            state = self._wifi.step()
            if state in (_CONNECTED, _WAITING):
                break
            await asyncio.sleep(_POLL_S)
        if state == _CONNECTED:
            self._settings.set_all({"wifi_ssid": ssid, "wifi_password": key})
            #: wifi `connected`: the network that somebody chose was joined, and is kept
            self._log("wifi", "connected")
            self._ap_left_s = AP_LEFT_S
            return ""
        reason = "password" if self._wifi.reason in _KEY_IS_WRONG else "network"
        #: wifi `failed: password` or `failed: network`: the chosen network was not joined
        self._log("wifi", "failed: " + reason)
        self._wifi.leave()
        self._joined = None
        return reason

    def open_ap(self) -> None:
        """Open the access point and its captive portal (first start, or by the button)."""
        self._ap_left_s = AP_UNUSED_S
        if self.ap_open:
            return
        self._ap_wanted = True
        if not self._try_ap():
            #: wifi `access point waits`: it opens as soon as the charge is paused
            self._log("wifi", "access point waits")

    def _try_ap(self) -> bool:
        """Open the access point, if that may block now; False = it has to be tried again."""
        if self._scanning or not self._permit(_AP_BLOCKS_MS):
            return False
        try:
            self._captive.open(self._wifi.open_ap(self._ap[0], self._ap[1]))
        except (OSError, RuntimeError):  # the driver was busy, or no socket was free
            self._wifi.close_ap()
            return False
        self._ap_wanted = False
        self.ap_open = True
        #: wifi `access point open`: the charger opened a network of its own
        self._log("wifi", "access point open")
        return True

    def _step_ap(self) -> None:
        if self._ap_wanted:
            self._try_ap()
        if self.ap_open:
            self._ap_left_s -= _POLL_S
            over = self._ap_left_s <= 0 and (self.network() or self._settings["installed"])
            if over and self._permit(_AP_BLOCKS_MS):
                self._close_ap()

    def _close_ap(self) -> None:
        self._captive.close()
        self._wifi.close_ap()
        self.ap_open = False
        #: wifi `access point closed`: the charger closed its own network
        self._log("wifi", "access point closed")

    def step(self) -> None:
        """Once a second: join the network of the settings, open and close the access point in time."""
        if self._scanning:
            return
        if self._watch.changed() or self._joined is None:
            wanted = (self._settings["wifi_ssid"], self._settings["wifi_password"])
            if wanted[0] and wanted != self._joined:
                self._joined = wanted
                self._wifi.join(wanted[0], wanted[1])
        self._wifi.step()
        self._step_ap()

    async def run(self) -> None:
        """Open the access point if no network is set up; then step for ever."""
        if not self._settings["wifi_ssid"]:
            self.open_ap()
        while True:
            self.step()
            await asyncio.sleep(_POLL_S)
