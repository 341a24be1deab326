"""What ports are handed, as shapes for the type check: nothing here runs on the charger.

A port may not import control/, so it names the records that it fills from here. main.py
and compose/ hand over the objects; mypy compares them with the shapes there.
"""

from typing import Any, Protocol, Sequence

class Scan(Protocol):
    """control/records.Scan."""

    pilot_high_mv: int
    pilot_low_mv: int
    pilot_samples: int
    pilot_bursts: int
    pilot_first_mv: int
    rcd_trip: int
    mirror: int
    load_live: int
    pe: int
    supply_mv: list[int]
    ev_ma: list[int]
    meter_seq: int
    ntc_mv: list[int]
    button: int

class Out(Protocol):
    """control/records.Out."""

    coil: int
    pilot: int
    duty_u16: int
    rcd_test: int
    led: int

class Fit(Protocol):
    """control/records.Fit."""

    phases: int
    rated_ma: int
    pwm_bits: int
    mirror: bool
    load_live: bool
    pe: bool
    rcd: bool
    own_meter: bool
    button: bool
    ntc: list[bool]
    ntc_pullup_ohm: int
    ntc_supply_mv: int
    rcd_module: int

class Board(Protocol):
    """A board.py: constants alone; None = not fitted. boards/README.md explains them."""

    NAME: str
    CHIP: str
    CHIP_PROFILE: str
    PHASES: int
    RATED_MA: int
    CP_PWM_PIN: int
    CP_PWM_INVERTED: int
    CP_PWM_BITS: int
    CP_ADC_PIN: int
    CP_OFFSET_UV: int
    CP_GAIN_X100: int
    CP_BURST: int
    CP_SPACING_US: int
    COIL_PIN: int
    COIL_ON_LEVEL: int
    COIL_PULSE_PIN: int | None
    MIRROR_PIN: int | None
    MIRROR_CLOSED_LEVEL: int
    LOAD_PINS: tuple[int, ...] | None
    LOAD_LIVE_LEVEL: int
    PE_PIN: int | None
    PE_GOOD_LEVEL: int
    RCD_TRIP_PIN: int | None
    RCD_TRIP_LEVEL: int
    RCD_TEST_PIN: int | None
    RCD_TEST_LEVEL: int
    RCD_TEST_PULSE_US: int | None
    RCD_MODULE: int
    RCD_HARDWARE_PATH: int
    NTC_PINS: tuple[int | None, ...]
    NTC_PULLUP_OHM: int
    NTC_SUPPLY_MV: int
    METER_SPI: int | None
    METER_SCK_PIN: int
    METER_MOSI_PIN: int
    METER_MISO_PIN: int
    METER_CS_PIN: int
    METER_UGAIN: tuple[int, ...]
    METER_IGAIN: tuple[int, ...]
    METER_PGA: int
    METER_LINE_HZ: int
    RS485_UART: int | None
    RS485_TX_PIN: int
    RS485_RX_PIN: int
    LED_PIN: int | None
    LED_RED_PIN: int | None
    LED_ON_LEVEL: int
    BUTTON_PIN: int | None
    BUTTON_PRESSED_LEVEL: int

# Any: numbers and lists of numbers, {board constant: value}
Calibration = dict[str, Any]

class OnFrame(Protocol):
    """Takes one received frame; rssi in dBm."""

    def __call__(self, mac: bytes, frame: bytes, rssi: int, /) -> object: ...

# [(uuid of a service, [(uuid of a characteristic, flags)])]
Services = Sequence[tuple[str, Sequence[tuple[str, int]]]]

class PythonHeap(Protocol):
    """MicroPython's module gc."""

    def collect(self) -> None: ...
    def mem_alloc(self) -> int: ...
