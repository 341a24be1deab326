"""control/group_records.py: a group that could overcommit is refused; what a vote weighs."""

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
    assert "anchor" in refused(anchor=4)
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
