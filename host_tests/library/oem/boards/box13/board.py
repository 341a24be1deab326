"""An invented OEM's box: ESP32-WROVER-E (classic ESP32, PSRAM), one phase, 13 A, no power meter of its own.

Constants by function; None = not fitted. The parts around the pins are those of
boards/esp32s3_lite/README.md. Not yet run on hardware.

Left alone: GPIO0, 2, 5, 12, 15 (strapping), 6-11 (flash), 16, 17 (PSRAM), 1, 3 (UART0: console
and jig), 14 (toggles while the ROM starts). GPIO34-39 can only be inputs.
"""

from micropython import const

NAME = "box13"
CHIP = "esp32"
CHIP_PROFILE = "esp32_psram"
PHASES = const(1)
RATED_MA = const(13000)

# Control pilot: the pin drives a comparator between +12 V and -12 V, 1 kohm to CP.
# Low (as in reset) gives -12 V: a chip that does not run reads as "not available".
CP_PWM_PIN = const(18)
CP_PWM_INVERTED = const(0)  # 0: pin high = +12 V; 1: pin low = +12 V
CP_PWM_BITS = const(16)  # LEDC at 1 kHz (998.4 Hz really): 16 bit on the ESP32
CP_ADC_PIN = const(36)
# Divider 200k from CP, 33k to 3.3 V, 31.6k to ground: 1493.7 mV at 0 V, 74.68 mV per volt.
CP_OFFSET_UV = const(1493700)  # ADC voltage at CP = 0 V
CP_GAIN_X100 = const(1339)  # CP millivolt per ADC millivolt, times 100
CP_BURST = const(34)  # readings per step
CP_SPACING_US = const(116)  # between readings; see ports/pilot_io.py

# Relay pair (L and N): coil through an N-MOSFET with 10k from gate to source.
COIL_PIN = const(25)
COIL_ON_LEVEL = const(1)
COIL_PULSE_PIN = const(26)  # dead-man: the coil supply needs this pulse train
MIRROR_PIN = None  # relays without a mirror contact; a weld shows at LOAD_PINS
MIRROR_CLOSED_LEVEL = const(1)
LOAD_PINS = (33,)  # L1 behind the relays, optocoupler with RC: a level
LOAD_LIVE_LEVEL = const(0)

PE_PIN = const(32)
PE_GOOD_LEVEL = const(1)

RCD_TRIP_PIN = const(23)
RCD_TRIP_LEVEL = const(1)  # open collector and pull-up: an open cable reads as a trip
RCD_TEST_PIN = const(4)
RCD_TEST_LEVEL = const(1)
RCD_TEST_PULSE_US = None  # a level, not one short pulse
RCD_MODULE = const(0)  # index into control/safety/rcd_test.py MODULES: RCM14
RCD_HARDWARE_PATH = const(1)  # the module opens the coil's supply without the chip

NTC_PINS = (39, None, 35)  # mains plug, vehicle connector, box
NTC_PULLUP_OHM = const(10000)
NTC_SUPPLY_MV = const(2500)  # shunt reference: an open NTC stays inside the ADC range

METER_SPI = None
METER_SCK_PIN = None
METER_MOSI_PIN = None
METER_MISO_PIN = None
METER_CS_PIN = None
METER_UGAIN = None
METER_IGAIN = None
METER_PGA = None
METER_LINE_HZ = const(50)

RS485_UART = const(2)  # transceiver that turns its direction by itself
RS485_TX_PIN = const(27)
RS485_RX_PIN = const(13)

LED_PIN = const(19)  # green
LED_RED_PIN = const(21)
LED_ON_LEVEL = const(1)
BUTTON_PIN = const(22)
BUTTON_PRESSED_LEVEL = const(0)
