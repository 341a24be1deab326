"""What RTC memory is given, second by second."""

from ballast.control.safety import faults
from ballast.services.memory.last_run import ResetNotes


class Info:
    """Records the calls of the port."""

    def __init__(self):
        self.calls = []

    def alive(self, uptime_s):
        self.calls.append(("alive", uptime_s))

    def note(self, fault, text):
        self.calls.append(("note", fault, text))

    def forgive(self):
        self.calls.append(("forgive",))

    def taken(self):
        calls, self.calls = self.calls, []
        return calls


def test_each_second_is_a_sign_of_life_and_a_new_first_fault_is_noted_once():
    info = Info()
    notes = ResetNotes(info, False)
    notes.step(1, 0, 0, None)
    assert info.taken() == [("alive", 1)]
    notes.step(2, faults.RCD_TRIP, 0, None)
    assert info.taken() == [("alive", 2), ("note", faults.RCD_TRIP, "")]
    notes.step(3, faults.RCD_TRIP, 0, None)
    assert info.taken() == [("alive", 3)]
    notes.step(4, 0, 0, None)  # reset by a person: nothing is the first cause any more
    assert info.taken() == [("alive", 4), ("note", 0, "")]


def test_a_crash_loop_ends_once_when_a_person_has_reset_its_fault():
    info = Info()
    notes = ResetNotes(info, True)
    notes.step(1, 0, 1, None)
    assert info.taken() == [("alive", 1)]
    notes.step(2, 0, 0, None)
    assert info.taken() == [("alive", 2), ("forgive",)]
    notes.step(3, 0, 1, None)
    notes.step(4, 0, 0, None)
    assert info.taken() == [("alive", 3), ("alive", 4)]


def test_a_start_without_a_crash_loop_forgives_nothing():
    info = Info()
    ResetNotes(info, False).step(1, 0, 0, None)
    assert info.taken() == [("alive", 1)]
