"""Pins and parts of the reference clamp: ESP32-C3, three 100 A : 333 mV CTs, no voltage.

Wiring: each CT lies between its pin and a bias of 0.875 V, the middle of the 6 dB range.
The bias comes from 3.3 V through 10 kOhm to a point with 3.6 kOhm and 10 uF to ground.
A CT with 1 V output needs a divider by three, a CT with current output (50 mA) a burden of
6.8 Ohm (CT_UV = 340000). Not yet run on hardware.
"""

from micropython import const

CT_PINS: tuple[int, ...] = (0, 1, 3)  # ADC1; GPIO 2 is a strapping pin
VOLT_PIN: "int | None" = None  # GPIO 4 where a 9 V transformer or an isolated divider is fitted
CT_MA = const(100000)  # this current in the cable ...
CT_UV = const(333000)  # ... gives this voltage (rms) at the pin
ADC_ATTEN = const(2)  # 6 dB: 0 .. 1.75 V
ADC_FULL_UV = const(1750000)
PACE_US = const(400)
BUTTON_PIN = const(9)
LED_PIN = const(8)
BATTERY = False
EVERY_MS = const(1000)  # battery: time from window to window ...
EXPECT_MS = const(10000)  # ... and from heartbeat to heartbeat; README.md: effect on the charger
BATTERY_PIN: "int | None" = None
BATTERY_DIVIDER = const(2)
