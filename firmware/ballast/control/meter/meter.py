"""Whether a reading of the mains can be trusted: one `Meter` per source.

A link delivers readings with `put`; the scan cycle calls `step` every 20 ms.
Only in state GOOD may a balancer raise or hold a current because of `ma`. In every other
state the SITE (or PANEL) slot is not renewed: it expires `fallback_ms` after the last
sample, and the charger falls to its fallback current.

A reading must pass two checks:
 - It is possible: a breaker or fuse of this rating could carry it, and it is not negative
   where nothing can export.
 - It follows the EV: when the EV's current (own power meter) moves by 4 A, the mains moves
   too. The reading of a frozen meter, of one with a wrong ratio or of one on another cable
   does not. A value that only repeats in a calm house passes: nothing moved.

Currents are signed mA, + = import. Times are ms on the wrapping tick.
On the ESP32 a soft Timer may call `step` between any two statements of `put`, never the
other way round.
"""

from micropython import const

from ballast.control.meter.ev_meter import EvMeter
from ballast.control.meter.reaction import (
    WHY_DEAF,  # noqa: F401  other modules import all reasons from here
    WHY_FROZEN,
    WHY_OK,
    WHY_REVERSED,  # noqa: F401
    WHY_SWAPPED,  # noqa: F401
    Reaction,
)
from ballast.control.ticks import add, diff

# Meter.state
NONE = const(0)  # no reading yet
GOOD = const(1)
STALE = const(2)  # no reading for longer than 2.5 expected intervals
DISTRUSTED = const(3)  # the newest readings failed a check: see Meter.reason
RECOVERING = const(4)  # the newest readings passed; GOOD after a probation

# Meter.reason: why it is not GOOD
# WHY_OK = 0, WHY_FROZEN = 3, WHY_DEAF = 4, WHY_SWAPPED = 5, WHY_REVERSED = 6: reaction.py
WHY_NEVER = const(1)  # no reading since power-up
WHY_SILENT = const(2)
WHY_RANGE = const(7)  # more than the fuse could carry for so long
WHY_JUMPING = const(8)  # no switched load behind this fuse makes such jumps
WHY_NEGATIVE = const(9)  # export where nothing can export

REASON_KEYS = (
    "ok",
    "never",
    "silent",
    "frozen",
    "deaf",
    "swapped",
    "reversed",
    "range",
    "jumping",
    "negative",
)

_FALLBACK_MS = const(4900)  # so that the pilot falls within 5 s: two steps and their work are in it
_FIRST_PROBATION_MS = const(3000)  # after the first reading
_PROBATION_MS = const(10000)  # after a failed check; twice as long for each failed reaction
_AGE_MAX_MS = const(100000000)  # the age stops here (27 h), long before tick differences wrap
_MAX_MA = const(10000000)  # 10 kA: no current sensor of a building measures as much

_NEGATIVE_MA = const(-1000)  # noise and phase error of a CT without load stay above this
_LONG_OVER_MS = const(120000)
_JUMP_WINDOW_MS = const(10000)
_JUMPS = const(3)


class Meter:
    """One source of mains readings. All attributes are read-only for others.

    ma: [3] the newest reading; where nothing can export, a negative value counts as 0.
    raw: [3] the same as it came. t_ms: when it was measured (arrival - age).
    seq: counts accepted readings. age_ms: time since t_ms, -1 = no reading yet.
    state, reason: see the constants. delay_ms: from a movement of the EV to the
    first sample that showed it (sampling included), smoothed; 0 = not measured yet.
    interval_ms: how often the sender said that it sends. stale_ms, fallback_ms: age at which
    the meter is STALE, and at which its slot must have expired. refused: puts with bad values.
    waiting: a reading was delivered that step() has not taken yet.
    """

    def __init__(self) -> None:
        self.ma = [0, 0, 0]
        self.raw = [0, 0, 0]
        self.t_ms = 0
        self.seq = 0
        self.age_ms = -1
        self.state = NONE
        self.reason = WHY_NEVER
        self.delay_ms = 0
        self.refused = 0
        self._put_ma = [0, 0, 0]  # what put() delivered and step() has not taken yet
        self._put_ms = 0
        self.waiting = False
        self._probation_from_ms = 0
        self._probation_ms = _FIRST_PROBATION_MS
        self._was_good = False  # GOOD just before it became STALE
        self._over_from_ms = 0
        self._over = False  # the newest reading is above 2.55 times the fuse
        self._jumps = 0
        self._last_jump_ms = 0
        self._ev_seq = -1
        self._reaction = Reaction()
        self.set_supply(16000, False, None)
        self.expect(1000)

    def set_supply(self, fuse_ma: int, export: bool, phase_map: "list[int] | None") -> None:
        """Set where the meter is installed.

        fuse_ma: rating of the fuse or breaker whose current it measures (> 0).
        export: PV, a battery or a generator can feed back.
        phase_map: [3] mains phase (0..2) of the charger's L1, L2, L3 as the
            commissioning test found it; None = not commissioned.
        """
        self._fuse = fuse_ma if fuse_ma > 0 else 1
        self._export = export
        self._reaction.set_phases(phase_map)

    def expect(self, interval_ms: int) -> None:
        """Set how often the sender says that it sends; less than 200 ms or more than 30 s is cut."""
        if interval_ms < 200:
            interval_ms = 200
        elif interval_ms > 30000:
            interval_ms = 30000
        self.interval_ms = interval_ms
        stale = interval_ms * 5 // 2
        self.stale_ms = stale if stale > 1500 else 1500  # a fast source may lose a few
        self.fallback_ms = _FALLBACK_MS if self.stale_ms <= 3000 else self.stale_ms + 2000

    def put(self, now_ms: int, l1_ma: int, l2_ma: int, l3_ma: int, age_ms: int) -> bool:
        """Deliver a reading that was measured `age_ms` ago.

        False if a value is no int, or outside +-10 kA or 0..27 h: then nothing is delivered.
        """
        self.waiting = False
        if (
            not (isinstance(l1_ma, int) and isinstance(l2_ma, int) and isinstance(l3_ma, int))
            or not isinstance(age_ms, int)
            or not -_MAX_MA < l1_ma < _MAX_MA
            or not -_MAX_MA < l2_ma < _MAX_MA
            or not -_MAX_MA < l3_ma < _MAX_MA
            or not 0 <= age_ms < _AGE_MAX_MS
        ):
            self.refused += 1
            return False
        self._put_ma[0] = l1_ma
        self._put_ma[1] = l2_ma
        self._put_ma[2] = l3_ma
        self._put_ms = add(now_ms, -age_ms)
        self.waiting = True  # last, so that step() takes only whole readings
        return True

    def step(self, now_ms: int, ev: EvMeter, offered_ma: int, take: bool = True) -> None:
        """Take the newest reading, if any; update state, reason and age_ms.

        ev: the own power meter. offered_ma: what the EV may draw now. take: False = a reading
        that waits is left for a later step.
        """
        if ev.fitted and ev.seq != self._ev_seq:
            self._ev_seq = ev.seq
            self._reaction.watch(now_ms, ev.ma)
        if self.waiting and take:
            self.waiting = False
            if self.state == NONE or diff(self._put_ms, self.t_ms) >= 0:  # else a newer one overtook it
                self._take(now_ms, ev, offered_ma)
        if self.state == NONE:
            return
        age = diff(now_ms, self.t_ms)
        if age < 0:
            age = 0
        if age > _AGE_MAX_MS:
            age = _AGE_MAX_MS
            self.t_ms = add(now_ms, -_AGE_MAX_MS)
        self.age_ms = age
        if age > self.stale_ms and self.state != STALE and not self.waiting:
            self._was_good = self.state == GOOD
            self.state = STALE
            if self.reason == WHY_OK:
                self.reason = WHY_SILENT
            self._reaction.forget()
            self._over = False

    def _take(self, now_ms: int, ev: EvMeter, offered_ma: int) -> None:
        """Accept one reading, check it and move the state."""
        why = self._possible(now_ms)
        in_time = self.age_ms <= self.fallback_ms
        for i in range(3):
            x = self.raw[i] = self._put_ma[i]
            self.ma[i] = x if self._export or x > 0 else 0
        self.t_ms = self._put_ms
        self.seq = (self.seq + 1) & 0x3FFFFFFF
        reaction = self._reaction
        doubt = self.reason if self.state == DISTRUSTED else WHY_OK
        answer = reaction.judge(now_ms, self.ma, ev, offered_ma, self.interval_ms, doubt)
        self.delay_ms = reaction.delay_ms
        if why == WHY_OK:
            why = answer
        if why != WHY_OK:
            self.state = DISTRUSTED
            self.reason = why
            self._probation_ms = self._longer_probation()
        elif self.state == DISTRUSTED:
            if self.reason != WHY_FROZEN or not reaction.same:  # else still frozen
                self._begin_probation(now_ms)
        elif self.state == STALE:
            if self._was_good and in_time:
                self.state = GOOD  # its slot has not expired: this sample was only late
                self.reason = WHY_OK
            else:
                self._probation_ms = self._longer_probation()
                self._begin_probation(now_ms)
        elif self.state == NONE:
            self._begin_probation(now_ms)
        elif self.state == RECOVERING and diff(now_ms, self._probation_from_ms) >= self._probation_ms:
            self.state = GOOD
            self.reason = WHY_OK

    def _longer_probation(self) -> int:
        strikes = self._reaction.strikes
        return _PROBATION_MS << (strikes - 1 if strikes > 0 else 0)

    def _begin_probation(self, now_ms: int) -> None:
        self.state = RECOVERING
        self._probation_from_ms = now_ms

    def _possible(self, now_ms: int) -> int:
        """WHY_OK if this fuse could carry the new reading and this site could export it."""
        why = WHY_OK
        over = False
        jump = False
        fuse = self._fuse
        for i in range(3):
            x = self._put_ma[i]
            # Above 10 In every breaker (B, C: IEC 60898-1, 5.3.5) opens within 0.1 s:
            # an rms value over whole seconds cannot be there.
            if abs(x) > 10 * fuse:
                why = WHY_RANGE
            # 2.55 In opens within 120 s (IEC 60898-1 table 7, test c).
            if abs(x) * 20 > 51 * fuse:
                over = True
            if x < _NEGATIVE_MA and not self._export and why == WHY_OK:
                why = WHY_NEGATIVE
            if self.state != NONE and abs(x - self.ma[i]) * 2 > 3 * fuse:
                jump = True
        if over and not self._over:
            self._over_from_ms = now_ms
        self._over = over
        if over and diff(now_ms, self._over_from_ms) > _LONG_OVER_MS:
            why = WHY_RANGE
        if self._jumps > 0 and diff(now_ms, self._last_jump_ms) > _JUMP_WINDOW_MS:
            self._jumps = 0
        if jump:
            self._jumps += 1
            self._last_jump_ms = now_ms
            if self._jumps >= _JUMPS and why == WHY_OK:
                why = WHY_JUMPING
        return why
