"""True RMS of up to three currents over whole mains cycles, in integers.

A window holds a little more than two mains cycles of raw ADC counts, all channels
sampled in turn at a steady pace. Of it exactly two cycles are used: the last sample
counts by the fraction that is missing, so that 50 and 60 Hz come out alike. The mean is
taken out (the divider's bias, ADC offset; a CT passes no DC). Mean squares, not
currents, are averaged over several windows, and the noise's own mean square, measured
with nothing in the clamp, is subtracted: at 0.3 A the signal is some 2 counts.

Aliasing does no harm to an RMS as long as the pace is not locked to the mains: a
harmonic above half the sample rate is folded, its square stays.
"""

from micropython import const

_Q = const(65536)  # mean squares are kept in counts^2 * 2^16
CYCLES = const(2)
NOMINAL_US = const(20000)
_SHORTEST_US = const(15000)  # 66 Hz
_LONGEST_US = const(22500)  # 44 Hz
_MIN_PEAK = const(40)  # counts: below that noise would move the crossings


def isqrt(n):
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
    """Of one channel. gain: mA per count, times 65536. noise: mean square with nothing in the
    clamp, counts^2 * 65536. lag_us: how much the current's samples lag behind the voltage's
    (CT phase error and the turn in the sampling). flip: the CT sits the wrong way round."""

    def __init__(self, gain=0, noise=0, lag_us=0, flip=False):
        self.gain = gain
        self.noise = noise
        self.lag_us = lag_us
        self.flip = flip

    @staticmethod
    def nominal(ct_ma, ct_uv, full_uv, counts=4096):
        """Gain of a CT that gives `ct_uv` (rms) at `ct_ma`, on an ADC with `full_uv` range."""
        return Calibration(full_uv * ct_ma * _Q // (ct_uv * counts))


class Channel:
    """Results of one current input. ms: mean square of the last window. ma: rms of it,
    signed where a voltage tells. clipped, fault: of the last window."""

    def __init__(self, calibration):
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

    def add(self):
        """Count the last window into the average."""
        self._sum += self.ms
        self._windows += 1

    def take_mean_square(self):
        """The mean square over all windows since the last call; starts a new average."""
        ms = self._sum // self._windows if self._windows else self.ms
        self._sum = self._windows = 0
        return ms

    def average_ma(self):
        """The rms over all windows since the last call, signed; starts a new average."""
        return self.to_ma(self.take_mean_square())

    def to_ma(self, ms):
        ms -= self.cal.noise
        if ms <= 0:
            return 0
        # sqrt(counts^2 * 2^16) = counts * 2^8; gain is mA * 2^16 per count
        return self.sign * ((isqrt(ms << 8) * self.cal.gain + (1 << 27)) >> 28)


class RmsMeter:
    """channels: list of Channel. has_voltage: the last sample buffer is the mains voltage.

    low, high: counts at which the ADC is at its end. middle, middle_tol: where the
    bias must lie; elsewhere the input is open or short. floor_ma: less is shown as 0.
    period_us: of the mains, found. cycles_seen: 0 until it was found once.
    """

    def __init__(self, channels, has_voltage, low=8, high=4087, middle=2048, middle_tol=500):
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

    def samples_for(self, pace_us):
        """How many sample sets a window needs at this pace."""
        return _LONGEST_US * CYCLES // pace_us + 3

    def window(self, buffers, n, pace_ns):
        """Evaluate `n` sample sets, `pace_ns` apart; buffers: one per channel, then voltage."""
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

    def _length(self, n, pace_ns):
        """Two cycles in samples: (whole, 256ths); as many cycles as fit, at least one window."""
        for cycles in range(CYCLES, 0, -1):
            q8 = self.period_us * cycles * 256000 // pace_ns
            if (q8 >> 8) + 1 < n:
                return q8 >> 8, q8 & 255
        return n - 1, 0

    def _rms(self, channel, x, whole, part):
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

    def _direction(self, channel, x, volts, whole, lag):
        """The sign of the power: + when current and voltage rise together. lag: in samples."""
        middle = self.middle
        p = sx = sv = 0
        # One cycle of the two: whole, and room to shift by up to the other.
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
        # Below 5 % of what the two could make, reactive or noise: the direction stays.
        if channel.ms > 4 * channel.cal.noise + 2 * _Q:
            apparent = isqrt(channel.ms >> 8) * self._volts_rms * n * n >> 8
            if abs(power) * 20 > apparent:
                channel.direction = 1 if power > 0 else -1
        channel.sign = -channel.direction if channel.cal.flip else channel.direction

    def _find_period(self, buffers, n, pace_ns):
        """From the upward passages of the voltage, or of the largest current."""
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

    def _strongest(self, buffers, n):
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

    def frequency(self):
        """0.01 Hz, 0 = not known yet."""
        return 100000000 // self.period_us if self.cycles_seen else 0


def crossings(x, n, mean, level):
    """(first, last, count) of upward passages of mean + level, in 256ths of a sample.

    A passage counts once the signal has been below mean - level: noise makes none. Not the
    zero itself is timed: between the spikes of rectifier loads a current lies flat on it.
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
