"""When the clamp sends: heartbeat, events, repeats; and its search for the channel."""

from hypothesis import given, settings
from hypothesis import strategies as st

from clamp import sender as sd
from clamp.channel import ChannelFinder
from clamp.ticks import add, diff

START = 0x40000000 - 500
WINDOW = 65


class Line:
    """A sender, a clock in windows, and whether the charger answers (a window later)."""

    def __init__(self, expect=1000):
        self.s = sd.Sender(expect)
        self.now = START
        self.ma = [0, 0, 0]
        self.answers = True
        self.sent = []
        self.pending = None

    def window(self):
        self.now = add(self.now, WINDOW)
        if self.pending is not None and self.answers:
            self.s.acked(self.pending)
        self.pending = None
        due = self.s.due(self.now, self.ma)
        if due:
            self.s.sent(self.now, self.ma)
            self.pending = self.ma[:]
            self.sent.append((self.now, due, self.ma[:]))

    def run(self, windows):
        for _ in range(windows):
            self.window()


def test_heartbeats_every_second():
    line = Line()
    line.run(200)
    gaps = [diff(b[0], a[0]) for a, b in zip(line.sent, line.sent[1:], strict=False)]
    assert all(1000 <= g < 1000 + WINDOW for g in gaps) and len(gaps) > 10
    assert all(due == sd.HEARTBEAT for _, due, _ in line.sent)


def test_an_event_goes_out_with_the_next_window_and_once_when_heard():
    line = Line()
    line.run(20)
    line.sent.clear()
    line.ma = [1001, 0, 0]
    line.window()
    assert line.sent == [(line.now, sd.EVENT, [1001, 0, 0])]
    line.run(5)
    assert len(line.sent) == 1


def test_one_ampere_is_no_event():
    line = Line()
    line.run(20)
    line.sent.clear()
    line.ma = [1000, -1000, 1000]
    line.run(5)
    assert line.sent == []


def test_unheard_events_are_repeated_six_times_with_the_newest_value():
    line = Line()
    line.run(20)
    line.answers = False
    line.sent.clear()
    line.ma = [5000, 0, 0]
    start = line.now
    line.run(3)
    line.ma = [5300, 0, 0]
    line.run(12)
    events = [x for x in line.sent if x[1] == sd.EVENT]
    assert len(events) == 6 and events[-1][2] == [5300, 0, 0]
    assert diff(events[-1][0], start) <= 6 * WINDOW


def test_a_new_movement_begins_a_new_burst():
    line = Line()
    line.run(20)
    line.answers = False
    line.ma = [5000, 0, 0]
    line.run(12)
    n = len(line.sent)
    line.ma = [9000, 0, 0]
    line.run(12)
    assert len(line.sent) == n + 6


def test_a_charger_that_is_gone_costs_three_frames_a_second():
    line = Line()
    line.answers = False
    line.run(1500)
    seconds = 1500 * WINDOW / 1000
    assert 2.5 * seconds < len(line.sent) <= 3 * seconds + 3
    assert line.s.missed > 100 and line.s.lost == line.s.missed
    assert line.s.spent() or line.s.heard is False


def test_heartbeats_go_on_after_a_lost_burst():
    line = Line()
    line.run(20)
    line.answers = False
    line.ma = [5000, 0, 0]
    line.run(60)
    line.answers = True
    line.run(20)
    assert line.s.heard and line.s.missed == 0
    assert line.s._acked == [5000, 0, 0]


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(-60000, 60000), st.booleans()), max_size=80))
def test_a_movement_is_never_left_untold_while_the_charger_answers(script):
    line = Line()
    line.run(3)
    for ma, answers in script:
        line.ma = [ma, 0, 0]
        line.answers = answers
        line.run(2)
    line.answers = True
    line.run(25)
    assert abs(line.s._acked[0] - line.ma[0]) <= sd.EVENT_MA


# --- channel ------------------------------------------------------------------------------


class Air:
    """A charger on `where` (None: off) that answers a probe one window later."""

    def __init__(self, home=1, where=1):
        self.f = ChannelFinder(home)
        self.where = where
        self.now = START
        self.missed = 0
        self.changes = []

    def window(self):
        self.now = add(self.now, WINDOW)
        if self.f.step(self.now, self.missed):
            self.changes.append(self.f.channel)
        if self.f.channel == self.where:
            self.f.heard(self.now)
            self.missed = 0
        else:
            self.missed += 1

    def until(self, channel, limit):
        for n in range(limit):
            if self.f.home == channel and not self.f.searching:
                return n * WINDOW
            self.window()
        return None


def test_it_stays_while_it_is_heard():
    air = Air()
    for _ in range(500):
        air.window()
    assert air.changes == [] and air.f.found == 0


def test_a_moved_access_point_is_found_within_seconds():
    for where in range(2, 14):
        air = Air()
        for _ in range(30):
            air.window()
        air.where = where
        took = air.until(where, 200)
        assert took is not None and took < 5000, (where, took)
        assert air.f.found == 1


def test_likely_channels_first():
    air = Air(home=6, where=None)
    for _ in range(90):
        air.window()
    assert air.changes[:4] == [1, 11, 2, 3] and 6 in air.changes


def test_without_a_charger_it_rests_longer_and_longer():
    air = Air(home=3, where=None)
    searches = []
    was = False
    for _ in range(6000):
        air.window()
        if air.f.searching and not was:
            searches.append(air.now)
        was = air.f.searching
    gaps = [diff(b, a) for a, b in zip(searches, searches[1:], strict=False)]
    assert gaps[0] < 5000 and max(gaps) < 35000 and gaps[-1] > 25000
    assert gaps == sorted(gaps)
    assert air.f.home == 3


def test_heard_during_the_rest_is_at_home_again():
    air = Air(home=3, where=None)
    for _ in range(150):
        air.window()
    air.where = 3
    assert air.until(3, 600) is not None
    air.window()
    assert not air.f.searching and air.f.found == 0


def test_lost_samples_alone_do_not_start_a_search():
    f = ChannelFinder(1)
    now = START
    f.heard(now)
    for n in range(30):
        now = add(now, WINDOW)
        assert not f.step(now, n)  # 2 s: too short a silence
