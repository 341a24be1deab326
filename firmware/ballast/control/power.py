"""Watts and amperes: how much current per phase a power is."""

from micropython import const

MAX_W = const(200000)
_NOMINAL_V = const(230)
_LEAST_MV = const(80000)  # chosen: below it the own meter sees no supply, or reads nonsense


def volt_of(mv: int) -> int:
    """A phase's voltage in V, rounded up, from the own meter's reading in mV.

    230 V where the meter sees no supply.
    """
    return _NOMINAL_V if mv < _LEAST_MV else (mv + 999) // 1000


def ma_of(watt: int, phases: int, volt: int) -> int:
    """The current in each of `phases` (1..3) at `volt` (V rms) for `watt`, in mA, rounded down.

    `watt` is limited to 0..MAX_W. Dimming by the grid operator: 4200 W are 18 260 mA on one
    phase of 230 V and 6086 mA on three (section 14a EnWG leaves a charger at least 4.2 kW).
    """
    if watt <= 0:
        return 0
    if watt > MAX_W:
        watt = MAX_W
    return watt * 1000 // (phases * volt)


def watt_of(ma: int, volt: int) -> int:
    """The power of `ma` (signed, at most 1000 A) at `volt`, in W, rounded towards minus infinity."""
    return ma * volt // 1000
