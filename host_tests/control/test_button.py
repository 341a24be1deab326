"""The button: short, long, bounce, and one that is held at power-on."""

from ballast.control.button import Button
from ballast.control.safety import faults
from ballast_bench.rigs.control import B_MV, Rig


def _press(b, ms):
    for _ in range(ms // 20):
        b.step(20, 1)
    b.step(20, 0)


def test_edges():
    for ms, shorts, longs in ((40, 0, 0), (60, 1, 0), (2980, 1, 0), (3000, 0, 1), (9000, 0, 1)):
        b = Button()
        b.step(20, 0)
        _press(b, ms)
        assert (b.shorts, b.longs) == (shorts, longs), ms


def test_edges_to_the_millisecond():
    for ms, shorts, longs in ((59, 0, 0), (60, 1, 0), (2999, 1, 0), (3000, 0, 1)):
        b = Button()
        b.step(1, 0)
        for _ in range(ms):
            b.step(1, 1)
        b.step(1, 0)
        assert (b.shorts, b.longs) == (shorts, longs), ms


def test_a_long_press_is_told_while_it_is_held_and_once():
    b = Button()
    b.step(20, 0)
    for n in range(400):
        b.step(20, 1)
        assert b.longs == (1 if n >= 149 else 0)
    b.step(20, 0)
    assert b.shorts == 0
    _press(b, 100)
    assert b.shorts == 1


def test_held_at_power_on_is_no_press():
    b = Button()
    _press(b, 10000)
    assert (b.shorts, b.longs) == (0, 0)
    _press(b, 3000)
    assert b.longs == 1


def test_a_press_counts_as_long_as_it_can_have_been_when_steps_come_late():
    """Both ends are hidden by a call that blocks, up to 700 ms each."""
    for late_ms, seen_ms, shorts, longs in (
        (600, 1800, 0, 1), (600, 1780, 1, 0), (2500, 1600, 0, 1), (2500, 1580, 1, 0),
    ):  # fmt: skip
        b = Button()
        b.step(20, 0)
        b.step(late_ms, 1)
        for _ in range(seen_ms // 20):
            b.step(20, 1)
        b.step(late_ms, 0)
        assert (b.shorts, b.longs) == (shorts, longs), (late_ms, seen_ms)


def test_counters_wrap():
    b = Button()
    b.step(20, 0)
    b.shorts = b.longs = 0xFFFF
    _press(b, 100)
    _press(b, 4000)
    assert (b.shorts, b.longs) == (0, 0)


def _tap(rig):
    rig.scan.button = 1
    rig.step(10)
    rig.scan.button = 0
    rig.step(2)


def test_a_tap_pauses_and_resumes():
    rig = Rig()
    rig.run(1)
    rig.level_mv = B_MV
    rig.run(4)
    assert rig.out.duty_u16
    _tap(rig)
    assert rig.settings["user_paused"] == 1 and not rig.out.duty_u16
    _tap(rig)
    assert rig.settings["user_paused"] == 0


def test_a_tap_in_a_fault_resets_it_and_pauses_nothing():
    rig = Rig()
    rig.run(1)
    rig.level_mv = B_MV
    rig.run(4)
    rig.leak = 1
    rig.step(2)
    rig.leak = 0
    rig.step(2)
    assert rig.cycle.faults.active[faults.RCD_TRIP]
    _tap(rig)
    assert not rig.cycle.faults.active[faults.RCD_TRIP] and rig.settings["user_paused"] == 0
