"""Pins of the imitated chip: what the port refuses, levels, edges, Signal."""

import bluetooth
import esp32
import espnow
import machine
import network
import pytest
from machine import ADC, PWM, RTC, UART, WDT, Pin, Signal, Timer

from ballast_bench import fakes


@pytest.mark.parametrize("gpio", [-1, 22, 25, 26, 33, 37, 49, "15", 1.0, None, True])
def test_pins_that_the_s3_lacks(dev, gpio):
    with pytest.raises(ValueError, match="invalid pin"):
        Pin(gpio)


@pytest.mark.parametrize("gpio", [24, 28, 31, 40])
def test_pins_that_the_esp32_lacks(clock, gpio):
    with fakes.Device(clock, "esp32"), pytest.raises(ValueError, match="invalid pin"):
        Pin(gpio)


def test_input_only_pins_of_the_esp32(clock):
    with fakes.Device(clock, "esp32"):
        Pin(34, Pin.IN)
        with pytest.raises(ValueError, match="only be input"):
            Pin(34, Pin.OUT)


@pytest.mark.parametrize(
    "call",
    [
        lambda: Pin(1, Pin.OUT, Pin.PULL_UP, 1),
        lambda: Pin(1, state=1),
        lambda: Pin(1).irq(handler=None, hard=True),
        lambda: Pin(1).value(x=1),
        lambda: PWM(Pin(1), frequency=1000),
        lambda: PWM(Pin(1)).duty_u16(value=1),
        lambda: ADC(Pin(1), 3),
        lambda: Timer(-1).init(20),
        lambda: RTC().datetime(value=()),
        lambda: UART(1, 9600, de=4),
        lambda: espnow.ESPNow().config(buffer=100),
        lambda: network.WLAN(network.STA_IF).connect("a", "b", "c"),
    ],
)
def test_arguments_that_the_port_lacks(dev, call):
    with pytest.raises(TypeError):
        call()


@pytest.mark.parametrize(
    "call",
    [
        lambda: Pin.INPUT,
        lambda: Pin(1).high(),
        lambda: PWM(Pin(1)).duty_percent,
        lambda: ADC(Pin(1)).read_mv,
        lambda: machine.unique,
        lambda: network.WLAN(0).wait,
        lambda: espnow.ESPNow().receive,
        lambda: esp32.NVS("a").set_str,
        lambda: WDT(0).stop,
        lambda: WDT(0).deinit,
        lambda: bluetooth.BLE().advertise,
    ],
)
def test_attributes_that_the_port_lacks(dev, call):
    with pytest.raises(AttributeError):
        call()


def test_a_wrong_attribute_cannot_be_set_either(dev):
    with pytest.raises(AttributeError):
        Pin(1).valeu = 1


def test_levels_pulls_and_floating(dev):
    pin = Pin(15, Pin.IN)
    with pytest.raises(fakes.FakeError, match="GPIO15 floats"):
        pin.value()
    Pin(15, Pin.IN, Pin.PULL_UP)
    assert pin.value() == 1
    Pin(15, Pin.IN, Pin.PULL_DOWN)
    assert pin() == 0
    dev.drive(15, 1)
    assert pin.value() == 1
    dev.drive(15, None)
    assert pin.value() == 0


def test_value_is_set_before_the_direction(dev):
    """machine_pin.c: no glitch to the old latch when a pin becomes an output."""
    seen = []
    dev.listen(15, lambda: seen.append(dev.pad(15)))
    Pin(15, Pin.OUT, value=1)
    assert seen == [1]
    pin = Pin(15)  # no mode: stays an output
    pin.off()
    pin.toggle()
    assert seen == [1, 0, 1]
    pin.on()  # no change: nobody is told
    assert len(seen) == 3


def test_irq_sees_edges(dev):
    seen = []
    pin = Pin(15, Pin.IN, Pin.PULL_UP)
    pin.irq(lambda p: seen.append(p.value()), Pin.IRQ_FALLING)
    dev.drive(15, 0)
    dev.drive(15, 1)
    dev.drive(15, 0)
    assert seen == [0, 0]
    dev.soft_reset()
    dev.drive(15, 1)
    dev.drive(15, 0)
    assert seen == [0, 0]


def test_signal(dev):
    signal = Signal(Pin(15, Pin.OUT, value=1), invert=True)
    signal.on()
    assert dev.pad(15) == 0
    signal.off()
    assert (dev.pad(15), signal.value()) == (1, 0)
