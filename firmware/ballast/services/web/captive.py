"""The captive portal: while the access point is open, every name leads to the page.

It has two halves. DNS: this file answers every name with the charger's address. HTTP:
Web.portal redirects requests for other host names to the page. A phone's connectivity check
gets this redirect, and the phone then opens the page by itself.
"""

import asyncio
import select
import socket

from micropython import const

from ballast.protocol import dns

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from ballast.services.web.shapes import Web

_PORT = const(53)
_STEP_S = 0.05
_PER_STEP = const(8)  # queries answered in one step: a flood must not stop the other tasks


class Captive:
    """port: UDP port to listen on. answered: queries so far."""

    def __init__(self, web: "Web", port: int = _PORT) -> None:
        self._web = web
        self._port = port
        self._socket: "socket.socket | None" = None
        self._poll = select.poll()
        self._ip = ""

    def open(self, ip: str, bind: str = "0.0.0.0") -> None:
        """Begin. ip: the charger's address in its own network, IPv4."""
        self.close()
        self._ip = ip
        self._socket = s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind(socket.getaddrinfo(bind, self._port)[0][-1])
        s.setblocking(False)
        self._poll.register(s, select.POLLIN)
        self._web.portal = "http://%s/" % ip

    def close(self) -> None:
        """Stop answering DNS queries and redirecting other host names."""
        self._web.portal = None
        if self._socket is not None:
            self._poll.unregister(self._socket)
            self._socket.close()
            self._socket = None

    def step(self) -> None:
        """Answer the queries that have arrived."""
        for _ in range(_PER_STEP):
            # recvfrom() makes 512 bytes of garbage each time, also when nothing waits
            if self._socket is None or not self._poll.poll(0):
                return
            try:
                query, sender = self._socket.recvfrom(512)
            except OSError:
                return  # no query (EAGAIN), or the interface has just closed
            reply = dns.answer(query, self._ip)
            if reply is not None:
                try:
                    self._socket.sendto(reply, sender)
                except OSError:
                    return

    async def run(self) -> None:
        """Step for ever."""
        while True:
            await asyncio.sleep(_STEP_S)
            self.step()
