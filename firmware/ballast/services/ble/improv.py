"""Improv Wi-Fi: who may hand over a network, and what becomes of it.

The state starts at "authorization required"; the charger's button, or somebody who
has proven the setup code (services/ble/control.py), authorizes for a minute, as the
specification suggests. A failed try starts the minute again. After success it takes
a new authorization.
"""

from micropython import const

from ballast.protocol import improv

AUTHORIZED_S = const(60)
_MAX_NETWORKS = const(12)


class Improv:
    """join(ssid, key), scan(): async, of the Wi-Fi's keeper. may_scan() -> bool: a scan
    disturbs the clamp's radio. info() -> [firmware, version, hardware, name].
    url() -> address of the page, "" = none. clock_s: seconds. send(uuid, bytes): sets and
    notifies a characteristic. identify(): shows which charger it is, None = it can not.
    """

    def __init__(self, join, scan, may_scan, info, url, clock_s, send, identify=None):
        self._join = join
        self._scan = scan
        self._may_scan = may_scan
        self._info = info
        self._url = url
        self._clock = clock_s
        self._send = send
        self._identify = identify
        self._until_s = 0
        self._packets = improv.Assembler()
        self.state = improv.AUTHORIZATION_REQUIRED
        self.capabilities = improv.CAN_INFO | improv.CAN_SCAN
        if identify is not None:
            self.capabilities |= improv.CAN_IDENTIFY

    def start(self):
        """The window opens: values for whoever reads."""
        if self.state != improv.PROVISIONING:
            self.state = improv.AUTHORIZATION_REQUIRED
        self._send(improv.CAPABILITIES, bytes((self.capabilities,)))
        self._send(improv.STATE, bytes((self.state,)))
        self._error(improv.NO_ERROR)

    def connected(self):
        """Another client: what the last one left unfinished is not his."""
        self._packets.reset()
        self._send(improv.RESULT, b"")

    def authorize(self):
        """The button, or the setup code."""
        if self.state != improv.PROVISIONING:
            self._until_s = self._clock() + AUTHORIZED_S
            self._become(improv.AUTHORIZED)

    def step(self):
        """Once in a while: an authorization ends by itself."""
        if self.state == improv.AUTHORIZED and self._clock() >= self._until_s:
            self._become(improv.AUTHORIZATION_REQUIRED)

    def advertisement(self):
        """The bytes to advertise now."""
        return improv.advertisement(self.state, self.capabilities)

    def _become(self, state):
        if state != self.state:
            self.state = state
            self._send(improv.STATE, bytes((state,)))

    def _error(self, code):
        self._send(improv.ERROR, bytes((code,)))

    def write(self, chunk):
        """What the client wrote. Returns a coroutine to run as a task, None = all done."""
        try:
            packet = self._packets.feed(chunk)
            if packet is None:
                return None
            self._error(improv.NO_ERROR)
            return self._handle(packet[0], packet[1])
        except improv.PacketError as error:
            self._error(error.code)
            return None

    def _handle(self, command, data):
        if command == improv.SEND_WIFI:
            ssid, key = improv.wifi_settings(data)
            self._need_authorization()
            self._become(improv.PROVISIONING)
            return self._provision(ssid, key)
        if data:
            raise improv.PacketError(improv.INVALID_PACKET)
        if command == improv.DEVICE_INFO:
            self._send(improv.RESULT, improv.result(command, self._info()))
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

    def _need_authorization(self):
        if self.state != improv.AUTHORIZED:
            raise improv.PacketError(improv.NOT_AUTHORIZED)

    async def _provision(self, ssid, key):
        reason = "error"
        try:
            reason = await self._join(ssid, key)
        finally:
            if reason != "":  # back in any case: PROVISIONING would lock the owner out
                self._until_s = self._clock() + AUTHORIZED_S
                self._become(improv.AUTHORIZED)
                self._error(improv.UNABLE_TO_CONNECT)
        if reason == "":
            url = self._url()
            self._become(improv.PROVISIONED)
            self._send(improv.RESULT, improv.result(improv.SEND_WIFI, [url] if url else []))

    async def _networks(self):
        texts = []
        for ssid, rssi, free in (await self._scan())[:_MAX_NETWORKS]:
            texts += [ssid, str(rssi), "NO" if free else "WPA2"]
        self._send(improv.RESULT, improv.result(improv.SCAN, texts, 3))
