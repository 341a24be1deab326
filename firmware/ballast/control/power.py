"""Watts and amperes: what a power limit is in mA per phase."""

from micropython import const

MAX_W = const(200000)
_NOMINAL_V = const(230)
_LEAST_MV = const(80000)  # below it the own meter sees no supply to count with


def volt_of(mv):
    """What the own meter reads on one phase, in V rounded up; nominal where it sees no supply."""
    return _NOMINAL_V if mv < _LEAST_MV else (mv + 999) // 1000


def ma_of(watt, phases, volt):
    """`watt` (0..200 kW) spread over `phases` (1..3) of `volt` (V rms), in mA, rounded down.

    Dimming by the grid operator: 4200 W are 18 260 mA on one phase of 230 V and
    6086 mA on three (section 14a EnWG leaves a charger at least 4.2 kW).
    """
    if watt <= 0:
        return 0
    if watt > MAX_W:
        watt = MAX_W
    return watt * 1000 // (phases * volt)


def watt_of(ma, volt):
    """`ma` (signed, +-1 000 A) on one phase of `volt`, in W, rounded towards minus infinity."""
    return ma * volt // 1000
