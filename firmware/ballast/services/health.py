"""Whether this start of the charger is healthy: what an update on trial has to prove."""

from micropython import const

from ballast.control.safety import faults

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Sequence


class Health:
    """restarts: {service: how often it was started again}, as the Supervisor counts it."""

    def __init__(self, restarts: dict[str, int]) -> None:
        self._restarts = restarts
        self._seen = sum(restarts.values())

    def check(self, active: "Sequence[int]") -> bool:
        """Whether no service failed since the last call, and the step neither raised nor was late.

        active: by fault id, 1 = the fault is active.
        """
        before = self._seen
        self._seen = sum(self._restarts.values())
        if self._seen != before:
            return False
        return not active[faults.EXCEPTION] and not active[faults.OVERRUN]
