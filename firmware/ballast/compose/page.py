"""The page: login, commands, records, settings; Wi-Fi and the captive portal.

What serves the person who sets the charger up is imported at the first request for it.
"""

import time

from micropython import const

from ballast.compose import sockets
from ballast.protocol.status import Info
from ballast.services.memory import last_run
from ballast.services.memory.event_log import EventLog
from ballast.services.memory.history import History
from ballast.services.memory.sessions import Sessions
from ballast.services.schedule import Schedule
from ballast.services.wall_clock import WallClock
from ballast.services.web.captive import Captive
from ballast.services.web.door import Door
from ballast.services.web.group import WebGroup
from ballast.services.web.login import Auth
from ballast.services.web.records import WebRecords
from ballast.services.web.routes import Routes
from ballast.services.web.server import Web
from ballast.services.wifi_link import WifiLink

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from ballast.compose.env import Env
    from ballast.services.memory.store import Store
    from ballast.services.update import Update
    from main import App


class PageWiring:
    """Everything behind HTTP. web, routes, door, auth, events, wall, history, schedule: its
    parts.

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
        self.routes = Routes()
        self.web = Web(
            app.charger, info, self.auth, self.events, env.assets, clock, self.wall, app=self.routes
        )
        self.history = History()
        self.schedule = Schedule(app.charger, store, self.wall, time.ticks_ms)
        session = app.charger.cycle.session
        sessions = Sessions(store, self.wall.time_s, lambda: session.total_wh)
        WebRecords(self.web, self.history, sessions, self.events)
        WebGroup(self.web, app.group)
        self.network = self._network(app, env)
        self._rooms(app, env)
        self.door = Door(self.web.app.handle_request, limit=sockets.PAGE)
        app.services.add("status", self.web.run)
        app.services.add("page", self.run)
        app.services.add("schedule", self.schedule.run)

    def _rooms(self, app: "App", env: "Env") -> None:
        """What is imported at the first request for one of its paths."""
        room = self.routes.room
        room(
            ("/api/status", "/api/current", "/api/pause", "/api/resume", "/api/boost", "/api/dim",
             "/api/reset_faults"),
            self._commands,
        )  # fmt: skip
        room(
            ("/api/settings", "/api/password", "/api/time", "/api/schedule"),
            lambda: self._settings(app.store),
        )
        room(("/api/wifi", "/api/meter/prove", "/api/meter/proof", "/api/setup"), self._setup)
        if env.measure:
            room(
                ("/api/clamps", "/api/meter/models", "/api/meter/search", "/api/meter/test"),
                lambda: self._measure(app, env),
            )
        update = env.update
        if update is not None:
            made = update
            self.web.uploads["/api/update"] = update.max_bytes
            room(("/api/update",), lambda: self._update(made))

    def _commands(self) -> None:
        from ballast.services.web.commands import WebCommands

        WebCommands(self.web)

    def _settings(self, store: "Store") -> None:
        from ballast.services.web.settings import WebSettings

        WebSettings(self.web, self.schedule, lambda: store.kept_within_s)

    def _setup(self) -> None:
        from ballast.services.meters.proof import MeterProof
        from ballast.services.web.setup import WebSetup

        WebSetup(self.web, self.network, MeterProof())

    def _measure(self, app: "App", env: "Env") -> None:
        from ballast.compose import measure

        measure.add(self.web, app, env)

    def _update(self, update: "Update") -> None:
        from ballast.services.web.update import WebUpdate

        WebUpdate(self.web, update)

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
