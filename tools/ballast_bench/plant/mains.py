"""The supply in front of the house: three phase voltages that sag under load.

Each phase is an ideal source behind a resistance: V = source - R * I. The default
R is the resistive part of the reference impedance of IEC/TR 60725 (0.24 ohm line,
0.16 ohm neutral for 230 V, 50 Hz), halved because most houses are nearer to the
transformer (chosen). Reactance and the shift of the neutral are left out.
"""


class Mains:
    """Supply voltages; faults are plain attributes, call `touch()` of the plant after a change.

    source_v: nominal phase voltage in V. scale: 1.0 = nominal; 0.78 a brown-out, 1.17 an
    over-voltage. missing: set of house phases that are gone. lost: the whole supply is gone.
    freq_hz: 50.0 or 60.0. line_ohm: source resistance of one phase with its return.
    volts: [3] V at the house, recomputed by `load()`.
    """

    def __init__(self, source_v=230.0, phases=1, line_ohm=0.2, freq_hz=50.0):
        if phases not in (1, 3):
            raise ValueError(f"mains: phases is 1 or 3, not {phases!r}")
        self.source_v = source_v
        self.phases = phases
        self.line_ohm = line_ohm
        self.freq_hz = freq_hz
        self.scale = 1.0
        self.missing = set()
        self.lost = False
        self.volts = [0.0, 0.0, 0.0]
        self.load([0.0, 0.0, 0.0])

    def alive(self, phase):
        """True where the source delivers voltage on this house phase."""
        return not self.lost and phase < self.phases and phase not in self.missing

    def load(self, amps):
        """Set `volts` for these currents [A, + = drawn from the source]."""
        open_circuit = self.source_v * self.scale
        for phase in range(3):
            if self.alive(phase):
                self.volts[phase] = max(open_circuit - self.line_ohm * amps[phase], 0.0)
            else:
                self.volts[phase] = 0.0
