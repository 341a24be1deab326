"""What differs between the chips: pins, ADC channels, LEDC timer.

Sources: MicroPython ports/esp32 machine_pin.h (pin tables), machine_adc.c
(channels), docs/esp32/quickref.rst (ADC ranges); ESP-IDF soc_caps.h (LEDC), reset_reasons.h,
esp_system/port/brownout.c.
"""


class Chip:
    """pins: GPIOs that `machine.Pin` accepts. adc1, adc2: GPIO to channel.

    input_only: first GPIO without output driver (None: all can drive).
    pwm_max_bits: LEDC timer width, of which one bit less is used at the maximum.
    adc_full_mv: attenuation 0..3 to the input that reads full scale.
    adc_floor_mv: what is below it reads 0.
    reset_register: address of RESET_STATE, whose low six bits say why CPU 0 was reset;
    reset_codes: them by machine.*_RESET; brown_out: (its code, does RTC memory stay).
    """

    def __init__(
        self, name, pins, adc1, adc2, input_only, pwm_max_bits, adc_full_mv, adc_floor_mv,
        reset_register, reset_codes, brown_out,
    ):  # fmt: skip
        self.name = name
        self.pins = frozenset(pins)
        self.adc1 = frozenset(adc1)
        self.adc2 = frozenset(adc2)
        self.input_only = input_only
        self.pwm_max_bits = pwm_max_bits
        self.adc_full_mv = adc_full_mv
        self.adc_floor_mv = adc_floor_mv
        self.reset_register = reset_register
        self.reset_codes = reset_codes
        self.brown_out = brown_out

    def pwm_bits(self, freq):
        """Duty resolution that the port picks: 80 MHz source, at most 16 bit."""
        bits = 0
        while bits < 20 and (80_000_000 // freq) >> (bits + 1):
            bits += 1
        bits = min(bits, self.pwm_max_bits, 16)
        return bits - 1 if bits >= self.pwm_max_bits else bits


# Octal PSRAM build of the S3: GPIO22-25 do not exist, 26-37 are flash and PSRAM.
ESP32S3 = Chip(
    "esp32s3",
    list(range(22)) + list(range(38, 49)),
    range(1, 11),
    range(11, 21),
    None,
    14,
    (950, 1250, 1750, 3100),
    0,
    0x60008038,
    {1: 0x01, 2: 0x03, 3: 0x07, 4: 0x05},
    (0x0F, False),  # the detector resets the whole system
)

ESP32 = Chip(
    "esp32",
    list(range(24)) + [25, 26, 27] + list(range(32, 40)),
    range(32, 40),
    (0, 2, 4, 12, 13, 14, 15, 25, 26, 27),
    34,
    20,
    (950, 1250, 1750, 2450),
    100,
    0x3FF48034,
    {1: 0x01, 2: 0x0C, 3: 0x07, 4: 0x05},
    (0x0C, True),  # its interrupt restarts the CPUs by software
)

CHIPS = {"esp32s3": ESP32S3, "esp32": ESP32}
