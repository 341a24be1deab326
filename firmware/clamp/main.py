"""The clamp's composition root. On the device this file is /main.py.

The loop is synchronous: sampling needs the CPU to itself. With mains power it never
sleeps; in battery mode it does so between windows (light sleep, with the radio off; it is
set up again when there is something to send: ESP-NOW documentation, "ESPNow and sleep modes").
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


class Button:
    """short(), long(): True once per press. Pressed = low."""

    def __init__(self, pin):
        self._pin = Pin(pin, Pin.IN, Pin.PULL_UP)
        self._since = None
        self._done = False

    def poll(self):
        """ "short", "long" or "" """
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


def load(storage):
    """The settings; a clamp without any has no number and cannot be paired."""
    settings = ClampSettings()
    text, _ = storage.load("clamp")
    if text is None:
        settings.problem = "not provisioned"
    else:
        settings.load(text)
    return settings


def make(storage):
    """Everything of one clamp: (app, button, led)."""
    settings = load(storage)
    wifi = Wifi("ballast-clamp")
    wifi.radio_on(settings.channel)
    radio = EspnowRadio()
    radio.start()
    pins = list(board.CT_PINS)
    if board.VOLT_PIN is not None:
        pins.append(board.VOLT_PIN)
    sampler = CtSampler(pins, board.PACE_US, board.ADC_ATTEN)
    battery = ADC(Pin(board.BATTERY_PIN)) if board.BATTERY_PIN is not None else None

    def battery_mv():
        return battery.read_uv() * board.BATTERY_DIVIDER // 1000 if battery else 0

    def save(text):
        storage.save("clamp", text)

    app = ClampApp(
        board, settings, sampler, radio, wifi.radio_on, time.ticks_ms, os.urandom, save, battery_mv
    )
    led = Pin(board.LED_PIN, Pin.OUT)
    return app, Button(board.BUTTON_PIN), led


def main():
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
        mask = _BLINK[app.lamp()]
        led.value(1 if mask and (app.windows & mask) else 0)
        dog.feed()
        if app.listening():
            time.sleep_ms(sleep_ms)
        elif sleep_ms > 0:
            network.WLAN(network.WLAN.IF_STA).active(False)
            machine.lightsleep(sleep_ms)


if __name__ == "__main__":
    main()
