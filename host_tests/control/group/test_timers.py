"""control/group/timers.py: spans of time, one alone or one for each seat."""

from ballast.control.group.timers import SeatTimers, Timer
from group_kit import T0, after


class OneOfMany:
    """Seat 1 of three SeatTimers, used like a Timer; the others run into its time."""

    def __init__(self):
        self.timers = SeatTimers(3)
        for seat in (0, 2):
            self.timers.set(seat, T0, 20000)

    def set(self, now_ms, ms):
        self.timers.set(1, now_ms, ms)

    def extend(self, now_ms, ms):
        self.timers.extend(1, now_ms, ms)

    def left(self, now_ms):
        return self.timers.left(1, now_ms)

    def is_on(self):
        return self.timers.on[1] == 1


class Alone(Timer):
    def is_on(self):
        return self.on


BOTH = (Alone, OneOfMany)


def test_a_timer_that_was_never_set_is_over():
    for make in BOTH:
        assert make().left(T0) == 0 and not make().is_on()


def test_a_timer_across_the_wrap():
    for make in BOTH:
        t = make()
        t.set(T0, 40000)
        assert t.left(after(35000)) == 5000
        t.extend(after(35000), 1000)
        assert t.left(after(35000)) == 5000
        t.extend(after(35000), 6000)
        assert t.left(after(35000)) == 6000
        assert t.left(after(41000)) == 0 and not t.is_on()


def test_a_timer_counts_its_last_millisecond():
    for make in BOTH:
        t = make()
        t.set(T0, 1000)
        assert t.left(after(999)) == 1 and t.is_on()
        assert t.left(after(1000)) == 0 and not t.is_on()


def test_what_is_over_does_not_come_back_when_the_clock_wraps():
    for make in BOTH:
        t = make()
        t.set(T0, 1000)
        t.left(after(1000))
        assert t.left(after(1000 + 0x20000000)) == 0


def test_set_shortens_and_extend_does_not():
    for make in BOTH:
        t = make()
        t.set(T0, 5000)
        t.extend(T0, 4999)
        assert t.left(T0) == 5000
        t.extend(T0, 5001)
        assert t.left(T0) == 5001
        t.set(T0, 100)
        assert t.left(T0) == 100


def test_extend_starts_what_is_over():
    """However far its old end is away by then."""
    for make in BOTH:
        t = make()
        t.set(T0, 8000)
        t.left(after(8000))
        t.extend(after(9000), 10)
        assert t.left(after(9000)) == 10
        t.set(T0, 8000)
        t.left(after(8000))
        t.extend(T0, 10)  # asked about an earlier time: it is over all the same
        assert t.left(T0) == 10


def test_each_seat_has_a_time_of_its_own():
    """Three seats against three Timers under a random walk."""
    seed = [3]

    def pick(n):
        seed[0] = (seed[0] * 1103515245 + 12345) & 0x3FFFFFFF
        return (seed[0] >> 12) % n

    many, alone = SeatTimers(3), [Timer(), Timer(), Timer()]
    now = 0
    for _ in range(2000):
        now += pick(300)
        seat, ms, what = pick(3), pick(2000), pick(3)
        if what == 0:
            many.set(seat, after(now), ms)
            alone[seat].set(after(now), ms)
        elif what == 1:
            many.extend(seat, after(now), ms)
            alone[seat].extend(after(now), ms)
        for i in range(3):
            assert many.left(i, after(now)) == alone[i].left(after(now))
            assert many.on[i] == alone[i].on
