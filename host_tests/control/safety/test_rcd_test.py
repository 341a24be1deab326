"""RCD self-test: each module's answer accepted in its window, refused outside."""

from ballast.control.safety import rcd_test
from ballast.control.safety.rcd_test import FAILED, IDLE, MODULES, PASSED, RUNNING, RcdTest

# Good answers as (trip from ms, to ms) pairs; from the modules' own timing.
GOOD = (
    ((60, 300),),
    ((740, 2050),),
    ((280, 500), (1800, 2300)),
    ((500, 900),),
)


def _run(module, answer, seconds=10):
    """Play `answer`, list of (from, to) ms with the line at trip. Returns the RcdTest."""
    test = RcdTest(module)
    test.start(1000, 0)
    for t in range(0, seconds * 1000, 20):
        line = 0
        for start, end in answer:
            if start <= t < end:
                line = 1
        test.step(1000 + t, line)
        if test.state != RUNNING:
            break
    return test


def test_good_answers_pass():
    for module in range(len(MODULES)):
        test = _run(module, GOOD[module])
        assert test.state == PASSED, rcd_test.NAMES[module]
        assert test.drive == 0


def test_no_answer_fails_right_after_its_window():
    for module in range(len(MODULES)):
        test = RcdTest(module)
        test.start(0, 0)
        late = MODULES[module][2]
        for t in range(0, late + 1, 20):
            test.step(t, 0)
            assert test.state == RUNNING
        test.step(late // 20 * 20 + 20, 0)
        assert test.state == FAILED


def test_too_early_and_too_late_fail():
    assert _run(1, ((280, 2000),)).state == FAILED
    assert _run(1, ((300, 2000),)).state == PASSED
    assert _run(1, ((1140, 2300),)).state == PASSED
    assert _run(1, ((1160, 2300),)).state == FAILED


def test_a_line_that_stays_fails():
    for module in range(len(MODULES)):
        first = GOOD[module][0][0]
        test = _run(module, ((first, 99999),))
        assert test.state == FAILED


def test_a_second_trip_too_many_fails():
    assert _run(0, ((60, 100), (140, 180), (200, 260))).state == FAILED


def test_a_trip_too_few_fails_at_the_end():
    test = _run(2, ((280, 500),))
    assert test.state == FAILED


def test_a_line_that_trips_already_fails_at_once():
    test = RcdTest(0)
    test.start(0, 1)
    assert test.state == FAILED and test.drive == 0


def test_the_test_input_is_driven_for_its_time():
    for module in range(len(MODULES)):
        test = RcdTest(module)
        assert test.drive == 0 and test.state == IDLE
        test.start(0, 0)
        driven = 0
        for t in range(0, 2000, 20):
            test.step(t, 0)
            if test.drive:
                driven = t
        late = MODULES[module][2]
        assert driven == min(MODULES[module][0] - 20, late // 20 * 20)


def test_abort_forgets():
    test = _run(0, GOOD[0])
    test.abort()
    assert test.state == IDLE
    test.step(0, 1)
    assert test.state == IDLE


def test_quick_modules_fit_into_three_seconds():
    for module in range(len(MODULES)):
        assert RcdTest(module).quick == (MODULES[module][5] <= rcd_test.QUICK_MS)
    assert not RcdTest(2).quick


def _steps(test, lines):
    """lines: [(t ms, line)]; the states after each."""
    out = []
    for t, line in lines:
        test.step(t, line)
        out.append(test.state)
    return out


def test_start_forgets_the_test_before():
    test = _run(0, GOOD[0])
    test._trip = 1
    test.start(5000, 0)
    assert test.drive == 1 and test.state == RUNNING
    test.step(5060, 1)
    test = RcdTest(0)
    test.start(0, 0)
    test.abort()
    assert test.drive == 0 and test.state == IDLE


def test_a_line_must_fall_in_its_time_to_the_millisecond():
    test = RcdTest(0)
    test.start(0, 0)
    lines = [(t, 1) for t in list(range(60, 1060, 50)) + [1060, 1061]]  # no starred element: MicroPython
    assert _steps(test, lines) == [RUNNING] * (len(lines) - 1) + [FAILED]


def test_it_passes_a_tenth_of_a_second_after_the_line_has_fallen():
    test = RcdTest(0)
    test.start(0, 0)
    lines = ((60, 1), (300, 1), (301, 0), (302, 0), (400, 0), (401, 0))
    assert _steps(test, lines) == [RUNNING] * 5 + [PASSED]


def test_it_does_not_pass_while_the_input_is_driven():
    test = RcdTest(3)
    test.start(0, 0)
    lines = ((20, 1), (60, 0), (170, 0), (499, 0), (500, 0))
    assert _steps(test, lines) == [RUNNING] * 4 + [PASSED]


def test_the_end_is_the_end():
    test = RcdTest(2)
    test.start(0, 0)
    lines = [(t, 1 if 300 <= t < 500 else 0) for t in list(range(0, 6799, 50)) + [6799, 6800]]
    assert _steps(test, lines) == [RUNNING] * (len(lines) - 1) + [FAILED]


def _held_up(answer, at_ms, gap_ms, test=None):
    """An RCM14 (module 0) whose test has one gap between two steps; (test, when it was over)."""
    test = test or RcdTest(0)
    test.start(0, 0)
    t = 0
    while test.state == RUNNING and t < 10000:
        test.step(t, 1 if any(a <= t < b for a, b in answer) else 0)
        t += gap_ms if t == at_ms else 20
    return test, t


def test_a_test_that_a_late_step_disturbed_is_repeated_and_not_failed():
    # the whole pulse of 60..300 ms lies in the gap: the monitor did answer, and nobody looked
    test, over = _held_up(((60, 300),), 40, 280)
    assert test.state == IDLE and over >= MODULES[0][5], "not before the answer is over"
    assert _held_up(((60, 300),), 40, 60)[0].state == PASSED
    assert _held_up((), 40, 60)[0].state == FAILED, "60 ms hide nothing"
    test, _ = _held_up((), 40, 61)
    assert test.state == IDLE


def test_what_never_answers_fails_after_a_few_repeats():
    test = None
    for _ in range(3):
        test, _ = _held_up((), 40, 280, test)
        assert test.state == IDLE
    assert _held_up((), 40, 280, test)[0].state == FAILED
    test = None
    for _ in range(2):  # a pass in between: the repeats count anew
        for _ in range(3):
            test, _ = _held_up((), 40, 280, test)
            assert test.state == IDLE
        assert _held_up(((60, 300),), 2000, 20, test)[0].state == PASSED


def test_a_line_that_never_clears_fails_however_late_the_steps():
    test, over = _held_up(((60, 99999),), 40, 280)
    assert test.state == FAILED and over >= MODULES[0][5] + 1000
