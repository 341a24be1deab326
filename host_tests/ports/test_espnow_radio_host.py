"""ESP-NOW port: copies, RSSI, peers, limits, never waiting."""

import network
import pytest

from ballast.ports.espnow_radio import BROADCAST, GROUP_RX_BYTES, MAX_FRAME, EspnowRadio
from ballast_bench import fakes


def radio_on(device, channel=6, **options):
    with device:
        network.WLAN(network.WLAN.IF_STA).active(True)
        network.WLAN(network.WLAN.IF_STA).config(channel=channel)
        radio = EspnowRadio(**options)
        radio.start()
    return radio


@pytest.fixture
def pair(clock):
    air = fakes.Air(rssi=-71)
    a, b = (fakes.Device(clock, mac=bytes([2, 0, 0, 0, 0, n])) for n in (1, 2))
    air.join(a)
    air.join(b)
    return a, radio_on(a), b, radio_on(b)


def test_needs_wifi(dev):
    with pytest.raises(OSError, match="Wifi Not Initialized"):
        EspnowRadio().start()


def test_unicast_broadcast_and_rssi(pair):
    a, ra, b, rb = pair
    assert ra.send(b.mac, b"one")
    assert ra.send(BROADCAST, b"two")
    assert rb.receive() == (a.mac, b"one", -71)
    assert rb.receive() == (a.mac, b"two", -71)
    assert rb.receive() is None
    assert (ra.sent, rb.received) == (2, 2)


def test_a_group_of_64_that_speaks_at_once_fits_into_its_buffer(clock):
    """80 bytes of report from each, four parts of a beacon; the usual buffer is for a few frames."""
    for options, whole in (({"rx_bytes": GROUP_RX_BYTES}, True), ({}, False)):
        air = fakes.Air()
        devices = [fakes.Device(clock, mac=bytes([2, 0, 0, 0, 0, n])) for n in (1, 2)]
        for device in devices:
            air.join(device)
        sender, receiver = radio_on(devices[0]), radio_on(devices[1], **options)
        for length in [80] * 64 + [248] * 4:
            assert sender.send(BROADCAST, b"x" * length)
        heard = 0
        while receiver.receive() is not None:
            heard += 1
        assert (heard == 68) is whole, heard


def test_received_frames_are_copies(pair):
    _, ra, b, rb = pair
    ra.send(b.mac, b"long frame")
    first = rb.receive()[1]
    ra.send(b.mac, b"x")
    assert rb.receive()[1] == b"x"
    assert first == b"long frame"
    ra.send(b.mac, b"y" * MAX_FRAME)  # the buffer has its full length again
    assert rb.receive()[1] == b"y" * MAX_FRAME


def test_a_lost_frame_is_still_sent(pair):
    """No acknowledgement is awaited: it would block the loop for 100 ms."""
    a, ra, _, rb = pair
    rb.stop()
    before = a.clock.us()
    assert ra.send(b"\x02\0\0\0\0\x09", b"hello")
    assert rb.receive() is None
    assert a.clock.us() == before


def test_frames_out_of_size_are_refused(pair):
    _, ra, b, _ = pair
    assert not ra.send(b.mac, b"")
    assert not ra.send(b.mac, bytes(MAX_FRAME + 1))
    assert ra.refused == 2


def test_another_channel_hears_nothing(pair):
    _, ra, b, rb = pair
    with b:
        network.WLAN(network.WLAN.IF_STA).config(channel=11)
    ra.send(b.mac, b"hello")
    assert rb.receive() is None


def test_more_peers_than_the_driver_has_places(pair):
    _, ra, _, _ = pair
    for n in range(40):
        assert ra.send(bytes([2, 1, 0, 0, 0, n]), b"x")
    assert ra.refused == 0
    assert len(ra._esp.get_peers()) == 20
    assert BROADCAST in [peer[0] for peer in ra._esp.get_peers()]


def test_a_full_buffer_drops_and_counts(pair):
    _, ra, b, rb = pair
    for _ in range(12):
        ra.send(b.mac, bytes(200))
    got = []
    rb.drain(lambda mac, frame, rssi: got.append(frame))
    assert len(got) == 9  # 2112 bytes hold nine of 213
    assert rb.dropped() == 3


def test_drain_has_a_limit(pair):
    _, ra, b, rb = pair
    for _ in range(8):
        ra.send(b.mac, b"x")
    got = []
    rb.drain(lambda mac, frame, rssi: got.append(frame), limit=5)
    assert len(got) == 5


def test_stopped(pair):
    _, ra, b, _ = pair
    ra.stop()
    assert not ra.send(b.mac, b"x")
    assert ra.receive() is None
    assert ra.dropped() == 0
