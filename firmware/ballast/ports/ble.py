"""BLE as a peripheral: services, advertising, what a client writes, notifications.

Raw `bluetooth`, one client at a time. Off, it costs nothing: on a C3 or C6 the IDF heap
does not hold Wi-Fi and NimBLE together (micropython issue 18859), so it is on for a
window only; `on()` raises OSError where there is no room and leaves it off. While it is
on, Bluetooth and Wi-Fi take turns on the one antenna: some of a clamp's ESP-NOW frames are
missed, which the meter's trust rules see as silence. Not tried on hardware.

Events come from NimBLE between two bytecodes of whatever runs: the handler copies what
was written into a ring made beforehand and calls `notify`. A write that finds the ring
full is lost and counted; the protocols above notice the gap.
"""

import bluetooth

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


class Ble:
    """name: in the scan response, at most 26 characters.

    client: connection of the client, None = none. seen: counts connections, so that a
    service notices a new client. mtu: of this connection. lost: writes that were dropped.
    """

    def __init__(self, name):
        self._name = name
        self._ble = bluetooth.BLE()  # takes no memory to speak of before active(True)
        self._handles = []
        self._ring: list = [None] * _RING
        self._head = 0  # written by the handler alone
        self._tail = 0  # written by the reader alone
        self._notify = None
        self.client = None
        self.seen = 0
        self.mtu = _LEAST_MTU
        self.lost = 0

    def on(self, services, notify):
        """Radio on, with services [(uuid, [(uuid, flags), ...]), ...].

        Returns the characteristics' handles in that order. notify(): something happened.
        OSError when the radio or its memory can not be had; it is off then.
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

    def off(self):
        """Client gone, radio off, its memory free."""
        self._ble.active(False)
        self.client = None

    def advertise(self, data):
        """Advertise these 31 bytes; the name is in the scan response. A connection ends it."""
        name = self._name.encode()
        response = bytes((len(name) + 1, 0x09)) + name
        self._ble.gap_advertise(_INTERVAL_US, data, resp_data=response)

    def set(self, handle, value):
        """What a read of this characteristic shows."""
        self._ble.gatts_write(handle, value)

    def send(self, handle, data):
        """Notify the client; False when it did not go out: no buffer, or nobody there."""
        client = self.client
        if client is None:
            return False
        try:
            self._ble.gatts_notify(client, handle, data)
        except OSError:
            return False
        return True

    def hang_up(self):
        """End the connection."""
        if self.client is not None:
            try:
                self._ble.gap_disconnect(self.client)
            except OSError:
                pass  # it has just ended by itself

    def receive(self):
        """(connection count, handle, bytes) of the oldest write, None = none waits."""
        tail = self._tail
        if tail == self._head:
            return None
        item = self._ring[tail % _RING]
        self._ring[tail % _RING] = None
        self._tail = tail + 1
        return item

    def _event(self, event, data):
        if event == _WRITE:
            if self._head - self._tail >= _RING:
                self.lost += 1
            else:  # the value is overwritten by the next write: take it now
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
