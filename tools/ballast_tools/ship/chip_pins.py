"""What the chips' pins can do, for the board checker.

Sources: ESP32 and ESP32-S3 data sheets (strapping pins, power-up glitches), hardware
design guidelines (flash and PSRAM pins), MicroPython's machine_adc.c.
"""


class Chip:
    """taken: {GPIO: why not}; glitch: GPIOs that go high by themselves at power-up.

    psram_pins: taken besides where PSRAM is fitted (ESP32 data sheet: CLK and CS of the PSRAM die of
    a WROVER; MicroPython's machine_uart.h moves its defaults for the same reason).
    """

    def __init__(self, gpios, adc1, taken, glitch, input_only, pwm_bits, period_us, adc_mv, psram_pins=()):
        self.gpios, self.adc1 = frozenset(gpios), frozenset(adc1)
        self.taken, self.glitch, self.input_only = taken, frozenset(glitch), frozenset(input_only)
        self.pwm_bits, self.period_us, self.adc_mv = pwm_bits, period_us, adc_mv
        self.psram_pins = frozenset(psram_pins)


def _why(**groups):
    return {gpio: reason.replace("_", " ") for reason, gpios in groups.items() for gpio in gpios}


CHIPS = {
    "esp32s3": Chip(
        [*range(22), *range(26, 49)],
        range(1, 11),
        _why(
            strapping_pin=(0, 3, 45, 46),
            flash_pin=range(26, 33),
            octal_PSRAM_pin=range(33, 38),
            USB_pin=(19, 20),
            console_UART_pin=(43, 44),
        ),
        (18, 19, 20),
        (),
        13,
        1000.0,
        (0, 3050),
    ),
    "esp32": Chip(
        [*range(24), 25, 26, 27, *range(32, 40)],
        range(32, 40),
        _why(
            strapping_pin=(0, 2, 5, 12, 15),
            flash_pin=range(6, 12),
            console_UART_pin=(1, 3),
            unconnected_pin=(20, 37, 38),
        ),
        (14,),
        range(34, 40),
        16,
        1001.6,  # LEDC gives 998.4 Hz
        (150, 2450),
        (16, 17),
    ),
}
