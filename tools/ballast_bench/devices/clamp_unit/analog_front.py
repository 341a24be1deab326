"""A CT, its burden and an ESP32's ADC: what the clamp's firmware sees of a current.

Currents are sums of harmonics with a DC offset of the bias divider; the ADC has a
smooth non-linearity (a cubic, as data sheets show it), a step-size error per code,
noise, and ends. Deterministic for a seed.
"""

import math
import random

COUNTS = 4096
FULL_UV = 1_750_000  # 6 dB attenuation
CT_MA = 100_000
CT_UV = 333_000
SINE = {1: (1.0, 0.0)}
# a house of switched-mode supplies: crest factor 1.9
SPIKY = {1: (1.0, 0.0), 3: (0.45, 3.1), 5: (0.2, 0.1), 7: (0.1, 3.0)}
# half-wave heater on a phase: even harmonics
HALF = {1: (1.0, 0.0), 2: (0.42, 1.57), 4: (0.09, 1.57)}


class Adc:
    def __init__(self, seed, inl_counts=6.0, dnl_counts=0.5, noise_counts=1.2):
        rng = random.Random(seed)
        self.rng = rng
        self.noise = noise_counts
        self.inl = inl_counts
        self.dnl = [rng.uniform(-dnl_counts, dnl_counts) for _ in range(COUNTS)]

    def read(self, uv):
        x = uv / FULL_UV * COUNTS
        u = 2 * x / COUNTS - 1
        x += self.inl * (2.6 * (u**3 - u)) + self.rng.gauss(0, self.noise)
        code = max(0, min(COUNTS - 1, int(x)))
        return max(0, min(COUNTS - 1, code + round(self.dnl[code])))


class Front:
    """currents: per channel (rms A, {harmonic: (share, phase)}, phase angle to the voltage)."""

    def __init__(self, seed=1, hertz=50.0, currents=(), volts=None, bias_uv=FULL_UV // 2, **adc):
        self.adc = Adc(seed, **adc)
        self.hertz = hertz
        self.currents = list(currents)
        self.volts = volts
        self.bias_uv = bias_uv
        self.gain = 1.013  # CT, burden and attenuator, all off
        self.t = 0.0
        self.phase0 = self.adc.rng.uniform(0, 6.28)

    def _wave(self, t, amps, shape, angle):
        w = 2 * math.pi * self.hertz
        norm = math.sqrt(sum(a * a for a, _ in shape.values()) / 2)
        total = sum(
            a * math.sin(n * (w * t + self.phase0 - angle) + p) for n, (a, p) in shape.items()
        )
        return amps * total / norm

    def sample(self, n, pace_us, turn_us=60):
        """Buffers as the sampler fills them; channels in turn, `turn_us` apart."""
        many = len(self.currents) + (1 if self.volts else 0)
        out = [[0] * n for _ in range(many)]
        for i in range(n):
            for k in range(many):
                t = self.t + k * turn_us * 1e-6
                if k < len(self.currents):
                    amps, shape, angle = self.currents[k]
                    uv = self._wave(t, amps, shape, angle) * self.gain * CT_UV / CT_MA * 1000
                else:
                    uv = self._wave(t, self.volts, SINE, 0.0) * 1400
                out[k][i] = self.adc.read(self.bias_uv + uv)
            self.t += pace_us * 1e-6
        self.t += 0.013  # evaluation and radio
        return out
