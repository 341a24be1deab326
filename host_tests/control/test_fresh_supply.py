"""What each part of meter, balancing and modes knows before its first step: nothing that is good."""

from ballast.control.balancer import Balancer
from ballast.control.button import Button
from ballast.control.commissioning import Commissioning
from ballast.control.demand import Demand
from ballast.control.dimming import Dimming
from ballast.control.ev_history import EvHistory
from ballast.control.ev_phases import EvPhases
from ballast.control.lag import EvLag, MeterLag
from ballast.control.meter import Meter
from ballast.control.meter_pair import MeterPair
from ballast.control.meter_reaction import Reaction
from ballast.control.modes import Modes
from ballast.control.pause_budget import PauseBudget
from ballast.control.raises import Raises
from ballast.control.rise_risk import RiseRisk
from ballast.control.solar import Solar
from ballast.control.spare import PhaseSpare
from fresh_kit import all_are


def test_balancer():
    part = Balancer()
    all_are(part, (0, 0, 0), "_ev_low _ev_high _ev_guess")
    all_are(part, False, "_blind")
    all_are(part, -1, "_ev_seq _meter_seq")
    all_are(part, 6000, "_min_ma")
    all_are(part, 32000, "_max_ma")
    all_are(part, 4000, "_caution_ma")
    all_are(part, 0, "ma phase reason valid _guessed_ms _ev_now _decided_ms")


def test_button():
    part = Button()
    all_are(part, True, "_told")
    all_are(part, 0, "shorts longs _held_ms")


def test_commissioning():
    part = Commissioning()
    all_are(part, (0, 0, 0), "ratio_pm agree")
    all_are(part, -1, "first")
    all_are(part, 6000, "_low_ma")
    all_are(part, 16000, "_high_ma")
    all_are(part, (0,) * 4, "_sum")
    all_are(part, ((0,) * 4,) * 9, "_mean")
    all_are(part, (0,) * 8, "_pm")
    all_are(part, 0, "state verdict delay_ms phases progress _level _until_ms _start_ms _seq")
    all_are(part, 0, "_heard_ms _n")


def test_demand():
    part = Demand()
    all_are(part, 1000000, "ma")
    all_are(part, 900000, "left_ms")
    all_are(part, False, "_synced _whole")
    all_are(part, 6000, "_min_ma")
    all_are(part, 0, "used_ws _begin_ms _used_ms _limit_w _margin_w")
    all_are(part, 0, "_running_ws _burst_ws _above_w")


def test_ev_history():
    part = EvHistory()
    all_are(part, (0,) * 128, "_t _a _b _c")
    all_are(part, 0, "_newest count")


def test_ev_phases():
    part = EvPhases()
    all_are(part, (1, 1, 1), "used")
    all_are(part, 3, "_fitted")
    all_are(part, (0, 0, 0), "_seen_ms")
    all_are(part, 0, "_drawing _since_ms")


def test_ev_lag():
    part = EvLag()
    all_are(part, 2500, "ms")
    all_are(part, 0, "_known _offered _asked _asked_ms _from_ma _need_ma")


def test_meter_lag():
    part = MeterLag()
    all_are(part, (0,) * 16, "_cost _house")
    all_are(part, (0, 0, 0), "_then")
    all_are(part, 3750, "doubt_ms")
    all_are(part, 0, "ms known _active _began_ms _moved_ms _rest_ma _travel_ma")


def test_meter():
    part = Meter()
    all_are(part, (0, 0, 0), "ma raw _in")
    all_are(part, -1, "age_ms _ev_seq")
    all_are(part, 1, "reason")
    all_are(part, False, "_in_full _trusted _over _export")
    all_are(part, 3000, "_hold")
    all_are(part, 16000, "_fuse")
    all_are(part, 1000, "interval_ms")
    all_are(part, 2500, "stale_ms")
    all_are(part, 4900, "fallback_ms")
    all_are(part, 0, "t_ms seq state delay_ms refused _in_t _since _over_t _jumps _jump_t")


def test_meter_pair():
    part = MeterPair()
    all_are(part, False, "_running")
    all_are(part, -1, "_seq")
    all_are(part, 0, "apart apart_ma phase _since_ms")


def test_reaction():
    part = Reaction()
    all_are(part, False, "same _alive _ref_ok _moved _mapped")
    all_are(part, (0, 0, 0), "_level _ref_ev _ref_ma _swing _next_ma _next_swing _rest_ma _last_ma")
    all_are(part, (0, 1, 2), "_map")
    all_are(part, 0, "delay_ms strikes _rise _next_t _ref_t _moved_t _cross _cross_t _votes")


def test_dimming():
    part = Dimming()
    all_are(part, False, "on")
    all_are(part, -1, "_seq")
    all_are(part, 0, "_watt _volt _used")
    assert part.phases.used == [1, 1, 1]


def test_modes():
    part = Modes()
    all_are(part, False, "_solar_on _demand_on")
    all_are(part, -1, "_seq")
    all_are(part, (0, 0, 0), "_house")
    all_are(part, 0, "_last_ms")


def test_pause_budget():
    part = PauseBudget()
    all_are(part, 10000, "min_off_ms")
    all_are(part, 0, "dip_mas _dip _spare _stops _stopped_ms")


def test_raises():
    part = Raises()
    all_are(part, 1000000, "_due_ma")
    all_are(part, False, "_watched")
    all_are(part, (False, False, False), "_alive")
    all_are(part, (0, 0, 0), "_mains")
    all_are(part, 0, "_due_mas _busy _ev_ma _ms")


def test_rise_risk():
    part = RiseRisk()
    all_are(part, (15000, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), "_bin")
    all_are(part, 15000, "_all")


def test_solar():
    part = Solar()
    all_are(part, 1000000, "ma")
    all_are(part, False, "_on")
    all_are(part, 6000, "_min_ma")
    all_are(part, 32000, "_max_ma")
    all_are(part, 36000, "_start_ws")
    all_are(part, 360000, "_stop_ws")
    all_are(part, 0, "surplus_w _regret_ws _due_mas _mode _reserve_w")


def test_phase_spare():
    part = PhaseSpare()
    all_are(part, (0,) * 64, "_t _low _high _held _state")
    all_are(part, 0, "limit_ma house_ma house_high_ma held_ma held_high_ma _newest _unjudged")
    all_are(part, 0, "_count _rises _rise_ma _rise_ms _rise_before_ma _ramp _state_now")
