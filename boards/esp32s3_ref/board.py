"""Reference charger: ESP32-S3-WROOM-1-N8R8 (8 MiB flash, 8 MiB octal PSRAM), three-phase 32 A.

Constants by function; None = not fitted. The wiring that they describe is in
README.md beside this file. Not yet run on hardware.

Left alone: GPIO0, 3, 45, 46 (strapping), 26-37 (flash, octal PSRAM), 19, 20 (USB),
43, 44 (UART0: console and jig).
"""

from micropython import const

NAME = "esp32s3_ref"
CHIP = "esp32s3"
CHIP_PROFILE = "esp32s3_octal"
PHASES = const(3)
RATED_MA = const(32000)

# Control pilot: the pin drives a comparator between +12 V and -12 V, 1 kohm to CP.
# Low (as in reset) gives -12 V: a chip that does not run reads as "not available".
CP_PWM_PIN = const(14)
CP_PWM_INVERTED = const(0)  # 0: pin high = +12 V; 1: pin low = +12 V
CP_PWM_BITS = const(13)  # LEDC at 1 kHz: 13 bit on the S3
CP_ADC_PIN = const(1)
# Divider 200k from CP, 33k to 3.3 V, 31.6k to ground: 1493.7 mV at 0 V, 74.68 mV per volt.
CP_OFFSET_UV = const(1493700)  # ADC voltage at CP = 0 V
CP_GAIN_X100 = const(1339)  # CP millivolt per ADC millivolt, times 100
CP_BURST = const(34)  # readings per step
CP_SPACING_US = const(116)  # between readings; see ports/pilot_io.py

# Contactor: coil through an N-MOSFET with 10k from gate to source (off while the pin floats).
COIL_PIN = const(15)
COIL_ON_LEVEL = const(1)
COIL_PULSE_PIN = const(16)  # dead-man: the coil supply needs this pulse train
MIRROR_PIN = const(7)  # mirror contact (IEC 60947-4-1 annex F) to ground, closed when main is open
MIRROR_CLOSED_LEVEL = const(1)  # level that means "main contacts closed"
LOAD_PINS = (8, 9, 21)  # L1, L2, L3 behind the contactor, optocoupler with RC: a level
LOAD_LIVE_LEVEL = const(0)

PE_PIN = const(39)
PE_GOOD_LEVEL = const(1)

RCD_TRIP_PIN = const(47)
RCD_TRIP_LEVEL = const(1)  # open collector and pull-up: an open cable reads as a trip
RCD_TEST_PIN = const(6)
RCD_TEST_LEVEL = const(1)
RCD_TEST_PULSE_US = None  # a level, not one short pulse
RCD_MODULE = const(0)  # index into control/safety/rcd_test.py MODULES: RCM14
RCD_HARDWARE_PATH = const(1)  # the module opens the coil's supply without the chip

NTC_PINS = (2, 4, 5)  # mains plug, vehicle connector, box
NTC_PULLUP_OHM = const(10000)
NTC_SUPPLY_MV = const(2500)  # shunt reference: an open NTC stays inside the ADC range

# Own power meter: ATM90E32AS, SPI mode 3, 3P4W.
METER_SPI = const(1)
METER_SCK_PIN = const(12)
METER_MOSI_PIN = const(11)
METER_MISO_PIN = const(13)
METER_CS_PIN = const(10)
METER_UGAIN = (37106, 37106, 37106)  # typical; each unit is calibrated
METER_IGAIN = (39473, 39473, 39473)
METER_PGA = const(0x0015)  # gain 2 on the three current channels
METER_LINE_HZ = const(50)

RS485_UART = const(1)  # transceiver that turns its direction by itself
RS485_TX_PIN = const(17)
RS485_RX_PIN = const(42)

LED_PIN = const(41)  # green
LED_RED_PIN = const(18)
LED_ON_LEVEL = const(1)
BUTTON_PIN = const(40)
BUTTON_PRESSED_LEVEL = const(0)
