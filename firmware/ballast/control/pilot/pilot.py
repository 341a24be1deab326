"""Control pilot: what the levels mean, and which duty says how much.

IEC 61851-1 Annex A. Levels: A 12 V, B 9 V, C 6 V, D 3 V, E 0 V, F -12 V; the
high level is judged, the low level only tells whether the vehicle's diode is
there. Thresholds lie midway with 250 mV of hysteresis; a level that lies in no
window of +-1.1 V round a nominal value is "lost", after the same debounce.
"""

from micropython import const

# Levels as judged. The order is that of the voltage.
A = const(0)
B = const(1)
C = const(2)
D = const(3)
E = const(4)  # 0 V: CP-PE short, or the vehicle's electronics are dead
NEG = const(5)  # steady -12 V: our own state F
LOST = const(6)  # ADC failed, or a level outside every window

NAMES = ("A", "B", "C", "D", "E", "F", "lost")

_HYST_MV = const(250)
_WINDOW_MV = const(1100)  # +-1.1 V round nominal, as the field's boards judge it
_OVER_MV = const(13500)  # above 12.6 V + divider error: own generator or wiring broken
_DIODE_MV = const(-10000)  # -11.4 V at least with a diode, -8.8 V in B without one
_LATE_MS = const(25)  # a step later than this must not wait for a second opinion

MIN_MA = const(6000)  # IEC 61851-1 Table A.8: 6 A is the smallest current there is
MAX_MA = const(80000)


def duty_u16(ma, bits):
    """PWM duty (0..65535) that advertises at most `ma` on a timer of `bits` bits.

    IEC 61851-1 Table A.8: I = 0.6 A per percent up to 51 A, then 2.5 * (d - 64).
    Always rounded down, to a whole step of the timer: the advertised current
    never exceeds `ma`. Below 6 A there is no duty: 0 is returned, meaning "no PWM".
    """
    if ma < MIN_MA:
        return 0
    if ma < 52500:
        duty = min(ma, 51000) * 2048 // 1875  # 65536 / 60000, reduced: stays within 2**30
    else:
        duty = (min(ma, MAX_MA) * 4096 + 655360000) // 15625  # (I / 2.5 + 64) percent
    return duty >> (16 - bits) << (16 - bits)


def advertised_ma(duty):
    """Current in mA that a u16 duty (0..65535) tells the vehicle, rounded up.

    Rounded up, so that comparing it with a limit is never flattering.
    """
    if duty <= 55705:  # 85 %
        return (duty * 1875 + 2047) // 2048
    return (duty * 15625 - 655360000 + 4095) // 4096


def vehicle_ma(duty_cpct):
    """What a vehicle reads from a duty in 0.01 %: mA, 0 = must not charge.

    IEC 61851-1 Table A.7. 3..7 % asks for digital communication, which this
    charger does not offer: 0 as well.
    """
    if duty_cpct < 800 or duty_cpct > 9700:
        return 0
    if duty_cpct <= 8500:
        return max(MIN_MA, 6 * duty_cpct)
    return min(25 * (duty_cpct - 6400), MAX_MA)


def classify(mv, previous):
    """The level of a high reading in mV, with hysteresis towards `previous`."""
    if mv > _OVER_MV:
        return LOST
    for level in range(4):  # A..D; a better level than before needs the higher threshold
        if mv >= 10500 - 3000 * level + (_HYST_MV if level < previous else -_HYST_MV):
            return level
    return NEG if mv < -1500 - (-_HYST_MV if previous == NEG else _HYST_MV) else E


def in_window(mv, level):
    """Whether `mv` lies within 1.1 V of the nominal value of `level` (A..E)."""
    if level > E:
        return True  # NEG and LOST have no window of their own
    off = mv - (12000 - 3000 * level)
    return -_WINDOW_MV <= off <= (1500 if level == A else _WINDOW_MV)


class Pilot:
    """Debounced level and diode of one control pilot.

    level: A .. LOST. diode: 1 seen, 0 seen missing, -1 not known since plug-in.
    raw: the last single judgement, for the bench and for support.
    """

    def __init__(self):
        self.level = LOST
        self.raw = LOST
        self.diode = -1
        self.diode_bad_ms = 0
        self._seen = 0

    def step(self, scan, dt_ms, pwm):
        """Judge one burst. `pwm`: the generator has been in PWM for the whole burst.

        Two bursts must agree; after a late step one is enough, so that a vehicle
        that opens S2 is seen within the 100 ms of IEC 61851-1 Table A.6 (8.1).
        """
        if scan.pilot_samples == 0:
            raw = LOST
        else:
            high = scan.pilot_high_mv
            raw = classify(high, self.level)
            if raw != LOST and not in_window(high, raw):
                raw = LOST
        if raw == self.level:
            self._seen = 0
        elif raw != self.raw:
            self._seen = 1
        else:
            self._seen += 1
        self.raw = raw
        late = dt_ms > _LATE_MS and (self.level == C or self.level == D)
        if raw != self.level and (self._seen >= 2 or late):
            self.level = raw
            self._seen = 0
            if raw == A:
                self.diode = -1
                self.diode_bad_ms = 0
        if pwm and scan.pilot_samples:
            self._judge_diode(scan.pilot_low_mv, dt_ms)

    def _judge_diode(self, low_mv, dt_ms):
        if self.level == A or self.level > D:
            return
        if low_mv <= _DIODE_MV:
            self.diode = 1
            self.diode_bad_ms = 0
            return
        self.diode_bad_ms += dt_ms
        if self.diode_bad_ms >= 100:  # five bursts: IEC gives no time, 1 s is the bar
            self.diode = 0
