"""RS-485 port: format, times, non-blocking, what is lost."""

import pytest
from machine import UART, Pin

from ballast.ports.rs485 import EVEN, NONE, Rs485


class Peer:
    """The far end: remembers what came and how it was sent."""

    def __init__(self):
        self.frames = []

    def receive(self, data, baud, form):
        self.frames.append((data, baud, form))


@pytest.fixture
def peer(dev):
    dev.uart_peers[1] = Peer()
    return dev.uart_peers[1]


def test_format_reaches_the_wire(dev, peer):
    bus = Rs485(1, 17, 42, 9600, EVEN, 1)
    assert bus.write(b"\x01\x03") == 2
    bus.configure(19200, NONE, 2)
    bus.write(b"\x02")
    assert peer.frames == [(b"\x01\x03", 9600, (8, 0, 1)), (b"\x02", 19200, (8, None, 2))]


@pytest.mark.parametrize("baud", [1199, 115201, 0])
def test_a_wrong_baud_rate_is_refused(dev, baud):
    with pytest.raises(ValueError, match=str(baud)):
        Rs485(1, 17, 42, baud)


def test_sent_after_the_last_bit(dev, clock, peer):
    bus = Rs485(1, 17, 42, 9600)
    bus.write(b"\x01\x03\x00\x00\x00\x02\xc4\x0b")
    assert not bus.sent()
    clock.advance_us(8 * 10 * 1_000_000 // 9600 - 100)
    assert not bus.sent()
    clock.advance_us(100)
    assert bus.sent()
    assert bus.transmit_ms(8) == 9


@pytest.mark.parametrize(("baud", "ms"), [(1200, 30), (9600, 4), (19200, 2), (38400, 2)])
def test_silence_is_at_least_three_and_a_half_characters(dev, baud, ms):
    bus = Rs485(1, 17, 42, baud, EVEN)
    assert bus.silence_ms() in (ms, ms + 1, ms + 2, ms + 3)
    if baud <= 19200:
        assert bus.silence_ms() * baud >= 3.5 * 11 * 1000


def test_reading_never_waits(dev, peer):
    bus = Rs485(1, 17, 42)
    buf = bytearray(4)
    assert bus.read_into(buf) == 0
    dev.uarts[1].on_wire(b"abcdef")
    assert bus.any() == 6
    assert (bus.read_into(buf), bytes(buf)) == (4, b"abcd")
    assert (bus.read_into(buf), bytes(buf[:2])) == (2, b"ef")
    dev.uarts[1].on_wire(b"x" * 600)
    assert dev.uarts[1].dropped == 600 - 512
    bus.discard()
    assert bus.any() == 0


def test_it_never_touches_the_chips_default_pins(dev, peer, rig):
    """GPIO10, UART1's default TX, is the power meter's chip select of the reference board."""
    cs = Pin(10, Pin.OUT, value=1)
    other = Pin(9, Pin.IN, Pin.PULL_UP)
    for parity, baud in ((EVEN, 9600), (NONE, 19200), (EVEN, 9600)):
        bus = Rs485(1, 17, 42, baud, parity)
        bus.write(b"\x01")
        bus.configure(38400)
        cs.value(0)
        assert dev.level[10] == 0
        cs.value(1)
        assert dev.level[10] == 1 and other.value() == 1
        assert dev.pad(17) == 1  # idle


def test_a_uart_without_pins_takes_its_default_ones_and_kills_the_pad_later(dev):
    """What makes the test above worth having: machine_uart.c:302, uart.c:752."""
    cs = Pin(10, Pin.OUT, value=1)
    uart = UART(1)
    cs.value(0)
    assert dev.level[10] == 1  # the pad belongs to the UART now
    assert UART(1) is uart
    uart.init(9600, tx=17, rx=42, rxbuf=512)
    cs.value(0)
    cs.value(1)
    assert dev.pad(10) is None  # floats
    with pytest.raises(OSError, match="ESP_FAIL") as error:
        uart.init(rxbuf=128)
    assert error.value.args[0] == 1


def test_a_soft_reset_lets_the_tx_pad_float(dev, peer):
    Rs485(1, 17, 42)
    dev.soft_reset()
    assert dev.pad(17) is None and not dev.uarts
