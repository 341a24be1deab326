"""The module `socket` of a chip, for the files of the firmware that use it (`FOR`).

Without a chip it is Python's own. What it lacks of it the port lacks too.
"""

import importlib.machinery
import socket as _socket
import sys

from .chip_sockets import ENFILE, chip, newlib, resolve

FOR = ("ballast.services.web.captive", "ballast.services.radio.udp")

AF_INET = _socket.AF_INET
SOCK_DGRAM = _socket.SOCK_DGRAM
SOCK_STREAM = _socket.SOCK_STREAM
SOL_SOCKET = _socket.SOL_SOCKET
SO_REUSEADDR = _socket.SO_REUSEADDR
SO_REUSEPORT = _socket.SO_REUSEPORT  # not on the chip: several chargers share this computer
IP_MULTICAST_IF = _socket.IP_MULTICAST_IF  # the same
IP_ADD_MEMBERSHIP = _socket.IP_ADD_MEMBERSHIP
_ENXIO = 6


def getaddrinfo(host, port, *args):
    device = chip()
    if device is not None:
        resolve(device, host)
    return _socket.getaddrinfo(host, port, *args)


class socket(_socket.socket):  # noqa: N801 (its name there)
    """One of the chip's sockets, until it is closed or forgotten."""

    _give_back = None

    def __init__(self, family=AF_INET, type=SOCK_STREAM, proto=0, fileno=None):  # noqa: A002
        device = self._device = chip()
        if device is not None:
            self._give_back = device.idf.hold("socket")
            if self._give_back is None:
                raise OSError(ENFILE)
        super().__init__(family, type, proto, fileno)

    def close(self):
        self._return()
        super().close()

    def __del__(self):
        self._return()

    def _return(self):
        if self._give_back is not None:
            self._give_back()

    def setsockopt(self, level, option, value, *args):
        """A group is joined on an interface that has its address already: modsocket.c:549-566."""
        station = self._device.wlan.get(0) if self._device is not None else None
        if (level, option) == (0, IP_ADD_MEMBERSHIP) and station is not None:
            if not station.isconnected():
                raise OSError(_ENXIO)
        super().setsockopt(level, option, value, *args)

    def recvfrom(self, size, *args):
        try:
            return super().recvfrom(size, *args)
        except OSError as error:
            raise newlib(error) from None

    def sendto(self, data, *args):
        try:
            return super().sendto(data, *args)
        except OSError as error:
            raise newlib(error) from None


class _Finder:
    """Gives the files of FOR this module when they are imported."""

    @staticmethod
    def find_spec(name, path, target=None):
        if name not in FOR:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None:
            execute = spec.loader.exec_module

            def exec_module(module):
                execute(module)
                module.socket = sys.modules[__name__]

            spec.loader.exec_module = exec_module
        return spec


def install():
    """From now on, and for what is imported already."""
    if _Finder not in sys.meta_path:
        sys.meta_path.insert(0, _Finder)
    for name in FOR:
        if name in sys.modules:
            sys.modules[name].socket = sys.modules[__name__]
