"""The clamp's composition root. On the device this file is /main.py.

The loop is synchronous, because nothing else may run while it samples. With mains power
it never sleeps. In battery mode it goes into light sleep between windows, with the radio
off. The radio is started again when there is a frame to send (ESP-NOW documentation,
"ESPNow and sleep modes").
"""

import os
import time

import machine
import network
from machine import ADC, WDT, Pin

from ballast.ports.ct_sampler import CtSampler
from ballast.ports.espnow_radio import EspnowRadio
from ballast.ports.storage import Storage
from ballast.ports.wifi import Wifi
from clamp import board
from clamp.app import ClampApp
from clamp.settings import ClampSettings

_HOLD_MS = 10000
_BLINK = {"fault": 1, "pairing": 2, "unpaired": 16, "alone": 8, "paired": 0}


class ClampButton:
    """A button between `pin` and ground: the pin is low while it is pressed."""

    def __init__(self, pin: int) -> None:
        self._pin = Pin(pin, Pin.IN, Pin.PULL_UP)
        self._since: "int | None" = None
        self._done = False

    def poll(self) -> str:
        """Once per press "short", when it is let go, or "long", after ten seconds; else ""."""
        now = time.ticks_ms()
        if self._pin.value():
            pressed = self._since is not None and not self._done
            self._since = None
            self._done = False
            return "short" if pressed else ""
        if self._since is None:
            self._since = now
        if not self._done and time.ticks_diff(now, self._since) >= _HOLD_MS:
            self._done = True
            return "long"
        return ""


def load(storage: Storage) -> ClampSettings:
    """The stored settings. Without any the clamp has no number and cannot be paired."""
    settings = ClampSettings()
    text, _ = storage.load("clamp")
    if text is None:
        settings.problem = "not provisioned"
    else:
        settings.load(text)
    return settings


def make(storage: Storage) -> tuple[ClampApp, ClampButton, Pin]:
    """Everything of one clamp: (app, button, led)."""
    settings = load(storage)
    wifi = Wifi("ballast-clamp")
    wifi.radio_on(settings.channel)
    radio = EspnowRadio()
    radio.start()
    pins = board.CT_PINS
    if board.VOLT_PIN is not None:
        pins += (board.VOLT_PIN,)
    sampler = CtSampler(pins, board.PACE_US, board.ADC_ATTEN)
    battery = ADC(Pin(board.BATTERY_PIN)) if board.BATTERY_PIN is not None else None

    def battery_mv() -> int:
        return battery.read_uv() * board.BATTERY_DIVIDER // 1000 if battery else 0

    def save(text: bytes) -> None:
        storage.save("clamp", text)

    app = ClampApp(
        board, settings, sampler, radio, wifi.radio_on, time.ticks_ms, os.urandom, save, battery_mv
    )
    led = Pin(board.LED_PIN, Pin.OUT)
    return app, ClampButton(board.BUTTON_PIN), led


def main() -> None:
    """Run for ever; a hang or an exception restarts the chip through the watchdog."""
    app, button, led = make(Storage("/data"))
    dog = WDT(timeout=5000)
    while True:
        sleep_ms = app.cycle()
        pressed = button.poll()
        if pressed == "short":
            app.press()
        elif pressed == "long":
            app.forget_all()
        mask = _BLINK[app.light()]
        led.value(1 if mask and (app.windows & mask) else 0)
        dog.feed()
        if app.listening():
            time.sleep_ms(sleep_ms)
        elif sleep_ms > 0:
            network.WLAN(network.WLAN.IF_STA).active(False)
            machine.lightsleep(sleep_ms)


if __name__ == "__main__":
    main()
