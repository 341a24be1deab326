"""The group's frames over UDP multicast: for chargers on Ethernet or Wi-Fi, and for the bench.

It has the methods of ports/espnow_radio.py: send(mac, frame) and drain(handle). Neither waits.
"""

import select
import socket

from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from ballast.services.shapes import OnFrame

GROUP = "239.255.66.76"  # administratively scoped (RFC 2365): does not leave the site
PORT = const(26476)
MAX_FRAME = const(250)

_PER_DRAIN = const(64)  # frames in one drain(): a flood must not stop the other tasks


class UdpRadio:
    """interface: own IPv4 address in the network to use; 127.0.0.1 = this computer only.

    Counters: sent, refused, received. The constructor raises OSError if it gets no
    socket.
    """

    def __init__(self, interface: str = "127.0.0.1", port: int = PORT) -> None:
        self._to = socket.getaddrinfo(GROUP, port)[0][-1]
        own = _packed(interface)
        self._socket = s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            _join(s, own, port)
        except OSError:
            s.close()
            raise
        self._poll = select.poll()
        self._poll.register(s, select.POLLIN)
        self.sent = 0
        self.refused = 0
        self.received = 0

    def send(self, mac: bytes, frame: bytes) -> bool:
        """Queue one frame for all; False if the network did not take it. `mac` is not used."""
        try:
            if 0 < len(frame) <= MAX_FRAME and self._socket.sendto(frame, self._to) == len(frame):
                self.sent += 1
                return True
        except OSError:
            pass
        self.refused += 1
        return False

    def drain(self, handle: "OnFrame") -> None:
        """Call handle(mac, frame, rssi) for each frame that waits; mac is b"", rssi 0."""
        for _ in range(_PER_DRAIN):
            if not self._poll.poll(0):  # recvfrom() would make garbage for nothing
                return
            try:
                frame, _sender = self._socket.recvfrom(MAX_FRAME + 1)
            except OSError:  # nothing waits
                return
            if len(frame) <= MAX_FRAME:
                self.received += 1
                handle(b"", frame, 0)

    def close(self) -> None:
        """Close the socket."""
        self._poll.unregister(self._socket)
        self._socket.close()


def _join(s: socket.socket, own: bytes, port: int) -> None:
    """Listen to the group. OSError while no interface has the address `own`."""
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if hasattr(socket, "SO_REUSEPORT"):  # several chargers on one computer
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    s.bind(socket.getaddrinfo("0.0.0.0", port)[0][-1])
    s.setsockopt(0, getattr(socket, "IP_ADD_MEMBERSHIP", 35), _packed(GROUP) + own)
    if hasattr(socket, "IP_MULTICAST_IF"):
        s.setsockopt(0, socket.IP_MULTICAST_IF, own)
    s.setblocking(False)


def _packed(address: str) -> bytes:
    return bytes([int(part) for part in address.split(".")])
