"""The electric vehicle, as the charger's pins and the house's fuse see it.

It reads the pilot at its inlet (voltage, duty, frequency), decides by its own duty table
(IEC 61851-1 table A.8 as in test instruments' manuals; independent of the firmware's),
shows S2 by its resistance, and draws current where voltage is live. After a change of duty
it reacts after `delay_s` (the norm allows up to 5 s) and then slews. Misbehaviours are
attributes that may be changed at any time; call the charge point's `touch()` afterwards.
"""

from collections import deque
from math import hypot, inf, sqrt
from random import Random

from ballast_bench.plant.battery import Battery
from ballast_bench.plant.duty import OHM_B, OHM_C, OHM_D, offered_a

_CUT_S = 0.1  # chosen: reaction to states E and F: power stage off, S2 open
_SAME_S = 1e-9  # instants this near are one
_WAKE_PULSE_S = 0.2  # chosen: shortest E or F that wakes a sleeping car
_SHARE_S = 1.0  # chosen: so often its battery says how much it takes
_DERATE_K = 10.0  # chosen: so near to its upper temperature it begins to take less
_NEAR_A = 0.06  # of a timer's step below 32 A, 10 bits: 59 mA (`bench safety`); no car measures finer
_VOLT = 230.0  # for the share of a stand-by power in a current


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
    sleep_state: "B", or "C": asleep it closes S2 all the same and draws nothing. asleep: from
    the plug-in on. wake_pulse_s, wake_pulses: how long an E or F must be, and how many it takes.
    down_a_s: A/s down, None = slew_a_s. tail_s: its current goes on so long after S2 opened.
    residual_s: so long its capacitors hold voltage on an opened contactor's sensors.
    pf: power factor of its charger; reactive_a: A through its filter while there is voltage, a
    part of the current that it draws; standby_w: with voltage, when it does not charge.
    one_phase_a: its limit when it has one phase, None = max_a. min_v, max_v: supply it accepts.
    cold_degc, hot_degc: air in which it takes nothing. model: its name in cars.toml.
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
        sleep_state="B",
        asleep=False,
        wake_pulse_s=_WAKE_PULSE_S,
        wake_pulses=1,
        down_a_s=None,
        tail_s=0.0,
        residual_s=0.0,
        pf=1.0,
        reactive_a=0.0,
        standby_w=0.0,
        max_v=inf,
        cold_degc=-inf,
        hot_degc=inf,
        model="",
    ):
        if not phases or any(phase not in (0, 1, 2) for phase in phases):
            raise ValueError(f"EV: phases are a subset of (0, 1, 2), not {phases!r}")
        if wake not in ("duty", "pulse"):
            raise ValueError(f"EV: wake is duty or pulse, not {wake!r}")
        if sleep_state not in ("B", "C") or not 0.0 < pf <= 1.0:
            raise ValueError("EV: sleep_state is B or C, and pf above 0, at most 1")
        self.max_a, self.phases, self.min_a = max_a, tuple(phases), min_a
        self.delay_s, self.slew_a_s = delay_s, slew_a_s
        self.battery = battery or Battery()
        self.soft_start_s, self.ready_s, self.off_s = soft_start_s, ready_s, off_s
        self.sleep_after_s, self.wake, self.slow_wake_s = sleep_after_s, wake, slow_wake_s
        self.ventilation, self.diode, self.ohm_scale = ventilation, diode, ohm_scale
        self.quantum_a, self.extra_a, self.stuck, self.min_v = quantum_a, extra_a, stuck, min_v
        self.sleep_state, self.asleep = sleep_state, asleep
        self.wake_pulse_s, self.wake_pulses = wake_pulse_s, wake_pulses
        self.down_a_s, self.tail_s, self.residual_s = down_a_s, tail_s, residual_s
        self.pf, self.reactive_a, self.standby_w = pf, reactive_a, standby_w
        self.max_v, self.cold_degc, self.hot_degc, self.model = max_v, cold_degc, hot_degc, model
        self.degc = 20.0
        self.share = 1.0  # active power per volt and ampere
        self.amps = [0.0, 0.0, 0.0]
        self.level_a = 0.0  # what each live phase draws now
        self._rng = Random(f"ev/{seed}")
        self.reset()

    def reset(self):
        """As after pulling the plug: awake, S2 open, nothing remembered but the battery."""
        self.wanted = True  # by the driver's app or timer: see want()
        self.awake = not self.asleep
        self._pulses = 0  # that a sleeping car has seen
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
        self._share, self._share_s = 1.0, -inf  # what the battery takes, and until when that holds
        self._tail_s = inf  # its current stops, though S2 is open already
        self._live = 0
        self._stale = False
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

    @property
    def minds_air(self):
        """It has a temperature at which it takes nothing."""
        return self.cold_degc != -inf or self.hot_degc != inf

    @property
    def idle_a(self):
        """What each of its phases draws while there is voltage and it does not charge, A."""
        return hypot(self.standby_w / (_VOLT * len(self.phases)), self.reactive_a)

    def air(self, degc, now_s):
        """The air around it has this temperature now."""
        if degc != self.degc:
            self.degc, self._ramp_s, self.next_s = degc, now_s, now_s

    def touch(self, now_s):
        """An attribute was changed by hand: look at everything again."""
        self._stale = True
        self._share_s = -inf
        self._set_level(self.level_a)
        self._decide(now_s)

    def want(self, wanted, now_s):
        """The driver's app starts or stops the charging from the car's side."""
        self.wanted = bool(wanted)
        self._ramp_s = now_s
        self._decide(now_s)

    def step(self, now_s, pilot, live):
        """Live one step. `live`: mask of charger phases with voltage. True = amps or S2 changed."""
        before, s2, stale = self.level_a, self.s2, self._stale
        mask, self._stale = self._live, False
        if pilot.seq != self._seq:
            self._seq = pilot.seq
            self._look(now_s, pilot.inlet_signal())
        if live != mask:
            self._power(now_s, live)
        self._due(now_s)
        self._move(now_s)
        return self.level_a != before or self.s2 != s2 or live != mask or stale

    def steady(self, now_s):
        """True where step() would change nothing, with pilot and voltages as they were."""
        if self._stale or self.next_s <= now_s + _SAME_S or self.level_a != self.target_a(now_s):
            return False
        self._ramp_s = now_s
        return True

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
            if self.wake == "pulse" and now_s - self._low_since_s >= self.wake_pulse_s - 1e-9:
                self._pulsed()
            self._low_since_s = inf
        if self.stuck and self.offer_a > 0.0:
            return
        offer = seen[1] if self._enough(seen[1]) else 0.0
        if offer > 0.0 or self.off_s is not None:
            self._queue.append((self._reaction_s(now_s, offer), offer))
        self._decide(now_s)

    def _pulsed(self):
        """An E or F that was long enough: one more, and maybe the one that wakes it."""
        self._pulses += 1
        if self._pulses >= self.wake_pulses:
            self.awake, self._drowsy = True, True

    def _reaction_s(self, now_s, offer):
        delay = self.delay_s
        if not isinstance(delay, int | float):
            delay = self._rng.uniform(delay[0], delay[1])
        if offer <= 0.0:
            delay = min(delay, self.off_s)
        when = now_s + delay
        return max(when, self._queue[-1][0]) if self._queue else when

    def _enough(self, offer_a):
        """A car that wants 13 A takes the 12.99 A to which a timer rounds them down."""
        return offer_a > 0.0 and offer_a >= self.min_a - _NEAR_A

    def _offer_seen(self):
        """The last offer at the inlet, before the delay."""
        if self._signal is None or not self._enough(self._signal[1]):
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
            if self.awake or self.sleep_state == "C":
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
                self._end_current(now_s)
                self._fall_asleep_later(now_s)
        if self._sleep_s <= due_s:
            self.awake, self._sleep_s, self._pulses = False, inf, 0
        if self._tail_s <= due_s:
            self._tail_s = inf
            self._set_level(0.0)
        if self.s2 and self.battery.full and self.level_a <= 0.0:
            self._decide(now_s)

    def _end_current(self, now_s):
        """S2 has opened: its current ends, at once or later."""
        if self.tail_s > 0.0 and self.level_a > 0.0:
            self._tail_s = now_s + self.tail_s
        else:
            self._set_level(0.0)

    def _mild(self):
        """Share 0..1 of its current that the air's temperature leaves."""
        if self.degc <= self.cold_degc:
            return 0.0
        return min(max((self.hot_degc - self.degc) / _DERATE_K, 0.0), 1.0)

    def target_a(self, now_s):
        """What it is heading for, A per live phase."""
        if self._tail_s != inf:
            return self.level_a
        if not self.s2 or not self.wants or self.offer_a <= 0.0 or now_s < self._start_s:
            return 0.0
        if not self.awake:
            return 0.0
        if now_s >= self._share_s:
            self._share, self._share_s = self.battery.share(), now_s + _SHARE_S - _SAME_S
        wish = min(self.offer_a + self.extra_a, self.max_a * self._share)
        if self.hot_degc != inf or self.cold_degc != -inf:
            wish = min(wish, self.max_a * self._mild())
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
            gap = target - level
            slew = self.slew_a_s if gap > 0.0 or self.down_a_s is None else self.down_a_s
            reach = slew * max(now_s - self._ramp_s, 0.0)
            self._set_level(target if abs(gap) <= reach else level + (reach if gap > 0 else -reach))
        self._ramp_s = now_s
        soonest = now_s if self.level_a != target else inf
        if self._queue:
            soonest = min(soonest, self._queue[0][0])
        start = self._start_s if self._start_s > now_s else inf
        self.next_s = min(soonest, self._s2_s, self._sleep_s, self._tail_s, start)

    def _set_level(self, level):
        self.level_a = level
        if self.reactive_a or self.standby_w or self.pf != 1.0:
            level = self._apparent(level)
        for phase in range(3):
            on = phase in self.phases and self._live >> phase & 1
            self.amps[phase] = level if on else 0.0

    def _apparent(self, level):
        """Current for a charging current of `level`, and the share of it that is active power.

        The car keeps the whole current at the offer; its filter's part of it does not charge.
        """
        idle_a = self.idle_a
        if level <= idle_a:
            own_a = self.standby_w / (_VOLT * len(self.phases))
            self.share = own_a / idle_a if idle_a else 1.0
            return idle_a
        self.share = self.pf * sqrt(1.0 - (self.reactive_a / level) ** 2)
        return level
