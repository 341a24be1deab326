"""Calibration of a clamp, in the factory or by an installer.

1. No cable in the clamps: `noise(app)`. 2. A known current of 10 A or more through all
clamps: `gain(app, channel, true_ma)`. 3. If a voltage input is fitted, the same current
from a resistive load: `lag(app, channel)`. Each step stores its result in the settings.
A step whose measurement cannot be right changes nothing.
"""

import math

from micropython import const

from clamp.rms import Calibration

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from clamp.app import ClampApp
    from clamp.rms import Channel

_WINDOWS = const(32)
_MAX_NOISE = const(40 * 65536)  # 6.3 counts rms: more than any good ADC input has
_TOLERANCE_PCT = const(15)  # sum of the tolerances of CT, burden and ADC
_MAX_LAG_US = const(2000)  # 36 degrees at 50 Hz; another phase is 120 away
_LEAST = const(256 * 65536)  # 16 counts rms, 1.7 A of 100 A


class CalibrationError(ValueError):
    """The measurement cannot be right; str() says what to check."""


def _windows(app: "ClampApp", n: int) -> None:
    for channel in app.meter.channels:
        channel.average_ma()
    for _ in range(n):
        app.measure()


def _calibration(app: "ClampApp", index: int) -> Calibration:
    board = app.board
    cal = app.settings.calibration[index]
    return cal or Calibration.nominal(board.CT_MA, board.CT_UV, board.ADC_FULL_UV)


def _keep(app: "ClampApp", index: int, cal: Calibration) -> None:
    app.settings.calibration[index] = cal
    app.meter.channels[index].cal = cal
    app.save()


def noise(app: "ClampApp") -> list[int]:
    """Measure the noise of all channels without cables; returns it in counts^2 * 65536."""
    _windows(app, _WINDOWS)
    out = [c.take_mean_square() for c in app.meter.channels]
    for i in range(len(out)):
        if app.meter.channels[i].fault:
            raise CalibrationError("input %d is open or short" % (i + 1))
        if out[i] > _MAX_NOISE:
            raise CalibrationError("input %d is not quiet: is a cable in the clamp?" % (i + 1))
    for i in range(len(out)):
        cal = _calibration(app, i)
        _keep(app, i, Calibration(cal.gain, out[i], cal.lag_us, cal.flip))
    return out


def gain(app: "ClampApp", index: int, true_ma: int) -> int:
    """Set the gain of channel `index` from a known rms current; returns the old reading in mA."""
    if true_ma < 5000:
        raise CalibrationError("at least 5 A are needed, better 20 A")
    cal = _calibration(app, index)
    channel = app.meter.channels[index]
    channel.cal = cal
    _windows(app, _WINDOWS)
    got = abs(channel.average_ma())
    if channel.clipped:
        raise CalibrationError("input %d is at its end: less current" % (index + 1))
    nominal = Calibration.nominal(app.board.CT_MA, app.board.CT_UV, app.board.ADC_FULL_UV).gain
    new = cal.gain * true_ma // got if got else 0
    if abs(new - nominal) * 100 > nominal * _TOLERANCE_PCT:
        raise CalibrationError(
            "input %d shows %d mA of %d: wrong CT, or the cable is not in it"
            % (index + 1, got, true_ma)
        )
    _keep(app, index, Calibration(new, cal.noise, cal.lag_us, cal.flip))
    return got


def lag(app: "ClampApp", index: int) -> tuple[int, bool]:
    """Measure the lag of the current's samples behind the voltage's; returns (us, reversed).

    Needs a resistive load of 10 A or more. reversed: the CT sits the wrong way round.
    """
    if not app.meter.has_voltage:
        raise CalibrationError("no voltage input is fitted")
    cal = _calibration(app, index)
    channel = app.meter.channels[index]
    pace = app.board.PACE_US
    moved = (app.meter.period_us // 4 + pace // 2) // pace * pace  # whole samples
    in_phase = _power(app, channel, cal, 0)
    across = _power(app, channel, cal, moved)
    weak = channel.ms < 4 * cal.noise + _LEAST
    channel.cal = cal
    if weak:
        raise CalibrationError("input %d: no load to measure by" % (index + 1))
    # With the current shifted by x the power is proportional to cos(x - angle). Two points
    # give the angle.
    cycle = app.meter.period_us / (2 * math.pi)
    x = moved / cycle
    angle = math.atan2(across - in_phase * math.cos(x), in_phase * math.sin(x))
    flip = abs(angle) > math.pi / 2
    if flip:
        angle -= math.pi if angle > 0 else -math.pi
    us = round(angle * cycle)
    if abs(us) > _MAX_LAG_US:
        raise CalibrationError(
            "input %d: the load is not resistive, or on another phase" % (index + 1)
        )
    _keep(app, index, Calibration(cal.gain, cal.noise, us, flip))
    return us, flip


def _power(app: "ClampApp", channel: "Channel", cal: Calibration, lag_us: int) -> int:
    """The sum of the power over several windows, with the current shifted by `lag_us`."""
    channel.cal = Calibration(cal.gain, cal.noise, lag_us, False)
    total = 0
    for _ in range(_WINDOWS // 2):
        app.measure()
        total += channel.power
    return total
