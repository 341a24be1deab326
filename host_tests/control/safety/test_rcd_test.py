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
    assert _steps(test, ((60, 1), (61, 1), (1060, 1), (1061, 1))) == [RUNNING] * 3 + [FAILED]


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
    lines = ((300, 1), (500, 0), (6799, 0), (6800, 0))
    assert _steps(test, lines) == [RUNNING] * 3 + [FAILED]
