"""What this charger asks its group for: how much current, on which conductors, how urgently.

The charger's own numbers of this moment come in as an `OwnState`, which
control/charger.py fills; the answers are the attributes of `Wish`. The group's frames
carry them to the leader (records.Report).
"""

from micropython import const

from ballast.control.group.allocate import best_rank
from ballast.control.group.own_state import OwnState
from ballast.control.group.records import PILOT_MAX_MA
from ballast.control.limits import limits
from ballast.control.pilot import charge_state as cs

_PAIRS = (0, 3, 6, 5)  # conductors of the setting group_line: neutral, L1-L2, L2-L3, L3-L1
_ALL = const(7)
_EV_RANK = const(255)  # no EV states a rank over a pilot (IEC 61851-1)
_NO_METER = const(-1)

# The group's own doing: SITE is replaced by the leader's budget, GROUP is what the wish
# leads to, and the commissioning test must not tell the group that less is wanted.
_NOT_COUNTED = (limits.SITE, limits.GROUP, limits.COMMISSION)

# Reasons that do not stop a charger from asking: it charges, or waits for current or for
# the EV. Who has a fault or is paused by its user keeps no current from the others.
_MAY_ASK = (cs.WHY_NONE, cs.WHY_LIMIT, cs.WHY_HOLD, cs.WHY_TEST, cs.WHY_EV, cs.WHY_EV_IDLE)


class Wish:
    """What to ask for; step() sets it. Currents in mA, conductors as bits L1, L2, L3 = 1, 2, 4.

    want: 1 = an EV is there and may charge. min_ma, max_ma: the least that is of use and the
    most that all but the group itself allow. rank: 0 = first.
    wired: conductors that the EV could load. mask: those that it does load. line: 1 = it is
    connected between two conductors, not to neutral. drawn_ma [3]: by conductor, -1 = there is no meter.
    conductors: among how many the energy for the EV is shared; a pair carries one current.
    """

    def __init__(self, pair: int, supply_phases: int) -> None:
        """pair: see pair_of(). supply_phases: of the supply that all chargers share."""
        self._pair = pair
        self._supply_phases = supply_phases
        self.want = 0
        self.min_ma = 0
        self.max_ma = 0
        self.rank = _EV_RANK
        self.wired = _ALL
        self.mask = _ALL
        self.line = 0
        self.drawn_ma = [0, 0, 0]
        self.conductors = 3

    def step(self, state: OwnState, charger_rank: int, user_rank: int) -> None:
        """Set the wish from `state`. Ranks: of the charger's settings, of the driver's plan."""
        most = _least_of_others(state)
        asks = state.plugged and state.why in _MAY_ASK and most >= state.min_ma
        self.want = 1 if asks else 0
        self.min_ma = state.min_ma
        self.max_ma = min(most, PILOT_MAX_MA)
        self.rank = best_rank(charger_rank, user_rank, _EV_RANK)
        if self._pair:
            self._between_conductors(state)
        else:
            self._to_neutral(state)

    def _between_conductors(self, state: OwnState) -> None:
        """What it draws flows in both conductors of its pair: one current, counted once."""
        self.wired = self.mask = self._pair
        self.line = 1
        self.conductors = 1
        for phase in range(3):
            ma = state.ev_max_ma if (self._pair >> phase) & 1 else 0
            self.drawn_ma[phase] = ma if state.ev_fitted else _NO_METER

    def _to_neutral(self, state: OwnState) -> None:
        """Each phase of the charger loads one conductor of the supply; a single one counts on L1."""
        for phase in range(3):
            self.drawn_ma[phase] = 0 if state.ev_fitted else _NO_METER
        phases = min(state.phases, self._supply_phases)
        wired = 0
        mask = 0
        for i in range(phases):
            phase = state.phase_map[i] if phases == 3 else i
            wired |= 1 << phase
            if state.used[phase]:
                mask |= 1 << phase
            if state.ev_fitted:
                self.drawn_ma[phase] = state.ev_ma[i]
        self.line = 0
        self.wired = wired
        self.mask = mask if mask else wired  # none is known to be used: it may be any of them
        self.conductors = (self.mask & 1) + (self.mask >> 1 & 1) + (self.mask >> 2)


def _least_of_others(state: OwnState) -> int:
    """The smallest limit of all slots but the group's own."""
    most = limits.NO_LIMIT_MA
    for slot in range(limits.COUNT):
        if state.slot_ma[slot] < most and slot not in _NOT_COUNTED:
            most = state.slot_ma[slot]
    return most


def pair_of(line: int, metered: int) -> int:
    """The two conductors of the setting group_line, as bits; 0 = the charger is wired to neutral.

    ValueError with one line where this does not go together with a meter.
    """
    if line and metered:
        # a meter sees phasors, and GroupBudget adds plain numbers
        raise ValueError("group_line: not in a group that follows a meter; set meter_kind to 0")
    return _PAIRS[line]
