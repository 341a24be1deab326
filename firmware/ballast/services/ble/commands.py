"""The commands of a Bluetooth client, with the same bounds as those of the page."""

from micropython import const

from ballast.protocol.ble_frames import check_range
from ballast.protocol.status import Info

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Callable

    from ballast.services.shapes import AddEvent, Charger


class BleCommands:
    """info: of the status document. log(kind, detail). soon(): publish the status soon."""

    def __init__(
        self, charger: "Charger", info: Info, log: "AddEvent", soon: "Callable[[], None]"
    ) -> None:
        self._charger = charger
        self._info = info
        self._log = log
        self._soon = soon

    def run(self, name: str, value: int) -> None:
        """Execute a command of ble_frames.COMMANDS except "status" and "watch".

        ValueError with one line for people if it cannot be executed.
        """
        charger = self._charger
        if name == "current":
            info = self._info
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
            #: faults_reset `ble`: the faults were reset over Bluetooth
            self._log("faults_reset", "ble")
        self._soon()
