"""The table of places: what follows from a row, and that nothing of today is renamed."""

from ballast.control.places import COUNT, NAMES, PLACES, PLUG
from ballast.control.records import Fit, Scan
from ballast.control.safety import faults
from ballast.control.safety.derating import Derating
from ballast.control.setting_rows import NUMBERS
from ballast.control.settings import Settings
from portable import raises


def test_stored_and_shown_names_stay():
    assert NAMES[:3] == ("plug", "connector", "box") and NAMES[PLUG] == "plug"
    keys = [row[0] for row in NUMBERS]
    for name in NAMES:
        for n in (1, 2, 3):
            assert "%s_t%d" % (name, n) in keys
    assert len(set(keys)) == len(keys) and len(set(NAMES)) == COUNT == len(PLACES)


def test_each_row_is_in_order_and_names_two_faults():
    s = Settings()
    for name, t1, t2, t3, hot, sensor in PLACES:
        for default, low, high in (t1, t2, t3):
            assert low <= default <= high, name
        assert t3[0] < t2[0] and t1[0] < t2[0], name
        assert (s[name + "_t1"], s[name + "_t2"], s[name + "_t3"]) == (t1[0], t2[0], t3[0])
        assert s.group(name + "_t1") == "profile"
        assert faults.CATALOGUE[faults.by_key(hot)][1] == faults.STOP, name
        assert faults.CATALOGUE[faults.by_key(sensor)][1] in (faults.STOP, faults.DERATE), name


def test_a_fault_is_found_by_its_key():
    for fault in range(faults.COUNT):
        assert faults.by_key(faults.CATALOGUE[fault][0]) == fault
    assert str(raises(ValueError, faults.by_key, "lukewarm")) == "lukewarm: no such fault"


def test_every_record_has_all_places():
    assert len(Fit().ntc) == len(Scan().ntc_mv) == len(Derating(Fit()).ddegc) == COUNT
