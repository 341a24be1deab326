"""What the group is handed from other rooms, as shapes for the type check: no code is here.

The scan cycle hands over the objects; mypy compares them with these shapes there.
"""

from typing import Protocol

from ballast.control.meter.meter import Meter

class Supply(Protocol):
    """control/balance/supply.Supply: the main fuse, as far as the group looks at it."""

    used: bool
    limit_ma: int
    @property
    def meter(self) -> Meter: ...
