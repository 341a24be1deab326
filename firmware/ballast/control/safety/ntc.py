"""Thermistor voltage to temperature, in integers.

The NTC (10 kohm at 25 degC, B 3950 1/K, the usual one in mode-2 plugs) is the lower half of a
divider. The table holds its resistance in ohm every 5 degC from -40 to 140 degC, computed as
R = 10k * exp(B * (1/T - 1/298.15 K)) and rounded.
"""

from micropython import const

OPEN = const(-32768)  # sensor or its wire broken
SHORT = const(32767)  # sensor or its wire shorted

_FIRST_DDEGC = const(-400)
_STEP_DDEGC = const(50)
_OHM = (
    401860, 281577, 200204, 144317, 105385, 77898, 58246, 44026, 33621,
    25925, 20175, 15837, 12535, 10000, 8037, 6506, 5301, 4348,
    3588, 2978, 2486, 2086, 1760, 1492, 1270, 1087, 934,
    805, 698, 606, 529, 463, 407, 359, 317, 281,
    250,
)  # fmt: skip


def ddegc(mv: int, supply_mv: int, pullup_ohm: int) -> int:
    """Temperature in 0.1 degC from the divider's voltage `mv`, or OPEN, or SHORT.

    supply_mv: of the divider. pullup_ohm: its upper resistor. Below -40 degC the result is OPEN
    and above 140 degC SHORT: no plug in use has such a temperature.
    """
    if mv >= supply_mv or mv < 0:
        return OPEN
    if mv == 0:
        return SHORT
    ohm = pullup_ohm * mv // (supply_mv - mv)
    if ohm > _OHM[0]:
        return OPEN
    low = len(_OHM) - 1
    if ohm < _OHM[low]:
        return SHORT
    high = 0
    while low - high > 1:  # bisection: the hotter, the smaller the resistance
        mid = (low + high) >> 1
        if _OHM[mid] >= ohm:
            high = mid
        else:
            low = mid
    span = _OHM[high] - _OHM[low]
    part = (_OHM[high] - ohm) * _STEP_DDEGC // span
    return _FIRST_DDEGC + high * _STEP_DDEGC + part
