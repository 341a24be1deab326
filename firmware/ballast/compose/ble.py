"""Bluetooth: Improv for the network, and the commands of a client that knows the setup code."""

from micropython import const

from ballast.services.ble.charger_service import ChargerService
from ballast.services.ble.commands import BleCommands
from ballast.services.ble.improv import Improv
from ballast.services.ble.window import BleWindow

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from ballast.compose.env import Env
    from ballast.compose.page import PageWiring
    from ballast.ports.ble import BlePort
    from ballast.services.wifi_link import WifiLink
    from main import App

_HARDWARE = "ESP32"


class BleWiring:
    """window, improv, charger_service: the three services behind the port. page, link: parts of App."""

    def __init__(
        self, app: "App", env: "Env", port: "BlePort", page: "PageWiring", link: "WifiLink"
    ) -> None:
        self._app = app
        self._env = env
        web, log = page.web, page.events.add
        self.window = BleWindow(port, self._pressed, self._fresh, app.uptime_s, self._permit, log)
        self.improv = Improv(
            link.join, link.scan, self._may_scan, self._info, self._url, app.uptime_s,
            self.window.publish,
        )  # fmt: skip
        commands = BleCommands(app.charger, web.info, log, web.soon)
        self.charger_service = ChargerService(
            env.label, env.random, app.uptime_s, commands.run, web.document,
            self.window.answer, log, self.improv.authorize,
        )  # fmt: skip
        self.window.improv = self.improv
        self.window.charger_service = self.charger_service
        app.services.add("ble", self.window.run)

    def _pressed(self) -> bool:
        return self._app.scan.button == 1

    def _permit(self, ms: int) -> bool:
        return self._app.charger.permit_stall(ms, self._app.out.coil)

    def _fresh(self) -> bool:
        return not self._app.settings["installed"]

    def _may_scan(self) -> bool:
        return self._app.out.coil == 0

    def _info(self) -> list[str]:
        return ["Ballast", self._env.version, _HARDWARE, self._app.settings["name"]]

    def _url(self) -> str:
        address = self._env.wifi.address() if self._env.wifi is not None else ""
        return "http://%s/" % address if address else ""
