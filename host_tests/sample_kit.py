"""Readings as the tests of meters and balancing hand them over. Portable: CPython and MicroPython."""

from ballast.control.records import EvView


def ev_view(fitted=True, ma=(0, 0, 0), t_ms=0):
    """The EV's current, from an own meter that is fitted or not."""
    view = EvView()
    view.fitted = fitted
    view.ma[:] = ma
    view.t_ms = t_ms
    return view


class MeterReading:
    """What the balancer reads of a trusted meter (control/meter.Meter): ma, seq, t_ms, state."""

    def __init__(self, t_ms=0, state=1):
        self.ma = [0, 0, 0]
        self.seq = 0
        self.t_ms = t_ms
        self.state = state  # meter.GOOD
