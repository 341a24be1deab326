"""Bluetooth: start, advertise for some seconds, stop."""

import time

from common import cost, timed, value

NAME = b"ballast-bringup"


def main(params):
    import bluetooth

    ble = bluetooth.BLE()
    ble.active(False)
    cost("ble_start", 1, timed(ble.active, 1, True))
    payload = bytes((2, 1, 6, len(NAME) + 1, 9)) + NAME
    ble.gap_advertise(100000, payload)
    time.sleep_ms(params["seconds"] * 1000)
    ble.gap_advertise(None)  # type: ignore[arg-type]  # None stops: docs/library/bluetooth.rst
    value("ble_advertised_s", params["seconds"])
    cost("ble_stop", 1, timed(ble.active, 1, False))
