"""What this room is handed from rooms that it may not import, for the type check alone."""

from typing import Protocol

from ballast.control.meter.ev_phases import EvPhases
from ballast.control.meter.meter import Meter

class PhasesOfEv(Protocol):
    """Has found out on which phases the EV is: balance/balancer.Balancer."""

    @property
    def phases(self) -> EvPhases: ...
    @property
    def seq(self) -> int: ...

class Site(Protocol):
    """The supply behind the main fuse, with its meter: balance/supply.Supply."""

    @property
    def meter(self) -> Meter: ...
    @property
    def balancer(self) -> PhasesOfEv: ...
    def house_ma(self, phase: int) -> int: ...
