"""Whether a reading of the mains may be believed: one `Meter` per source.

A link delivers readings with `put`; the scan cycle calls `step` every 20 ms.
Only in state GOOD may a balancer raise or keep a current because of `ma`;
in every other state the SITE (or PANEL) slot is left to run out, `fallback_ms`
after the last sample, and the charger falls to its fallback current.

Two kinds of proof are asked of a reading:
 - it is possible: a breaker or fuse of this rating could carry it, and it is
   not negative where nothing can export;
 - it answers: when the EV's own current (own power meter) moves by 4 A, so must
   the mains. A frozen, mis-scaled or wrongly clamped meter does not. A value
   that merely repeats in a calm house is no offence: nothing moved.

Currents are signed mA, + = import. Times are ms on the wrapping tick.
`put` may be interrupted by `step` between any two of its statements (a soft
Timer on the ESP32), never the other way round.
"""

from micropython import const

from ballast.control.meter.reaction import (
    WHY_DEAF,  # noqa: F401  one place for readers of a Meter to find the reasons
    WHY_FROZEN,
    WHY_OK,
    WHY_REVERSED,  # noqa: F401
    WHY_SWAPPED,  # noqa: F401
    Reaction,
)
from ballast.control.ticks import add, diff

# What the meter is (Meter.state)
NONE = const(0)  # never heard
GOOD = const(1)
STALE = const(2)  # silent for longer than 2.5 expected intervals
DISTRUSTED = const(3)  # it speaks, and the last word on it is `reason`
RECOVERING = const(4)  # plausible again, on probation

# Why it is not GOOD (Meter.reason)
# WHY_OK = 0, WHY_FROZEN = 3, WHY_DEAF = 4, WHY_SWAPPED = 5, WHY_REVERSED = 6: meter_reaction.py
WHY_NEVER = const(1)  # no sample since power-up
WHY_SILENT = const(2)
WHY_RANGE = const(7)  # more than the main fuse could carry for so long
WHY_JUMPING = const(8)  # jumps that no switched load behind this fuse makes
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

_FALLBACK_MS = const(4900)  # at the pin within 5 s, two steps and one step's work included
_FIRST_HOLD_MS = const(3000)  # a meter that was never doubted proves itself in 3 s
_HOLD_MS = const(10000)  # one that was: 10 s of good data; doubled for each failed reaction
_AGE_MAX_MS = const(100000000)  # age saturates (27 h), long before the tick differences wrap
_MAX_MA = const(10000000)  # 10 kA: no current sensor of a building says this

_NEGATIVE_MA = const(-1000)  # CT noise and phase error at no load stay above this
_LONG_OVER_MS = const(120000)
_JUMP_WINDOW_MS = const(10000)
_JUMPS = const(3)


class Meter:
    """One source of mains readings. All attributes are read-only for others.

    ma: [3] the newest reading; where nothing can export, less than 0 counts as 0.
    raw: [3] the same as it came. t_ms: when it was measured (arrival - age).
    seq: counts accepted readings. age_ms: since t_ms, -1 = never.
    state, reason: see the constants. delay_ms: from a movement of the EV to the
    first sample that showed it (sampling included), smoothed; 0 = not seen yet.
    interval_ms, stale_ms, fallback_ms: what the sender promised, when it counts
    as silent, and when its slot has to have fallen back (all since t_ms).
    """

    def __init__(self):
        self.ma = [0, 0, 0]
        self.raw = [0, 0, 0]
        self.t_ms = 0
        self.seq = 0
        self.age_ms = -1
        self.state = NONE
        self.reason = WHY_NEVER
        self.delay_ms = 0
        self.refused = 0  # puts that were no reading at all
        self._in = [0, 0, 0]
        self._in_t = 0
        self._in_full = False
        self._since = 0  # start of the probation
        self._hold = _FIRST_HOLD_MS
        self._trusted = False  # was GOOD when it fell silent
        self._over_t = 0
        self._over = False
        self._jumps = 0
        self._jump_t = 0
        self._ev_seq = -1
        self._reaction = Reaction()
        self.configure(16000, False, None)
        self.expect(1000)

    def configure(self, fuse_ma, export, phase_map):
        """What is behind this meter.

        fuse_ma: rating of the fuse or breaker whose current it measures (> 0).
        export: True where PV, a battery or a generator can feed back.
        phase_map: [3] mains phase (0..2) of the charger's L1, L2, L3 as the
            commissioning test found it; None = not commissioned.
        """
        self._fuse = fuse_ma if fuse_ma > 0 else 1
        self._export = export
        self._reaction.configure(phase_map)

    def expect(self, interval_ms):
        """The sender's own word on how often it sends: 200 ms .. 30 s."""
        if interval_ms < 200:
            interval_ms = 200
        elif interval_ms > 30000:
            interval_ms = 30000
        self.interval_ms = interval_ms
        stale = interval_ms * 5 // 2
        self.stale_ms = stale if stale > 1500 else 1500  # a fast source may lose a few
        self.fallback_ms = _FALLBACK_MS if self.stale_ms <= 3000 else self.stale_ms + 2000

    def put(self, now_ms, l1_ma, l2_ma, l3_ma, age_ms):
        """A reading arrived that was measured `age_ms` ago; False = it was no reading."""
        self._in_full = False
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
        self._in[0] = l1_ma
        self._in[1] = l2_ma
        self._in[2] = l3_ma
        self._in_t = add(now_ms, -age_ms)
        self._in_full = True  # last: step() takes whole readings only
        return True

    def step(self, now_ms, ev, offered_ma):
        """Judge. ev: own power meter (ma[3], seq, fitted). offered_ma: on the pilot now."""
        if ev.fitted and ev.seq != self._ev_seq:
            self._ev_seq = ev.seq
            self._reaction.watch(now_ms, ev.ma)
        if self._in_full:
            self._in_full = False
            if self.state == NONE or diff(self._in_t, self.t_ms) >= 0:  # none overtaken
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
        if age > self.stale_ms and self.state != STALE:
            self._trusted = self.state == GOOD
            self.state = STALE
            if self.reason == WHY_OK:
                self.reason = WHY_SILENT
            self._reaction.forget()
            self._over = False

    def _take(self, now_ms, ev, offered_ma):
        """Accept one reading and move the state."""
        why = self._possible(now_ms)
        gap_ok = self.age_ms <= self.fallback_ms
        for i in range(3):
            x = self.raw[i] = self._in[i]
            self.ma[i] = x if self._export or x > 0 else 0
        self.t_ms = self._in_t
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
            self._hold = self._hold_ms()
        elif self.state == DISTRUSTED:
            if self.reason != WHY_FROZEN or not reaction.same:  # else: not one good datum yet
                self._probation(now_ms)
        elif self.state == STALE:
            if self._trusted and gap_ok:
                self.state = GOOD  # the slot never ran out: no more than a late sample
                self.reason = WHY_OK
            else:
                self._hold = self._hold_ms()
                self._probation(now_ms)
        elif self.state == NONE:
            self._probation(now_ms)
        elif self.state == RECOVERING and diff(now_ms, self._since) >= self._hold:
            self.state = GOOD
            self.reason = WHY_OK

    def _hold_ms(self):
        strikes = self._reaction.strikes
        return _HOLD_MS << (strikes - 1 if strikes > 0 else 0)

    def _probation(self, now_ms):
        self.state = RECOVERING
        self._since = now_ms

    def _possible(self, now_ms):
        """Physics: could this fuse carry the new reading, could this site export it?"""
        why = WHY_OK
        over = False
        jump = False
        fuse = self._fuse
        for i in range(3):
            x = self._in[i]
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
            self._over_t = now_ms
        self._over = over
        if over and diff(now_ms, self._over_t) > _LONG_OVER_MS:
            why = WHY_RANGE
        if self._jumps > 0 and diff(now_ms, self._jump_t) > _JUMP_WINDOW_MS:
            self._jumps = 0
        if jump:
            self._jumps += 1
            self._jump_t = now_ms
            if self._jumps >= _JUMPS and why == WHY_OK:
                why = WHY_JUMPING
        return why
