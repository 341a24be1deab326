"""The pilot's burst by the place in the list of readings where it begins.

The wiring gives the ADC a list of readings, and the port takes a burst of it in each step. So a
burst that begins at the same place of the same list gives the same two figures; where noise is
new all the time, one whose second largest and second smallest readings are the same. The port's
own `read` computes the figures; they are kept here. took_us: how long a burst takes, with its pauses.
"""

from ballast.control.pilot import pilot
from ballast.control.records import Scan
from ballast.ports.pilot_io import LATE_MS

_MOST_LISTS = 512  # as many levels as the wiring keeps
_MOST_PAIRS = 4096  # chosen: of readings, for which the port's result is kept
_NOTHING = {}
_NOMINAL_MV = 12000
_STEP_MV = 3000


class Bursts:
    """port: a PilotIo. adc: the AdcInput that it reads. Same results as `port.read`."""

    def __init__(self, port, adc):
        self._port, self._adc = port, adc
        self._scan = Scan()
        self._kept = {}  # id of a list -> (the list, {first reading: (high, low, next reading)})
        self._of_list, self._of_piece = {}, {}  # (second smallest, second largest reading) -> (high, low)
        self._bands = {}
        self.genuine = True  # the port is as it was written

    def usable(self):
        """False where a reading takes time or fails: then the port itself reads."""
        return self.genuine and self._adc.plain and self._port._more >= 3

    @property
    def took_us(self):
        return self._port._more * self._port.pace_us

    def of_now(self):
        """{first reading: (high mV, low mV, where the next burst begins)} of what the ADC shows; grows.

        Empty for a piece of readings that never come again: `at` keeps nothing of it.
        """
        if self._adc.piece is not None:
            return _NOTHING
        samples = self._adc.samples
        kept = self._kept.get(id(samples))
        if kept is None or kept[0] is not samples:
            if len(self._kept) >= _MOST_LISTS:
                self._kept.clear()
            kept = self._kept[id(samples)] = (samples, {})
        return kept[1]

    def at(self, first, known):
        """The entry of the burst that begins at `first`. known: what `of_now` gave."""
        piece = self._adc.piece
        if piece is not None:
            end = first + self._port._more + 1
            if end <= piece.count:
                burst = sorted(piece.values[first:end])
                result = self._of_piece.get((burst[1], burst[-2]))
                if result is not None:
                    return result[0], result[1], end
            return self._measure(first)
        found = known.get(first)
        if found is None:
            found = known[first] = self._measure(first)
        return found

    def _measure(self, first):
        """The two figures of this burst, and where the next one begins."""
        piece, size = self._adc.piece, self._port._more + 1
        readings = self._adc.samples if piece is None else piece.values
        length = len(readings)
        begin = first if first < length else 0
        end = begin + size
        burst = readings[begin:end]
        while len(burst) < size:
            burst = burst + readings[: size - len(burst)]
        burst = sorted(burst)
        results = self._of_list if piece is None else self._of_piece
        pair = (burst[1], burst[-2])
        result = results.get(pair)
        if result is None:
            if len(results) >= _MOST_PAIRS:
                results.clear()
            ends = burst[:2] + burst[-2:]
            result = self._ask_port(ends if piece is None else [piece.uv(one) for one in ends])
            results[pair] = result
        return (*result, (end - 1) % length + 1)

    def _ask_port(self, ends):
        """Let the port take the two smallest and the two largest readings of a burst.

        It keeps the second of each: what lies between them, it passes over.
        """
        port, scan = self._port, self._scan
        whole = port._read_uv, port._more, port.pace_us
        port._read_uv, port._more, port.pace_us = iter(ends).__next__, 3, 0
        try:
            port._burst(scan)
        finally:
            port._read_uv, port._more, port.pace_us = whole
        return scan.pilot_high_mv, scan.pilot_low_mv

    def read(self, scan):
        """As PilotIo.read."""
        port = self._port
        now_ms = port._ticks_ms()
        if not self.usable() or port._ticks_diff(now_ms, port._read_ms) > LATE_MS:
            port.read(scan)
            return
        port._read_ms = now_ms
        scan.pilot_bursts = 1
        high, low, self._adc.at = self.at(self._adc.at, self.of_now())
        self._adc.device.clock.sleep_us(self.took_us)
        scan.pilot_high_mv, scan.pilot_low_mv = high, low
        scan.pilot_samples = port._more + 1

    def band(self, level):
        """(lowest, highest) mV at which `level`, A to D, stays what it is: pilot.classify's own."""
        found = self._bands.get(level)
        if found is None:
            low = high = _NOMINAL_MV - _STEP_MV * level
            while _stays(low - 1, level):
                low -= 1
            while _stays(high + 1, level):
                high += 1
            found = self._bands[level] = (low, high)
        return found


def _stays(mv, level):
    return pilot.classify(mv, level) == level and pilot.in_window(mv, level)
