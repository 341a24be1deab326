"""Currents of the last hour (every 10 s) and of the last day (every 5 min), in fixed rings.

The rings are in memory alone: a restart empties them. They take 5.1 KiB and never grow.
Values are kept in 0.1 A; `UNKNOWN` stands where there was no trusted reading.
"""

from array import array

from micropython import const

from ballast.control.records import Status

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Iterator

UNKNOWN = const(-32768)
HOUSE = const(0)  # the house without the EV, on the phase that carries most
EV = const(1)  # the EV on the same phase
LIMIT = const(2)  # the charger's limit
FUSE = const(3)
COLUMNS = ("house", "car", "limit", "fuse")

_PER_DAY_SAMPLE = const(30)  # hour samples in one day sample


class Ring:
    """The last `size` samples of len(COLUMNS) int16 values; the newest replaces the oldest."""

    def __init__(self, size: int, step_s: int) -> None:
        self.size = size
        self.step_s = step_s
        self.used = 0
        self._next = 0
        self._columns = [array("h", [UNKNOWN] * size) for _ in COLUMNS]

    def put(self, values: list[int]) -> None:
        """Append one value (0.1 A) per column."""
        for i in range(len(COLUMNS)):
            self._columns[i][self._next] = max(UNKNOWN, min(32767, values[i]))
        self._next = (self._next + 1) % self.size
        self.used = min(self.size, self.used + 1)

    def json(self) -> "Iterator[str]":
        """JSON text in pieces (a generator): {"step_s", "<column>_da": [oldest .. newest]}.

        The unit is 0.1 A ("deciampere"); null where unknown.
        """
        yield '{"step_s": %d, "count": %d' % (self.step_s, self.used)
        for i in range(len(COLUMNS)):
            yield ', "%s_da": [' % COLUMNS[i]
            column = self._columns[i]
            start = (self._next - self.used) % self.size
            piece = ""
            for k in range(self.used):
                v = column[(start + k) % self.size]
                piece += ("," if k else "") + ("null" if v == UNKNOWN else str(v))
                if len(piece) > 400:
                    yield piece
                    piece = ""
            yield piece + "]"
        yield "}"


class _Mean:
    """The mean of the known values since the last `take`."""

    def __init__(self) -> None:
        self._sum = [0] * len(COLUMNS)
        self._n = [0] * len(COLUMNS)

    def add(self, i: int, value: int) -> None:
        if value != UNKNOWN:
            self._sum[i] += value
            self._n[i] += 1

    def take(self) -> list[int]:
        out = []
        for i in range(len(COLUMNS)):
            n = self._n[i]
            out.append((self._sum[i] + n // 2) // n if n else UNKNOWN)
            self._sum[i] = 0
            self._n[i] = 0
        return out


class History:
    """hour, day: the two Rings. The caller adds a Status about once a second."""

    def __init__(self) -> None:
        self.hour = Ring(360, 10)
        self.day = Ring(288, 300)
        self._short = _Mean()
        self._long = _Mean()
        self._due_s = -1  # end of the sample that is being collected; -1 = none yet
        self._short_count = 0

    def add(self, now_s: int, st: Status, known: bool) -> None:
        """Add a Status at `now_s` (seconds since start). known: the meter is trusted."""
        if self._due_s < 0:
            self._due_s = now_s + self.hour.step_s
        self._gaps(now_s)
        phase = 0
        for i in range(3):
            if st.mains_ma[i] > st.mains_ma[phase]:
                phase = i
        mean = self._short
        mean.add(HOUSE, st.house_ma[phase] // 100 if known else UNKNOWN)
        mean.add(EV, (st.ev_ma[phase] if known else max(st.ev_ma)) // 100)
        mean.add(LIMIT, min(st.limit_ma, 100000) // 100)
        mean.add(FUSE, st.fuse_ma // 100)

    def _gaps(self, now_s: int) -> None:
        """Close the samples whose time is over. A time without a Status becomes unknown samples;
        later samples keep their place in time."""
        if now_s - self._due_s > self.day.size * self.day.step_s:
            self._due_s = now_s  # a gap longer than the day ring would overwrite all of it
        while now_s >= self._due_s:
            values = self._short.take()
            self.hour.put(values)
            for i in range(len(COLUMNS)):
                self._long.add(i, values[i])
            self._short_count += 1
            if self._short_count >= _PER_DAY_SAMPLE:
                self._short_count = 0
                self.day.put(self._long.take())
            self._due_s += self.hour.step_s
