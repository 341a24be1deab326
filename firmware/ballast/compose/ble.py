"""Bluetooth: Improv for the network, and the commands of a client that knows the setup code.

All of it is imported when Bluetooth is first switched on: by the button, or at the start of a
charger whose setup is not done. An installed charger has none of it in memory.
"""

import asyncio

from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from ballast.compose.env import Env
    from ballast.compose.page import PageWiring
    from ballast.ports.ble import BlePort
    from ballast.services.ble.charger_service import ChargerService
    from ballast.services.ble.improv import Improv
    from ballast.services.ble.window import BleWindow
    from ballast.services.wifi_link import WifiLink
    from main import App

_HARDWARE = "ESP32"
_IDLE_MS = const(100)


class BleWiring:
    """window, improv, charger_service: the three services behind the port; None until the first use.

    page, link: parts of App.
    """

    def __init__(
        self, app: "App", env: "Env", port: "BlePort", page: "PageWiring", link: "WifiLink"
    ) -> None:
        self._app = app
        self._env = env
        self._port = port
        self._page = page
        self._link = link
        self._button = app.charger.cycle.button
        self._longs = self._button.longs
        self._started = False
        self.window: "BleWindow | None" = None
        self.improv: "Improv | None" = None
        self.charger_service: "ChargerService | None" = None
        app.services.add("ble", self.run)

    async def run(self) -> None:
        """For ever: wait for the first use, then serve the window."""
        fresh = not self._started and not self._app.settings["installed"]
        self._started = True
        while self.window is None:
            if not fresh:
                await self._until_held()
            self.window = self._make()
            if self.window is None:
                #: ble `no memory`: Bluetooth could not be switched on
                self._page.events.add("ble", "no memory")
            elif fresh:
                self.window.open()
            else:
                self.window.open_by_hand()
            fresh = False
        await self.window.run()

    async def _until_held(self) -> None:
        while self._button.longs == self._longs:
            await asyncio.sleep_ms(_IDLE_MS)
        self._longs = self._button.longs

    def _make(self) -> "BleWindow | None":
        """None if the memory is missing."""
        try:
            return self._connect()
        except MemoryError:
            return None

    def _connect(self) -> "BleWindow":
        from ballast.services.ble.charger_service import ChargerService
        from ballast.services.ble.commands import BleCommands
        from ballast.services.ble.improv import Improv
        from ballast.services.ble.window import BleWindow

        app, env, link = self._app, self._env, self._link
        web, log = self._page.web, self._page.events.add
        window = BleWindow(self._port, self._button, app.uptime_s, self._permit, log)
        self.improv = window.improv = Improv(
            link.join, link.scan, self._may_scan, self._info, self._url, app.uptime_s,
            window.publish,
        )  # fmt: skip
        commands = BleCommands(app.charger, web.info, log, web.soon)
        self.charger_service = window.charger_service = ChargerService(
            env.label, env.random, app.uptime_s, commands.run, web.document,
            window.answer, log, window.improv.authorize,
        )  # fmt: skip
        return window

    def _permit(self, ms: int) -> bool:
        return self._app.charger.permit_stall(ms, self._app.out.coil)

    def _may_scan(self) -> bool:
        return self._app.out.coil == 0

    def _info(self) -> list[str]:
        return ["Ballast", self._env.version, _HARDWARE, self._app.settings["name"]]

    def _url(self) -> str:
        address = self._env.wifi.address() if self._env.wifi is not None else ""
        return "http://%s/" % address if address else ""
