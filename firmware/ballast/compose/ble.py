"""Bluetooth: Improv for the network, and the page's commands for who knows the setup code."""

from ballast.protocol.ble_frames import check_range
from ballast.services.ble.control import BleControl
from ballast.services.ble.improv import Improv
from ballast.services.ble.window import BleWindow

_HARDWARE = "ESP32"


class BleWiring:
    """window, improv, control: the three services behind env.ble. Needs the page's parts."""

    def __init__(self, app, env):
        self._app = app
        self._env = env
        self._web = app.page.web
        log = app.page.events.add
        self.window = BleWindow(env.ble, self._pressed, self._fresh, app.uptime_s, log)
        link = app.page.network
        self.improv = Improv(
            link.join, link.scan, self._may_scan, self._info, self._url, app.uptime_s,
            self.window.publish,
        )  # fmt: skip
        self.control = BleControl(
            env.label, env.random, app.uptime_s, self._run, self._web.document,
            self.window.answer, log, self.improv.authorize,
        )  # fmt: skip
        self.window.improv = self.improv
        self.window.control = self.control
        app.services.add("ble", self.window.run)

    def _pressed(self):
        return self._app.scan.button

    def _fresh(self):
        return not self._app.settings["installed"]

    def _may_scan(self):
        return self._app.out.coil == 0

    def _info(self):
        return ["Ballast", self._env.version, _HARDWARE, self._app.settings["name"]]

    def _url(self):
        address = self._env.wifi.address()
        return "http://%s/" % address if address else ""

    def _run(self, name, value):
        """A command, through the same facade and with the same bounds as the page's."""
        charger = self._app.charger
        if name == "current":
            info = self._web.info
            info.take(charger.settings)
            check_range("current_ma", value, info.min_ma, info.max_ma)
            if not charger.set_user_ma(value):
                raise ValueError("The charger did not take this current.")
        elif name == "pause":
            charger.pause()
        elif name == "resume":
            charger.resume()
        elif name == "boost":
            charger.boost(value)
        elif name == "reset_faults":
            if not charger.reset_faults():
                raise ValueError("The cause is still there.")
            self._web.events.add("faults_reset", "ble")
        self._web.soon()
