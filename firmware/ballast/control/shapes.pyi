"""What the files beside the rooms are handed from a room, for the type check alone."""

from typing import Protocol

class EnergyOfEv(Protocol):
    """What the EV draws: meter/ev_meter.EvMeter."""

    @property
    def wh(self) -> int: ...
    @property
    def max_ma(self) -> int: ...
