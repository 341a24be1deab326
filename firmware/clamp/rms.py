"""True RMS of up to three currents over whole mains cycles, in integers.

A window holds a little more than two mains cycles of raw ADC counts; the channels are
sampled in turn at regular intervals. Exactly two cycles of it are used: the last sample
has the weight of the missing fraction, so that the result is the same at 50 and 60 Hz.
The mean is subtracted: it is the bias of the divider and the offset of the ADC, because a
CT passes no DC. The average over several windows is one of mean squares, not of currents.
The mean square of the noise, measured without a cable in the clamp, is subtracted too: at
0.3 A the signal is only about 2 counts.

Aliasing does not change an RMS unless the sample rate is locked to the mains: a harmonic
above half the sample rate appears at another frequency, but with the same square.
"""

from micropython import const

_Q = const(65536)  # mean squares are kept in counts^2 * 2^16
CYCLES = const(2)
NOMINAL_US = const(20000)
_SHORTEST_US = const(15000)  # 66 Hz
_LONGEST_US = const(22500)  # 44 Hz
_MIN_PEAK = const(40)  # counts: in a smaller signal noise would shift the crossings


def isqrt(n: int) -> int:
    """The integer square root, rounded down (Newton)."""
    if n < 2:
        return n
    x = 1 << ((len("%x" % n) * 4 + 1) // 2)
    while True:
        y = (x + n // x) // 2
        if y >= x:
            return x
        x = y


class Calibration:
    """The calibration of one channel.

    gain: mA per count, times 65536. noise: mean square without a cable in the clamp,
    counts^2 * 65536. lag_us: how much the current's samples lag behind the voltage's (phase
    error of the CT, and sampled one after the other). flip: the CT sits the wrong way round.
    """

    def __init__(self, gain: int = 0, noise: int = 0, lag_us: int = 0, flip: bool = False) -> None:
        self.gain = gain
        self.noise = noise
        self.lag_us = lag_us
        self.flip = flip

    @staticmethod
    def nominal(ct_ma: int, ct_uv: int, full_uv: int, counts: int = 4096) -> "Calibration":
        """The calibration of a perfect CT that gives `ct_uv` (rms) at `ct_ma`.

        full_uv, counts: range of the ADC.
        """
        return Calibration(full_uv * ct_ma * _Q // (ct_uv * counts))


class Channel:
    """Results of one current input.

    ms: mean square of the last window. ma: its rms, with a sign if there is a voltage
    input. clipped, fault: of the last window.
    """

    def __init__(self, calibration: Calibration) -> None:
        self.cal = calibration
        self.ms = 0
        self.ma = 0
        self.clipped = False
        self.fault = False
        self.direction = 1  # of the power as measured
        self.sign = 1  # of the current as shown
        self.power = 0  # counts^2, signed as measured; 0 without a voltage input
        self._sum = 0
        self._windows = 0

    def add(self) -> None:
        """Add the last window to the average."""
        self._sum += self.ms
        self._windows += 1

    def take_mean_square(self) -> int:
        """The mean square over all windows since the last call; starts a new average."""
        ms = self._sum // self._windows if self._windows else self.ms
        self._sum = self._windows = 0
        return ms

    def average_ma(self) -> int:
        """The rms over all windows since the last call, signed; starts a new average."""
        return self.to_ma(self.take_mean_square())

    def to_ma(self, ms: int) -> int:
        """The rms current of a mean square, with the noise subtracted."""
        ms -= self.cal.noise
        if ms <= 0:
            return 0
        # sqrt(counts^2 * 2^16) = counts * 2^8; gain is mA * 2^16 per count
        return self.sign * ((isqrt(ms << 8) * self.cal.gain + (1 << 27)) >> 28)


class RmsMeter:
    """has_voltage: the last sample buffer is the mains voltage.

    low, high: counts at the limits of the ADC. middle, middle_tol: the range of the bias;
    outside it the input is open or short. floor_ma: smaller currents are shown as 0.
    period_us: measured period of the mains. cycles_seen: how many were measured, 0 = none yet.
    """

    def __init__(
        self,
        channels: list[Channel],
        has_voltage: bool,
        low: int = 8,
        high: int = 4087,
        middle: int = 2048,
        middle_tol: int = 500,
    ) -> None:
        self.channels = channels
        self.has_voltage = has_voltage
        self.low = low
        self.high = high
        self.middle = middle
        self.middle_tol = middle_tol
        self.floor_ma = 50
        self.period_us = NOMINAL_US
        self.cycles_seen = 0
        self._volts_rms = 0

    def samples_for(self, pace_us: int) -> int:
        """How many samples of each channel a window needs, `pace_us` apart."""
        return _LONGEST_US * CYCLES // pace_us + 3

    def window(self, buffers: list[list[int]], n: int, pace_ns: int) -> None:
        """Evaluate `n` samples of each channel, `pace_ns` apart.

        buffers: one per channel, then one of the voltage if there is one.
        """
        self._find_period(buffers, n, pace_ns)
        whole, part = self._length(n, pace_ns)
        for k in range(len(self.channels)):
            channel = self.channels[k]
            self._rms(channel, buffers[k], whole, part)
            if self.has_voltage:
                lag = (channel.cal.lag_us * 1000 + pace_ns // 2) // pace_ns
                self._direction(channel, buffers[k], buffers[-1], whole, lag)
            ma = channel.to_ma(channel.ms)
            channel.ma = ma if abs(ma) >= self.floor_ma else 0
            channel.add()

    def _length(self, n: int, pace_ns: int) -> tuple[int, int]:
        """(whole samples, 256ths) of two cycles, or of one if two do not fit into `n`."""
        for cycles in range(CYCLES, 0, -1):
            q8 = self.period_us * cycles * 256000 // pace_ns
            if (q8 >> 8) + 1 < n:
                return q8 >> 8, q8 & 255
        return n - 1, 0

    def _rms(self, channel: Channel, x: list[int], whole: int, part: int) -> None:
        middle = self.middle
        s = ss = 0
        least = most = x[0]
        for i in range(whole):
            v = x[i]
            if v < least:
                least = v
            elif v > most:
                most = v
            v -= middle
            s += v
            ss += v * v
        v = x[whole] - middle
        n = 256 * whole + part
        s = 256 * s + part * v
        ss = 256 * ss + part * v * v
        channel.ms = (n * ss - s * s) * _Q // (n * n)
        channel.clipped = least <= self.low or most >= self.high
        channel.fault = abs(s) > self.middle_tol * n

    def _direction(
        self, channel: Channel, x: list[int], volts: list[int], whole: int, lag: int
    ) -> None:
        """Find the sign of the power: + if current and voltage rise together. lag: in samples."""
        middle = self.middle
        p = sx = sv = 0
        # one of the two cycles is enough, and leaves room for the shift
        n = whole // CYCLES
        shift_x = lag if lag > 0 else 0
        shift_v = -lag if lag < 0 else 0
        for i in range(n):
            a = x[i + shift_x] - middle
            b = volts[i + shift_v] - middle
            p += a * b
            sx += a
            sv += b
        power = p * n - sx * sv
        channel.power = power // (n * n)
        # Below 5 % of the apparent power it is reactive power or noise: keep the direction.
        if channel.ms > 4 * channel.cal.noise + 2 * _Q:
            apparent = isqrt(channel.ms >> 8) * self._volts_rms * n * n >> 8
            if abs(power) * 20 > apparent:
                channel.direction = 1 if power > 0 else -1
        channel.sign = -channel.direction if channel.cal.flip else channel.direction

    def _find_period(self, buffers: list[list[int]], n: int, pace_ns: int) -> None:
        """Measure the period between upward crossings of the voltage, or of the largest current."""
        best, peak, mean = self._strongest(buffers, n)
        if peak < _MIN_PEAK:
            return
        first, last, count = crossings(buffers[best], n, mean, peak // 3)
        if count < 2:
            return
        period = (last - first) * pace_ns // ((count - 1) * 256000)
        if not _SHORTEST_US <= period <= _LONGEST_US:
            return
        if not self.cycles_seen or abs(period - self.period_us) > 1000:
            self.period_us = period
        else:
            self.period_us += (period - self.period_us) // 4
        self.cycles_seen += count - 1

    def _strongest(self, buffers: list[list[int]], n: int) -> tuple[int, int, int]:
        best = peak = mean = 0
        many = len(buffers)
        for k in range(many - 1 if self.has_voltage else 0, many):
            x = buffers[k]
            least = most = x[0]
            total = 0
            for i in range(n):
                v = x[i]
                total += v
                if v < least:
                    least = v
                elif v > most:
                    most = v
            if (most - least) // 2 > peak:
                best, peak, mean = k, (most - least) // 2, total // n
        if self.has_voltage:
            # Vrms in counts * 16 (a sine's peak over sqrt 2)
            self._volts_rms = peak * 16 * 181 // 256
        return best, peak, mean

    def frequency(self) -> int:
        """The mains frequency in 0.01 Hz, 0 = not known yet."""
        return 100000000 // self.period_us if self.cycles_seen else 0


def crossings(x: list[int], n: int, mean: int, level: int) -> tuple[int, int, int]:
    """(first, last, count) of upward crossings of mean + level, in 256ths of a sample.

    A crossing counts only after the signal was below mean - level, so that noise makes
    none. Crossings of zero are not used, because the current of a rectifier stays near
    zero for a while.
    """
    first = last = count = 0
    armed = False
    up = mean + level
    down = mean - level
    before = x[0]
    for i in range(1, n):
        v = x[i]
        if v < down:
            armed = True
        elif armed and v > up:
            armed = False
            last = ((i - 1) << 8) + ((up - before) << 8) // (v - before)
            if not count:
                first = last
            count += 1
        before = v
    return first, last, count
