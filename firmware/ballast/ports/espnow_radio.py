"""ESP-NOW frames. No method waits, and none returns the driver's own buffer.

`send` does not wait for the radio's acknowledgement, which would block all services for
up to 100 ms; the protocol has its own acknowledgement and its own authentication. Frames
have at most 250 bytes, which every receiver accepts. While the station is connected to
an access point, frames use the channel of that access point.
"""

import espnow
from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Callable

    from ballast.ports.shapes import OnFrame

MAX_FRAME = 250
BROADCAST = b"\xff\xff\xff\xff\xff\xff"
GROUP_RX_BYTES = 8192  # the frames of a group of 64 that arrive while other code runs for 80 ms
_RX_BYTES = 2112  # eight frames: more than two arrive during a garbage collection
_PEERS = 20


class EspnowRadio:
    """Wi-Fi must be active before `start()`.

    rx_bytes: size of the driver's buffer; frames that do not fit are lost. Counters: sent,
    refused, received.
    """

    def __init__(self, rx_bytes: int = _RX_BYTES) -> None:
        self._rx_bytes = rx_bytes
        self._esp: "espnow.ESPNow | None" = None
        self._slot: list = [None, bytearray(MAX_FRAME), 0, 0]
        self._peers: list[bytes] = []
        self._notify: "Callable[[], None] | None" = None
        self.sent = 0
        self.refused = 0
        self.received = 0

    def start(self) -> None:
        """Switch ESP-NOW on. OSError if Wi-Fi is off."""
        esp = espnow.ESPNow()
        esp.config(rxbuf=self._rx_bytes)  # before active(True)
        esp.active(True)
        self._esp = esp
        self._peers = []
        self.add_peer(BROADCAST)

    def stop(self) -> None:
        """Switch ESP-NOW off."""
        if self._esp is not None:
            self._esp.active(False)
            self._esp = None

    def notify(self, callback: "Callable[[], None]") -> None:
        """Call `callback()` soon after each frame. Calls can be lost, so drain regularly too.

        OSError before `start()`.
        """
        if self._esp is None:
            raise OSError("the radio is off")
        self._notify = callback
        self._esp.irq(self._arrived)

    def _arrived(self, _: object) -> None:
        if self._notify is not None:
            self._notify()

    def add_peer(self, mac: bytes) -> None:
        """Register `mac` as a receiver; `send` does it too. A full list drops its oldest entry."""
        esp = self._esp
        mac = bytes(mac)
        if esp is None or mac in self._peers:
            return
        if len(self._peers) >= _PEERS:
            oldest = self._peers.pop(1)  # 0 is the broadcast address
            esp.del_peer(oldest)
        esp.add_peer(mac)  # channel 0: the current one
        self._peers.append(mac)

    def send(self, mac: bytes, frame: bytes) -> bool:
        """Queue one frame for `mac`, 6 bytes; False if the radio did not take it."""
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

    def receive(self) -> "tuple[bytes, bytes, int] | None":
        """A copy of one received frame: (mac, frame, rssi in dBm); None if there is none."""
        if self._esp is None:
            return None
        slot = self._slot
        try:
            n = self._esp.recvinto(slot, 0)
        except ValueError:  # longer than the buffer: the driver has dropped all waiting frames
            slot[1] = bytearray(MAX_FRAME)
            return None
        if not n:
            return None
        self.received += 1
        return slot[0], bytes(slot[1][:n]), slot[2]

    def drain(self, handle: "OnFrame", limit: int = 16) -> None:
        """Call handle(mac, frame, rssi) for each received frame, at most `limit`."""
        for _ in range(limit):
            item = self.receive()
            if item is None:
                return
            handle(item[0], item[1], item[2])

    def dropped(self) -> int:
        """How many frames the driver lost because its buffer was full."""
        return self._esp.stats()[4] if self._esp is not None else 0
