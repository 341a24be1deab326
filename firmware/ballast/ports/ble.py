"""BLE as a peripheral: services, advertising, writes of the client, notifications.

Uses MicroPython's `bluetooth` directly, for one client at a time. While it is off it
needs no memory. On a C3 or C6 the heap of ESP-IDF is too small for Wi-Fi and NimBLE
together (micropython issue 18859), so BLE is on for a short window only; if the memory
is missing, `on()` raises OSError and leaves it off. While it is on, Bluetooth and Wi-Fi
share the antenna: some ESP-NOW frames of a clamp are lost, which control/ handles as a
silent meter. Not tried on hardware.

NimBLE calls the handler on a task of its own, while no other Python runs. That task has 4 KB of
stack, and an exception would end the handler for good, so the handler is short and raises nothing.
It copies the written bytes into a ring that was allocated before, and calls `notify`. A write that
finds no room is lost and counted; the protocols notice the gap.

Switching off with a client blocks everything for up to 2 s, longer than the watchdog waits.
`off()` therefore disconnects the client first, and switches off when it has gone.
"""

import bluetooth
from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Callable

    from ballast.ports.shapes import Services

_WRITABLE = 0x000C  # write, write without response

_CONNECT = 1  # events: docs/library/bluetooth.rst
_DISCONNECT = 2
_WRITE = 3
_MTU = 21
_RING = 32
_LEAST_MTU = 23
_BEST_MTU = 247  # one link-layer packet with data length extension
_VALUE = 260  # an Improv packet in one write
_INTERVAL_US = 200_000


class BlePort:
    """name: in the scan response, at most 26 characters.

    client: handle of the connection, None = no client. seen: counts connections, so that
    a service notices a new client. mtu: of this connection. lost: dropped writes.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._ble = bluetooth.BLE()  # takes hardly any memory before active(True)
        self._handles: list[int] = []
        self._ring: list = [None] * _RING
        self._head = 0  # written by the handler alone
        self._tail = 0  # written by the reader alone
        self._notify: "Callable[[], None] | None" = None
        self.client: "int | None" = None
        self.seen = 0
        self.mtu = _LEAST_MTU
        self.lost = 0

    def on(self, services: "Services", notify: "Callable[[], None]") -> list[int]:
        """Switch the radio on and offer `services`: [(uuid, [(uuid, flags), ...]), ...].

        Returns the handles of the characteristics in the same order. notify(): called
        after every event. OSError if the radio or its memory is not available; then the
        radio is off.
        """
        ble = self._ble
        self._notify = notify
        self._head = self._tail = 0
        self.client = None
        try:
            ble.active(True)
            ble.config(gap_name=self._name, mtu=_BEST_MTU)
            ble.irq(self._event)
            made: tuple = tuple(
                [
                    (bluetooth.UUID(uuid), tuple([(bluetooth.UUID(u), flag) for u, flag in chars]))
                    for uuid, chars in services
                ]
            )
            groups = ble.gatts_register_services(made)
            self._handles = [handle for group in groups for handle in group]
            flags = [char[1] for service in services for char in service[1]]
            for handle, flag in zip(self._handles, flags):
                if flag & _WRITABLE:
                    ble.gatts_set_buffer(handle, _VALUE)
        except OSError:
            ble.active(False)
            raise
        return self._handles

    def off(self) -> bool:
        """Disconnect the client; without one switch the radio off and free its memory.

        True = it is off. Call it again until then.
        """
        if self.client is not None:
            self.hang_up()
            return False
        self._ble.active(False)
        return True

    def advertise(self, data: bytes) -> None:
        """Advertise these 31 bytes until a client connects; the name is in the scan response."""
        name = self._name.encode()
        response = bytes((len(name) + 1, 0x09)) + name
        self._ble.gap_advertise(_INTERVAL_US, data, resp_data=response)

    def hush(self) -> None:
        """Advertise no more."""
        self._ble.gap_advertise(None)  # type: ignore[arg-type]

    def set(self, handle: int, value: bytes) -> None:
        """Set the value that a client reads from this characteristic."""
        self._ble.gatts_write(handle, value)

    def send(self, handle: int, data: bytes) -> bool:
        """Notify the client; False if nothing was sent: no buffer free, or no client."""
        client = self.client
        if client is None:
            return False
        try:
            self._ble.gatts_notify(client, handle, data)
        except OSError:
            return False
        return True

    def hang_up(self) -> None:
        """End the connection."""
        if self.client is not None:
            try:
                self._ble.gap_disconnect(self.client)
            except OSError:
                pass  # the client has just disconnected

    def receive(self) -> "tuple[int, int, bytes] | None":
        """Take the oldest write: (`seen` when it came, handle, bytes); None if there is none."""
        tail = self._tail
        if tail == self._head:
            return None
        item = self._ring[tail % _RING]
        self._ring[tail % _RING] = None
        self._tail = tail + 1
        return item

    def _event(self, event: int, data: tuple) -> None:
        try:
            self._take(event, data)
        except Exception:  # noqa: BLE001 - the port would end the handler; for example no memory
            self.lost += 1

    def _take(self, event: int, data: tuple) -> None:
        if event == _WRITE:
            if self._head - self._tail >= _RING:
                self.lost += 1
            else:  # the next write overwrites the value, so copy it now
                value = bytes(self._ble.gatts_read(data[1]))
                self._ring[self._head % _RING] = (self.seen, data[1], value)
                self._head += 1
        elif event == _CONNECT:
            self.seen += 1
            self.mtu = _LEAST_MTU
            self.client = data[0]
        elif event == _DISCONNECT:
            self.client = None
        elif event == _MTU:
            self.mtu = data[1]
        else:
            return
        if self._notify is not None:
            self._notify()
