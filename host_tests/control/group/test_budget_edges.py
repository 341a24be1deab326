"""control/group/budget.py: each member on each conductor, and the exact limits of the judgement."""

from ballast.control.group.budget import GroupBudget
from group_kit import after

LIMIT = 60000
EACH = 8000  # what a member draws, on all three conductors
SEATS = (0, 1, 2)


class House:
    """Members that draw EACH and a house that draws 4 A, heard and judged every 50 ms."""

    def __init__(self, seats=SEATS, limit=LIMIT):
        self.b = GroupBudget(3, 3)
        self.ms = 0
        self.seats = seats
        self.limit = limit

    def draws(self, seat, ma, held_ma=None):
        self.b.draw(after(self.ms), seat, [ma, ma, ma], ma if held_ma is None else held_ma)

    def mains(self, ma, exact=True):
        """Judge it now; then the clock goes on."""
        self.b.step(after(self.ms), [ma, ma, ma], self.limit, exact)
        self.ms += 50
        return self.b.house_ma

    def run(self, ms, mains_ma=None, exact=True):
        """The members draw EACH."""
        end = self.ms + ms
        while self.ms < end:
            for seat in self.seats:
                self.draws(seat, EACH)
            self.mains(4000 + EACH * len(self.seats) if mains_ma is None else mains_ma, exact)
        return self

    def on_to(self, ms):
        self.ms = ms
        return self


def settled(seats=SEATS, limit=LIMIT):
    """House 4 A on each conductor; a new half second has just begun."""
    h = House(seats, limit).run(8050)
    assert h.b.house_ma == [4000] * 3 and h.b.ma == [limit - 4150] * 3
    return h


# ---- the range of a member ----


def test_the_first_word_of_a_member_leaves_open_whether_the_mains_knew_it_yet():
    h = House()
    h.draws(0, 5000)
    assert h.mains(9000) == [9000] * 3
    h = House()
    h.draws(0, 5000)
    h.mains(9000, exact=False)
    assert h.b.ma == [LIMIT - 4000 - 150] * 3


def test_a_member_that_says_it_draws_nothing_draws_nothing_whatever_it_may():
    h = House()
    h.draws(0, 0, 8000)
    h.mains(9000, exact=False)
    assert h.b.ma == [LIMIT - 9000 - 150] * 3


def test_a_member_is_tracked_although_the_seats_before_it_are_empty():
    settled(seats=(2,))


def test_a_car_that_falls_is_not_taken_for_the_house_in_the_same_half_second():
    for seat in SEATS:
        h = settled()
        h.draws(seat, 2000)
        assert h.mains(22000) == [4000] * 3, seat


def test_what_a_car_drew_in_the_half_second_before_still_explains_the_mains():
    for seat in SEATS:
        for ma in (2000, 14000):
            h = settled().run(450)  # up to the last 50 ms of this half second
            h.ms -= 50
            h.draws(seat, ma)
            h.draws(seat, EACH)
            h.ms += 50
            assert h.ms % 500 == 0
            assert h.mains(20000 + ma) == [4000] * 3, (seat, ma)


def test_what_a_car_drew_a_second_ago_explains_nothing_any_more():
    for seat in SEATS:
        for ma in (2000, 14000):
            h = settled()
            h.draws(seat, ma)
            h.run(1100)
            assert h.mains(27900) == [3900] * 3, (seat, ma)  # 27900 - 3 * 8000
            assert h.mains(28100) == [4100] * 3, (seat, ma)


def test_a_member_that_comes_back_counts_with_what_it_says_now_and_changes_no_other():
    for seat in SEATS:
        h = settled()
        for _ in range(52):  # 26 s, a look every half second
            h.ms += 450
            for other in SEATS:
                if other != seat:
                    h.draws(other, EACH)
            h.mains(20000)
        assert h.b.house_ma == [4000] * 3
        h.draws(seat, 2000)
        assert h.mains(30000) == [12000] * 3, seat  # 30000 - 2 * 8000 - 2000


def test_after_two_and_a_half_seconds_of_silence_a_member_may_have_stopped():
    for quiet_ms, house in ((2500, 3000), (3000, 11000)):  # 11000 - 8000; all 11000
        h = House((0,)).run(8050, 20000)  # house 12 A
        said_ms = h.ms - 50
        while h.ms < said_ms + quiet_ms:
            h.mains(20000)
        assert h.mains(11000) == [house] * 3, quiet_ms


def test_after_a_lease_of_silence_a_member_is_not_there():
    h = House((0,)).run(8050, 20000)
    said_ms = h.ms - 50
    for quiet_ms in range(500, 25001, 500):
        assert h.on_to(said_ms + quiet_ms).mains(20000) == [12000] * 3, quiet_ms
    assert h.on_to(said_ms + 25500).mains(20000) == [20000] * 3


# ---- a rise: of a car or of the house ----


def rise(ma, spare=3000, limit=LIMIT):
    """The estimate right after the mains rose by `ma`; member 0 may draw `spare` more."""
    h = settled(limit=limit)
    h.draws(0, EACH, EACH + spare)
    return h, h.mains(28000 + ma)[2] - 4000


def test_a_rise_by_more_than_all_could_draw_is_the_house_at_once():
    for spare in (0, 1, 3000):
        for ma in (200 + spare, 201 + spare):
            at_once = ma <= 200 or ma > 200 + spare
            assert rise(ma, spare)[1] == (ma if at_once else 0), (spare, ma)


def test_a_member_above_its_lease_could_draw_no_more():
    h = settled()
    h.draws(0, EACH, EACH + 1000)
    h.draws(1, EACH, EACH - 1000)
    assert h.mains(28000 + 1200) == [4000] * 3
    assert h.mains(28000 + 1201) == [5201] * 3


def test_above_the_limit_a_rise_is_the_house_at_once():
    limit = 30000
    assert rise(2200, limit=limit)[1] == 0  # 0.2 A above it is noise
    assert rise(2201, limit=limit)[1] == 2201


def test_a_rise_that_no_report_explains_within_nine_tenths_of_a_second_is_the_house():
    for wait_ms in (899, 900):
        h, up = rise(2000)
        assert up == 0
        seen_ms = h.ms - 50
        h.mains(30000)
        up = h.on_to(seen_ms + wait_ms).mains(30000)[0] - 4000
        assert up == (2000 if wait_ms == 900 else 0)


def test_a_rise_that_shrinks_has_its_time_anew():
    """By more than the noise: reports are catching up with the mains."""
    for less, up in ((200, 1800), (201, 0)):
        h, _ = rise(2000)
        seen_ms = h.ms - 50
        h.on_to(seen_ms + 450).mains(30000 - less)
        assert h.on_to(seen_ms + 900).mains(30000 - less)[0] - 4000 == up
        assert h.on_to(seen_ms + 1350).mains(30000 - less)[0] - 4000 == 2000 - less


# ---- the budget ----


def test_a_budget_rises_five_seconds_after_the_last_look_that_needed_it_low():
    h = House(seats=())
    for _ in range(20):
        h.mains(10000)
        h.ms += 450
    low_ms = h.ms - 500  # the last look at 10 A
    while h.ms < low_ms + 5000:
        h.mains(5000)
        assert h.b.ma == [LIMIT - 10150] * 3
        h.ms += 450
    h.mains(5000)
    assert h.b.ma == [LIMIT - 5150] * 3


def test_after_the_meter_was_not_trusted_the_budget_starts_anew_even_upwards():
    h = settled()
    h.b.forget()
    assert h.mains(25000) == [1000] * 3
    assert h.b.ma == [LIMIT - 1150] * 3
