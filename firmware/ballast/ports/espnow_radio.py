"""ESP-NOW frames: never waits, never hands out the driver's buffer.

`send` does not wait for the radio's acknowledgement (that would block the loop
for up to 100 ms): whether a frame was understood is for the protocol to say.
Frames stay within 250 bytes, which every receiver takes. Authentication is the
protocol's too. The channel is the access point's while a station is connected.
"""

import espnow

MAX_FRAME = 250
BROADCAST = b"\xff\xff\xff\xff\xff\xff"
GROUP_RX_BYTES = 8192  # what a group of 64 says at once, or within 80 ms of something else's turn
_RX_BYTES = 2112  # eight frames: a garbage collection is longer than two
_PEERS = 20


class EspnowRadio:
    """Wi-Fi must be active before `start()`. rx_bytes: of the driver's buffer; what does not fit
    is lost. Counters: sent, refused, received, too_long.
    """

    def __init__(self, rx_bytes=_RX_BYTES):
        self._rx_bytes = rx_bytes
        self._esp = None
        self._slot: list = [None, bytearray(MAX_FRAME), 0, 0]
        self._peers = []
        self._notify = None
        self.sent = 0
        self.refused = 0
        self.received = 0
        self.too_long = 0

    def start(self):
        """OSError if Wi-Fi is off."""
        esp = espnow.ESPNow()
        esp.config(rxbuf=self._rx_bytes)  # before active(True)
        esp.active(True)
        self._esp = esp
        self._peers = []
        self.add_peer(BROADCAST)

    def stop(self):
        if self._esp is not None:
            self._esp.active(False)
            self._esp = None

    def notify(self, callback):
        """Call `callback()` soon after a frame has arrived. Calls can be lost: drain as well."""
        self._notify = callback
        self._esp.irq(self._arrived)

    def _arrived(self, _):
        self._notify()

    def add_peer(self, mac):
        """Needed before sending to `mac`. When all places are taken the oldest peer goes."""
        mac = bytes(mac)
        if mac in self._peers:
            return
        if len(self._peers) >= _PEERS:
            oldest = self._peers.pop(1)  # 0 is the broadcast address
            self._esp.del_peer(oldest)
        self._esp.add_peer(mac)  # channel 0: the current one
        self._peers.append(mac)

    def send(self, mac, frame):
        """Queue one frame for `mac` (bytes of 6); False if the radio did not take it."""
        if self._esp is None or not 0 < len(frame) <= MAX_FRAME:
            self.refused += 1
            return False
        try:
            self.add_peer(mac)
            self._esp.send(mac, frame, False)
        except OSError:
            self.refused += 1
            return False
        self.sent += 1
        return True

    def receive(self):
        """One frame as (mac, frame, rssi in dBm), copied; None if there is none."""
        if self._esp is None:
            return None
        slot = self._slot
        try:
            n = self._esp.recvinto(slot, 0)
        except ValueError:  # longer than the buffer: the driver has dropped all that waited
            self.too_long += 1
            slot[1] = bytearray(MAX_FRAME)
            return None
        if not n:
            return None
        self.received += 1
        return slot[0], bytes(slot[1][:n]), slot[2]

    def drain(self, handle, limit=16):
        """Call handle(mac, frame, rssi) for what has arrived, `limit` frames at most."""
        for _ in range(limit):
            item = self.receive()
            if item is None:
                return
            handle(item[0], item[1], item[2])

    def dropped(self):
        """Frames that the driver lost because its buffer was full."""
        return self._esp.stats()[4] if self._esp is not None else 0
