"""The pilot's burst by the place in the list of readings where it begins.

The wiring gives the ADC a list of readings, and the port takes a burst of it in each step. So a
burst that begins at the same place of the same list gives the same two figures. The port's own
`read` computes them; they are kept here. took_us: how long a burst takes, with its pauses.
"""

from ballast.control.pilot import pilot
from ballast.control.records import Scan

_MOST_LISTS = 512  # 16 kinds of noise on 32 levels, as many as the wiring keeps
_NOMINAL_MV = 12000
_STEP_MV = 3000


class Bursts:
    """port: a PilotIo. adc: the AdcInput that it reads. Same results as `port.read`."""

    def __init__(self, port, adc):
        self._port, self._adc = port, adc
        self._scan = Scan()
        self._kept = {}  # id of a list -> (the list, {first reading: (high, low, next reading)})
        self._bands = {}
        self.genuine = True  # the port is as it was written

    def usable(self):
        """False where a reading takes time or fails: then the port itself reads."""
        return self.genuine and self._adc.plain and self._port._more >= 3

    @property
    def took_us(self):
        return self._port._more * self._port.pad_us

    def of(self, samples):
        """{first reading: (high mV, low mV, where the next burst begins)} of a list; grows."""
        kept = self._kept.get(id(samples))
        if kept is None or kept[0] is not samples:
            if len(self._kept) >= _MOST_LISTS:
                self._kept.clear()
            kept = self._kept[id(samples)] = (samples, {})
        return kept[1]

    def at(self, first):
        """The entry of the burst that begins at `first` of what the ADC shows now."""
        samples = self._adc.samples
        known = self.of(samples)
        found = known.get(first)
        if found is None:
            found = known[first] = self._measure(samples, first)
        return found

    def _measure(self, samples, first):
        """Let the port take this burst, without the readings that it passes over.

        It keeps the second largest and the second smallest: the two at each end are enough.
        """
        port, scan = self._port, self._scan
        length = len(samples)
        begin = first if first < length else 0
        end = begin + port._more + 1
        burst = samples[begin:end]
        while len(burst) <= port._more:
            burst = burst + samples[: port._more + 1 - len(burst)]
        burst = sorted(burst)
        whole = port._read_uv, port._more, port.pad_us
        port._read_uv, port._more, port.pad_us = iter(burst[:2] + burst[-2:]).__next__, 3, 0
        try:
            port.read(scan)
        finally:
            port._read_uv, port._more, port.pad_us = whole
        return scan.pilot_high_mv, scan.pilot_low_mv, (end - 1) % length + 1

    def read(self, scan):
        """As PilotIo.read."""
        if not self.usable():
            self._port.read(scan)
            return
        high, low, self._adc.at = self.at(self._adc.at)
        self._adc.device.clock.sleep_us(self.took_us)
        scan.pilot_high_mv, scan.pilot_low_mv = high, low
        scan.pilot_samples = self._port._more + 1

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
