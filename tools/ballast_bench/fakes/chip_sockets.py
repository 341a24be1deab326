"""A chip's sockets: what its firmware opens takes one of them, and the eleventh is refused.

`SocketsOfChips` is for the bench's event loop: connections and servers of asyncio. `fake_socket`
is for what uses `socket` itself. Both look which chip runs (fakes.task_device), and leave the
bench's own sockets alone. Error numbers are newlib's, not Linux's.
"""

import errno

import ballast_bench.fakes as fakes

ENFILE = 23  # modsocket.c:296-306, after a gc.collect()
RESOLVE_US = 5_000_000  # a name: mDNS asks for so long (modsocket.c:164-267); a number costs nothing
_NEWLIB = {
    errno.ECONNRESET: 104, errno.ENOBUFS: 105, errno.ECONNABORTED: 113, errno.ETIMEDOUT: 116,
    errno.EHOSTUNREACH: 118, errno.EINPROGRESS: 119, errno.EALREADY: 120, errno.ENOTCONN: 128,
}  # fmt: skip


def newlib(error):
    """The same OSError with newlib's number."""
    return OSError(_NEWLIB.get(error.errno, error.errno), *error.args[1:])


def chip():
    """The chip whose firmware runs now; None: the bench itself."""
    return fakes.current or fakes.task_device.get()


def resolve(device, host):
    """A name is asked for in the network: everything waits, the step too. A number is not."""
    if host and not all(part.isdigit() for part in str(host).split(".")):
        device.time.pass_us(RESOLVE_US)


class SocketsOfChips:
    """Mixin for an asyncio event loop."""

    async def create_connection(self, protocol_factory, host=None, port=None, **kwargs):
        device = chip()
        if device is None:
            return await super().create_connection(protocol_factory, host, port, **kwargs)
        resolve(device, host)
        give_back = device.idf.hold("socket")
        if give_back is None:
            raise OSError(ENFILE)
        try:
            return await super().create_connection(
                lambda: _ends_with(protocol_factory(), give_back), host, port, **kwargs
            )
        except OSError as error:
            give_back()
            raise newlib(error) from None
        except BaseException:
            give_back()
            raise

    async def create_server(self, protocol_factory, *args, **kwargs):
        device = chip()
        if device is None:
            return await super().create_server(protocol_factory, *args, **kwargs)
        give_back = device.idf.hold("socket")
        if give_back is None:
            raise OSError(ENFILE)
        try:
            server = await super().create_server(
                lambda: _accepted(protocol_factory(), device), *args, **kwargs
            )
        except BaseException:
            give_back()
            raise
        close = server.close

        def close_and_give_back():
            give_back()
            close()

        server.close = close_and_give_back
        return server


def _ends_with(protocol, give_back):
    """The protocol of a connection whose socket is given back at its end."""
    lost = protocol.connection_lost

    def connection_lost(error):
        give_back()
        lost(error)

    protocol.connection_lost = connection_lost
    return protocol


def _accepted(protocol, device):
    """The same for one that a server accepted; lwip drops it where no socket is free."""
    made = protocol.connection_made

    def connection_made(transport):
        give_back = device.idf.hold("socket")
        if give_back is None:
            protocol.connection_lost = lambda error: None
            transport.abort()
            return
        _ends_with(protocol, give_back)
        made(transport)

    protocol.connection_made = connection_made
    return protocol
