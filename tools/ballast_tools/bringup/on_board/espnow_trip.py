"""ESP-NOW: the way of a frame to the second board and back."""

from common import spread, ticks_diff, ticks_us, value

FRAMES = 200


def main(params):
    import espnow
    import network

    network.WLAN(network.STA_IF).active(True)
    network.WLAN(network.STA_IF).config(channel=params["channel"])
    radio = espnow.ESPNow()
    radio.active(True)
    peer = bytes.fromhex(params["partner_mac"])
    radio.add_peer(peer)
    took, lost = [], 0
    frame = bytearray(64)
    for n in range(FRAMES):
        frame[0] = n & 0xFF
        start = ticks_us()
        radio.send(peer, bytes(frame), False)
        _, answer = radio.recv(300)
        if answer is not None and answer[0] == frame[0]:
            took.append(ticks_diff(ticks_us(), start))
        else:
            lost += 1
    radio.active(False)
    value("espnow_lost", [lost, FRAMES])
    if took:
        value("espnow_trip_us", spread(took))
