"""Runs on the second board: opens a network, sends each ESP-NOW frame back, listens for BLE."""

import time

from common import attempt, value

NAME = "ballast-bringup"
CHANNEL = 6


def main(params):
    import espnow
    import network

    station = network.WLAN(network.STA_IF)
    station.active(True)
    point = network.WLAN(network.AP_IF)
    point.active(True)
    point.config(ssid=NAME, password=NAME, channel=CHANNEL, security=3)  # 3: WPA2
    radio = espnow.ESPNow()
    radio.active(True)
    seen = attempt("partner_ble", listen) if params["ble"] else []
    value("partner_mac", station.config("mac").hex())
    print("BRINGUP_ARMED")
    end = time.ticks_add(time.ticks_ms(), params["seconds"] * 1000)
    frames = 0
    while time.ticks_diff(end, time.ticks_ms()) > 0:
        mac, frame = radio.recv(200)
        if mac is not None and frame is not None:
            try:
                radio.add_peer(mac)
            except OSError:  # it is one already
                pass
            radio.send(mac, frame, False)
            frames += 1
    value("partner_frames", frames)
    value("partner_ble", seen)


def listen():
    """A list that the strength (dBm) of each advertisement with our name is put into."""
    import bluetooth

    ble = bluetooth.BLE()
    ble.active(True)
    seen: list = []

    def heard(event, data):
        if event == 5 and NAME.encode() in bytes(data[4]) and len(seen) < 100:  # _IRQ_SCAN_RESULT
            seen.append(data[3])

    ble.irq(heard)
    ble.gap_scan(0, 100000, 50000)
    return seen
