"""ESP-NOW frames. No method waits, and none returns the driver's own buffer.

`send` does not wait for the radio's acknowledgement, which would block all services for
up to 100 ms; the protocol has its own acknowledgement and its own authentication. It does wait
in one case, which cannot be avoided: a driver without a free buffer is asked again for up to 2 s,
while timers run and services do not. After that nothing is sent for a while, and in the end the
driver is started anew. Frames have at most 250 bytes, which every receiver accepts. While the
station is connected to an access point, frames use the channel of that access point.
"""

import time

import espnow
from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Callable

    from ballast.ports.shapes import OnFrame

MAX_FRAME = 250
BROADCAST = b"\xff\xff\xff\xff\xff\xff"
GROUP_RX_BYTES = 8192  # the frames of a group of 64 that arrive while other code runs for 80 ms
_RX_BYTES = 2112  # seven frames: more than two arrive during a garbage collection
_SLOT = const(1470)  # ESP-NOW v2; one frame that does not fit makes the driver drop all that wait
_PEERS = 20
_NO_MEM = const(-12391)  # OSError of a driver that had no buffer for 2 s
_FIRST_HOLD_MS = const(2000)
_LAST_HOLD_MS = const(60000)
_RESTART = const(3)  # the driver is started anew when it had no buffer so many times in a row


class EspnowRadio:
    """Wi-Fi must be active before `start()`.

    rx_bytes: size of the driver's buffer; frames that do not fit are lost. Counters: sent,
    refused, received.
    """

    def __init__(self, rx_bytes: int = _RX_BYTES) -> None:
        self._rx_bytes = rx_bytes
        self._esp: "espnow.ESPNow | None" = None
        self._slot: list = [None, bytearray(_SLOT), 0, 0]
        self._peers: list[bytes] = []
        self._notify: "Callable[[], None] | None" = None
        self._full = 0  # times in a row that the driver had no buffer
        self._full_ms = 0
        self._hold_ms = 0
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
        if self._notify is not None:
            esp.irq(self._arrived)  # active(False) has forgotten it

    def room(self, rx_bytes: int) -> None:
        """Let the driver's buffer have this size from now on; frames that wait in it are lost.

        MemoryError without room for it: the radio goes on as it was. OSError if it cannot start:
        then it is off.
        """
        if rx_bytes == self._rx_bytes:
            return
        # a driver that finds no room is neither on nor off, until a reset (modespnow.c:215-246)
        bytearray(rx_bytes)
        self._rx_bytes = rx_bytes
        if self._esp is None:
            return
        self.stop()
        self.start()
        if self._notify is not None:
            self.notify(self._notify)

    def stop(self) -> None:
        """Switch ESP-NOW off."""
        if self._esp is not None:
            self._esp.active(False)
            self._esp = None

    def restart(self) -> bool:
        """Off and on again: a driver that has gone deaf hears again. False = it does not start."""
        try:
            self.stop()
            self.start()
        except (OSError, MemoryError):
            self._esp = None
            return False
        return True

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
        if self._esp is None or not 0 < len(frame) <= MAX_FRAME or self._holds():
            self.refused += 1
            return False
        try:
            self.add_peer(mac)
            self._esp.send(mac, frame, False)
        except OSError as exc:
            self.refused += 1
            if exc.args[0] == _NO_MEM:
                self._ran_out()
            return False
        self._full = self._hold_ms = 0
        self.sent += 1
        return True

    def _holds(self) -> bool:
        """Whether the driver had no buffer lately: each further try could cost 2 s."""
        return (
            self._hold_ms > 0 and time.ticks_diff(time.ticks_ms(), self._full_ms) < self._hold_ms
        )

    def _ran_out(self) -> None:
        self._full += 1
        self._full_ms = time.ticks_ms()
        self._hold_ms = min(2 * self._hold_ms, _LAST_HOLD_MS) or _FIRST_HOLD_MS
        if self._full % _RESTART == 0:
            self.restart()

    def receive(self) -> "tuple[bytes, bytes, int] | None":
        """A copy of one received frame: (mac, frame, rssi in dBm); None if there is none."""
        if self._esp is None:
            return None
        slot = self._slot
        while True:
            try:
                n = self._esp.recvinto(slot, 0)
            except ValueError:  # the driver was just writing, and has dropped all waiting frames
                slot[1] = bytearray(_SLOT)
                return None
            if not n:
                return None
            if n <= MAX_FRAME:  # longer ones are a stranger's
                self.received += 1
                return slot[0], bytes(slot[1][:n]), slot[2]

    def drain(self, handle: "OnFrame", limit: int = 16) -> bool:
        """Call handle(mac, frame, rssi) for each received frame, at most `limit`.

        True = there may be more of them.
        """
        for _ in range(limit):
            item = self.receive()
            if item is None:
                return False
            handle(item[0], item[1], item[2])
        return True

    def dropped(self) -> int:
        """How many frames the driver lost because its buffer was full."""
        return self._esp.stats()[4] if self._esp is not None else 0
