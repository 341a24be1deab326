"""The light: the graver thing wins, and a person can tell whose turn it is."""

from ballast.control import light
from ballast.control.pilot import charge_state as cs
from ballast.control.pilot.charge_state import ChargeState


def shown(state, stop=0, closed=0, plugged=1, why=cs.WHY_NONE):
    charge = ChargeState()
    charge.state = state
    charge.plugged = plugged
    return light.pattern(charge, stop, closed, why)


def test_the_graver_thing_wins():
    """Out of order before a fault, a fault before what the contactor does, that before a wait."""
    for stop in (0, 1):
        for closed in (0, 1):
            for plugged in (0, 1):
                for why in range(cs.WHY_EV_IDLE + 1):
                    assert shown(cs.F, stop, closed, plugged, why) == light.LOCKED
                    want = light.WAIT if why in (cs.WHY_TEST, cs.WHY_EV, cs.WHY_EV_IDLE) else light.PAUSE
                    if not plugged:
                        want = light.READY
                    if closed:
                        want = light.CHARGE
                    if stop:
                        want = light.FAULT
                    assert shown(cs.B2, stop, closed, plugged, why) == want


def test_each_pattern_is_another_one():
    kinds = (
        light.READY, light.WAIT, light.CHARGE, light.PAUSE, light.FAULT, light.LOCKED,
    )  # fmt: skip
    assert len(set(kinds)) == len(kinds)


def test_no_other_state_is_shown_as_locked():
    for state in (cs.A, cs.B1, cs.B2, cs.C1, cs.C2, cs.D1, cs.D2, cs.E):
        assert shown(state, closed=1) == light.CHARGE
