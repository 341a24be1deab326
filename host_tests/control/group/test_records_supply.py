"""control/group/records.py: the supply of a group and what is left of it without a reading."""

from group_kit import config


def supply(seats, share_ma, limit_ma, fallback_ma, metered=1):
    c = config(seats, 0, share_ma)
    c.set_supply(limit_ma, fallback_ma, metered)
    return c


def test_the_limit_is_the_budget_of_each_conductor():
    assert supply(2, 0, 24000, 6000).budget_ma == [24000, 24000, 24000]


def test_only_a_group_with_a_meter_is_metered():
    """Whichever meter it is."""
    assert [supply(2, 0, 24000, 6000, kind).metered for kind in (0, 1, 2, 3)] == [0, 1, 1, 1]


def test_the_fallback_covers_all_guaranteed_shares_and_keeps_the_limit():
    """The middle one of setting, shares and limit, where the shares fit below the limit."""
    for seats in (1, 2, 4):
        for share_ma in (0, 6000, 8000):
            for setting in (0, 6000, 15999, 16000, 16001, 31999, 32000, 32001):
                c = supply(seats, share_ma, 32000, setting)
                assert c.fallback_ma == sorted([setting, seats * share_ma, 32000])[1]


def test_shares_above_the_limit_are_cut_for_the_check_to_refuse():
    assert supply(4, 16000, 62000, 0).fallback_ma == 62000
