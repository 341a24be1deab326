"""What RTC memory keeps over a reset: how long this run lasted, its first fault, crash loops."""

from micropython import const

from ballast.control.safety import faults

TYPE_CHECKING = const(0)
if TYPE_CHECKING:
    from ballast.services.shapes import ResetInfo


class ResetNotes:
    """crash_loop: this start was one of several crashes in a row, so the charger stays off."""

    def __init__(self, info: "ResetInfo", crash_loop: bool) -> None:
        self._info = info
        self._looped = crash_loop
        self._noted = 0

    def step(self, uptime_s: int, first: int, loop_active: int) -> None:
        """Called once a second.

        first: fault id of the first cause, 0 = none; noted when it changes. loop_active: the
        fault CRASH_LOOP is active. A person who resets it ends the crash loop.
        """
        self._info.alive(uptime_s)
        if first != self._noted:
            self._noted = first
            self._info.note(first, faults.CATALOGUE[first][0])
        if self._looped and not loop_active:
            self._looped = False
            self._info.forgive()
