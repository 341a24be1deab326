"""The log of charging sessions: one row from plug-in to unplug, the last 100 kept.

The running session is saved when the EV is plugged in, with the reading of the charger's life
counter. That counter is kept each minute (store.save_minute), so a power cut loses at most what
flowed in the last minute. On a unit without a journal the row is saved every five minutes, and
reaches its file when the contactor is open.
"""

from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Callable, Iterator

    from ballast.services.memory.shapes import Kept
    from ballast.services.shapes import UnixTime

_SIZE = const(100)
_SAVE_EVERY_S = const(300)
_SOON_S = const(30)  # chosen: well before the minute whose energy a power cut may cost
_MIN_WH = const(10)  # an EV that was plugged in without charging gets no row

COLUMNS = ("start_s", "end_s", "plugged_s", "charge_s", "energy_wh")


class Sessions:
    """time_s: () -> Unix time or None. total_wh: () -> the charger's life counter in Wh."""

    def __init__(self, store: "Kept", time_s: "UnixTime", total_wh: "Callable[[], int]") -> None:
        self._store = store
        self._time = time_s
        self._total_wh = total_wh
        kept = store.load("sessions") or {}
        self._rows = [r for r in kept.get("rows", []) if len(r) == len(COLUMNS)][-_SIZE:]
        self._open: "list | None" = None
        self._saved_s = 0
        open_row = kept.get("open")
        if open_row and len(open_row) == len(COLUMNS):  # the power went away during this one
            self._cut(open_row, kept.get("from_wh"))

    def _cut(self, row: list, from_wh: "int | None") -> None:
        """Finish the row of the run before, as far as it is known."""
        minute = self._store.minute
        if from_wh is not None:
            row[4] = max(row[4], self._total_wh() - from_wh)
            if minute is not None and minute[0] > from_wh:  # else it is of an earlier session
                row[2] = max(row[2], minute[1] * 60)
                row[3] = max(row[3], minute[2] * 60)
        if row[4] >= _MIN_WH:
            self._add(row)
        self._save(0)

    def _add(self, row: list) -> None:
        self._rows.append(row)
        if len(self._rows) > _SIZE:
            self._rows.pop(0)

    def add(
        self, uptime_s: int, plugged: bool, session_s: int, charge_s: int, energy_wh: int
    ) -> None:
        """Update the row of the running session; called about once a second.

        session_s: s since plug-in. charge_s: s with current. energy_wh: Wh since plug-in.
        """
        if plugged:
            new = self._open is None
            if self._open is None:
                start = self._time()
                self._open = [None if start is None else start - session_s, None, 0, 0, 0]
            row = self._open
            row[2] = session_s
            row[3] = charge_s
            row[4] = energy_wh
            by_minute = self._store.by_minute
            if new or (not by_minute and uptime_s - self._saved_s >= _SAVE_EVERY_S):
                self._save(uptime_s)
        elif self._open is not None:
            row = self._open
            self._open = None
            if row[4] >= _MIN_WH:
                row[1] = self._time()
                if row[0] is None and row[1] is not None:
                    row[0] = row[1] - row[2]  # the clock was set during the session
                self._add(row)
            self._save(uptime_s)

    def _save(self, uptime_s: int) -> None:
        self._saved_s = uptime_s
        kept = {"rows": self._rows, "open": self._open}
        if self._open is not None:
            kept["from_wh"] = self._total_wh() - self._open[4]
        self._store.save("sessions", kept, _SOON_S)

    def json(self) -> "Iterator[str]":
        """JSON text in pieces, the newest session first."""
        yield '{"columns": ["' + '", "'.join(COLUMNS) + '"], "rows": ['
        for i in range(len(self._rows) - 1, -1, -1):
            row = ["null" if v is None else str(v) for v in self._rows[i]]
            yield "[" + ",".join(row) + "]" + ("," if i else "")
        yield "]}"

    def csv(self) -> "Iterator[str]":
        """CSV (RFC 4180) in pieces, the oldest session first; times are Unix seconds."""
        yield ",".join(COLUMNS) + "\r\n"
        for row in self._rows:
            yield ",".join(["" if v is None else str(v) for v in row]) + "\r\n"
