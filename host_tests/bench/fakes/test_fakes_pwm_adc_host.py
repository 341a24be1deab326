"""PWM and ADC of the imitated chip."""

import network
import pytest
from machine import ADC, PWM, Pin

from ballast_bench import fakes

# -- PWM -----------------------------------------------------------------------------


@pytest.mark.parametrize(("chip", "bits"), [("esp32s3", 13), ("esp32", 16)])
def test_pwm_resolution_at_1_khz(clock, chip, bits):
    with fakes.Device(clock, chip) as device:
        PWM(Pin(14), freq=1000)
        assert device.pad(14).bits == bits


def test_pwm_duty_is_cut_to_the_timer(dev):
    pwm = PWM(Pin(14), freq=1000)
    for duty in range(0, 65536, 37):
        pwm.duty_u16(duty)
        if duty != 65535:
            assert dev.pad(14).duty == duty >> 3
            assert pwm.duty_u16() == duty >> 3 << 3
    pwm.duty_u16(65535)
    assert dev.pad(14).high_fraction() == 1.0
    pwm.duty_u16(0)
    assert dev.pad(14).high_fraction() == 0.0


@pytest.mark.parametrize("duty", [-1, 65536, 100000])
def test_pwm_duty_out_of_range(dev, duty):
    pwm = PWM(Pin(14), freq=1000)
    with pytest.raises(ValueError, match="duty_u16"):
        pwm.duty_u16(duty)


@pytest.mark.parametrize("freq", [0, -5, 40_000_001])
def test_pwm_frequency_out_of_range(dev, freq):
    with pytest.raises(ValueError, match="frequency"):
        PWM(Pin(14)).freq(freq)


def test_pwm_deinit_and_lost_pin(dev):
    pwm = PWM(Pin(14), freq=1000, duty_u16=30000)
    pwm.deinit()
    assert dev.pad(14) == 0
    with pytest.raises(RuntimeError, match="inactive"):
        pwm.duty_u16(5)
    inverted = PWM(Pin(14), freq=1000, duty_u16=30000, invert=True)
    inverted.deinit()
    assert dev.pad(14) == 0  # the matrix inverts the stopped channel too
    lost = PWM(Pin(14), freq=1000)
    Pin(14, Pin.OUT, value=0)  # takes the pad away from LEDC
    with pytest.raises(RuntimeError, match="inactive"):
        lost.duty_u16(5)


# -- ADC -----------------------------------------------------------------------------


@pytest.mark.parametrize("gpio", [21, 38, 48])
def test_pins_without_an_adc(dev, gpio):
    with pytest.raises(ValueError, match="invalid pin"):
        ADC(Pin(gpio))


def test_adc2_cannot_be_read_with_wifi(dev):
    adc = ADC(Pin(12))
    dev.feed_adc(12, [500_000])
    assert adc.read_uv() > 0
    network.WLAN(network.STA_IF).active(True)
    with pytest.raises(OSError, match="TIMEOUT"):
        adc.read_uv()
    dev.feed_adc(1, [500_000])
    assert ADC(Pin(1)).read_uv() > 0


@pytest.mark.parametrize(("atten", "full_mv"), [(0, 950), (1, 1250), (2, 1750), (3, 3100)])
def test_adc_range_and_steps(dev, atten, full_mv):
    adc = ADC(Pin(1), atten=atten)
    for mv in range(0, 3400, 13):
        dev.feed_adc(1, [mv * 1000])
        uv = adc.read_uv()
        assert uv % 1000 == 0
        low_mv = 104 if atten == 3 and mv > 2400 else 2  # near full scale: esp-idf #16767
        assert -low_mv * 1000 <= uv - min(mv, full_mv) * 1000 <= 2000
        assert abs(adc.read() - min(4095, mv * 4096 // full_mv)) <= 4
        assert 0 <= adc.read_u16() <= 65535


def test_adc_of_the_esp32_is_blind_below_100_mv(clock):
    with fakes.Device(clock, "esp32") as device:
        adc = ADC(Pin(32))
        device.feed_adc(32, [99_000])
        assert adc.read_uv() == 0


def test_adc_sequence_repeats_and_changes_in_place(dev):
    adc = ADC(Pin(1))
    read = adc.read_uv  # a port keeps the bound method
    dev.feed_adc(1, [1_000_000, 2_000_000])
    assert [round(read() / 1e6) for _ in range(4)] == [1, 2, 1, 2]
    dev.feed_adc(1, [500_000])
    assert {read() for _ in range(3)} == {500_000}
    dev.fail_adc(1)
    with pytest.raises(OSError, match="TIMEOUT"):
        read()
    dev.fail_adc(1, False)
    assert read() == 500_000
