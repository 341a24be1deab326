"""Improv Wi-Fi: a client gives the charger a network and its password.

The state starts at "authorization required". A press on the charger's button, or a client
that has proven the setup code (services/ble/charger_service.py), authorizes for a minute, as the
specification suggests. A try that fails starts the minute again. After a success a new
authorization is needed.
"""

from micropython import const

from ballast.protocol import improv

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Any, Callable, Coroutine

    from ballast.services.ble.shapes import Join, Publish, Scan
    from ballast.services.shapes import Clock

AUTHORIZED_S = const(60)
_MAX_NETWORKS = const(12)


class Improv:
    """join(ssid, key), scan(): async, as in services/wifi_link.py. may_scan(): whether a scan
    is allowed now, because it disturbs the clamp's radio. info(): [firmware, version, hardware,
    name]. url(): address of the page, "" = none. clock_s: seconds. send(uuid, bytes): sets and
    notifies a characteristic. identify(): makes this charger show itself, None = it cannot.

    state, capabilities: as in protocol/improv.py.
    """

    def __init__(
        self,
        join: "Join",
        scan: "Scan",
        may_scan: "Callable[[], bool]",
        info: "Callable[[], list[str]]",
        url: "Callable[[], str]",
        clock_s: "Clock",
        send: "Publish",
        identify: "Callable[[], None] | None" = None,
    ) -> None:
        self._join = join
        self._scan = scan
        self._may_scan = may_scan
        self._info = info
        self._url = url
        self._clock = clock_s
        self._send = send
        self._identify = identify
        self._until_s = 0
        self._packets = improv.PacketAssembler()
        self._told = -1  # the state in _told_bytes
        self._told_bytes = b""
        self.state = improv.AUTHORIZATION_REQUIRED
        self.capabilities = improv.CAN_INFO | improv.CAN_SCAN
        if identify is not None:
            self.capabilities |= improv.CAN_IDENTIFY

    def start(self) -> None:
        """The Bluetooth window opens: set the values that a client can read."""
        if self.state != improv.PROVISIONING:
            self.state = improv.AUTHORIZATION_REQUIRED
        self._send(improv.CAPABILITIES, bytes((self.capabilities,)))
        self._send(improv.STATE, bytes((self.state,)))
        self._error(improv.NO_ERROR)

    def connected(self) -> None:
        """The client has changed: delete the unfinished packet and the result of the last one."""
        self._packets.reset()
        self._send(improv.RESULT, b"")

    def authorize(self) -> None:
        """Accept a network for a minute: the button was pressed, or the setup code proven."""
        if self.state != improv.PROVISIONING:
            self._until_s = self._clock() + AUTHORIZED_S
            self._become(improv.AUTHORIZED)

    def step(self) -> None:
        """End the authorization when its minute is over."""
        if self.state == improv.AUTHORIZED and self._clock() >= self._until_s:
            self._become(improv.AUTHORIZATION_REQUIRED)

    def advertisement(self) -> bytes:
        """The bytes to advertise now; made anew when the state has changed."""
        if self._told != self.state:
            self._told = self.state
            self._told_bytes = improv.encode_advertisement(self.state, self.capabilities)
        return self._told_bytes

    def _become(self, state: int) -> None:
        if state != self.state:
            self.state = state
            self._send(improv.STATE, bytes((state,)))

    def _error(self, code: int) -> None:
        self._send(improv.ERROR, bytes((code,)))

    def write(self, chunk: bytes) -> "Coroutine[Any, Any, None] | None":
        """Take bytes that the client wrote.

        Returns a coroutine that the caller has to run as a task, None = all is done.
        """
        try:
            packet = self._packets.feed(chunk)
            if packet is None:
                return None
            self._error(improv.NO_ERROR)
            return self._handle(packet[0], packet[1])
        except improv.PacketError as error:
            self._error(error.code)
            return None

    def _handle(self, command: int, data: bytes) -> "Coroutine[Any, Any, None] | None":
        if command == improv.SEND_WIFI:
            ssid, key = improv.decode_wifi_settings(data)
            self._need_authorization()
            self._become(improv.PROVISIONING)
            return self._provision(ssid, key)
        if data:
            raise improv.PacketError(improv.INVALID_PACKET)
        if command == improv.DEVICE_INFO:
            self._send(improv.RESULT, improv.encode_result(command, self._info()))
        elif command == improv.SCAN:
            self._need_authorization()
            if not self._may_scan():
                raise improv.PacketError(improv.UNKNOWN_ERROR)
            return self._networks()
        elif command == improv.IDENTIFY and self._identify is not None:
            self._identify()
        else:
            raise improv.PacketError(improv.UNKNOWN_COMMAND)
        return None

    def _need_authorization(self) -> None:
        if self.state != improv.AUTHORIZED:
            raise improv.PacketError(improv.NOT_AUTHORIZED)

    async def _provision(self, ssid: str, key: str) -> None:
        reason = "error"
        try:
            reason = await self._join(ssid, key)
        finally:
            if reason != "":  # after an exception too: in PROVISIONING no further try is possible
                self._until_s = self._clock() + AUTHORIZED_S
                self._become(improv.AUTHORIZED)
                self._error(improv.UNABLE_TO_CONNECT)
        if reason == "":
            url = self._url()
            self._become(improv.PROVISIONED)
            self._send(improv.RESULT, improv.encode_result(improv.SEND_WIFI, [url] if url else []))

    async def _networks(self) -> None:
        texts: list[str] = []
        for ssid, rssi, free in (await self._scan())[:_MAX_NETWORKS]:
            texts += [ssid, str(rssi), "NO" if free else "WPA2"]
        self._send(improv.RESULT, improv.encode_result(improv.SCAN, texts, 3))
