"""The Wi-Fi driver's station, and the variables that network_wlan.c keeps of its events.

The driver is a closed library: its phases and times are from ESP-IDF's headers, documents and
public logs. File and line are of MicroPython 1c3c201149, ports/esp32, and of ESP-IDF v5.5.2.
"""

from . import access_point as ap

IDLE, SCAN, AUTH, DHCP, JOINED = range(5)
CHANNELS = 13  # that a scan looks at

SCAN_MS = 120  # esp_wifi.h:500: the longest active scan of a channel
ABSENT_MS = 2420  # from connect() to reason 201: log in micropython issue 10949
PMK_MS = 284  # PBKDF2 of a new name and password on an ESP32-S3: esp-idf issue 15072
AUTH_MS = 50  # authentication, association, handshake (chosen)
BEACON_MS = 8500  # esp_wifi.h:1351: 6 s, then five probe requests: esp-idf issue 5554

_STAT_IDLE, _STAT_CONNECTING, _STAT_GOT_IP = 1000, 1001, 1010
_FIRST_SAID = (201, 212, 211, 210)  # network_wlan.c:383-393
_AS_WRONG_KEY = (ap.AUTH_FAIL, ap.CONNECTION_FAIL)


class Station:
    """phase: of the driver. joined: MicroPython's wifi_sta_connected. reason: the last one;
    only an address clears it (network_wlan.c:197), connect() does not.

    tries: conf_wifi_sta_reconnects, 0 = for ever. channel: of the access point, else as set.
    """

    def __init__(self, device):
        self._device = device
        self.phase = IDLE
        self.channel = 1
        self.joined = False
        self.lease_lost = False
        self.reason = 0
        self.requested = False
        self.tries = 0
        self._tried = 0
        self.ssid = ""
        self._key = ""
        self._pmk_of = None  # (name, password) whose key is computed
        self._next_ms = None  # when the phase ends
        self._fails = 0  # the reason that it ends with
        self._events = []  # (due in ms, reason) of disconnect events that no task has handled yet
        self._heard_ms = 0

    @property
    def settled(self):
        """Whether `settle` has nothing to do."""
        return self.phase == IDLE and not self._events

    def connecting(self):
        """Whether esp_wifi_connect() is at work."""
        return self.phase in (SCAN, AUTH)

    def _point(self):
        return ap.point(self._device.access_points.get(self.ssid))

    # -- calls --------------------------------------------------------------------------

    def connect(self, ssid, key):
        """esp_wifi_set_config(), esp_wifi_connect(): network_wlan.c:318-365."""
        self.ssid, self._key = ssid, key
        self._tried = 0
        self._start(self._device.clock.ms())
        self.requested = True

    def disconnect(self):
        """network_wlan.c:368: `requested` first, then the driver, whose event comes later."""
        self.requested = False
        self.leave()

    def leave(self):
        """esp_wifi_disconnect(). An idle driver raises no event."""
        doubts, phase = self._device.wifi_doubts, self.phase
        self.phase, self._next_ms = IDLE, None
        if phase in (AUTH, DHCP, JOINED) or (phase == SCAN and doubts.leave_in_scan):
            self._events.append((self._device.clock.ms() + doubts.late_ms, ap.ASSOC_LEAVE))

    def kick(self, reason):
        """The access point ends the association."""
        if self.phase in (AUTH, DHCP, JOINED):
            self._ended(self._device.clock.ms(), reason)

    def moved(self, channel):
        """The access point announced another channel (CSA): the station goes with it."""
        self.channel = channel

    def status(self):
        """network_wlan.c:375-409, in its order."""
        reason = self.reason
        if self.joined:
            return _STAT_GOT_IP
        if reason in _FIRST_SAID:
            return reason
        if reason in _AS_WRONG_KEY:
            return ap.AUTH_FAIL
        if reason == ap.ASSOC_LEAVE:
            return _STAT_IDLE
        if self.requested and (self.tries == 0 or self._tried < self.tries):
            return _STAT_CONNECTING
        return reason or _STAT_IDLE

    # -- what happens by itself ---------------------------------------------------------------

    def settle(self):
        """Let everything happen that is due."""
        now = self._device.clock.ms()
        while True:
            event_ms = self._events[0][0] if self._events else None
            if event_ms is not None and event_ms <= now:
                if self._next_ms is None or event_ms <= self._next_ms:
                    self._handle(event_ms, self._events.pop(0)[1])
                    continue
            if self._next_ms is None or self._next_ms > now:
                break
            self._end_of_phase(self._next_ms)
        if self.phase in (DHCP, JOINED):
            self._hear(now)

    def _start(self, now_ms):
        point = self._point()
        self.phase, self._fails = SCAN, 0
        self._next_ms = now_ms + ABSENT_MS
        if point is None:
            self._fails = ap.NO_AP_FOUND
        elif bool(point.password) != bool(self._key):
            self._fails = ap.NO_COMPATIBLE_SECURITY
        else:
            self._next_ms = now_ms + SCAN_MS * point.channel
        # WIFI_FAST_SCAN: from channel 1 up, until the network is found
        self.look_at(CHANNELS if self._fails else point.channel, home=False)

    def look_at(self, channels, home):
        """The radio looks at other channels for a while: frames are lost meanwhile."""
        if self._device.air is not None:
            self._device.air.scan(self._device, channels, home)

    def _end_of_phase(self, now_ms):
        phase, point = self.phase, self._point()
        if self._fails:
            self._ended(now_ms, self._fails)
        elif point is None:  # it vanished meanwhile
            self._ended(now_ms, ap.NO_AP_FOUND if phase == SCAN else ap.AUTH_EXPIRE)
        elif phase == SCAN:
            self._authenticate(now_ms, point)
        elif phase == AUTH:
            self.phase, self._heard_ms = DHCP, now_ms
            self._next_ms = None if point.dhcp_s is None else now_ms + round(1000 * point.dhcp_s)
        else:
            self.phase, self._next_ms = JOINED, None
            self.joined, self.reason, self.lease_lost = True, 0, False

    def _authenticate(self, now_ms, point):
        self.phase, self.channel = AUTH, point.channel
        wait = AUTH_MS
        if point.password and self._pmk_of != (self.ssid, self._key):
            self._pmk_of = (self.ssid, self._key)
            wait += PMK_MS
        if point.password != self._key:
            self._fails = point.wrong
            wait += ap.WRONG_KEY_MS[point.wrong]
        elif point.refuses:
            self._fails = point.refuses
        self._next_ms = now_ms + wait

    def _hear(self, now_ms):
        """The beacon, or 8.5 s of silence."""
        point = self._point()
        if point is not None and point.channel == self.channel:
            self._heard_ms = now_ms
        elif now_ms - self._heard_ms >= BEACON_MS:
            self._ended(now_ms, ap.BEACON_TIMEOUT)

    def _ended(self, now_ms, reason):
        self.phase, self._next_ms = IDLE, None
        self._handle(now_ms, reason)

    def _handle(self, now_ms, reason):
        """WIFI_EVENT_STA_DISCONNECTED: network_wlan.c:156-175."""
        self.joined, self.reason = False, reason
        if self.requested:
            self._tried += 1
            if (self.tries == 0 or self._tried < self.tries) and self.phase == IDLE:
                self._start(now_ms)  # at once, without a pause
