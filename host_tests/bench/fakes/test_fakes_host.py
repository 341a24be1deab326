"""The fakes are as strict as the port: what the real one refuses, they refuse."""

import bluetooth
import esp32
import espnow
import machine
import network
import pytest
from machine import ADC, PWM, RTC, SPI, UART, WDT, Pin, Signal, Timer

from ballast_bench import fakes
from ballast_bench.fakes.resets import KINDS

# -- pins ---------------------------------------------------------------------------


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


# -- time -----------------------------------------------------------------------------


def test_hard_timers_do_not_exist(dev):
    with pytest.raises(ValueError, match="hard Timers"):
        Timer(-1).init(period=20, hard=True)
    with pytest.raises(ValueError, match="Timer"):
        Timer(4)


def test_one_shot(dev, clock):
    seen = []
    Timer(-1, mode=Timer.ONE_SHOT, period=30, callback=seen.append)
    for _ in range(100):
        clock.advance_ms(1)
        dev.run_due()
    assert len(seen) == 1


def test_wdt_cannot_be_stopped_and_survives_a_soft_reset(dev, clock):
    WDT(0, 1000)
    dev.soft_reset()
    clock.advance_ms(1001)
    with pytest.raises(fakes.HardReset):
        dev.run_due()
    clock.advance_ms(5000)
    dev.run_due()  # a hard reset ended it


@pytest.mark.parametrize("args", [(1, 1000), (0, 0), (0, -1)])
def test_wdt_arguments(dev, args):
    with pytest.raises(ValueError, match=r"^$|too short"):
        WDT(*args)


# -- resets ---------------------------------------------------------------------------


def test_soft_reset_keeps_levels_but_stops_pwm_low(dev):
    Pin(15, Pin.OUT, value=1)
    PWM(Pin(14), freq=1000, duty_u16=65535)
    with pytest.raises(fakes.SoftReset):
        machine.soft_reset()
    assert dev.pad(15) == 1  # a closed contactor stays closed
    assert dev.pad(14) == 0
    assert machine.reset_cause() == machine.SOFT_RESET


def test_a_restart_of_the_cpu_alone_leaves_the_pads(dev):
    Pin(15, Pin.OUT, value=1)
    PWM(Pin(14), freq=1000, duty_u16=17472)
    told = []
    dev.listen(15, lambda: told.append(dev.pad(15)))
    with pytest.raises(fakes.HardReset):
        machine.reset()
    assert (dev.pad(15), told) == (1, [])
    assert dev.pad(14).high_fraction() == pytest.approx(17472 / 65536, abs=1e-3)
    assert machine.reset_cause() == machine.HARD_RESET
    Pin(14, Pin.OUT, value=1)
    assert dev.pad(14) == 1  # a Pin takes the pad from LEDC


@pytest.mark.parametrize("kind", KINDS)
def test_what_each_reset_does(dev, kind):
    what = KINDS[kind]
    Pin(15, Pin.OUT, value=1)
    PWM(Pin(14), freq=1000)
    machine.RTC().datetime((2026, 5, 1, 0, 12, 0, 0, 0))
    before = machine.mem_backup()[0:64] = bytes(range(64))
    told = []
    dev.listen(15, lambda: told.append(dev.pad(15)))
    dev.hard_reset(kind)
    assert (dev.pad(15), told) == ((1, []) if what.pads else (None, [None]))
    assert (dev.pad(14) is None) is not what.pads
    assert (bytes(machine.mem_backup()[0:64]) == before) is what.memory
    assert machine.RTC().datetime()[0] == (2026 if what.memory else 2000)
    assert machine.reset_cause() == what.cause
    assert machine.mem32[0x60008038] & 0xFFF == what.code << 6 | what.code


def test_no_other_register_can_be_read(dev):
    with pytest.raises(fakes.FakeError, match="0x3ff48034"):
        machine.mem32[0x3FF48034]
    with pytest.raises(TypeError):
        machine.mem32[0x60008038] = 0


def test_rtc_memory(dev):
    assert bytes(machine.mem_backup()) != bytes(2048)  # random after power-on
    assert machine.RTC().memory() == b""
    machine.RTC().memory(b"abc")
    assert machine.RTC().memory() == bytes(machine.mem_backup()[0:3]) == b"abc"
    assert len(machine.mem_backup()) == 2048
    with pytest.raises(IndexError):
        machine.mem_backup()[2048] = 1
    with pytest.raises(ValueError, match="region"):
        machine.mem_backup(3)
    with pytest.raises(TypeError):
        machine.RTC(0)


def test_two_devices_in_one_process(clock):
    a, b = fakes.Device(clock), fakes.Device(clock)
    with a:
        pin_a = Pin(15, Pin.OUT, value=0)
        with b:
            pin_b = Pin(15, Pin.OUT, value=0)
        pin_b.on()
    pin_a.off()
    assert (a.pad(15), b.pad(15)) == (0, 1)
    with pytest.raises(fakes.FakeError, match="no device"):
        Pin(15)


def test_a_task_remembers_its_device(clock):
    import asyncio

    a, b = fakes.Device(clock), fakes.Device(clock)

    async def firmware():
        await asyncio.sleep(0)
        pin = Pin(15, Pin.OUT, value=1)
        inner = asyncio.create_task(child())
        await inner
        return pin

    async def child():
        Pin(16, Pin.OUT, value=1)

    async def main():
        with a:
            first = asyncio.create_task(firmware())
        with b:
            second = asyncio.create_task(firmware())
        await first
        await second
        with pytest.raises(fakes.FakeError):
            Pin(15)

    asyncio.run(main())
    assert [d.pad(n) for d in (a, b) for n in (15, 16)] == [1, 1, 1, 1]


# -- serial, storage, radio -----------------------------------------------------------


@pytest.mark.parametrize("call", [lambda: UART(3), lambda: SPI(0), lambda: UART(1, 9600, 9)])
def test_buses_that_do_not_exist(dev, call):
    with pytest.raises(ValueError, match=r"exist|data bits"):
        call()


def test_spi_without_a_selected_slave_reads_high(dev):
    spi = SPI(1, 400000, sck=Pin(12), mosi=Pin(11), miso=Pin(13))
    rx = bytearray(2)
    spi.write_readinto(b"\0\0", rx)
    assert rx == b"\xff\xff"
    with pytest.raises(ValueError, match="same length"):
        spi.write_readinto(b"\0\0\0", rx)


def test_nvs_keeps_what_was_committed(dev):
    nvs = esp32.NVS("unit")
    nvs.set_i32("n", 5)
    nvs.set_blob("b", b"xyz")
    with pytest.raises(OSError, match="NOT_FOUND"):
        esp32.NVS("unit").get_i32("n")
    nvs.commit()
    buf = bytearray(8)
    assert esp32.NVS("unit").get_blob("b", buf) == 3
    with pytest.raises(OSError, match="INVALID_LENGTH"):
        nvs.get_blob("b", bytearray(2))
    with pytest.raises(OSError, match="NOT_FOUND"):
        nvs.get_i32("b")
    with pytest.raises(OSError, match="NOT_FOUND"):
        nvs.erase_key("other")
    with pytest.raises(OSError, match="KEY_TOO_LONG"):
        nvs.set_i32("a_key_of_16_char", 1)
    with pytest.raises(OverflowError):
        nvs.set_i32("n", 2**31)


def radio(dev):
    network.WLAN(network.STA_IF).active(True)
    esp = espnow.ESPNow()
    esp.active(True)
    return esp


def test_espnow_limits(dev):
    esp = radio(dev)
    for n in range(20):
        esp.add_peer(bytes([2, 0, 0, 0, 1, n]))
    with pytest.raises(OSError, match="FULL"):
        esp.add_peer(bytes([2, 0, 0, 0, 2, 0]))
    with pytest.raises(OSError, match="EXIST"):
        esp.add_peer(bytes([2, 0, 0, 0, 1, 0]))
    with pytest.raises(OSError, match="NOT_FOUND"):
        esp.send(bytes([2, 0, 0, 0, 3, 0]), b"x", False)
    with pytest.raises(OSError, match="ARG"):
        esp.send(bytes([2, 0, 0, 0, 1, 0]), bytes(1471), False)
    with pytest.raises(ValueError, match="length"):
        esp.add_peer(b"\x02\0\0")
    esp.del_peer(bytes([2, 0, 0, 0, 1, 0]))
    with pytest.raises(fakes.FakeError, match="block"):
        esp.recvinto([None, bytearray(250)])


def test_espnow_default_buffer(dev):
    """2968 bytes: 11 frames of 250, each with 14 in front; never the last byte."""
    esp = radio(dev)
    for n in range(13):
        esp.on_air(b"\2\0\0\0\0\7", bytes([n]) * 250, -60)
    assert esp.stats()[3:] == (11, 2)
    shared = esp.irecv(0)
    first = bytes(shared[1])
    assert esp.irecv(0) is shared  # the same list: who did not copy has lost it
    assert bytes(shared[1]) != first


def test_espnow_a_failed_start_is_stuck(dev):
    esp = espnow.ESPNow()
    with pytest.raises(OSError, match="INTERNAL"):
        esp.active(True)
    network.WLAN(network.STA_IF).active(True)
    assert esp.active()
    esp.active(True)
    with pytest.raises(OSError, match="NOT_INIT"):
        esp.add_peer(bytes(6))
    with pytest.raises(OSError, match="NOT_INIT"):
        esp.active(False)


def test_espnow_needs_wifi_and_activation(dev):
    network.WLAN(network.STA_IF).active(True)
    with pytest.raises(OSError, match="NOT_INIT"):
        espnow.ESPNow().add_peer(bytes(6))


def test_wlan_is_strict(dev):
    sta = network.WLAN(network.STA_IF)
    with pytest.raises(OSError, match="Wifi Not Started"):
        sta.config("channel")  # not active
    sta.active(True)
    with pytest.raises(ValueError, match="unknown config"):
        sta.config(hide=True)
    with pytest.raises(OSError, match="AP required"):
        sta.config(hidden=True)
    with pytest.raises(ValueError, match="unknown config"):
        sta.config("password")
    with pytest.raises(ValueError, match=r"^$"):  # without a text
        network.hostname("x" * 33)
    with pytest.raises(ValueError, match="interface"):
        network.WLAN(2)


def test_ble_is_off_until_it_is_on_and_has_no_more_than_a_peripheral(dev):
    ble = bluetooth.BLE()
    assert ble is bluetooth.BLE()
    for call in (lambda: ble.gap_advertise(100_000, b""),
                 lambda: ble.gatts_register_services(()), lambda: ble.config("mac")):  # fmt: skip
        with pytest.raises(OSError, match="19"):  # ENODEV
            call()
    assert ble.gatts_read(16) == b"" and ble.config("gap_name") == b"MPY ESP32"
    assert ble.active(True)
    assert not hasattr(ble, "gap_scan")
    with pytest.raises(OSError, match="-18"):
        ble.gap_advertise(100_000, bytes(32))
    with pytest.raises(OSError, match="22"):
        ble.gap_advertise(1000, b"")
    with pytest.raises(ValueError, match="unknown config"):
        ble.config(bond=True)
    with pytest.raises(ValueError, match="UUID"):
        bluetooth.UUID("1234")
    assert bluetooth.UUID(0x4677) == bluetooth.UUID(b"\x77\x46")
