"""The group's frames over UDP multicast: for chargers on Ethernet or Wi-Fi, and for the bench.

Same shape as ports/espnow_radio.py: send(mac, frame) and drain(handle). Never waits.
`interface`: IPv4 address whose network is used; 127.0.0.1 keeps all on one computer.
"""

import socket

from micropython import const

GROUP = "239.255.66.76"  # administratively scoped (RFC 2365): does not leave the site
PORT = const(26476)
MAX_FRAME = const(250)

_PER_DRAIN = const(64)  # a flood does not keep the loop


class UdpRadio:
    """Counters: sent, refused, received, too_long. OSError from the constructor if no socket."""

    def __init__(self, interface="127.0.0.1", port=PORT):
        self._to = socket.getaddrinfo(GROUP, port)[0][-1]
        own = _packed(interface)
        self._socket = s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "SO_REUSEPORT"):  # several chargers on one computer
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        s.bind(socket.getaddrinfo("0.0.0.0", port)[0][-1])
        s.setsockopt(0, getattr(socket, "IP_ADD_MEMBERSHIP", 35), _packed(GROUP) + own)
        if hasattr(socket, "IP_MULTICAST_IF"):
            s.setsockopt(0, socket.IP_MULTICAST_IF, own)
        s.setblocking(False)
        self.sent = 0
        self.refused = 0
        self.received = 0
        self.too_long = 0

    def send(self, mac, frame):
        """Queue one frame for all; False if the network did not take it."""
        try:
            if 0 < len(frame) <= MAX_FRAME and self._socket.sendto(frame, self._to) == len(frame):
                self.sent += 1
                return True
        except OSError:
            pass
        self.refused += 1
        return False

    def drain(self, handle):
        """handle(mac, frame, rssi) for what waits; there is no mac and no rssi here."""
        for _ in range(_PER_DRAIN):
            try:
                frame, _sender = self._socket.recvfrom(MAX_FRAME + 1)
            except OSError:  # nothing waits
                return
            if len(frame) > MAX_FRAME:
                self.too_long += 1
            else:
                self.received += 1
                handle(b"", frame, 0)

    def close(self):
        self._socket.close()


def _packed(address):
    return bytes([int(part) for part in address.split(".")])
