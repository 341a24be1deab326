"""Pairing, meter search, and the test with the EV's own current: the page's room for the measurement."""

from micropython import const

from ballast.compose.meter_search import make_search
from ballast.services.web.measure import WebMeasure

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from ballast.compose.env import Env
    from ballast.control.charger import Charger
    from ballast.services.web.server import Web
    from main import App


def _no_address() -> str:
    return ""


class CommissioningTest:
    """The commissioning test, with the names that the page's routes use."""

    def __init__(self, charger: "Charger") -> None:
        self.commissioning = charger.cycle.commission
        self.start = charger.commission
        self.stop = charger.commission_abort


def add(web: "Web", app: "App", env: "Env") -> None:
    """Add the room to `web`."""
    clamps = app.radio.clamps if app.radio is not None else None
    address = env.wifi.address if env.wifi is not None else _no_address
    search = make_search(app.meter.make_port, address, app.meter.leave_bus)
    WebMeasure(web, clamps, search, CommissioningTest(app.charger))
