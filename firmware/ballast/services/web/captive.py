"""The captive portal: while the access point is open, every name leads to the page.

Two halves. DNS: this responder. HTTP: Web.portal, which sends foreign host names to
the page's own address; that is what a phone's connectivity check runs into, and the
phone then opens the page by itself.
"""

import asyncio
import socket

from micropython import const

from ballast.protocol import dns

_PORT = const(53)
_POLL_S = 0.05
_PER_POLL = const(8)  # queries taken in a row: a flood must not hold the loop


class Captive:
    """web: services/web.Web. port: UDP port to listen on."""

    def __init__(self, web, port=_PORT):
        self._web = web
        self._port = port
        self._socket = None
        self._ip = ""
        self.answered = 0

    def open(self, ip, bind="0.0.0.0"):
        """Begin: `ip` is the charger's address in its own network."""
        self.close()
        self._ip = ip
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(socket.getaddrinfo(bind, self._port)[0][-1])
        self._socket.setblocking(False)
        self._web.portal = "http://%s/" % ip

    def close(self):
        """End: names are no business of this charger any more."""
        self._web.portal = None
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def step(self):
        """Answer what has arrived."""
        for _ in range(_PER_POLL):
            if self._socket is None:
                return
            try:
                query, sender = self._socket.recvfrom(512)
            except OSError:
                return  # nothing there (EAGAIN), or the interface just went away
            reply = dns.answer(query, self._ip)
            if reply is not None:
                self.answered += 1
                try:
                    self._socket.sendto(reply, sender)
                except OSError:
                    return

    async def run(self):
        """Poll for ever."""
        while True:
            await asyncio.sleep(_POLL_S)
            self.step()
