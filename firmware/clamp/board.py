"""Pins and parts of the reference clamp: ESP32-C3, three 100 A : 333 mV CTs, no voltage.

Wiring: each CT between its pin and the bias (two 10 kOhm from 3.3 V make 1.65 V; a third
of 11 kOhm to ground brings it to 0.875 V, the middle of the 6 dB range, 10 uF to
ground); a 1 V CT through a divider by three; a current-output CT (50 mA) with a burden of
6.8 Ohm (CT_UV = 340000). Never run on hardware yet.
"""

from micropython import const

CT_PINS = (0, 1, 3)  # ADC1; GPIO 2 is a strapping pin
VOLT_PIN = None  # GPIO 4 where a 9 V transformer or an isolated divider is fitted
CT_MA = const(100000)  # this current ...
CT_UV = const(333000)  # ... gives so many uV rms at the pin
ADC_ATTEN = const(2)  # 6 dB: 0 .. 1.75 V
ADC_FULL_UV = const(1750000)
PACE_US = const(400)
BUTTON_PIN = const(9)
LED_PIN = const(8)
BATTERY = False
EVERY_MS = const(1000)  # battery: a window every so often ...
EXPECT_MS = const(10000)  # ... and a heartbeat; README.md says what that means for the charger
BATTERY_PIN = None
BATTERY_DIVIDER = const(2)
