"""The charge state machine of IEC 61851-1: A, B1, B2, C1, C2, D1, D2, E, F.

1 = no PWM (steady +12 V, "X1"), 2 = PWM ("X2"). This machine requests a closed contactor;
contactor.py and the interlocks decide. Sequence numbers are those of IEC 61851-1 Table A.6
as open implementations cite them.
"""

from micropython import const

from ballast.control.pilot import pilot
from ballast.control.records import PILOT_HOLD, PILOT_NEG, PILOT_PWM, PILOT_ZERO, Fit
from ballast.control.settings import Settings

A = const(0)
B1 = const(1)
B2 = const(2)
C1 = const(3)
C2 = const(4)
D1 = const(5)
D2 = const(6)
E = const(7)
F = const(8)
NAMES = ("A", "B1", "B2", "C1", "C2", "D1", "D2", "E", "F")

# Why no current flows: the first reason that applies. 0 = the EV charges or may charge.
WHY_NONE = const(0)
WHY_UNPLUGGED = const(1)
WHY_FAULT = const(2)
WHY_PAUSE_FAULT = const(3)  # a fault that pauses: voltage, missing phase
WHY_USER = const(4)
WHY_LIMIT = const(5)  # less than the minimum is left; Limits.winner names the slot
WHY_HOLD = const(6)  # a minimum pause or a randomised delay is running
WHY_TEST = const(7)  # the RCD self-test is running
WHY_EV = const(8)  # PWM is on, the EV does not close S2
WHY_EV_IDLE = const(9)  # the contactor is closed, the EV draws nothing
WHY_NAMES = (
    "none", "unplugged", "fault", "pause_fault", "user", "limit", "hold", "test", "car", "car_idle",
)  # fmt: skip

# These shortest times are one step (20 ms) longer than in the norm: a pin may change at any
# moment within a step.
S2_WAIT_MS = const(6020)  # sequence 10.2: not before 6 s after PWM off may the contactor open under load
X1_MIN_MS = const(3020)  # T_step_X1: 3 s of X1 before PWM again
WAKE_AFTER_MS = const(30020)  # A.5.3: no C within 30 s of B2
WAKE_PULSE_MS = const(4020)  # T_step_EF, ISO 15118-3 Table 3
WAKE_REST_MS = const(3020)  # X1 after the pulse (T_step_X1)

_LONG_MS = const(100000000)  # a counter stops here, long before it would wrap

# Which state wakes an EV that fell asleep during a pause.
WAKE_NONE = const(0)
WAKE_F = const(1)
WAKE_E = const(2)

# The wake-up: a pulse of state E or F, then X1.
_NO_WAKE_UP = const(0)
_PULSE = const(1)
_REST = const(2)


class ChargeState:
    """The charge state, and the two things that follow from it: pilot mode and contactor request.

    state: A .. F. pilot: the PILOT_* mode to send. close: 1 = the contactor shall close.
    plugged: 1 = an EV is connected. unplug_event: 1 for the one step in which it was unplugged.
    pwm_on: 1 = PWM runs. wakes: wake-ups since the start.
    Set from outside: ventilation (1 = state D may charge), wake (WAKE_*).
    """

    def __init__(self) -> None:
        self.state = F
        self.pilot = PILOT_HOLD
        self.close = 0
        self.ventilation = 0
        self.wake = WAKE_F
        self.plugged = 0
        self.unplug_event = 0
        self.wakes = 0
        self.pwm_on = 0
        self._since_switch_ms = 0  # since PWM went on or off; stops at _LONG_MS
        self._had_pwm = 0  # PWM was on and went off since plug-in: X1_MIN_MS applies
        self._wake_armed = 0  # our pause may have sent the EV to sleep: wake it after the pause
        self._waking = _NO_WAKE_UP
        self._waking_ms = 0

    def configure(self, settings: Settings, fit: Fit, now_ms: int) -> None:
        """Take the settings over."""
        self.ventilation = settings["ventilation"]
        self.wake = settings["wake"]

    def step(
        self, dt_ms: int, level: int, allow: bool, locked: int, contactor_closed: int
    ) -> None:
        """Set state, pilot and close for one step of `dt_ms`.

        level: pilot.A..LOST. allow: PWM may run; False if there is any reason not to charge,
        as this machine adds only the sequence of IEC 61851-1. locked: not 0 = show state F.
        contactor_closed: 1 while the contactor is closed.
        """
        self.unplug_event = 0
        if self._since_switch_ms < _LONG_MS:
            self._since_switch_ms += dt_ms
        if self._waking and not locked and level != pilot.A:
            self._step_wake_up(dt_ms, allow)
            if self._waking:
                return
        if locked:
            self._idle(F, PILOT_NEG)
            self._waking = _NO_WAKE_UP
        elif level == pilot.A:
            self._unplugged()
        elif level == pilot.B:
            self.plugged = 1
            self._step_b(allow)
        elif level == pilot.C or (level == pilot.D and self.ventilation):
            self.plugged = 1
            self._step_c(allow, contactor_closed, C1 if level == pilot.C else D1)
        elif level == pilot.D:
            self.plugged = 1
            self._idle(D1, PILOT_HOLD)
        else:
            self._idle(E, PILOT_HOLD)

    def _unplugged(self) -> None:
        if self.plugged:
            self.unplug_event = 1
        self.plugged = 0
        self._idle(A, PILOT_HOLD)
        self._had_pwm = 0
        self._wake_armed = 0
        self._waking = _NO_WAKE_UP

    def _idle(self, state: int, mode: int) -> None:
        self.state = state
        self.close = 0
        self._pwm(False)
        self.pilot = mode

    def _pwm(self, on: bool) -> None:
        """Switch PWM; between off and on within one connection T_step_X1 must pass."""
        if on and self.pwm_on:
            return
        if on and (not self._had_pwm or self._since_switch_ms >= X1_MIN_MS):
            self.pwm_on = 1
            self._since_switch_ms = 0
            self.pilot = PILOT_PWM
            return
        if self.pwm_on:
            self.pwm_on = 0
            self._since_switch_ms = 0
            self._had_pwm = 1
        self.pilot = PILOT_HOLD

    def _step_b(self, allow: bool) -> None:
        self.close = 0  # sequence 8.1: the EV opened S2, the contactor opens within 100 ms
        if not allow and self._had_pwm:
            self._wake_armed = 1
        self._pwm(allow)
        self.state = B2 if self.pwm_on else B1
        if (
            self.pwm_on
            and self._wake_armed
            and self.wake
            and self._since_switch_ms >= WAKE_AFTER_MS
        ):
            self._wake_armed = 0
            self._waking = _PULSE
            self._waking_ms = 0
            self.wakes += 1
            self._pwm(False)
            self.state = F if self.wake == WAKE_F else E
            self.pilot = PILOT_NEG if self.wake == WAKE_F else PILOT_ZERO

    def _step_wake_up(self, dt_ms: int, allow: bool) -> None:
        self._waking_ms += dt_ms
        t = self._waking_ms
        self.close = 0
        if self._waking == _PULSE and t >= WAKE_PULSE_MS:
            self._waking = _REST
            self.state = B1
            self.pilot = PILOT_HOLD
        elif self._waking == _REST and t >= WAKE_PULSE_MS + WAKE_REST_MS:
            self._waking = _NO_WAKE_UP
        if not allow and self._waking == _PULSE:
            self._waking = _REST
            self.pilot = PILOT_HOLD
            self.state = B1

    def _step_c(self, allow: bool, closed: int, without_pwm: int) -> None:
        """State C or D. without_pwm: C1 or D1; with PWM the state is the next number."""
        self._pwm(allow)
        if self.pwm_on:
            self._wake_armed = 0
            self.state = without_pwm + 1
            self.close = 1  # sequence 4: within 3 s, if the interlocks allow it
            return
        self.state = without_pwm
        if not closed:
            self.close = 0
        elif self._since_switch_ms >= S2_WAIT_MS:
            self.close = 0  # sequence 10.2: the EV did not open S2, so open under load
