"""The search for a meter, with the buses of this charger."""

from micropython import const

from ballast.services.meters.bus import RtuBus, TcpBus, parse_host
from ballast.services.meters.finder import MeterFinder
from ballast.services.meters.search import MeterSearch

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Callable

    from ballast.ports.rs485 import Rs485

_BUS_MS = 200  # most until the answer of a meter on the bus
_HOST_MS = 1000
_NEIGHBOUR_MS = 250  # a host without the port refuses at once, an absent host never answers


def make_search(
    make_port: "Callable[[], Rs485 | None]",
    address: "Callable[[], str]",
    leave_bus: "Callable[[bool], None]",
) -> MeterSearch:
    """make_port(): the board's RS-485, None = not fitted. address(), leave_bus(flag): see MeterSearch."""

    def rtu() -> "RtuBus | None":
        port = make_port()
        return None if port is None else RtuBus(port, _BUS_MS)

    def host(text: str) -> TcpBus:
        name, port = parse_host(text)
        return TcpBus(name, port, _HOST_MS)

    def neighbour(name: str) -> TcpBus:
        return TcpBus(name, 502, _NEIGHBOUR_MS)

    return MeterSearch(MeterFinder, rtu, host, neighbour, address, leave_bus)
