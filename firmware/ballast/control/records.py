"""The records that cross the border of control/: made once, then refilled again and again.

Units are in the names: `_mv` millivolt, `_ma` milliampere, `_ms` millisecond.
Phases are indices 0, 1, 2 of three-element lists (L1, L2, L3).
"""

from micropython import const

from ballast.control.places import COUNT
from ballast.control.settings import Settings

NO_READING = const(100000)  # mV, in place of a reading of the pilot: outside every window
NOT_FITTED = const(-1)  # a tri-state input that this board does not have

PILOT_HOLD = const(0)  # steady +12 V, no PWM: "X1"
PILOT_PWM = const(1)  # 1 kHz PWM with `Out.duty_u16`: "X2"
PILOT_NEG = const(2)  # steady -12 V: state F, charger not available
PILOT_ZERO = const(3)  # 0 V: state E by hardware that shorts CP to PE; boards without it send -12 V


class Scan:
    """The readings of one step; the ports fill it.

    pilot_high_mv, pilot_low_mv: largest and smallest reading of the burst, in
        mV at the control pilot contact (board divider already undone).
    pilot_samples: readings in the burst; 0 = the ADC failed, the two above are not valid.
    pilot_bursts: 2 in a late step, which takes a second burst: the three above are those of the
        second, pilot_first_mv is the largest reading of the first (NO_READING = the ADC failed).
    rcd_trip: 1 = residual current, or the sensor's cable is open (a pull resistor sees to it).
    mirror: mirror contact: 1 main contacts closed, 0 open, NOT_FITTED.
    load_live: bit per phase that has mains voltage behind the contactor, NOT_FITTED.
    pe: 1 protective earth good, 0 lost or hot, NOT_FITTED.
    supply_mv: [3] rms phase to neutral before the contactor; ev_ma: [3] rms to the EV.
    meter_seq: counts the readings of the own power meter; the same count = no new reading.
    ntc_mv: voltage at the thermistor's divider by place (places.py), NOT_FITTED.
    button: 1 = pressed.
    """

    def __init__(self) -> None:
        self.pilot_high_mv = 0
        self.pilot_low_mv = 0
        self.pilot_samples = 0
        self.pilot_bursts = 1
        self.pilot_first_mv = 0
        self.rcd_trip = 1
        self.mirror = NOT_FITTED
        self.load_live = NOT_FITTED
        self.pe = NOT_FITTED
        self.supply_mv = [0, 0, 0]
        self.ev_ma = [0, 0, 0]
        self.meter_seq = 0
        self.ntc_mv = [NOT_FITTED] * COUNT
        self.button = 0


class Out:
    """The outputs of one step; the ports write them. The initial value is the safe state.

    coil: 1 = contactor coil energised. pilot: a PILOT_* mode.
    duty_u16: PWM duty 0..65535, already rounded down to the timer's resolution.
    rcd_test: 1 = the RCD module's self-test input is driven. led: a pattern of light.py.
    """

    def __init__(self) -> None:
        self.coil = 0
        self.pilot = PILOT_HOLD
        self.duty_u16 = 0
        self.rcd_test = 0
        self.led = 0


class Fit:
    """What the board has fitted; ports/board_io.py fills it from board.py, nothing is guessed.

    phases: 1 or 3. rated_ma: the hardware's rating. pwm_bits: resolution of the pilot's timer.
    mirror, load_live, pe, rcd, own_meter, button: True where fitted.
    ntc: by place (places.py): thermistor fitted there.
    ntc_pullup_ohm, ntc_supply_mv: the divider (NTC to ground) of all of them.
    rcd_module: index into safety/rcd_test.MODULES.
    """

    def __init__(self) -> None:
        self.phases = 1
        self.rated_ma = 16000
        self.pwm_bits = 13
        self.mirror = False
        self.load_live = False
        self.pe = False
        self.rcd = False
        self.own_meter = False
        self.button = False
        self.ntc = [False] * COUNT
        self.ntc_pullup_ohm = 10000
        self.ntc_supply_mv = 3300
        self.rcd_module = 0

    def rating_ma(self, settings: Settings) -> int:
        """The smaller of the board's rating and the setting `rated_ma`."""
        return min(settings["rated_ma"], self.rated_ma)

    def wired_phases(self, settings: Settings) -> int:
        """Phases that reach the EV: the hardware's, or one where the supply has only one."""
        return min(self.phases, settings["supply_phases"])


class Status:
    """The numbers that the facade gives to services; see charger.Charger.status().

    slots, faults: how many there are of each.
    """

    def __init__(self, slots: int, faults: int) -> None:
        self.uptime_s = 0
        self.state = 0  # charge_state.A .. F
        self.why = 0  # charge_state.WHY_*: why no current flows, 0 = it flows or may flow
        self.contactor = 0
        self.offered_ma = 0  # what the pilot advertises now; 0 = no PWM
        self.limit_ma = 0  # the smallest limit
        self.limit_slot = 0  # the slot that holds it
        self.slot_ma = [0] * slots
        self.slot_left_ms = [0] * slots  # until expiry; -1 = does not expire
        self.ev_ma = [0, 0, 0]
        self.ev_w = 0
        self.supply_mv = [0, 0, 0]
        self.mains_ma = [0, 0, 0]  # reading of the supply's meter, signed (+ = import)
        self.house_ma = [0, 0, 0]  # mains less EV, signed
        self.fuse_ma = 0
        self.meter_state = 0  # meter.NONE .. meter.DISTRUSTED
        self.meter_reason = 0
        self.meter_age_ms = -1
        self.meter_delay_ms = 0
        self.panel_state = 0
        self.temp_ddegc = [0] * COUNT  # 0.1 degC by place (places.py)
        self.temp_known = [0] * COUNT
        self.session_wh = 0
        self.session_s = 0
        self.charge_s = 0
        self.total_wh = 0
        self.user_paused = 0
        self.boost_left_s = 0
        self.fault_active = bytearray(faults)  # by fault id
        self.fault_action = bytearray(faults)  # fault_catalogue.WARN .. STOP, as in force here
        self.fault_first = 0  # id of the first cause, 0 = none
        self.fault_count = [0] * faults
        self.step_us_max = 0  # the longest step since the start, with its inputs and outputs


class EvView:
    """The EV's current in the phases of one supply: ma [3], seq, t_ms, fitted."""

    def __init__(self) -> None:
        self.ma = [0, 0, 0]
        self.seq = 0
        self.t_ms = 0
        self.fitted = True
