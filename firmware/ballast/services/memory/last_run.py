"""Why this run began, and what the run before it left: for the status document and the event log."""

import io
import sys

from micropython import const

from ballast.control.safety import faults

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Any

    from ballast.services.shapes import AddEvent, FaultTable, ResetInfo

_OF_A_START = (faults.WATCHDOG, faults.BROWN_OUT)  # why that run began; it says nothing of its end

_EVENTS = {  # by ResetInfo.name
    "power_on": "start_power_on", "brown_out": "start_brown_out", "watchdog": "start_watchdog",
    "crash": "start_crash", "restart": "start_restart",
}  # fmt: skip


def place(error: BaseException) -> str:
    """"TypeError limits.py:57": the kind of an exception and the line that raised it.

    Nothing of its text, which may hold what somebody typed. At most 48 bytes are kept.
    """
    trace = io.StringIO()
    sys.print_exception(error, trace)
    where = ""
    for line in trace.getvalue().split("\n"):
        parts = line.split('"')
        if len(parts) == 3 and parts[0].strip() == "File":  # the last one is where it was raised
            number = parts[2].split(" line ")[-1].split(",")[0]
            file = parts[1].split("/")[-1]
            if not file.endswith(".py"):  # a compiled module has its own name: ballast.control.x
                file, number = _source(file, number)
                file = file.split(".")[-1] + ".py"
            where = " %s:%s" % (file, number)
    return type(error).__name__ + where


def _source(module: str, number: str) -> "tuple[str, str]":
    """The module and line of the sources; as they are if there is no memory to find out."""
    try:
        from ballast.protocol import source_lines  # only an error needs it

        found, line = source_lines.source(module, int(number))
        return found, str(line)
    except (ImportError, MemoryError, ValueError):
        return module, number


def note_error(info: "ResetInfo | None", error: "BaseException | None") -> None:
    """Keep an exception that ends this run in RTC memory."""
    if info is not None and error is not None:
        info.note(faults.EXCEPTION, place(error))


def start_of(info: "ResetInfo | None", table: "FaultTable") -> "dict[str, Any] | None":
    """The status document's `start`; None where nothing is known. table: control's Faults.

    The last fault comes from RTC memory where that has survived, else from flash.
    """
    if info is None:
        return None
    last = info.fault if info.known else table.before
    if not 0 < last < faults.COUNT or last in _OF_A_START:
        last = faults.NONE
    if info.start_failed:
        last = faults.EXCEPTION
    row = faults.CATALOGUE[last]
    return {
        "cause": info.name,
        "crashes": info.crashes,
        "fault": row[0] if last else None,
        "fault_s": table.before_s if last and last == table.before else None,
        "text": row[6] if last else None,
        "detail": info.text or None,
    }


def log_start(
    start: "dict[str, Any] | None", formatted: bool, journal: bool, log: "AddEvent"
) -> None:
    """Put the start into the event log. journal: this unit has one."""
    if not journal:
        #: no_journal: no partition for it; a power cut while charging loses what changed meanwhile
        log("no_journal")
    if formatted:
        #: formatted: the data partition was damaged and has been emptied at this start
        log("formatted")
    if start is not None:
        words = " ".join([word for word in (start["fault"], start["detail"]) if word])
        #: start_power_on last fault: the supply came back, or the reset button was pressed
        #: start_brown_out last fault: the supply of the chip had collapsed
        #: start_watchdog last fault: the program hung, the watchdog restarted it
        #: start_crash last fault, place of the exception: the program ended with an error
        #: start_restart last fault: the restart was wanted, as after an update
        log(_EVENTS[start["cause"]], words)


class ResetNotes:
    """What RTC memory keeps over a reset: how long this run lasted, its first fault, crash loops.

    crash_loop: this start was one of several crashes in a row, so the charger stays off.
    """

    def __init__(self, info: "ResetInfo", crash_loop: bool) -> None:
        self._info = info
        self._looped = crash_loop
        self._noted = faults.NONE

    def step(
        self, uptime_s: int, first: int, loop_active: int, error: "BaseException | None"
    ) -> None:
        """Called once a second.

        first: fault id of the first cause, 0 = none; noted when it changes. error: the exception
        that ended control/, noted with the place that raised it. loop_active: the fault
        CRASH_LOOP is active. A person who resets it ends the crash loop.
        """
        self._info.alive(uptime_s)
        if first != self._noted:
            self._noted = first
            if first == faults.EXCEPTION and error is not None:
                note_error(self._info, error)
            else:
                self._info.note(first, "")
        if self._looped and not loop_active:
            self._looped = False
            self._info.forgive()
