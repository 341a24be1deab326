"""What differs between the chips: pins, ADC channels, LEDC timer.

Sources: MicroPython ports/esp32 machine_pin.h (pin tables), machine_adc.c
(channels), machine_uart.h (default pins), docs/esp32/quickref.rst (ADC ranges); ESP-IDF
soc_caps.h (LEDC).
"""


class Chip:
    """pins: GPIOs that `machine.Pin` accepts. adc1, adc2: GPIO to channel.

    input_only: first GPIO without output driver (None: all can drive).
    pwm_max_bits: LEDC timer width, of which one bit less is used at the maximum.
    adc_full_mv: attenuation 0..3 to the input that reads full scale.
    adc_floor_mv: what is below it reads 0.
    adc_sag: (from mV, mV low per mV above, at most mV low): what the calibration leaves near full
    scale at 11 dB.
    pwm_channels: of LEDC. uarts: id to its default (TX, RX).
    reset_register: address of RESET_STATE, whose low six bits say why CPU 0 was reset.
    """

    def __init__(
        self, name, pins, adc1, adc2, input_only, pwm_max_bits, adc_full_mv, adc_floor_mv,
        adc_sag, pwm_channels, uarts, reset_register,
    ):  # fmt: skip
        self.name = name
        self.pins = frozenset(pins)
        self.adc1 = frozenset(adc1)
        self.adc2 = frozenset(adc2)
        self.input_only = input_only
        self.pwm_max_bits = pwm_max_bits
        self.adc_full_mv = adc_full_mv
        self.adc_floor_mv = adc_floor_mv
        self.adc_sag = adc_sag
        self.pwm_channels = pwm_channels
        self.uarts = uarts
        self.reset_register = reset_register

    def pwm_bits(self, freq):
        """Duty resolution that the port picks: 80 MHz source, at most 16 bit."""
        bits = 0
        while bits < 20 and (80_000_000 // freq) >> (bits + 1):
            bits += 1
        bits = min(bits, self.pwm_max_bits, 16)
        return bits - 1 if bits >= self.pwm_max_bits else bits

    def pwm_freq(self, freq, bits):
        """The frequency that LEDC makes: its divider has 8 fractional bits (driver/ledc.c)."""
        per_div = freq << bits
        divider = ((80_000_000 << 8) + per_div // 2) // per_div
        return max(1, (80_000_000 << 8) // (divider << bits))


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
    (2450, 0.4, 100),  # esp-idf #16767: 2700 mV read as 2597; where it begins is chosen
    8,
    {0: (43, 44), 1: (10, 9), 2: (17, 16)},  # machine_uart.h:47-68; UART0: the console
    0x60008038,
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
    (2450, 0, 0),
    16,
    {0: (1, 3), 1: (10, 9), 2: (17, 16)},  # without PSRAM, whose bus has 9, 10, 16 and 17
    0x3FF48034,
)

CHIPS = {"esp32s3": ESP32S3, "esp32": ESP32}
