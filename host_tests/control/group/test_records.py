"""control/group/records.py: a group that could overcommit is refused; what a vote weighs."""

from group_kit import config, panels
from portable import raises


def refused(**kw):
    c = config(4, 32000)
    for name, value in kw.items():
        setattr(c, name, value)
    return str(raises(ValueError, c.check, panels()))


def test_a_group_that_could_overcommit_is_not_started():
    config(4, 32000, 8000).check(panels())
    assert "seats" in refused(seats=0) and "seats" in refused(seats=1000)
    assert "negative" in refused(guaranteed_ma=-1)
    assert "below 6000" in refused(guaranteed_ma=5000)
    assert "4 seats" in refused(guaranteed_ma=8001)
    assert "4 seats" in refused(guaranteed_ma=8000, metered=1, fallback_ma=31999)
    c = config(4, 32000, 8000)
    assert "panel 0" in str(raises(ValueError, c.check, panels(31000)))
    star = panels()
    star.star[0] = 1
    assert "behind a star" in str(raises(ValueError, c.check, star))
    c.panel_of[2] = 1
    assert "no panel 1" in str(raises(ValueError, c.check, panels()))


def test_votes():
    two = config(2)
    assert [two.votes(0), two.votes(1), two.majority()] == [2, 1, 2]
    five = config(5)
    assert [five.votes(0), five.majority()] == [1, 3]
    assert config(1).majority() == 1 and config(64).majority() == 33


def test_the_size_of_a_group():
    config(64).check(panels())
    config(1).check(panels())
    assert "65 is not 1..64" in refused(seats=65)


def test_a_guaranteed_share_is_nothing_or_what_a_pilot_can_say():
    """IEC 61851-1: no duty cycle stands for less than 6 A."""
    config(4, 32000, 6000).check(panels())
    assert "5999 is below 6000" in refused(guaranteed_ma=5999)
    assert "1 is below 6000" in refused(guaranteed_ma=1)


def test_the_weakest_conductor_of_the_supply_carries_all_guaranteed_shares():
    for phase in range(3):
        c = config(4, 40000, 8000)
        c.budget_ma[phase] = 32000
        c.check(panels())
        c.budget_ma[phase] = 31999
        assert "more than 31999 mA" in str(raises(ValueError, c.check, panels()))


def test_each_conductor_of_each_panel_carries_the_shares_behind_it():
    """Seats 0 and 1 hang on the supply, 2 on panel 1, 3 on panel 2: 32, 8, 8 A at 8 A each."""
    behind = (32000, 8000, 8000)
    c = config(4, 40000, 8000)
    c.panel_of[2] = 1
    c.panel_of[3] = 2
    p = panels(32000)
    p.define(1, 0, 8000, 8000, 8000)
    p.define(2, 0, 8000, 8000, 8000)
    c.check(p)
    for at in range(9):
        p.limit_ma[at] = behind[at // 3] - 1
        text = "panel %d: %d mA are" % (at // 3, behind[at // 3])
        assert text in str(raises(ValueError, c.check, p))
        p.limit_ma[at] = behind[at // 3]
