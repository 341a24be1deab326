"""os, socket, vfs and _thread as the chip has them: random numbers of the bench, shifted ports, mapped flash.

The unix port names a peer by a raw sockaddr, the ESP32's by (text, port): so does a stream here.
"""

import _thread
import asyncio.stream as stream
import os
import socket
import sys

import uctypes
import vfs
import vm_link as link


class _Copy:
    """A module with some names replaced."""

    def __init__(self, module):
        for name in dir(module):
            if name[:2] != "__":
                setattr(self, name, getattr(module, name))


def _urandom(count):
    """Drawn by the bench, so that a run can be repeated."""
    return link.call("random", count, "")


def _getaddrinfo(host, port, *rest):
    """A server of the charger listens on this computer only, where the bench says."""
    if host == "0.0.0.0":
        ports = link.config["ports"]
        return _plain_getaddrinfo("127.0.0.1", ports.get(str(port), 0), *rest)
    return _plain_getaddrinfo(host, port, *rest)


_plain_getaddrinfo = socket.getaddrinfo


def _plain(name):
    """(address as text, port) of a sockaddr."""
    if not isinstance(name, (bytes, bytearray)):
        return name
    _, host, port = socket.sockaddr(name)[:3]
    return ".".join([str(n) for n in host]), port


class _Stream(stream.Stream):
    def __init__(self, sock, known=None):
        known = known or {}
        if "peername" in known:
            known["peername"] = _plain(known["peername"])
        super().__init__(sock, known)


def _rom_ioctl(op, number=0):
    """2 = the segment: code runs from there and takes no heap."""
    return uctypes.bytearray_at(*link.mapped("romfs"))


def _start_new_thread(function, args):
    """At once: the unix port's threads have no lock, and the wire has one reader."""
    function(*args)


def install():
    stream.Stream = stream.StreamReader = stream.StreamWriter = _Stream
    for module, name, value in ((os, "urandom", _urandom), (socket, "getaddrinfo", _getaddrinfo),
                                (vfs, "rom_ioctl", _rom_ioctl),
                                (_thread, "start_new_thread", _start_new_thread)):  # fmt: skip
        copy = _Copy(module)
        setattr(copy, name, value)
        sys.modules[module.__name__] = copy
