"""The core of the chip as the C sources have it: errors, PWM, timers, ADC, flash and NVS."""

import esp32
import machine
import pytest
from machine import ADC, PWM, UART, Pin, Timer

from ballast_bench import fakes
from ballast_bench.fakes.esp_err import CODES, esp_error
from ballast_bench.plant.ev import EV
from ballast_bench.plant.house import flat
from ballast_bench.setup import Setup


@pytest.mark.parametrize(
    ("name", "errno"),
    [("ESP_ERR_NO_MEM", 12), ("ESP_ERR_TIMEOUT", 116), ("ESP_ERR_NOT_SUPPORTED", 95), ("ESP_FAIL", 1),
     ("ESP_ERR_INVALID_ARG", -258), ("ESP_ERR_NVS_NOT_INITIALIZED", -4353),
     ("ESP_ERR_NVS_NOT_ENOUGH_SPACE", -4357), ("ESP_ERR_OTA_VALIDATE_FAILED", -5379)],
)  # fmt: skip
def test_the_numbers_of_check_esp_err(name, errno):
    assert name in CODES and esp_error(name).args == (errno, name)


# -- PWM ------------------------------------------------------------------------------


def test_pwm_on_a_pin_that_cannot_drive_is_an_error_of_esp_idf(clock):
    with fakes.Device(clock, "esp32"), pytest.raises(OSError, match="INVALID_ARG") as error:
        PWM(Pin(34), freq=1000)
    assert error.value.args[0] == -258


@pytest.mark.parametrize(("chip", "channels"), [("esp32s3", 8), ("esp32", 16)])
def test_pwm_channels_run_out(clock, chip, channels):
    with fakes.Device(clock, chip) as device:
        pins = sorted(device.chip.pins)[: channels + 1]
        for gpio in pins[:channels]:
            PWM(Pin(gpio), freq=1000)
        PWM(Pin(pins[0]), freq=1000)  # takes its own channel over
        with pytest.raises(RuntimeError, match="out of PWM channels:%d" % channels):
            PWM(Pin(pins[channels]), freq=1000)


@pytest.mark.parametrize(("chip", "freq"), [("esp32s3", 1000), ("esp32", 998)])
def test_the_pilots_frequency_is_what_the_divider_makes(clock, chip, freq):
    with fakes.Device(clock, chip):
        pwm = PWM(Pin(14), freq=1000, duty_u16=17472)
        assert pwm.freq() == freq  # IEC 61851-1 allows 980 to 1020 Hz
        with pytest.raises(TypeError):
            pwm.duty_u16(0.5)


@pytest.mark.parametrize("invert", [False, True])
def test_a_soft_reset_stops_pwm_at_the_inverted_level(dev, invert):
    PWM(Pin(14), freq=1000, duty_u16=65535, invert=invert)
    dev.soft_reset()
    assert dev.pad(14) == (1 if invert else 0)


# -- timers ---------------------------------------------------------------------------


def test_timers_of_the_port(dev, clock):
    assert Timer(2) is Timer(2)
    assert Timer(-1) is not Timer(-1)
    Timer(-7, period=20, callback=id)  # any negative number is a virtual one
    with pytest.raises(ValueError, match="there are only 4 hardware timers"):
        Timer(4)
    with pytest.raises(ValueError, match="period is too short"):
        Timer(-1, period=0)
    timer = Timer(1, period=50, callback=id)
    clock.advance_ms(20)
    assert timer.value() == 20
    again = Timer(1)
    assert again is timer and timer not in dev.timers  # made anew: it has stopped


# -- ADC ------------------------------------------------------------------------------


@pytest.mark.parametrize(("chip", "errno"), [("esp32s3", 95), ("esp32", -258)])
def test_a_chip_without_its_calibration_gives_raw_values_only(clock, chip, errno):
    with fakes.Device(clock, chip) as device:
        device.adc_calibrated = False
        gpio = min(device.chip.adc1)
        device.feed_adc(gpio, [1_000_000])
        with pytest.raises(OSError) as error:  # noqa: PT011 (the number is the point)
            ADC(Pin(gpio)).read_uv()
        assert error.value.args[0] == errno
        assert ADC(Pin(gpio)).read_u16() > 0


@pytest.mark.parametrize(("true_mv", "read_mv"), [(2390, 2390), (2700, 2600), (3000, 2900)])
def test_the_s3_reads_low_near_full_scale(dev, true_mv, read_mv):
    dev.feed_adc(1, [true_mv * 1000])
    adc = ADC(Pin(1))
    assert abs(adc.read_uv() - read_mv * 1000) <= 2000
    assert abs(adc.read() - true_mv * 4096 // 3100) <= 4  # the raw value has no such error


@pytest.mark.parametrize("gain", [0.983, 0.99, 1.01, 1.017])
def test_a_unit_within_the_data_sheets_error_charges_without_a_fault(gain):
    """ESP32-S3 data sheet, ADC calibration results: 50 mV at 2900 mV; this unit is not calibrated."""
    setup = Setup(house=flat(seed=3), meter="none", ev=EV(max_a=16.0, delay_s=0.5))
    node = setup.world.nodes[0]
    node.device.adc_gain = gain
    world = setup.start()
    try:
        assert world.until(lambda: node.cp.amps[0] > 5.0, 60.0) is not None
        world.run(5.0)
        assert node.cp.amps[0] > 5.0 and not any(node.cycle.faults.count)
    finally:
        setup.stop()


def test_a_unit_without_its_calibration_never_closes():
    setup = Setup(house=flat(seed=3), meter="none", ev=EV(max_a=16.0, delay_s=0.5))
    node = setup.world.nodes[0]
    node.device.adc_calibrated = False
    world = setup.start()
    try:
        assert world.until(lambda: node.cp.contactor.mirror == 1, 20.0) is None
        assert node.cycle.faults.stop and node.app.timer.error is None
    finally:
        setup.stop()


# -- flash ----------------------------------------------------------------------------


@pytest.fixture
def part(dev):
    dev.partitions["data"] = bytearray(b"\xff" * 3 * 4096)
    return esp32.Partition("data")


def test_partition_arguments(dev, part):
    with pytest.raises(ValueError, match=r"^$"):
        esp32.Partition(2)
    with pytest.raises(OSError, match="2"):
        esp32.Partition("none")
    for name, call in (
        ("INVALID_SIZE", lambda: part.readblocks(2, bytearray(4097))),
        ("INVALID_ARG", lambda: part.readblocks(4, bytearray(1))),
        ("INVALID_SIZE", lambda: part.writeblocks(0, bytes(100))),
        ("INVALID_SIZE", lambda: part.ioctl(6, 3)),
    ):
        with pytest.raises(OSError, match=name):
            call()
    assert [part.ioctl(n, 0) for n in (1, 2, 3, 4, 5, 9)] == [0, 0, 0, 3, 4096, None]
    assert [p.info()[4] for p in esp32.Partition.find(0)] == ["ota_0", "ota_1"]
    assert [p.info()[4] for p in esp32.Partition.find(0, 0x11)] == ["ota_1"]


def test_programming_alone_can_only_clear_bits(part):
    part.writeblocks(0, b"\x0f" * 4096)
    part.writeblocks(0, b"\xf1", 5)
    buf = bytearray(7)
    part.readblocks(0, buf)
    assert buf == b"\x0f" * 5 + b"\x01" + b"\x0f"


def test_a_flash_that_takes_too_long(dev, part):
    dev.flash_fault = "timeout"
    for call in (lambda: part.writeblocks(0, bytes(4096)), lambda: part.ioctl(6, 0)):
        with pytest.raises(OSError, match="TIMEOUT") as error:
            call()
        assert error.value.args[0] == 116


def test_a_write_into_the_running_application_is_a_panic(dev):
    dev.partitions["ota_0"] = bytearray(4096)
    with pytest.raises(fakes.HardReset, match="panic"):
        esp32.Partition("ota_0").writeblocks(0, bytes(4096))
    assert (dev.reset_kind, machine.reset_cause()) == ("panic", machine.HARD_RESET)


def test_a_new_image_gets_one_start(dev):
    dev.partitions["ota_1"] = bytearray(b"\xe9" + bytes(4095))
    esp32.Partition("ota_1").set_boot()
    assert (dev.running, dev.app_valid) == ("ota_0", True)
    dev.hard_reset()
    assert (dev.running, dev.app_valid) == ("ota_1", False)
    dev.hard_reset("watchdog")  # nobody has confirmed it
    assert (dev.running, dev.boot, dev.app_valid) == ("ota_0", "ota_0", True)
    esp32.Partition("ota_1").set_boot()
    dev.hard_reset()
    esp32.Partition.mark_app_valid_cancel_rollback()
    dev.hard_reset("brown_out")
    assert (dev.running, dev.app_valid) == ("ota_1", True)


def test_nvs_that_is_full_or_unusable(dev):
    dev.nvs_fault = "full"
    with pytest.raises(OSError, match="NOT_ENOUGH_SPACE") as error:
        esp32.NVS("new")  # opened for writing: its name is an entry
    assert error.value.args[0] == -4357
    dev.nvs_fault = None
    nvs = esp32.NVS("new")
    dev.nvs_fault = "full"
    with pytest.raises(OSError, match="NOT_ENOUGH_SPACE"):
        nvs.set_i32("n", 1)
    dev.nvs_fault = "uninitialised"
    with pytest.raises(OSError, match="NOT_INITIALIZED") as error:
        esp32.NVS("new")
    assert error.value.args[0] == -4353


# -- UART -----------------------------------------------------------------------------


def test_a_write_longer_than_the_ring_waits(dev, clock):
    uart = UART(1, 9600, tx=17, rx=42)
    start_us = clock.us()
    uart.write(bytes(200))
    assert clock.us() == start_us
    uart.write(bytes(100))
    assert clock.us() - start_us == pytest.approx((300 - 232) * 10 * 1e6 / 9600, rel=0.01)


def test_setting_up_again_drops_what_was_received(dev):
    uart = UART(1, 9600, tx=17, rx=42)
    uart.on_wire(b"late")
    uart.init(19200)
    assert uart.any() == 0
    uart.deinit()
    with pytest.raises(OSError, match="ESP_FAIL"):
        uart.any()
    with pytest.raises(ValueError, match="REPL UART"):
        UART(0, rxbuf=512)
