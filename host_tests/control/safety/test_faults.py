"""The fault engine: every latch, every ending, the first cause, counters."""

from ballast.control.safety import faults
from ballast.control.safety.faults import (
    AUTO,
    CATALOGUE,
    COUNT,
    MANUAL,
    POWER,
    SERVICE,
    UNPLUG,
    Faults,
)

EVERY = range(1, COUNT)


def test_catalogue_is_whole():
    assert len(CATALOGUE) == COUNT
    keys = {}
    for fault in EVERY:
        key, action, latch, hold_ms, retries, mrec, text, advice = CATALOGUE[fault]
        assert key not in keys
        keys[key] = fault
        assert faults.WARN <= action <= faults.STOP
        assert AUTO <= latch <= SERVICE
        assert hold_ms >= 0 and retries >= -1
        assert mrec and text and advice
        for sentence in (text, advice):
            assert sentence[0].isupper() and sentence[-1] == "."


def test_a_stop_never_ends_by_itself_without_a_bound_or_a_hold():
    for fault in EVERY:
        _, action, latch, hold_ms, retries, _, _, _ = CATALOGUE[fault]
        if action == faults.STOP and latch == AUTO and retries < 0:
            assert hold_ms >= 3000, CATALOGUE[fault][0]


def test_action_shows_in_one_attribute():
    for fault in EVERY:
        f = Faults()
        assert (f.stop, f.pause, f.derate) == (0, 0, 0)
        f.put(fault, 1, 0)
        action = CATALOGUE[fault][1]
        assert f.stop == (action == faults.STOP)
        assert f.pause == (action == faults.PAUSE)
        assert f.derate == (action == faults.DERATE)
        assert f.active[fault] and f.count[fault] == 1 and f.first == fault


def test_absent_is_nothing():
    f = Faults()
    for fault in EVERY:
        f.put(fault, 0, 0)
        f.put(fault, False, 5)
    f.step(100)
    assert sum(f.active) == 0 and f.changes == 0 and f.first == faults.NONE


def test_auto_ends_after_its_hold_and_not_before():
    for fault in EVERY:
        _, _, latch, hold_ms, _, _, _, _ = CATALOGUE[fault]
        if latch != AUTO:
            continue
        f = Faults()
        f.put(fault, 1, 0)
        f.step(10000000)
        assert f.active[fault], "the cause is there"
        f.put(fault, 0, 10000000)
        if hold_ms:
            f.step(10000000 + hold_ms - 1)
            assert f.active[fault]
        f.step(10000000 + hold_ms)
        assert not f.active[fault] and f.stop == 0 and f.first == faults.NONE


def test_a_cause_that_returns_restarts_the_hold():
    f = Faults()
    f.put(faults.UNDERVOLT, 1, 0)
    f.put(faults.UNDERVOLT, 0, 1000)
    f.put(faults.UNDERVOLT, 1, 20000)
    f.put(faults.UNDERVOLT, 0, 25000)
    f.step(31000)
    assert f.active[faults.UNDERVOLT]
    f.step(55000)
    assert not f.active[faults.UNDERVOLT]
    assert f.count[faults.UNDERVOLT] == 1, "it never ended in between"


def test_retries_are_counted_then_a_hand_is_needed():
    f = Faults()
    now = 0
    for n in range(3):
        f.put(faults.PLUG_HOT, 1, now)
        f.put(faults.PLUG_HOT, 0, now + 1)
        assert not f.exhausted(faults.PLUG_HOT)
        f.step(now + 2)
        assert not f.active[faults.PLUG_HOT], n
        now += 100
    assert f.exhausted(faults.PLUG_HOT)
    f.put(faults.PLUG_HOT, 1, now)
    f.put(faults.PLUG_HOT, 0, now + 1)
    f.step(now + 400000)
    assert f.active[faults.PLUG_HOT] and f.stop
    assert f.count[faults.PLUG_HOT] == 4
    assert f.reset()
    assert not f.active[faults.PLUG_HOT] and not f.exhausted(faults.PLUG_HOT)
    assert not f.exhausted(faults.UNDERVOLT), "endless retries never end"


def test_unplug_latches():
    for fault in EVERY:
        f = Faults()
        f.put(fault, 1, 0)
        f.unplugged(5)
        assert f.active[fault], "the cause is still there"
        f.plugged()
        f.put(fault, 0, 10)
        if CATALOGUE[fault][2] != UNPLUG:
            continue
        f.unplugged(20)
        hold_ms = CATALOGUE[fault][3]
        if hold_ms:
            f.step(20 + hold_ms - 1)
            assert f.active[fault], "the hold begins with the unplugging"
            f.step(20 + hold_ms)
        assert not f.active[fault]


def test_an_unplug_latch_waits_for_the_vehicle_that_came_after_the_last_one():
    f = Faults()
    f.put(faults.DIODE, 1, 0)
    f.put(faults.DIODE, 0, 10)
    f.step(400000000)
    assert f.active[faults.DIODE]
    f.unplugged(400000010)
    assert not f.active[faults.DIODE] and f.away
    f.plugged()
    f.put(faults.DIODE, 1, 400000020)
    f.put(faults.DIODE, 0, 400000030)
    f.step(400100000)
    assert f.active[faults.DIODE], "a new vehicle, a new latch"


def test_what_comes_while_nobody_is_there_ends_by_itself_after_its_hold():
    f = Faults()
    f.unplugged(0)
    f.put(faults.PE_LOST, 1, 0)
    f.put(faults.PE_LOST, 0, 1000)
    f.step(5999)
    assert f.active[faults.PE_LOST]
    f.step(6000)
    assert not f.active[faults.PE_LOST]


def test_latched_faults_do_not_end_by_waiting():
    for fault in EVERY:
        if CATALOGUE[fault][2] == AUTO:
            continue
        f = Faults()
        f.put(fault, 1, 0)
        f.put(fault, 0, 10)
        f.step(500000000)
        assert f.active[fault]


def test_reset_by_hand():
    for fault in EVERY:
        latch = CATALOGUE[fault][2]
        f = Faults()
        f.put(fault, 1, 0)
        f.reset()
        assert f.active[fault], "the cause is still there"
        f.put(fault, 0, 10)
        ended = f.reset()
        assert bool(f.active[fault]) == (latch > MANUAL)
        assert ended == (f.stop == 0)


def test_service_reset_ends_all_but_present_ones():
    f = Faults()
    for fault in EVERY:
        f.put(fault, 1, 0)
    for fault in EVERY:
        if fault != faults.WELD:
            f.put(fault, 0, 0)
    f.service_reset()
    assert [fault for fault in EVERY if f.active[fault]] == [faults.WELD]
    f.put(faults.WELD, 0, 0)
    f.service_reset()
    assert f.stop == 0 and f.first == faults.NONE


def test_first_cause_is_kept_and_a_stop_displaces_a_warning():
    f = Faults()
    f.now_s = 5
    f.put(faults.METER_LOST, 1, 0)
    assert f.first == faults.METER_LOST and f.first_s == 5
    f.now_s = 7
    f.put(faults.PE_LOST, 1, 0)
    assert f.first == faults.PE_LOST and f.first_s == 7
    f.now_s = 9
    f.put(faults.WELD, 1, 0)
    assert f.first == faults.PE_LOST and f.first_s == 7


def test_first_goes_on_to_the_gravest_that_is_left():
    f = Faults()
    f.now_s = 1
    f.put(faults.PILOT_LOST, 1, 0)
    f.now_s = 2
    f.put(faults.METER_LOST, 1, 0)
    f.now_s = 3
    f.put(faults.UNDERVOLT, 1, 0)
    f.put(faults.PILOT_LOST, 0, 0)
    f.step(3000)
    assert f.first == faults.UNDERVOLT and f.first_s == 3
    f.put(faults.UNDERVOLT, 0, 3000)
    f.step(33000)
    assert f.first == faults.METER_LOST and f.first_s == 2


def test_changes_count_what_a_service_must_look_at():
    f = Faults()
    f.put(faults.CLOCK, 1, 0)
    f.put(faults.CLOCK, 1, 0)
    assert f.changes == 1
    f.put(faults.CLOCK, 0, 0)
    assert f.changes == 1
    f.step(0)
    assert f.changes == 2


def test_counters_saturate():
    f = Faults()
    f.count[faults.CLOCK] = 65534
    for _ in range(3):
        f.put(faults.CLOCK, 1, 0)
        f.put(faults.CLOCK, 0, 0)
        f.step(1)
    assert f.count[faults.CLOCK] == 65535


def test_stored_latches_come_back_and_count_no_new_event():
    f = Faults()
    for fault in EVERY:
        f.put(fault, 1, 0)
    kept = f.latched()
    for fault in EVERY:
        assert (fault in kept) == (CATALOGUE[fault][2] in (MANUAL, SERVICE, UNPLUG))
    g = Faults()
    g.restore(f.count, kept + [0, -1, COUNT, 999])
    for fault in EVERY:
        assert bool(g.active[fault]) == (CATALOGUE[fault][2] in (MANUAL, SERVICE, UNPLUG))
        assert g.count[fault] == 1
    assert g.stop
    g.restore([0, 9], [faults.WELD])
    assert g.count[faults.EXCEPTION] == 9 and g.count[faults.WELD] == 1
    g.restore([1] * 200, [])
    assert g.count[COUNT - 1] == 1


def test_power_latches_are_not_kept():
    f = Faults()
    f.put(faults.RCD_TEST, 1, 0)
    assert CATALOGUE[faults.RCD_TEST][2] == POWER
    assert f.latched() == []


def test_used_up_retries_survive_a_power_cut():
    f = Faults()
    for n in range(4):
        f.put(faults.PLUG_HOT, 1, n)
        f.put(faults.PLUG_HOT, 0, n)
        assert f.latched() == ([faults.PLUG_HOT] if n == 3 else [])
        f.step(n)
    g = Faults()
    g.restore(f.count, f.latched(), f.used())
    g.step(100000000)
    assert g.active[faults.PLUG_HOT] and g.stop and g.exhausted(faults.PLUG_HOT)
    assert g.reset()
    h = Faults()
    h.restore([], [faults.PLUG_HOT, faults.CLOCK, faults.UNDERVOLT])
    assert h.latched() == [faults.PLUG_HOT]


def test_half_used_retries_survive_too():
    f = Faults()
    f.put(faults.PLUG_HOT, 1, 0)
    f.put(faults.PLUG_HOT, 0, 0)
    f.step(0)
    g = Faults()
    g.restore(f.count, f.latched(), f.used() + [9, 9])
    assert g.stop == 0 and g.used()[faults.PLUG_HOT] == 1 and g.count[faults.PLUG_HOT] == 1


def test_the_first_cause_of_the_run_before_is_told():
    f = Faults()
    f.now_s = 77
    f.put(faults.RCD_TRIP, 1, 0)
    g = Faults()
    g.restore(f.count, f.latched(), f.used(), f.first, f.first_s)
    assert (g.before, g.before_s) == (faults.RCD_TRIP, 77)
    assert g.first == faults.RCD_TRIP and g.stop
    for wrong in (0, -1, COUNT):
        g = Faults()
        g.restore([], [], [], wrong, 5)
        assert (g.before, g.before_s) == (faults.NONE, 0)


def test_flags_are_zero_or_one():
    f = Faults()
    f.put(faults.PE_LOST, 1, 0)
    assert (f.present[faults.PE_LOST], f.active[faults.PE_LOST], f._any) == (1, 1, 1)
    f.unplugged(0)
    assert (f.away, f._freed[faults.PE_LOST]) == (1, 1)


def test_the_worst_of_what_is_left_becomes_the_first():
    f = Faults()
    f.put(faults.OVERRUN, 1, 0)
    for fault in (faults.CLOCK, faults.DERATED, faults.OVERVOLT, faults.WELD, faults.EXCEPTION):
        f.put(fault, 1, 0)
    f.put(faults.OVERRUN, 0, 0)
    f.reset()
    assert f.first == faults.EXCEPTION, "of equal ones that of the lowest id"


def test_only_bounded_endings_are_counted():
    f = Faults()
    for n in range(300):  # a byte would not hold it
        f.put(faults.UNDERVOLT, 1, n * 100000)
        f.put(faults.UNDERVOLT, 0, n * 100000)
        f.step(n * 100000 + 30000)
        assert not f.active[faults.UNDERVOLT]
    assert f.used() == [0] * COUNT
    f.put(faults.DIODE, 1, 0)
    f.put(faults.DIODE, 0, 0)
    f.unplugged(0)
    assert not f.active[faults.DIODE] and f.used() == [0] * COUNT


def test_without_retries_it_never_ends_by_itself():
    f = Faults()
    f.latch[faults.RCD_TRIP] = AUTO
    f.retries[faults.RCD_TRIP] = 0
    f.put(faults.RCD_TRIP, 1, 0)
    f.put(faults.RCD_TRIP, 0, 0)
    f.step(500000000)
    assert f.active[faults.RCD_TRIP] and f.exhausted(faults.RCD_TRIP)
    assert not f.exhausted(faults.UNDERVOLT)


def test_unplugging_does_not_prolong_other_holds():
    f = Faults()
    f.put(faults.UNDERVOLT, 1, 0)
    f.put(faults.UNDERVOLT, 0, 0)
    f.unplugged(20000)
    assert not f._freed[faults.UNDERVOLT]
    f.step(30000)
    assert not f.active[faults.UNDERVOLT]


def test_a_reset_gives_all_retries_back():
    for how in ("reset", "service_reset"):
        f = Faults()
        f.restore([0] * COUNT, (), [2] * COUNT)
        assert f.used() == [0] + [2] * (COUNT - 1)
        getattr(f, how)()
        last = MANUAL if how == "reset" else SERVICE
        for fault in EVERY:
            assert f.used()[fault] == (0 if f.latch[fault] <= last else 2), (how, fault)


def test_restore_takes_what_there_is_and_counts_nothing_twice():
    f = Faults()
    f.restore([9] * COUNT, (faults.NONE, faults.PLUG_RISE), (), faults.EXCEPTION)
    assert f.count[faults.NONE] == 0 and f.count[faults.EXCEPTION] == 9
    assert f.active[faults.PLUG_RISE] and not f.active[faults.NONE]
    assert f.exhausted(faults.PLUG_RISE)
    assert (f.before, f.before_s) == (faults.EXCEPTION, 0)
    f = Faults()
    f.restore([0] * COUNT, (faults.WELD,))
    assert f.active[faults.WELD] and f.count[faults.WELD] == 0
