"""After a reset: its cause, how long the start took, and the level of the pads by now."""

from common import cost, missing, value

DAY_US = 86400 * 1000000
WATCHDOG_US = 1000000


def main(params):
    import time

    import machine

    up_us = time.ticks_us()
    now = machine.RTC().datetime()
    words = machine.RTC().memory().decode().split()
    how = params["how"]
    value(how + "_cause", machine.reset_cause())
    board = params["board"]
    pins = [machine.Pin(board[key]).value() for key in ("COIL_PIN", "CP_PWM_PIN")]
    value(how + "_pads_after", pins)
    if len(words) != 2 or words[0] != how:
        missing(how + "_start_us", "RTC memory did not survive")
        return
    stamp = ((now[4] * 60 + now[5]) * 60 + now[6]) * 1000000 + now[7]
    took = (stamp - int(words[1])) % DAY_US - up_us
    value(how + "_start_us", took - (WATCHDOG_US if how == "watchdog" else 0))
    if how == "reset":
        cost("boot", 1, [took])
    machine.RTC().memory(b"")
