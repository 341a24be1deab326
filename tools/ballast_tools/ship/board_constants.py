"""The constants of a board.py by kind, for the board checker. What they mean: boards/README.md."""

OUTPUTS = (
    "CP_PWM_PIN",
    "COIL_PIN",
    "COIL_PULSE_PIN",
    "RCD_TEST_PIN",
    "METER_SCK_PIN",
    "METER_MOSI_PIN",
    "METER_CS_PIN",
    "RS485_TX_PIN",
    "LED_PIN",
    "LED_RED_PIN",
)
ANALOG = ("CP_ADC_PIN", "NTC_PINS")
PULLED = ("MIRROR_PIN", "LOAD_PINS", "PE_PIN", "RCD_TRIP_PIN", "BUTTON_PIN")
INPUTS = (*PULLED, "METER_MISO_PIN", "RS485_RX_PIN")
NO_GLITCH = ("COIL_PIN", "COIL_PULSE_PIN", "RCD_TEST_PIN", "CP_PWM_PIN")
LEVELS = (
    "CP_PWM_INVERTED",
    "COIL_ON_LEVEL",
    "MIRROR_CLOSED_LEVEL",
    "LOAD_LIVE_LEVEL",
    "PE_GOOD_LEVEL",
    "RCD_TRIP_LEVEL",
    "RCD_TEST_LEVEL",
    "LED_ON_LEVEL",
    "BUTTON_PRESSED_LEVEL",
)
NEEDED = {
    "CP_PWM_PIN": "the control pilot's output",
    "CP_ADC_PIN": "the control pilot's input",
    "COIL_PIN": "the contactor's coil",
    "RCD_TRIP_PIN": "the residual current module's trip output (IEC 62752)",
    "RCD_TEST_PIN": "the residual current module's test input (IEC 62752: self-test)",
}
RANGES = {
    "RATED_MA": (6000, 80000),
    "CP_OFFSET_UV": (0, 3300000),
    "CP_GAIN_X100": (100, 10000),
    "CP_BURST": (16, 64),
    "NTC_PULLUP_OHM": (1000, 100000),
    "NTC_SUPPLY_MV": (1000, 3300),
}
BUS = (1, 2)  # of SPI and UART alike; UART 0 is the console, SPI 0 is the flash's
WORD = range(65536)
SPACING_MAX_US = 217  # the widest that ports/pilot_io.py takes: more does not fit into a step
GROUPS = {
    "METER_SPI": ("METER_SCK_PIN", "METER_MOSI_PIN", "METER_MISO_PIN", "METER_CS_PIN"),
    "RS485_UART": ("RS485_TX_PIN", "RS485_RX_PIN"),
}
METER_WORDS = ("METER_UGAIN", "METER_IGAIN", "METER_PGA", "METER_LINE_HZ")
OTHERS = (
    "NAME", "CHIP", "CHIP_PROFILE", "PHASES", "CP_PWM_BITS", "CP_SPACING_US", "RCD_MODULE",
    "RCD_TEST_PULSE_US", "RCD_HARDWARE_PATH", "METER_SPI", "RS485_UART", *METER_WORDS,
)  # fmt: skip

KEYS = tuple(dict.fromkeys((*OTHERS, *OUTPUTS, *ANALOG, *INPUTS, *LEVELS, *RANGES)))
