"""The page: login, commands, records, settings; Wi-Fi and the captive portal."""

import time

from micropython import const

from ballast.compose import sockets
from ballast.compose.meter_search import make_search
from ballast.protocol.status import Info
from ballast.services.memory import last_run
from ballast.services.memory.event_log import EventLog
from ballast.services.memory.history import History
from ballast.services.memory.sessions import Sessions
from ballast.services.meters.proof import MeterProof
from ballast.services.schedule import Schedule
from ballast.services.wall_clock import WallClock
from ballast.services.web.captive import Captive
from ballast.services.web.commands import WebCommands
from ballast.services.web.door import Door
from ballast.services.web.group import WebGroup
from ballast.services.web.login import Auth
from ballast.services.web.measure import WebMeasure
from ballast.services.web.records import WebRecords
from ballast.services.web.server import Web
from ballast.services.web.settings import WebSettings
from ballast.services.web.setup import WebSetup
from ballast.services.web.update import WebUpdate
from ballast.services.wifi_link import WifiLink

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from ballast.compose.env import Env
    from ballast.control.charger import Charger
    from main import App


def _no_address() -> str:
    return ""


class CommissioningTest:
    """The commissioning test, with the names that the page's routes use."""

    def __init__(self, charger: "Charger") -> None:
        self.commissioning = charger.cycle.commission
        self.start = charger.commission
        self.stop = charger.commission_abort


class PageWiring:
    """Everything behind HTTP. web, door, auth, events, wall, history, schedule: its parts.

    network: the Wi-Fi, None without. http: (host, port) to listen on.
    """

    def __init__(self, app: "App", env: "Env", http: tuple[str, int]) -> None:
        fit, store, clock = app.fit, app.store, app.uptime_s
        self._http = http
        self.wall = WallClock(clock)
        self.events = EventLog(store, clock, self.wall.time_s)
        self.auth = Auth(app.settings, store, clock, env.random, env.label, self.events.add)
        info = Info(env.serial, env.model, env.version, fit.phases, fit.own_meter, fit.ntc)
        info.start = last_run.start_of(env.reset_info, app.charger.cycle.faults)
        last_run.log_start(info.start, env.formatted, env.journal is not None, self.events.add)
        self.web = Web(
            app.charger, info, self.auth, self.events, env.assets, clock, self.wall
        )
        self.history = History()
        self.schedule = Schedule(app.charger, store, self.wall, time.ticks_ms)
        WebCommands(self.web)
        session = app.charger.cycle.session
        sessions = Sessions(store, self.wall.time_s, lambda: session.total_wh)
        WebRecords(self.web, self.history, sessions, self.events)
        WebSettings(self.web, self.schedule, lambda: store.kept_within_s)
        WebGroup(self.web, app.group)
        self.network = self._network(app, env)
        WebSetup(self.web, self.network, MeterProof())
        if env.measure:
            self._measure(app, env)
        if env.update is not None:
            WebUpdate(self.web, env.update)
        self.door = Door(self.web.app.handle_request, limit=sockets.PAGE)
        app.services.add("status", self.web.run)
        app.services.add("page", self.run)
        app.services.add("schedule", self.schedule.run)

    def _measure(self, app: "App", env: "Env") -> None:
        """Pairing, meter search, and the test with the EV's own current."""
        clamps = app.radio.clamps if app.radio is not None else None
        address = env.wifi.address if env.wifi is not None else _no_address
        search = make_search(app.meter.make_port, address, app.meter.leave_bus)
        WebMeasure(self.web, clamps, search, CommissioningTest(app.charger))

    def _network(self, app: "App", env: "Env") -> "WifiLink | None":
        """Wi-Fi and the captive portal; None on a bench without Wi-Fi."""
        if env.wifi is None or env.access_point is None:
            return None
        captive = Captive(self.web, env.dns_port)

        def permit(ms: int) -> bool:
            return app.charger.permit_stall(ms, app.out.coil)

        link = WifiLink(
            env.wifi, app.settings, captive, env.access_point, env.blocking, permit, self.events.add
        )
        app.services.add("wifi", link.run)
        app.services.add("portal", captive.run)
        return link

    async def run(self) -> None:
        """Listen for ever."""
        await self.door.run(self._http[0], self._http[1])
