"""Control pilot: from the readings of a burst to a level, and from a current to a duty.

IEC 61851-1 Annex A. Levels: A 12 V, B 9 V, C 6 V, D 3 V, E 0 V, F -12 V. The highest
reading of a burst decides the level; the lowest one shows whether the EV's diode is there.
The thresholds lie midway between two levels, with 250 mV of hysteresis. A reading that is
more than 1.1 V away from every nominal value is "lost", after the same debounce.

Two bursts must agree that lie 10 ms apart or more, so that a disturbance of one burst changes
nothing; by time and not by count, because steps that were held up follow each other closely.
A late step takes two bursts and decides at once (Pilot.step).
"""

from micropython import const

from ballast.control.records import Scan

# Levels, in the order of the voltage.
A = const(0)
B = const(1)
C = const(2)
D = const(3)
E = const(4)  # 0 V: CP-PE short, or the EV's electronics are dead
NEG = const(5)  # steady -12 V: our own state F
LOST = const(6)  # ADC failed, or a level outside every window

NAMES = ("A", "B", "C", "D", "E", "F", "lost")

_HYST_MV = const(250)
_WINDOW_MV = const(1100)  # +-1.1 V round nominal, as boards in the field have it
_OVER_MV = const(13500)  # above 12.6 V + divider error: our generator or wiring is broken
_DIODE_MV = const(-10000)  # -11.4 V at least with a diode, -8.8 V in B without one
_AGREE_MS = const(10)  # chosen: half a step
LATE_MS = const(25)  # after a longer gap the next step would come too late: this one decides
NOT_PENDING = const(-1)

MIN_MA = const(6000)  # IEC 61851-1 Table A.8: 6 A is the smallest current there is
MAX_MA = const(80000)


def duty_u16(ma: int, bits: int) -> int:
    """PWM duty (0..65535) that advertises at most `ma` on a timer of `bits` bits.

    IEC 61851-1 Table A.8: I = 0.6 A per percent up to 51 A, then 2.5 * (d - 64).
    The duty is rounded down to a whole step of the timer, so the advertised current
    never exceeds `ma`. Below 6 A no duty exists; the result is 0, which stands for "no PWM".
    """
    if ma < MIN_MA:
        return 0
    if ma < 52500:
        duty = min(ma, 51000) * 2048 // 1875  # 65536 / 60000, reduced: stays within 2**30
    else:
        duty = (min(ma, MAX_MA) * 4096 + 655360000) // 15625  # (I / 2.5 + 64) percent
    return duty >> (16 - bits) << (16 - bits)


def advertised_ma(duty: int) -> int:
    """Current in mA that a u16 duty (0..65535) advertises to the EV, rounded up.

    Rounded up, so that a comparison with a limit never finds less than the EV may take.
    """
    if duty <= 55705:  # 85 %
        return (duty * 1875 + 2047) // 2048
    return (duty * 15625 - 655360000 + 4095) // 4096


def classify(mv: int, previous: int) -> int:
    """The level (A .. LOST) of a burst's highest reading in mV.

    previous: the level until now; the hysteresis favours it.
    """
    if mv > _OVER_MV:
        return LOST
    for level in range(4):  # A..D; a better level than before needs the higher threshold
        if mv >= 10500 - 3000 * level + (_HYST_MV if level < previous else -_HYST_MV):
            return level
    return NEG if mv < -1500 - (-_HYST_MV if previous == NEG else _HYST_MV) else E


def in_window(mv: int, level: int) -> bool:
    """Whether `mv` lies within 1.1 V of the nominal value of `level` (A..E)."""
    if level > E:
        return True  # NEG and LOST have no window of their own
    off = mv - (12000 - 3000 * level)
    return -_WINDOW_MV <= off <= (1500 if level == A else _WINDOW_MV)


class Pilot:
    """Debounced level and diode of one control pilot.

    level: A .. LOST. diode: 1 = present, 0 = missing, -1 = not known since plug-in.
    raw: the level of the last burst alone, for the bench and for support. pending_ms: for how long
    bursts have agreed on a `raw` that is not `level` yet; NOT_PENDING when it is.
    diode_bad_ms: for how long the low level has been too high for a diode.
    """

    def __init__(self) -> None:
        self.level = LOST
        self.raw = LOST
        self.diode = -1
        self.diode_bad_ms = 0
        self.pending_ms = NOT_PENDING

    def step(self, scan: Scan, dt_ms: int, pwm: bool) -> None:
        """Judge the burst of one step. pwm: the generator has been in PWM for the whole burst.

        Two bursts must agree. In a late step while the EV may charge (C, D) a change is decided
        at once, by its own two bursts: so the charger sees an EV open S2 within the 100 ms of
        IEC 61851-1 Table A.6 (8.1). How late a step may be: safety/README.md.
        """
        raw = LOST
        if scan.pilot_samples:
            raw = classify(scan.pilot_high_mv, self.level)
            if raw != LOST and not in_window(scan.pilot_high_mv, raw):
                raw = LOST
        if raw == self.level:
            self.pending_ms = NOT_PENDING
        elif raw != self.raw or self.pending_ms < 0:
            self.pending_ms = 0
        else:
            self.pending_ms += dt_ms
        self.raw = raw
        if raw != self.level and (self.pending_ms >= _AGREE_MS or self._late(scan, dt_ms)):
            self.level = raw
            self.pending_ms = NOT_PENDING
            if raw == A:
                self.diode = -1
                self.diode_bad_ms = 0
        if pwm and scan.pilot_samples:
            self._judge_diode(scan.pilot_low_mv, dt_ms)

    def _late(self, scan: Scan, dt_ms: int) -> bool:
        """Whether a change is decided in this step: it is late, and no burst of it is `level`."""
        if dt_ms <= LATE_MS or (self.level != C and self.level != D):
            return False
        first_mv = scan.pilot_first_mv
        if scan.pilot_bursts < 2 or classify(first_mv, self.level) != self.level:
            return True
        return not in_window(first_mv, self.level)

    def _judge_diode(self, low_mv: int, dt_ms: int) -> None:
        if self.level == A or self.level > D:
            return
        if low_mv <= _DIODE_MV:
            self.diode = 1
            self.diode_bad_ms = 0
            return
        self.diode_bad_ms += dt_ms if dt_ms < LATE_MS else LATE_MS
        if self.diode_bad_ms >= 100:  # five bursts, chosen: IEC gives no time, we require 1 s
            self.diode = 0
