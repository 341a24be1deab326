"""The electric vehicle, as the charger's pins and the house's fuse see it.

It reads the pilot at its inlet (voltage, duty, frequency), decides by its own duty table
(IEC 61851-1 table A.8 as in test instruments' manuals; independent of the firmware's),
shows S2 by its resistance, and draws current where voltage is live. After a change of duty
it reacts after `delay_s` (the norm allows up to 5 s) and then slews. Misbehaviours are
attributes that may be changed at any time; call the charge point's `touch()` afterwards.
"""

from collections import deque
from math import inf
from random import Random

from ballast_bench.plant.battery import Battery

# CP-PE behind the diode, ohm: nominal values of IEC 61851-1 table A.3
OHM_B, OHM_C, OHM_D = 2740.0, 882.0, 246.0
_CUT_S = 0.1  # chosen: reaction to states E and F: power stage off, S2 open
_SAME_S = 1e-9  # instants this near are one
_WAKE_PULSE_S = 0.2  # chosen: shortest E or F that wakes a sleeping car


def offered_a(duty, freq_hz=1000.0):
    """Current in A that a duty 0..1 allows; 0.0 = charging is not allowed.

    >>> [offered_a(d) for d in (0.05, 0.08, 0.1, 0.5, 0.85, 0.96, 0.965, 0.98)]
    [0.0, 6.0, 6.0, 30.0, 51.0, 80.0, 80.0, 0.0]
    """
    percent = round(duty * 100.0, 6)
    if not 900.0 <= freq_hz <= 1100.0:  # 1 kHz; the band is chosen
        return 0.0
    for upto, amps in ((8.0, 0.0), (10.0, 6.0)):
        if percent < upto:
            return amps
    if percent <= 85.0:
        return round(0.6 * percent, 6)
    if percent <= 96.0:
        return round(2.5 * (percent - 64.0), 6)
    return 80.0 if percent <= 97.0 else 0.0


class EV:
    """One car. `step()` is the charge point's; read `amps`, `s2`, `ohm`, `battery`, `awake`.

    Args:
    max_a: onboard limit per phase. phases: charger's phases it uses. min_a: least offer it takes.
    delay_s: s, or (low, high) drawn anew at each change. slew_a_s: A/s up and down.
    soft_start_s: from voltage at the inlet to the first current. ready_s: from a valid duty to
    S2 closed. off_s: from PWM off to S2 open, None = never and it goes on drawing.
    sleep_after_s: without an offer it falls asleep, None = never. wake: "duty" or "pulse" (needs
    state E or F, or a replug). slow_wake_s: from the waking to S2 closed. ventilation: asks for D.
    diode: False = missing. ohm_scale: tolerance of its resistors. quantum_a: steps of its
    current (0 = none). extra_a: draws that much more than offered. stuck: ignores a new duty.
    """

    def __init__(
        self,
        max_a=32.0,
        phases=(0,),
        delay_s=0.5,
        slew_a_s=10.0,
        min_a=6.0,
        battery=None,
        soft_start_s=1.0,
        ready_s=0.5,
        off_s=1.5,
        sleep_after_s=None,
        wake="duty",
        slow_wake_s=8.0,
        ventilation=False,
        diode=True,
        ohm_scale=1.0,
        quantum_a=0.0,
        extra_a=0.0,
        stuck=False,
        min_v=170.0,
        seed=0,
    ):
        if not phases or any(phase not in (0, 1, 2) for phase in phases):
            raise ValueError(f"EV: phases are a subset of (0, 1, 2), not {phases!r}")
        if wake not in ("duty", "pulse"):
            raise ValueError(f"EV: wake is duty or pulse, not {wake!r}")
        self.max_a, self.phases, self.min_a = max_a, tuple(phases), min_a
        self.delay_s, self.slew_a_s = delay_s, slew_a_s
        self.battery = battery or Battery()
        self.soft_start_s, self.ready_s, self.off_s = soft_start_s, ready_s, off_s
        self.sleep_after_s, self.wake, self.slow_wake_s = sleep_after_s, wake, slow_wake_s
        self.ventilation, self.diode, self.ohm_scale = ventilation, diode, ohm_scale
        self.quantum_a, self.extra_a, self.stuck, self.min_v = quantum_a, extra_a, stuck, min_v
        self.amps = [0.0, 0.0, 0.0]
        self.level_a = 0.0  # what each live phase draws now
        self._rng = Random(f"ev/{seed}")
        self.reset()

    def reset(self):
        """As after pulling the plug: awake, S2 open, nothing remembered but the battery."""
        self.wanted = True  # by the driver's app or timer: see want()
        self.awake = True
        self._drowsy = False  # woken, S2 not closed yet
        self.s2 = False
        self.offer_a = 0.0  # what it obeys now
        self.next_s = -inf
        self._signal = None
        self._seq = -1
        self._queue = deque()  # (instant, offer) on their way
        self._s2_s, self._s2_to = inf, False
        self._sleep_s = inf
        self._low_since_s = inf  # E or F began
        self._live = 0
        self._start_s = inf
        self._ramp_s = 0.0
        self._set_level(0.0)

    @property
    def ohm(self):
        """Resistance CP-PE behind the diode."""
        if not self.s2:
            return OHM_B * self.ohm_scale
        return (OHM_D if self.ventilation else OHM_C) * self.ohm_scale

    @property
    def wants(self):
        """It would charge if it could."""
        return self.wanted and not self.battery.full

    def want(self, wanted, now_s):
        """The driver's app starts or stops the charging from the car's side."""
        self.wanted = bool(wanted)
        self._ramp_s = now_s
        self._decide(now_s)

    def step(self, now_s, pilot, live):
        """Live one step. `live`: mask of charger phases with voltage. True = amps or S2 changed."""
        before, s2 = self.level_a, self.s2
        mask = self._live
        if pilot.seq != self._seq:
            self._seq = pilot.seq
            self._look(now_s, pilot.inlet_signal())
        if live != mask:
            self._power(now_s, live)
        self._due(now_s)
        self._move(now_s)
        return self.level_a != before or self.s2 != s2 or live != mask

    # what it sees

    def _look(self, now_s, signal):
        """A new signal at the inlet."""
        kind, duty, freq = signal
        seen = (kind, offered_a(duty, freq) if kind == "pwm" else 0.0)
        if seen == self._signal:
            return
        was, self._signal = self._signal, seen
        low = kind in ("none", "neg")
        if low:
            self._low_since_s = min(self._low_since_s, now_s)
            self._queue.clear()
            self._queue.append((now_s + _CUT_S, 0.0))
            if self.s2:
                self._plan_s2(now_s + _CUT_S, False)
            return
        if was and was[0] in ("none", "neg"):
            if self.wake == "pulse" and now_s - self._low_since_s >= _WAKE_PULSE_S - 1e-9:
                self.awake, self._drowsy = True, True
            self._low_since_s = inf
        if self.stuck and self.offer_a > 0.0:
            return
        offer = seen[1] if seen[1] >= self.min_a else 0.0
        if offer > 0.0 or self.off_s is not None:
            self._queue.append((self._reaction_s(now_s, offer), offer))
        self._decide(now_s)

    def _reaction_s(self, now_s, offer):
        delay = self.delay_s
        if not isinstance(delay, int | float):
            delay = self._rng.uniform(delay[0], delay[1])
        if offer <= 0.0:
            delay = min(delay, self.off_s)
        when = now_s + delay
        return max(when, self._queue[-1][0]) if self._queue else when

    def _offer_seen(self):
        """The last offer at the inlet, before the delay."""
        if self._signal is None or self._signal[1] < self.min_a:
            return 0.0
        return self._signal[1]

    def _decide(self, now_s):
        """Which way S2 should go, and when."""
        offered = self._offer_seen() > 0.0
        self.next_s = now_s
        if not self.wants:
            if self.s2:
                self._plan_s2(now_s + 1.0, False)
            else:
                self._s2_s = inf
            return
        if offered:
            self._sleep_s = inf
            if self.s2:
                self._s2_s = inf  # an opening still on its way is called off
                return
            if not self.awake and self.wake == "duty":
                self.awake, self._drowsy = True, True
            if self.awake:
                ready = self.slow_wake_s if self._drowsy else self.ready_s
                self._plan_s2(now_s + ready, True)
            return
        if self.s2 and self.off_s is not None:
            self._plan_s2(now_s + self.off_s, False)
        elif not self.s2:
            self._s2_s = inf
            self._fall_asleep_later(now_s)

    def _fall_asleep_later(self, now_s):
        if self.sleep_after_s is not None and self._sleep_s == inf and self.awake:
            self._sleep_s = now_s + self.sleep_after_s

    def _plan_s2(self, when, closed):
        if self._s2_s == inf or self._s2_to != closed:
            self._s2_s, self._s2_to = when, closed
        self.next_s = min(self.next_s, when)

    def _power(self, now_s, live):
        """Voltage came or went at the inlet."""
        self._live = live
        if not any(live >> phase & 1 for phase in self.phases):
            self._set_level(0.0)
            self._start_s = inf
        elif self._start_s == inf:
            self._start_s = now_s + self.soft_start_s
        self._set_level(self.level_a)
        self.next_s = now_s

    # what it does

    def _due(self, now_s):
        """Everything whose time has come."""
        queue = self._queue
        due_s = now_s + _SAME_S
        while queue and queue[0][0] <= due_s:
            when, self.offer_a = queue.popleft()
            self._ramp_s = max(self._ramp_s, when)
        if self._s2_s <= due_s:
            self.s2, self._s2_s = self._s2_to, inf
            if self.s2:
                self._drowsy = False
            else:
                self._set_level(0.0)
                self._fall_asleep_later(now_s)
        if self._sleep_s <= due_s:
            self.awake, self._sleep_s = False, inf
        if self.s2 and self.battery.full and self.level_a <= 0.0:
            self._decide(now_s)

    def target_a(self, now_s):
        """What it is heading for, A per live phase."""
        if not self.s2 or not self.wants or self.offer_a <= 0.0 or now_s < self._start_s:
            return 0.0
        wish = min(self.offer_a + self.extra_a, self.max_a * self.battery.share())
        if self.quantum_a > 0.0:
            wish = int(wish / self.quantum_a + 1e-9) * self.quantum_a
        return wish

    def _move(self, now_s):
        """Slew towards the target, and say when to be called again."""
        target = self.target_a(now_s)
        level = self.level_a
        if level != target:
            if self._start_s != inf:
                self._ramp_s = max(self._ramp_s, self._start_s)
            reach = self.slew_a_s * max(now_s - self._ramp_s, 0.0)
            gap = target - level
            self._set_level(target if abs(gap) <= reach else level + (reach if gap > 0 else -reach))
        self._ramp_s = now_s
        soonest = now_s if self.level_a != target else inf
        if self._queue:
            soonest = min(soonest, self._queue[0][0])
        start = self._start_s if self._start_s > now_s else inf
        self.next_s = min(soonest, self._s2_s, self._sleep_s, start)

    def _set_level(self, level):
        self.level_a = level
        for phase in range(3):
            on = phase in self.phases and self._live >> phase & 1
            self.amps[phase] = level if on else 0.0
