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
    with pytest.raises(OSError, match="-12394"):
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
    assert len(got) == 9  # 2112 bytes hold nine of 214
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


def test_seven_long_frames_fit_into_the_usual_buffer(pair):
    _, ra, b, rb = pair
    for _ in range(12):
        ra.send(b.mac, bytes(MAX_FRAME))
    got = []
    rb.drain(lambda mac, frame, rssi: got.append(frame))
    assert len(got) == 7


def test_a_stranger_s_long_frame_costs_no_other(pair):
    """One frame that is longer than the reader's buffer makes the driver drop all that wait."""
    a, ra, b, rb = pair
    for length in (251, 1470):
        assert ra.send(b.mac, b"one")
        a.espnow.send(b.mac, bytes(length), False)
        assert ra.send(b.mac, b"two")
        assert [rb.receive()[1], rb.receive()[1], rb.receive()] == [b"one", b"two", None]


def test_the_callback_survives_off_and_on(pair):
    _, ra, b, rb = pair
    calls = []
    rb.notify(lambda: calls.append(1))
    rb.stop()
    with b:
        rb.start()
    ra.send(b.mac, b"x")
    b.run_due()
    assert calls == [1]


def test_a_driver_without_buffers_does_not_stop_the_services(pair):
    """Each send() to it blocks all services for 2 s."""
    a, ra, b, rb = pair
    calls = []
    ra.notify(lambda: calls.append(1))
    a.espnow.run_out(600)
    start = a.clock.ms()
    with a:
        while a.clock.ms() < start + 590_000:
            assert not ra.send(b.mac, b"x")
            a.clock.advance_ms(20)
        blocked = (a.clock.ms() - start) - 20 * ra.refused
        assert blocked < 0.06 * 590_000
        a.clock.advance_ms(70_000)
        assert ra.send(b.mac, b"x")  # it is as before
        assert ra.send(b.mac, b"y")
    rb.send(a.mac, b"z")
    a.run_due()
    assert calls


def test_power_saving_loses_frames(pair):
    """Why the station's power saving is off."""
    _, ra, b, rb = pair
    b.access_points["home"] = ("secret99", 6, -50)
    sta = b.wlan[0]
    sta.connect("home", "secret99")
    b.clock.advance_ms(5000)
    for pm, least, most in ((1, 10, 40), (0, 100, 100)):
        sta.config(pm=pm)
        got = []
        for _ in range(100):
            ra.send(b.mac, b"x")
            b.clock.advance_ms(17)
            rb.drain(lambda mac, frame, rssi, got=got: got.append(frame))
        assert least <= len(got) <= most
