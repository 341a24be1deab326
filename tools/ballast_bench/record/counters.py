"""What is counted at every step, because a row each second would miss it."""

from __future__ import annotations

from typing import Any


class PilotChanges:
    """An actor of a World. count: changes of a running duty; starts and stops are left out."""

    def __init__(self, node: Any) -> None:
        self.count = 0
        self._node = node
        self._duty = 0

    def __call__(self, now_s: float) -> None:
        duty = self._node.app.out.duty_u16
        if duty != self._duty:
            if duty and self._duty:
                self.count += 1
            self._duty = duty
