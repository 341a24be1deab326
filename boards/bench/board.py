"""The virtual board of the test bench: an ESP32-S3 with everything fitted, three phases, 32 A.

Constants by function; None = not fitted. tools/ballast_bench/wiring.py connects
these pins to the plant. The dividers are those of the reference board.
"""

from micropython import const

NAME = "bench"
CHIP = "esp32s3"
CHIP_PROFILE = "ideal"
PHASES = const(3)
RATED_MA = const(32000)

CP_PWM_PIN = const(14)
CP_PWM_INVERTED = const(0)
CP_PWM_BITS = const(13)
CP_ADC_PIN = const(1)
CP_OFFSET_UV = const(1493700)
CP_GAIN_X100 = const(1339)
CP_BURST = const(34)
CP_SPACING_US = const(0)  # the bench's ADC spaces its readings by itself, 116 us apart

COIL_PIN = const(15)
COIL_ON_LEVEL = const(1)
COIL_PULSE_PIN = const(16)
MIRROR_PIN = const(7)
MIRROR_CLOSED_LEVEL = const(1)
LOAD_PINS = (8, 9, 21)
LOAD_LIVE_LEVEL = const(0)

PE_PIN = const(39)
PE_GOOD_LEVEL = const(1)

RCD_TRIP_PIN = const(47)
RCD_TRIP_LEVEL = const(1)
RCD_TEST_PIN = const(6)
RCD_TEST_LEVEL = const(1)
RCD_TEST_PULSE_US = None
RCD_MODULE = const(1)  # X6/X30: 6 mA DC and 30 mA AC
RCD_HARDWARE_PATH = const(1)

NTC_PINS = (2, 4, 5)
NTC_PULLUP_OHM = const(10000)
NTC_SUPPLY_MV = const(2500)

METER_SPI = const(1)
METER_SCK_PIN = const(12)
METER_MOSI_PIN = const(11)
METER_MISO_PIN = const(13)
METER_CS_PIN = const(10)
METER_UGAIN = (37106, 37106, 37106)
METER_IGAIN = (39473, 39473, 39473)
METER_PGA = const(0x0015)
METER_LINE_HZ = const(50)

RS485_UART = const(1)
RS485_TX_PIN = const(17)
RS485_RX_PIN = const(42)

LED_PIN = const(41)
LED_RED_PIN = const(18)
LED_ON_LEVEL = const(1)
BUTTON_PIN = const(40)
BUTTON_PRESSED_LEVEL = const(0)
