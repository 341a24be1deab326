"""control/group/grants.py: what a seat was sent and may still obey. More in test_leader_edges.py."""

from ballast.control.group.grants import Grants
from group_kit import after


def most(grants, seat, t=0):
    grants.find_largest(seat, after(t))
    return grants.found_ma, grants.found_mask


def sent(*rows):
    """Seat 0 was sent these (seq, mA, mask, end in ms)."""
    grants = Grants(2)
    for seq, ma, mask, ms in rows:
        grants.enter(0, seq, ma, mask, after(ms))
    return grants


def test_nothing_is_under_way_at_first():
    grants = Grants(2)
    assert most(grants, 0) == most(grants, 1) == (0, 0)
    assert list(grants.count) == [0, 0]


def test_the_largest_grant_counts_on_all_conductors_of_all():
    grants = sent((1, 16000, 1, 5000), (2, 8000, 2, 6000), (3, 0, 4, 7000))
    assert most(grants, 0) == (16000, 3), "a grant of nothing loads no conductor"
    assert most(grants, 0, 5000) == (8000, 2)
    assert most(grants, 0, 6000) == (0, 0) and grants.count[0] == 1
    assert most(grants, 0, 7000) == (0, 0) and grants.count[0] == 0


def test_the_same_grant_again_is_prolonged_and_never_shortened():
    grants = sent((1, 16000, 7, 5000), (2, 16000, 7, 6000), (3, 16000, 7, 4000))
    assert grants.count[0] == 1
    assert most(grants, 0, 5999) == (16000, 7) and most(grants, 0, 6000) == (0, 0)


def test_the_same_grant_after_another_is_a_grant_of_its_own():
    """Of both the end counts; the one between them may come late."""
    grants = sent((1, 16000, 7, 5000), (2, 8000, 7, 5000), (3, 16000, 7, 9000), (4, 16000, 3, 9000))
    assert grants.count[0] == 4
    grants.acknowledge(0, 3)
    assert grants.count[0] == 2 and most(grants, 0) == (16000, 7)


def test_with_all_places_taken_the_newest_counts_with_the_last():
    for ma, kept in ((3000, 5000), (5000, 5000), (5001, 5001)):
        grants = sent((1, 8000, 1, 100), (2, 7000, 1, 200), (3, 6000, 1, 300), (4, 5000, 1, 400),
                      (5, ma, 2, 500))  # fmt: skip
        assert grants.count[0] == 4 and most(grants, 0) == (8000, 3)
        assert most(grants, 0, 300) == (kept, 3)
        assert most(grants, 0, 499) == (kept, 3) and most(grants, 0, 500) == (0, 0)


def test_an_acknowledged_grant_strikes_off_those_before_it():
    for seq, left in ((1, 3), (2, 2), (3, 2), (4, 1), (5, 1)):
        grants = sent((1, 9000, 7, 5000), (2, 8000, 7, 5000), (4, 7000, 7, 5000))
        grants.acknowledge(0, seq)
        assert grants.count[0] == left, "a beacon that said the same again has no place of its own"
        assert most(grants, 0)[0] == {3: 9000, 2: 8000, 1: 7000}[left]


def test_acknowledging_what_is_not_known_strikes_nothing_off():
    grants = sent((7, 9000, 7, 5000), (8, 8000, 7, 5000))
    grants.acknowledge(0, 6)
    assert grants.count[0] == 2
    grants.acknowledge(1, 9)
    assert list(grants.count) == [2, 0]


def test_the_seats_have_places_of_their_own():
    grants = Grants(3)
    for seat in range(3):
        for n in range(4):
            grants.enter(seat, 10 * seat + n, 1000 * seat + n, 1 << seat, after(1000))
    for seat in range(3):
        assert most(grants, seat) == ((1000 * seat + 3), 1 << seat)
    grants.acknowledge(1, 13)
    assert list(grants.count) == [4, 1, 4]


def test_the_latest_grant_is_found_after_an_earlier_one_ended():
    """The places are filled up from the end: the latest then stands before an older one."""
    grants = sent((1, 16000, 7, 100), (2, 9000, 7, 500), (3, 8000, 7, 500))
    assert most(grants, 0, 100) == (9000, 7)
    grants.enter(0, 4, 8000, 7, after(900))  # as grant 3: prolonged
    assert grants.count[0] == 2 and most(grants, 0, 500) == (8000, 7)
    assert most(grants, 0, 900) == (0, 0)
