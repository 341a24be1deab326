"""The charge state machine of IEC 61851-1: A, B1, B2, C1, C2, D1, D2, E, F.

1 = no PWM (steady +12 V, "X1"), 2 = PWM ("X2"). It wishes; the contactor and
the interlocks decide. Sequence numbers are those of IEC 61851-1 Table A.6 as
cited by open implementations.
"""

from micropython import const

from ballast.control.pilot import pilot
from ballast.control.records import PILOT_HOLD, PILOT_NEG, PILOT_PWM, PILOT_ZERO

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

# Why nothing flows; the first that applies. 0 = it charges or may charge.
WHY_NONE = const(0)
WHY_UNPLUGGED = const(1)
WHY_FAULT = const(2)
WHY_PAUSE_FAULT = const(3)  # a fault that pauses: voltage, missing phase
WHY_USER = const(4)
WHY_LIMIT = const(5)  # less than the minimum is left; the winner slot says where
WHY_HOLD = const(6)  # minimum pause or randomised delay running
WHY_TEST = const(7)  # RCD self-test running
WHY_CAR = const(8)  # PWM is on, the vehicle does not ask
WHY_CAR_IDLE = const(9)  # closed, but the vehicle draws nothing
WHY_NAMES = (
    "none", "unplugged", "fault", "pause_fault", "user", "limit", "hold", "test", "car", "car_idle",
)  # fmt: skip

# Least times are a step longer here: pins move within a step, and ticks are whole ms.
S2_WAIT_MS = const(6020)  # sequence 10.2: open under load not before 6 s after PWM off
X1_MIN_MS = const(3020)  # T_step_X1: 3 s of X1 before PWM again
WAKE_AFTER_MS = const(30000)  # A.5.3: no C within 30 s of B2
WAKE_PULSE_MS = const(4020)  # T_step_EF, ISO 15118-3 Table 3
WAKE_REST_MS = const(3020)  # X1 after the pulse (T_step_X1)

_LONG_MS = const(100000000)

WAKE_NONE = const(0)
WAKE_F = const(1)
WAKE_E = const(2)


class ChargeState:
    """state, pilot (a PILOT_* mode), close (wish for the contactor).

    ventilation: state D may charge. wake: WAKE_*. paused_by_evse: a pause of ours
    is running or has just ended, the vehicle may have fallen asleep.
    """

    def __init__(self):
        self.state = F
        self.pilot = PILOT_HOLD
        self.close = 0
        self.ventilation = 0
        self.wake = WAKE_F
        self.plugged = 0
        self.unplug_event = 0
        self.wakes = 0
        self.pwm_on = 0
        self._pwm_ms = 0  # since PWM went on or off; saturates, so that no wrap is met
        self._ever_off = 0  # PWM has been on in this connection: X1_MIN applies
        self._wake_armed = 0
        self._pulse = 0  # 0 none, 1 pulse, 2 rest
        self._pulse_ms = 0

    def configure(self, settings, fit, now_ms):
        """Take the settings over."""
        self.ventilation = settings["ventilation"]
        self.wake = settings["wake"]

    def step(self, dt_ms, level, allow, locked, contactor_closed):
        """One step. level: pilot.A..LOST. allow: PWM may run. locked: show state F.

        Sets state, pilot, close. `allow` must already hold every reason not to
        charge; this machine adds only what IEC 61851-1 asks of the sequence.
        """
        self.unplug_event = 0
        if self._pwm_ms < _LONG_MS:
            self._pwm_ms += dt_ms
        if self._pulse and not locked and level != pilot.A:
            self._step_pulse(dt_ms, allow)
            if self._pulse:
                return
        if locked:
            self._idle(F, PILOT_NEG)
            self._pulse = 0
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

    def _unplugged(self):
        if self.plugged:
            self.unplug_event = 1
        self.plugged = 0
        self._idle(A, PILOT_HOLD)
        self._ever_off = 0
        self._wake_armed = 0
        self._pulse = 0

    def _idle(self, state, mode):
        self.state = state
        self.close = 0
        self._pwm(False)
        self.pilot = mode

    def _pwm(self, on):
        """Switch PWM, keeping T_step_X1 between off and on within one connection."""
        if on and self.pwm_on:
            return
        if on and (not self._ever_off or self._pwm_ms >= X1_MIN_MS):
            self.pwm_on = 1
            self._pwm_ms = 0
            self.pilot = PILOT_PWM
            return
        if self.pwm_on:
            self.pwm_on = 0
            self._pwm_ms = 0
            self._ever_off = 1
        self.pilot = PILOT_HOLD

    def _step_b(self, allow):
        self.close = 0  # sequence 8.1: S2 opened, contactor open within 100 ms
        if not allow and self._ever_off:
            self._wake_armed = 1
        self._pwm(allow)
        self.state = B2 if self.pwm_on else B1
        if (
            self.pwm_on
            and self._wake_armed
            and self.wake
            and self._pwm_ms >= WAKE_AFTER_MS
        ):
            self._wake_armed = 0
            self._pulse = 1
            self._pulse_ms = 0
            self.wakes += 1
            self._pwm(False)
            self.state = F if self.wake == WAKE_F else E
            self.pilot = PILOT_NEG if self.wake == WAKE_F else PILOT_ZERO

    def _step_pulse(self, dt_ms, allow):
        self._pulse_ms += dt_ms
        t = self._pulse_ms
        self.close = 0
        if self._pulse == 1 and t >= WAKE_PULSE_MS:
            self._pulse = 2
            self.state = B1
            self.pilot = PILOT_HOLD
        elif self._pulse == 2 and t >= WAKE_PULSE_MS + WAKE_REST_MS:
            self._pulse = 0
        if not allow and self._pulse == 1:
            self._pulse = 2
            self.pilot = PILOT_HOLD
            self.state = B1

    def _step_c(self, allow, closed, base):
        self._pwm(allow)
        if self.pwm_on:
            self._wake_armed = 0
            self.state = base + 1
            self.close = 1  # sequence 4: within 3 s, if the interlocks agree
            return
        self.state = base
        if not closed:
            self.close = 0
        elif self._pwm_ms >= S2_WAIT_MS:
            self.close = 0  # sequence 10.2: the vehicle did not obey, open under load
