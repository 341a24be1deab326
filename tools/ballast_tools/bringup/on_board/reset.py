"""Sets the pads, notes the time in RTC memory, and resets the chip, or lets the watchdog do it.

The coil's pin is driven only if the jumper that says so is found.
"""

import time

from common import coil_jumper, value

HELD_MS = 200  # what an observer sees of the pads before the reset
WATCHDOG_MS = 1000


def main(params):
    from machine import PWM, Pin

    board = params["board"]
    driven = coil_jumper(board, params["coil_sense_pin"])
    inverted = bool(board["CP_PWM_INVERTED"])
    PWM(Pin(board["CP_PWM_PIN"]), freq=1000, duty_u16=16384, invert=inverted)
    value("coil_driven", driven)
    time.sleep_ms(50)
    if driven:
        Pin(board["COIL_PIN"]).value(board["COIL_ON_LEVEL"])
    time.sleep_ms(HELD_MS)
    end(params["how"])


def end(how):
    """Does not return: the console is silent from here."""
    import machine

    print("BRINGUP_RESET")
    time.sleep_ms(20)  # the line leaves the transmitter
    now = machine.RTC().datetime()
    stamp = "%s %d" % (how, ((now[4] * 60 + now[5]) * 60 + now[6]) * 1000000 + now[7])
    machine.RTC().memory(stamp.encode())
    if how == "watchdog":
        machine.WDT(timeout=WATCHDOG_MS)
        while True:
            pass
    machine.reset()
