"""History, sessions, events, clock, schedule: what they keep, and what a power cut leaves."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballast.control.limits import limits
from ballast.control.records import Status
from ballast.control.safety import faults
from ballast.services.memory import history as hist
from ballast.services.memory.event_log import EventLog
from ballast.services.memory.history import UNKNOWN, History, Ring
from ballast.services.memory.sessions import Sessions
from ballast.services.schedule import Schedule
from ballast.services.wall_clock import WallClock
from ballast_bench.rigs.web import MemoryStore


def status(house=5000, car=10000, phase=0):
    record = Status(limits.COUNT, faults.COUNT)
    record.fuse_ma, record.limit_ma = 25000, 14100
    record.house_ma[phase], record.ev_ma[phase] = house, car
    record.mains_ma[phase] = house + car
    return record


def shown(ring):
    return json.loads("".join(ring.json()))


# -- history ---------------------------------------------------------------------------


@given(st.lists(st.tuples(*[st.integers(-32768, 32767)] * 4), max_size=40))
def test_a_ring_keeps_the_newest_in_order(rows):
    ring = Ring(16, 10)
    for row in rows:
        ring.put(row)
    got = shown(ring)
    kept = rows[-16:]
    assert got["count"] == len(kept) and got["step_s"] == 10
    for i, name in enumerate(hist.COLUMNS):
        want = [None if r[i] == UNKNOWN else r[i] for r in kept]
        assert got[name + "_da"] == want


def test_ten_seconds_make_one_mean():
    history = History()
    for second in range(21):
        history.add(100 + second, status(car=10000 + 1000 * (second % 2)), True)
    got = shown(history.hour)
    assert got["count"] == 2
    assert got["house_da"] == [50, 50] and got["car_da"] == [105, 105]
    assert got["limit_da"] == [141, 141] and got["fuse_da"] == [250, 250]


def test_five_minutes_make_one_sample_of_the_day():
    history = History()
    for second in range(3001):
        history.add(second, status(house=second), True)
    got = shown(history.day)
    assert got["count"] == 10
    assert got["house_da"][0] == pytest.approx(1.5, abs=1) and got["house_da"][9] == pytest.approx(
        28.5, abs=1
    )


def test_without_a_trusted_meter_the_house_is_unknown_and_the_car_is_not():
    history = History()
    for second in range(11):
        history.add(second, status(), False)
    got = shown(history.hour)
    assert got["house_da"] == [None] and got["car_da"] == [100]


def test_a_hole_stays_a_hole():
    history = History()
    history.add(0, status(), True)
    history.add(45, status(), True)
    got = shown(history.hour)
    assert got["car_da"] == [100, None, None, None]


def test_a_silence_of_days_does_not_hold_the_loop():
    history = History()
    history.add(0, status(), True)
    history.add(10_000_000, status(), True)
    assert shown(history.hour)["count"] < 360


def test_the_phase_that_carries_most_is_shown():
    history = History()
    record = status(house=3000, car=6000, phase=2)
    record.house_ma[0] = 8000
    record.mains_ma[0] = 8000
    for second in range(11):
        history.add(second, record, True)
    got = shown(history.hour)
    assert got["house_da"] == [30] and got["car_da"] == [60]


def test_values_out_of_range_are_clipped_not_wrapped():
    history = History()
    for second in range(11):
        history.add(second, status(house=100_000_000), True)
    assert shown(history.hour)["house_da"] == [32767]


# -- sessions --------------------------------------------------------------------------


class Book:
    """Sessions with a clock of its own."""

    def __init__(self, store=None, time=1_800_000_000):
        self.store = store or MemoryStore()
        self.now = 0
        self.time = time
        self.total_wh = 0
        self.log = Sessions(
            self.store,
            lambda: None if self.time is None else self.time + self.now,
            lambda: self.total_wh,
        )

    def charge(self, seconds, wh_per_s=1):
        for second in range(seconds):
            self.now += 1
            self.log.add(self.now, True, second, second, second * wh_per_s)

    def unplug(self):
        self.now += 1
        self.log.add(self.now, False, 0, 0, 0)

    def rows(self):
        return json.loads("".join(self.log.json()))["rows"]


def test_one_row_from_plug_in_to_plug_out():
    book = Book()
    book.charge(100)
    assert book.rows() == []
    book.unplug()
    assert book.rows() == [[1_800_000_001, 1_800_000_101, 99, 99, 99]]
    assert "".join(book.log.csv()).splitlines()[1] == "1800000001,1800000101,99,99,99"


def test_plugging_in_and_out_is_no_session():
    book = Book()
    book.charge(100, wh_per_s=0)
    book.unplug()
    assert book.rows() == []


def test_a_clock_set_meanwhile_gives_the_start_its_time():
    book = Book(time=None)
    book.charge(60)
    book.time = 1_800_000_000
    book.charge(60)
    book.unplug()
    row = book.rows()[0]
    assert row[1] - row[0] == row[2]
    book.time = None
    book.charge(60)
    book.unplug()
    assert book.rows()[0][:2] == [None, None]
    assert "".join(book.log.csv()).splitlines()[2].startswith(",,")


def test_a_power_cut_loses_at_most_five_minutes_of_one_row():
    book = Book()
    book.charge(1000)
    again = Book(book.store)
    rows = again.rows()
    assert len(rows) == 1
    assert 1000 - 1 - 300 <= rows[0][4] <= 999


def test_a_hundred_rows_and_no_more():
    book = Book()
    for _ in range(130):
        book.charge(20)
        book.unplug()
    assert len(book.rows()) == 100
    assert len(Book(book.store).rows()) == 100


def test_a_foreign_file_is_not_believed():
    store = MemoryStore()
    store.save("sessions", {"rows": [[1], [1, 2, 3, 4, 5]], "open": [1]})
    assert Book(store).rows() == [[1, 2, 3, 4, 5]]


# -- events ----------------------------------------------------------------------------


def make_log(store=None, now=lambda: 0, time=lambda: None):
    return EventLog(store or MemoryStore(), now, time)


def test_events_newest_first_and_the_same_one_counts_up():
    log = make_log()
    log.add("fault", "rcd_trip")
    log.add("login", "user")
    log.add("login", "user")
    got = log.document()
    assert [(e["kind"], e["count"]) for e in got] == [("login", 2), ("fault", 1)]


def test_sixty_four_events_and_short_details():
    log = make_log()
    for n in range(100):
        log.add("kind", n)
    log.add("long", "x" * 500)
    got = log.document()
    assert len(got) == 64 and len(got[0]["detail"]) == 48


def test_events_are_saved_once_a_minute_and_security_at_once():
    now = [0]
    store = MemoryStore()
    log = make_log(store, lambda: now[0])
    log.add("login", "user")
    log.step()
    assert store.load("events") is None
    now[0] = 60
    log.step()
    assert len(store.load("events")["events"]) == 1
    log.add("password_set", "user")
    assert len(store.load("events")["events"]) == 2
    assert len(make_log(store).document()) == 2


# -- the time of day ---------------------------------------------------------------------


def test_the_time_is_unknown_until_told():
    wall = WallClock(lambda: 100)
    assert wall.time_s() is None and wall.local_minute() is None
    wall.set(1767571200 + 90, 60)  # Monday 00:01:30 UTC, 01:01 in the house
    assert wall.local_minute() == 61
    assert wall.time_s() == 1767571290


@given(st.integers(1735689600, 4102444800), st.integers(-840, 840))
def test_the_local_minute_is_what_the_library_says(unix, offset):
    from datetime import datetime, timedelta, timezone

    wall = WallClock(lambda: 0)
    wall.set(unix, offset)
    local = datetime.fromtimestamp(unix, timezone(timedelta(minutes=offset)))
    assert wall.local_minute() == local.weekday() * 1440 + local.hour * 60 + local.minute


# -- the schedule ------------------------------------------------------------------------


class FakeCharger:
    def __init__(self):
        self.put, self.warned, self.quarters = [], [], []

    def put_limit(self, slot, ma, ttl_ms):
        self.put.append((slot, ma, ttl_ms))

    def sync_quarter(self, into_ms):
        self.quarters.append(into_ms)

    def warn(self, fault, present, now_ms):
        self.warned.append((fault, present))


def test_the_slot_is_renewed_before_it_expires_and_given_up_within_the_window():
    charger, wall = FakeCharger(), WallClock(lambda: 0)
    plan = Schedule(charger, MemoryStore(), wall, lambda: 0)
    window = {"days": [0], "from_min": 0, "to_min": 60, "current_ma": 10000}
    plan.set({"enabled": True, "windows": [window]})
    assert charger.put[-1] == (limits.SCHEDULE, limits.NO_LIMIT_MA, 60000)
    assert charger.warned[-1] == (faults.CLOCK, 1)
    wall.set(1767571200)
    plan.step()
    assert charger.put[-1][1] == 10000 and charger.warned[-1] == (faults.CLOCK, 0)
    wall.set(1767571200 + 3600)
    plan.step()
    assert charger.put[-1][1] == 0


def test_the_quarter_hour_is_told_with_and_without_a_plan_and_not_before_it_is_known():
    charger, wall = FakeCharger(), WallClock(lambda: 0)
    plan = Schedule(charger, MemoryStore(), wall, lambda: 0)
    plan.step()
    assert charger.quarters == [] and wall.into_quarter_ms() is None
    for since, into in ((0, 0), (899, 899000), (900, 0), (3661, 61000)):
        wall.set(1767571200 + since, 840)
        plan.step()
        assert charger.quarters[-1] == into, since


def test_a_plan_survives_a_restart_and_a_damaged_one_is_dropped():
    store = MemoryStore()
    plan = Schedule(FakeCharger(), store, WallClock(lambda: 0), lambda: 0)
    plan.set({"enabled": True, "windows": []})
    again = Schedule(FakeCharger(), store, WallClock(lambda: 0), lambda: 0)
    assert again.document()["enabled"] is True
    store.save("schedule", {"enabled": "yes"})
    again = Schedule(FakeCharger(), store, WallClock(lambda: 0), lambda: 0)
    assert again.document()["enabled"] is False
