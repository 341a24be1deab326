"""The supply in front of the house: three phase voltages that sag under load.

Each phase is an ideal source behind a resistance, with one neutral for all. The default loop of
0.2 ohm is the resistive part of the reference impedance of IEC/TR 60725 (0.24 ohm line,
0.16 ohm neutral for 230 V, 50 Hz), halved because most houses are nearer to the
transformer (chosen). Reactance is left out.
"""

from cmath import exp as turn
from math import inf, pi

from ballast_bench.plant.pulses import Pulses

_TURNS = tuple(turn(-2j * pi * phase / 3.0) for phase in range(3))
_IDLE_W = 20.0  # chosen: what stays on in a phase of a house; it decides a floating star point


class Mains:
    """Supply voltages; faults are plain attributes, call `touch()` of the plant after a change.

    source_v: nominal phase voltage in V. scale: 1.0 = nominal; 0.78 a brown-out, 1.17 an
    over-voltage. missing: set of house phases that are gone. lost: the whole supply is gone.
    freq_hz: 50.0 or 60.0. line_ohm: source resistance of one phase with its return.
    neutral_ohm: the part of line_ohm that lies in the common neutral: with three phases it
    shifts the star point (0 = none does). neutral_lost: the neutral is broken.
    dips: Pulses that scale the voltage (flicker, sags, interruptions). next_s: its next change.
    volts: [3] V at the house, recomputed by `load()`.
    """

    def __init__(self, source_v=230.0, phases=1, line_ohm=0.2, freq_hz=50.0, neutral_ohm=0.0):
        if phases not in (1, 3):
            raise ValueError(f"mains: phases is 1 or 3, not {phases!r}")
        if not 0.0 <= neutral_ohm <= max(line_ohm, 0.0):
            raise ValueError(f"mains: neutral_ohm is from 0 to line_ohm, not {neutral_ohm!r}")
        self.source_v = source_v
        self.phases = phases
        self.line_ohm = line_ohm
        self.neutral_ohm = neutral_ohm
        self.freq_hz = freq_hz
        self.scale = 1.0
        self.missing = set()
        self.lost = False
        self.neutral_lost = False
        self.dips = Pulses()
        self.dip_share = 1.0  # of the voltage, while a dip lasts
        self.volts = [0.0, 0.0, 0.0]
        self.next_s = inf
        self.load([0.0, 0.0, 0.0])

    def alive(self, phase):
        """True where the source delivers voltage on this house phase."""
        if self.neutral_lost and self.phases == 1:
            return False
        return not self.lost and phase < self.phases and phase not in self.missing

    def dip(self, share, now_s, seconds, every_s=0.0, times=1):
        """From now on the voltage falls to `share` of itself, `times` times for `seconds`."""
        self.dip_share = share
        self.dips.start(now_s, seconds, every_s, times)
        self.next_s = self.dips.next_s

    def advance(self, now_s):
        """Begin and end dips. True when the voltage changed."""
        changed = self.dips.advance(now_s)
        self.next_s = self.dips.next_s
        return changed

    def open_circuit_v(self):
        """Phase voltage of the source without load, V."""
        volts = self.source_v * self.scale
        return volts * self.dip_share if self.dips.on else volts

    def load(self, amps):
        """Set `volts` for these currents [A, + = drawn from the source]."""
        open_circuit = self.open_circuit_v()
        if self.phases == 3 and (self.neutral_lost or self.neutral_ohm):
            self._star(open_circuit, amps)
            return
        for phase in range(3):
            if self.alive(phase):
                self.volts[phase] = max(open_circuit - self.line_ohm * amps[phase], 0.0)
            else:
                self.volts[phase] = 0.0

    def _star(self, open_circuit, amps):
        """Three phases on one neutral. A current is in phase with its own voltage.

        With a broken neutral every load counts as a conductance at nominal voltage, so the star
        point goes where their currents cancel (Millman): the least loaded phase rises towards
        the voltage between two phases.
        """
        alive = [phase for phase in range(3) if self.alive(phase)]
        if self.neutral_lost:
            least = _IDLE_W / self.source_v
            siemens = {phase: max(amps[phase], least) / self.source_v for phase in alive}
            total = sum(siemens.values())
            star = sum(open_circuit * _TURNS[p] * siemens[p] for p in alive) / total if total else 0.0
            own_ohm = 0.0
        else:
            star = self.neutral_ohm * sum(amps[phase] * _TURNS[phase] for phase in alive)
            own_ohm = self.line_ohm - self.neutral_ohm
        for phase in range(3):
            here = (open_circuit - own_ohm * amps[phase]) * _TURNS[phase] - star
            self.volts[phase] = abs(here) if phase in alive else 0.0
