"""What makes a start unhealthy, second by second."""

import pytest

from ballast.control.safety import faults
from ballast.services.health import Health


def active(*ids):
    table = bytearray(faults.COUNT)
    for fault in ids:
        table[fault] = 1
    return table


def test_a_service_that_fails_costs_the_second_in_which_it_failed():
    restarts = {"page": 3, "meter": 0}  # failures before the proof do not count
    health = Health(restarts)
    assert health.check(active())
    restarts["meter"] += 1
    assert not health.check(active())
    assert health.check(active())


@pytest.mark.parametrize("fault", [faults.EXCEPTION, faults.OVERRUN])
def test_a_step_that_raises_or_is_late(fault):
    health = Health({})
    assert not health.check(active(fault))
    assert health.check(active())


def test_other_faults_say_nothing_about_the_firmware():
    others = set(range(1, faults.COUNT)) - {faults.EXCEPTION, faults.OVERRUN}
    assert Health({}).check(active(*others))


def test_a_failure_during_a_fault_is_not_counted_twice():
    restarts = {"page": 0}
    health = Health(restarts)
    restarts["page"] = 1
    assert not health.check(active(faults.OVERRUN))
    assert health.check(active())
