"""network of the fakes: a station that joins "home" (password "secret"), and the second board's point."""

from world import COST_US, JOIN_MS, now

STA_IF, AP_IF = 0, 1
KNOWN = {"home": "secret", "ballast-bringup": "ballast-bringup"}


class WLAN:
    def __init__(self, kind):
        self._kind = kind
        self._due = None

    def active(self, *on):
        if on and on[0]:
            now.advance(COST_US["wifi_start"], True)

    def scan(self):
        now.advance(COST_US["scan"])
        return []

    def connect(self, ssid, password):
        self._due = now.us + JOIN_MS * 1000 if KNOWN.get(ssid) == password else None

    def isconnected(self):
        return self._due is not None and now.us >= self._due

    def status(self):
        return 201

    def disconnect(self):
        self._due = None

    def config(self, *names, **values):
        if names:
            return bytes.fromhex(now.setup["mac"])
        return None
