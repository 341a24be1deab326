"""Which pattern the light on the box shows; ports/led_io.py turns the number into blinking."""

from micropython import const

from ballast.control.pilot import charge_state as cs

READY = const(1)
WAIT = const(2)
CHARGE = const(3)
PAUSE = const(4)
FAULT = const(6)
LOCKED = const(7)


def pattern(charge: cs.ChargeState, stop: int, closed: int, why: int) -> int:
    """The pattern for this moment.

    stop: 1 while a STOP fault is active. closed: 1 while the contactor is closed. why:
    charge_state.WHY_*, the reason why nothing flows.
    """
    if charge.state == cs.F:
        return LOCKED
    if stop:
        return FAULT
    if closed:
        return CHARGE
    if not charge.plugged:
        return READY
    return WAIT if why >= cs.WHY_TEST else PAUSE
