"""Wi-Fi: start, scan, join, and join again."""

import time

from common import attempt, cost, missing, timed, value

LIMIT_MS = 20000


def main(params):
    import network

    wlan = network.WLAN(network.STA_IF)
    wlan.active(False)
    cost("wifi_start", 1, timed(wlan.active, 1, True))
    cost("wifi_scan", 1, timed(wlan.scan, 3))
    ssid = params["ssid"]
    if not ssid:
        missing("wifi_join", "no network was named (--wifi) and there is no second board")
    else:
        took = []
        for _ in range(4):
            one = join(wlan, ssid, params["password"])
            if one is None:
                missing("wifi_join", "status %s after %d s" % (wlan.status(), LIMIT_MS // 1000))
                break
            took.append(one)
            wlan.disconnect()
            time.sleep_ms(500)
        if took:
            value("wifi_join_ms", took)
    wlan.active(False)
    attempt("wifi_ap_start", point)


def point():
    """The access point with a password, from which a key of 4096 rounds is made."""
    import network

    wlan = network.WLAN(network.AP_IF)
    wlan.active(True)
    took = timed(lambda: wlan.config(ssid="ballast-test", password="ballast-test", security=3), 3)
    cost("wifi_ap_start", 1, took)
    wlan.active(False)


def join(wlan, ssid, password):
    """Milliseconds from connect() until there is an address; None = none came."""
    start = time.ticks_ms()
    wlan.connect(ssid, password)
    while not wlan.isconnected():
        if time.ticks_diff(time.ticks_ms(), start) > LIMIT_MS:
            return None
        time.sleep_ms(5)
    return time.ticks_diff(time.ticks_ms(), start)
