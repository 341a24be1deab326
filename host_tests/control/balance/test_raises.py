"""When a raise is worth a new duty, and when the last one was answered."""

from ballast.control.balance.raises import Raises
from ballast.control.ticks import add

START = 0x40000000 - 5000
ALL = [1, 1, 1]


def seconds_until(raises, gain, limit_s=400):
    for s in range(1, limit_s):
        to = raises.due(10000, 10000 + gain, 1000)
        if to > 0:
            return s
        assert to == (-1 if gain >= 200 else 0)
    return None


def test_the_smaller_the_gain_the_longer_it_waits():
    for gain, seconds in ((2000, 1), (1999, 3), (1000, 5), (500, 9), (200, 23), (199, None)):
        assert seconds_until(Raises(), gain) == seconds, gain


def test_a_raise_goes_to_the_least_that_was_free_meanwhile():
    raises = Raises()
    assert raises.due(10000, 11900, 1000) == -1
    assert raises.due(10000, 10700, 1000) == -1
    assert raises.due(10000, 11800, 1000) == -1
    assert raises.due(10000, 11900, 1000) == 10700
    assert raises.due(10000, 15000, 0) == 15000, "a large one is taken as it is"


def test_a_gain_that_went_is_forgotten():
    raises = Raises()
    raises.due(10000, 10600, 5000)
    for _ in range(30):
        assert raises.due(10000, 10000, 1000) == 0
    assert raises.due(10000, 11500, 1000) == -1
    assert raises.due(10000, 11500, 4000) == 11500, "the 600 mA of before no longer count"


def test_a_raise_is_due_at_four_and_a_half_ampere_seconds_and_one_and_a_half_more_per_raise():
    raises = Raises()
    for made in range(4):
        worth = 4500 + 1500 * made  # mA s: at 1 A of gain as many ms
        assert raises.due(10000, 11000, worth - 1) == -1, made
        assert raises.due(10000, 11000, 1) == 11000, made
        raises.count()
        raises.restart()


def test_while_nothing_is_to_be_gained_an_eighth_of_what_was_due_fades_at_each_sample():
    for samples in range(1, 12):
        raises = Raises()
        raises.due(10000, 11000, 4400)
        due = 4400
        for _ in range(samples):
            assert raises.due(10000, 10199, 1000) == 0
            due -= due // 8
        assert raises.due(10000, 11000, 4500 - due - 1) == -1, samples
        assert raises.due(10000, 11000, 1) == 11000, samples


def test_what_was_free_meanwhile_is_forgotten_below_half_an_ampere_second():
    # 0.2 A for 2855 ms are 571 mA s, less an eighth 500; 570 less an eighth are 499
    for charged_ms, to in ((20000, 10200), (2855, 10200), (2850, 11000)):
        raises = Raises()
        raises.due(10000, 10200, charged_ms)
        raises.due(10000, 10000, 1000)
        assert raises.due(10000, 11000, 4500) == to, charged_ms


def test_a_restart_forgets_what_was_due():
    raises = Raises()
    raises.due(10000, 11000, 4400)
    raises.restart()
    assert seconds_until(raises, 1000) == 5


def test_each_raise_makes_the_next_dearer_for_minutes():
    raises = Raises()
    for n, seconds in enumerate((5, 6, 8, 9)):
        assert seconds_until(raises, 1000) == seconds, n
        raises.count()
        raises.restart()
    for _ in range(1500):
        raises.step(1000)
    assert seconds_until(raises, 1000) == 5


def test_nothing_overflows_while_nothing_can_be_raised():
    raises = Raises()
    for _ in range(2000):
        raises.due(6000, 7900, 1500)
        raises.count()
        raises.step(100)
    assert raises.due(6000, 7900, 1500) in (-1, 7900)


def watching(ev=6000, mains=(20000, 20000, 20000)):
    raises = Raises()
    raises.watch(START, list(mains), ev)
    return raises


def unanswered(raises, ev, change, used=ALL, after_ms=3000, guessed=False):
    mains = [20000 + change] * 3
    return raises.unanswered(add(START, after_ms), mains, ev, used, guessed)


def test_nothing_watched_needs_no_answer():
    assert not unanswered(Raises(), 30000, 0)
    raises = watching()
    raises.lose()
    assert not unanswered(raises, 30000, 0)


def test_an_ev_that_took_nothing_needs_no_answer():
    assert not unanswered(watching(), 6999, 0)
    assert unanswered(watching(), 7000, 0)


def test_a_quarter_of_what_it_took_either_way_is_an_answer():
    for change in range(-3000, 3001, 50):
        assert unanswered(watching(), 10000, change) == (-1000 < change < 1000), change


def test_a_meter_that_moved_meanwhile_is_alive():
    for moved, frozen in ((0, True), (500, True), (501, False), (-501, False)):
        raises = watching()
        raises.put([20000, 20000 + moved, 20000])
        raises.put([20000] * 3)
        assert unanswered(raises, 10000, 0, used=[0, 1, 0]) == frozen, moved
        assert unanswered(raises, 10000, 0), "the other phases have not moved"
        assert unanswered(raises, 10000, 0, used=[0, 1, 0], guessed=True), "it was the EV"
        raises.watch(START, [20000] * 3, 6000)
        assert unanswered(raises, 10000, 0, used=[0, 1, 0]), "each raise asks anew"


def test_one_used_phase_without_answer_is_enough():
    raises = watching()
    mains = [24000, 20000, 20000]
    assert not raises.unanswered(add(START, 100), mains, 10000, [1, 0, 0], False)
    assert raises.unanswered(add(START, 100), mains, 10000, [1, 0, 1], False)


def test_each_used_phase_is_asked_for_its_own_answer():
    for phase in range(3):
        raises = watching(mains=(10000, 20000, 30000))
        used = [1 if i == phase else 0 for i in range(3)]
        for still in range(3):  # one phase says the same as before, the others 4 A more
            mains = [14000, 24000, 34000]
            mains[still] -= 4000
            asked = raises.unanswered(add(START, 100), mains, 10000, used, False)
            assert asked == (still == phase), (phase, still)


def test_each_phase_of_the_mains_lives_for_itself():
    for phase in range(3):
        raises = watching()
        raises.put([21000 if i == phase else 20000 for i in range(3)])
        for asked in range(3):
            used = [1 if i == asked else 0 for i in range(3)]
            assert unanswered(raises, 10000, 0, used=used) == (asked != phase), (phase, asked)


def test_after_half_a_minute_only_the_very_same_value_counts():
    assert not unanswered(watching(), 10000, 1, after_ms=30001)
    assert unanswered(watching(), 10000, 0, after_ms=30001)
    assert unanswered(watching(), 10000, 1, after_ms=30000)


def test_a_guessed_ev_must_be_seen_to_have_taken_three_quarters():
    for change in range(-4000, 4001, 50):
        expected = -3000 < change < 3000
        assert unanswered(watching(), 10000, change, guessed=True) == expected, change
        late = unanswered(watching(), 10000, change, guessed=True, after_ms=600000)
        assert late == expected
