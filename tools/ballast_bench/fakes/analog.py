"""The ADC behind one GPIO: attenuation, quantisation, failure, and time where it matters."""

try:
    from itertools import chain, repeat

    def endless(samples):
        """Callable that walks `samples` for ever and sees later changes in place."""
        return chain.from_iterable(repeat(samples)).__next__

    endless([0])
except (ImportError, AttributeError):  # the MicroPython VM

    def endless(samples):
        state = [0]

        def take():
            i = state[0]
            state[0] = i + 1 if i + 1 < len(samples) else 0
            return samples[i]

        return take


class AdcInput:
    """Samples in uV at the pad on one side, `take()` in calibrated uV on the other.

    `take` is replaced, never wrapped, so that a reading stays cheap.
    """

    def __init__(self, device, gpio):
        self.device = device
        self.gpio = gpio
        self.atten = 3
        self._true_uv = [0]
        self._timed = None
        self._read_uv = [0]
        self._cycle = endless(self._read_uv)
        self.take = self._cycle

    def feed(self, samples_uv):
        if not samples_uv:
            raise ValueError("an ADC needs at least one sample")
        self._true_uv = samples_uv
        self._timed = None
        atten = self.atten
        self._read_uv[:] = [self.calibrated_uv(uv, atten) for uv in samples_uv]
        self.take = self._cycle

    def feed_calibrated(self, read_uv):
        """Samples that calibrated_uv() has already been applied to, for 11 dB (a cache)."""
        self._true_uv = None
        self._timed = None
        self._read_uv[:] = read_uv
        self.take = self._cycle

    def feed_timed(self, volts_at_us):
        self._timed = volts_at_us
        self.take = self._take_timed

    def fail(self, failing):
        if failing:
            self.take = self._take_failed
        else:
            self.take = self._take_timed if self._timed else self._cycle

    def set_atten(self, atten):
        self.atten = atten
        if self._true_uv is not None and self.take == self._cycle:
            self.feed(self._true_uv)
        elif self._true_uv is None and atten != 3:
            raise ValueError("GPIO%d is fed with readings for 11 dB" % self.gpio)

    def raw(self, uv, atten):
        """12 bit result for `uv` at the pad."""
        full_uv = self.device.chip.adc_full_mv[atten] * 1000
        if uv <= self.device.chip.adc_floor_mv * 1000:
            return 0
        return min(4095, int(uv) * 4096 // full_uv)

    def calibrated_uv(self, uv, atten=3):
        """As adc.c: the calibration gives whole mV, read_uv() multiplies by 1000."""
        full_mv = self.device.chip.adc_full_mv[atten]
        return (self.raw(uv, atten) * full_mv + 2048) // 4096 * 1000

    def _take_failed(self):
        raise OSError(0x103, "ESP_ERR_INVALID_STATE")

    def _take_timed(self):
        clock = self.device.clock
        clock.sleep_us(self.device.adc_read_us)
        return self.calibrated_uv(self._timed(clock.us()), self.atten)
