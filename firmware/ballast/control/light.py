"""What the light on the box shows; ports/led_io.py turns the number into blinking."""

from micropython import const

from ballast.control.pilot import charge_state as cs

OFF = const(0)
READY = const(1)
WAIT = const(2)
CHARGE = const(3)
PAUSE = const(4)
WARN = const(5)
FAULT = const(6)
LOCKED = const(7)


def pattern(charge, stop, closed, why):
    """The pattern for this moment. charge: ChargeState; stop, closed: flags; why: WHY_*."""
    if charge.state == cs.F:
        return LOCKED
    if stop:
        return FAULT
    if closed:
        return CHARGE
    if not charge.plugged:
        return READY
    return WAIT if why >= cs.WHY_TEST else PAUSE
