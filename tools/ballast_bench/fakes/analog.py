"""The ADC behind one GPIO: attenuation, quantisation, failure, and time where it matters."""


from .esp_err import esp_error


class AdcInput:
    """Samples in uV at the pad on one side, `take()` in calibrated uV on the other.

    `take` is replaced, never wrapped, so that a reading stays cheap. samples: what it gives, one
    after the other, for ever; at: the next one. plain: readings come from there, and take no
    time. fed: counts changes from outside. piece: what the samples are cut from, None = they are
    a list that may come again.
    """

    def __init__(self, device, gpio):
        self.device = device
        self.gpio = gpio
        self.atten = 3
        self._samples = [0]
        self.piece = None
        self.at = 0
        self.plain = True
        self.fed = 0
        self._true_uv = [0]
        self._timed = None
        self.take = self._next

    def feed(self, samples_uv):
        if not samples_uv:
            raise ValueError("an ADC needs at least one sample")
        self._true_uv = samples_uv
        atten = self.atten
        self._give([self.calibrated_uv(uv, atten) for uv in samples_uv])

    def feed_calibrated(self, read_uv):
        """Samples that calibrated_uv() has already been applied to, for 11 dB (a cache).

        The list is kept, and must not change.
        """
        self._true_uv = None
        self._give(read_uv)

    def feed_piece(self, piece):
        """The same, of a pad_noise.Piece; its readings are made when one is taken."""
        self._true_uv = None
        self._give(None, piece)

    def _give(self, read_uv, piece=None):
        self._timed = None
        self._samples, self.piece = read_uv, piece
        self._use(self._next, True)

    @property
    def samples(self):
        if self._samples is None:
            self._samples = list(map(self.piece.uv, self.piece.values))
        return self._samples

    def feed_timed(self, volts_at_us):
        self._timed = volts_at_us
        self._use(self._take_timed, False)

    def fail(self, failing):
        if failing:
            self._use(self._take_failed, False)
        elif self._timed:
            self._use(self._take_timed, False)
        else:
            self._use(self._next, True)

    def _use(self, take, plain):
        self.take = take
        self.plain = plain
        self.fed += 1

    def set_atten(self, atten):
        self.atten = atten
        if self._true_uv is not None and self.plain:
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
        """As adc.c: the calibration gives whole mV, read_uv() multiplies by 1000.

        What this unit's calibration leaves: its gain error, and near full scale at 11 dB a sag.
        """
        full_mv = self.device.chip.adc_full_mv[atten]
        gain = self.device.adc_gain
        if gain != 1.0:
            uv = uv * gain
        mv = (self.raw(uv, atten) * full_mv + 2048) // 4096
        if atten == 3:
            above_mv, slope, most_mv = self.device.chip.adc_sag
            if mv > above_mv:
                mv -= min(most_mv, round((mv - above_mv) * slope))
        return mv * 1000

    def counts(self, uv):
        """The 12 bit result behind a reading of calibrated_uv(), without its sag."""
        mv, atten = uv // 1000, self.atten
        if atten == 3:
            above_mv, slope, most_mv = self.device.chip.adc_sag
            if slope and mv > above_mv:
                mv += min(most_mv, round((mv - above_mv) * slope / (1.0 - slope)))
        return min(4095, mv * 4096 // self.device.chip.adc_full_mv[atten])

    def _next(self):
        at = self.at
        samples = self._samples
        if samples is None:
            samples = self.samples
        if at >= len(samples):
            at = 0
        self.at = at + 1
        return samples[at]

    def _take_failed(self):
        raise esp_error("ESP_ERR_TIMEOUT")  # adc_oneshot.c:218: the lock is taken

    def _take_timed(self):
        clock = self.device.clock
        clock.sleep_us(self.device.adc_us())
        return self.calibrated_uv(self._timed(clock.us()), self.atten)
