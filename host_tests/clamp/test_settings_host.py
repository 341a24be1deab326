"""What a clamp remembers, and what it does with damage."""

import json

import pytest

from clamp.rms import Calibration
from clamp.settings import ClampSettings, PairedCharger


def full():
    s = ClampSettings()
    s.number, s.code, s.epoch, s.channel = 77, bytes(range(10)), 5, 11
    s.calibration = [Calibration(123456, 99, 40, True), None, None]
    s.pairs = [PairedCharger(8, bytes(32), b"\x02" * 6), PairedCharger(9, b"k" * 32, b"\x03" * 6)]
    return s


def test_round_trip():
    s = ClampSettings()
    s.load(full().dump())
    assert s.problem == "" and s.dump() == full().dump()
    assert s.calibration[0].flip is True and s.calibration[1] is None


@pytest.mark.parametrize(
    "change",
    [
        {"code": "00"},
        {"code": "zz"},
        {"calibration": []},
        {"calibration": [{"gain": 1}, None, None]},
        {"pairs": [{"charger": 1, "key": "00", "mac": "000000000000"}]},
        {"pairs": [{"charger": 1, "key": "00" * 32, "mac": "00"}]},
        {"pairs": 7},
        {"number": None},
        {"epoch": "x"},
    ],
)
def test_damage_changes_nothing_and_is_told(change):
    doc = json.loads(full().dump())
    doc.update(change)
    s = full()
    before = s.dump()
    s.load(json.dumps(doc).encode())
    assert s.problem.startswith("settings damaged") and s.dump() == before


def test_noise_is_damage():
    for text in (b"", b"{", b"[]", b"\xff\xfe"):
        s = ClampSettings()
        s.load(text)
        assert s.problem


def test_a_channel_out_of_range_is_one():
    s = full()
    s.channel = 99
    t = ClampSettings()
    t.load(s.dump())
    assert t.channel == 1


def test_pairs_are_four_at_most_the_newest_first():
    s = ClampSettings()
    for n in (1, 2, 3, 2, 4, 5):
        s.add_pair(PairedCharger(n, bytes(32), bytes(6)))
    assert [p.charger for p in s.pairs] == [5, 4, 2, 3]
    s.remove_pair(4)
    s.remove_pair(99)
    assert [p.charger for p in s.pairs] == [5, 2, 3]
