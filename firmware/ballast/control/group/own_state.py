"""The charger's own numbers of this moment, for its part in a group."""

from ballast.control.limits import limits
from ballast.control.pilot import charge_state as cs


class OwnState:
    """The charger's numbers that its group needs; Charger.own_state() fills them.

    plugged: 1 = an EV is there. why: charge_state.WHY_*. slot_ma: each limit slot.
    min_ma: the least that this charger offers. phases: those of the charger, 1..3.
    ev_fitted: it has a power meter of its own; ev_ma [3]: that meter by the charger's own
    L1, L2, L3; ev_max_ma: the largest of the three.
    phase_map [3]: the conductor of the supply that the charger's L1, L2, L3 is on.
    used [3]: 1 = the EV uses that conductor of the supply, as far as known.
    metered: a meter of the supply is set up; meter_state, meter_seq, mains_ma [3]: of it.
    limit_ma: the supply's limit, the margin taken off.
    """

    def __init__(self) -> None:
        self.plugged = 0
        self.why = cs.WHY_UNPLUGGED
        self.slot_ma = [limits.NO_LIMIT_MA] * limits.COUNT
        self.min_ma = 0
        self.phases = 1
        self.ev_fitted = False
        self.ev_ma = [0, 0, 0]
        self.ev_max_ma = 0
        self.phase_map = [0, 1, 2]
        self.used = [1, 1, 1]
        self.metered = False
        self.meter_state = 0
        self.meter_seq = 0
        self.mains_ma = [0, 0, 0]
        self.limit_ma = 0
