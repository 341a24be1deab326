"""Store over files and journal on one flash chip: nothing is erased while the contactor is closed,
and a power cut at any byte leaves what was acknowledged."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ballast.control.settings import Settings
from ballast.ports.storage import Storage
from ballast.services.memory.event_log import EventLog
from ballast.services.memory.journal import Journal
from ballast.services.memory.keeper import Keeper
from ballast.services.memory.sessions import Sessions
from ballast.services.memory.store import SETTINGS_S, Store
from ballast_bench.devices.flash import PowerCut
from ballast_bench.devices.lfs_disk import Disk
from journal_kit import every_cut


class Unit:
    """A charger's memory; closed = its contactor is. start() = power on."""

    def __init__(self, blocks=24, journal=6):
        self.disk = Disk(blocks, journal)
        self.disk.flash.watch = self._watch
        self.erased_closed = 0
        self.start()
        for _ in range(journal):
            self.store.step()

    def start(self):
        self.disk.power_cycle()
        return self.boot()

    def boot(self):
        """What start() does once the supply is back."""
        self.closed = False
        self.now = 0
        journal = Journal(self.disk.journal) if self.disk.journal else None
        self.store = Store(Storage("/data", self.disk), self, lambda: self.now, journal)
        return self.store

    def __call__(self):
        return not self.closed

    def end(self):
        pass

    def _watch(self, kind, amount):
        self.erased_closed += kind == "flash_erase" and self.closed


def test_what_was_saved_while_closed_is_there_after_a_cut_and_nothing_was_erased():
    unit = Unit()
    unit.store.save("settings", {"v": 0})
    unit.closed = True
    unit.store.save("settings", {"v": 1}, 0)
    unit.store.save("plan", {"long": "p" * 3000}, 0)
    assert unit.erased_closed == 0
    store = unit.start()
    assert store.load("settings") == {"v": 1} and store.load("plan") == {"long": "p" * 3000}
    for _ in range(4):
        store.step()
    assert not store._late  # both are in their files, and stay there once the journal is gone
    unit.disk.flash.data[24 * 4096 :] = b"\xff" * (6 * 4096)
    store = unit.start()
    assert store.load("settings") == {"v": 1} and store.load("plan") == {"long": "p" * 3000}


def test_the_journal_of_an_older_version_does_not_come_back():
    unit = Unit()
    for v in range(5):
        unit.closed = True
        unit.store.save("settings", {"v": 10 * v}, 0)
        unit.closed = False
        unit.store.save("settings", {"v": 10 * v + 1})
        assert unit.start().load("settings") == {"v": 10 * v + 1}


def test_an_older_version_that_nobody_loads_does_not_replace_its_file():
    """A group's dict is loaded when a group is set up, which may be hours after the start."""
    unit = Unit()
    unit.closed = True
    unit.store.save("group", {"boot": 1}, 0)
    unit.closed = False
    unit.store.save("group", {"boot": 2})
    store = unit.start()
    for _ in range(4):
        store.step()
    assert store.load("group") == {"boot": 2}
    assert unit.start().load("group") == {"boot": 2}


def test_what_is_saved_after_an_erase_that_nobody_loaded_stays():
    unit = Unit()
    for v in range(3):
        unit.store.save("group", {"boot": v})
    unit.store.erase(["group"])
    for _ in range(3):
        unit.start().step()
    unit.store.save("group", {"boot": 9})
    assert unit.start().load("group") == {"boot": 9}


def test_what_is_saved_before_it_was_loaded_is_newer_than_the_journal():
    unit = Unit()
    for v in range(3):
        unit.store.save("group", {"boot": v})
    unit.closed = True
    unit.store.save("group", {"boot": 3}, 0)
    unit.disk.format()
    unit.start().save("group", {"boot": 4})
    assert unit.start().load("group") == {"boot": 4}


def test_a_file_whose_erase_a_cut_prevented_is_gone_all_the_same():
    unit = Unit()
    unit.store.save("group", {"boot": 1})
    unit.store._storage.erase = lambda name: None
    unit.store.erase(["group"])
    store = unit.start()
    for _ in range(3):
        store.step()
    assert store.load("group") is None and unit.start().load("group") is None


def test_a_new_file_system_takes_the_journals_copy_once():
    unit = Unit()
    for v in range(9):
        unit.store.save("settings", {"v": v})
    unit.closed = True
    unit.store.save("settings", {"v": 9}, 0)
    unit.disk.flash.data[: 24 * 4096] = b"\0" * (24 * 4096)
    unit.disk.format()
    store = unit.start()
    assert store.load("settings") == {"v": 9}
    store.step()
    store.save("settings", {"v": 10})
    assert unit.start().load("settings") == {"v": 10}


def test_what_is_erased_does_not_come_back_from_the_journal():
    unit = Unit()
    unit.store.save("settings", {"v": 0})
    unit.closed = True
    unit.store.save("settings", {"v": 1}, 0)
    unit.closed = False
    unit.store.erase(["settings"])
    assert unit.store.load("settings") is None
    store = unit.start()
    assert store.load("settings") is None
    for _ in range(3):
        store.step()
    assert unit.start().load("settings") is None
    unit.store.save("settings", {"v": 2})
    assert unit.start().load("settings") == {"v": 2}


def test_a_setting_waits_five_seconds_and_a_value_that_changes_on_no_longer():
    unit = Unit()
    unit.closed = True
    for unit.now in range(20):
        unit.store.save("settings", {"v": unit.now}, SETTINGS_S)
        unit.store.step()
    assert unit.store.kept_within_s == SETTINGS_S + 1
    assert unit.start().load("settings")["v"] >= 19 - SETTINGS_S - 1


def test_a_full_journal_keeps_room_for_energy_and_says_what_it_does_not_keep():
    unit = Unit(journal=8)
    unit.closed = True
    for n in range(100):
        unit.store.save("events", {"n": n, "t": "e" * 800}, 0)
    assert unit.store.error and unit.store.kept_within_s is None
    for n in range(100):
        unit.store.save("settings", {"n": n, "t": "s" * 800}, 0)
    for wh in range(1000):
        unit.store.save_minute(wh, 0, 0)
    assert unit.erased_closed == 0
    store = unit.start()
    assert store.minute[0] == 999
    events, kept = store.load("events")["n"], store.load("settings")["n"]
    assert 3 < events < 8 and 3 < kept < 10
    assert store.error == ""


def test_once_open_a_full_journal_is_made_empty_and_all_is_kept():
    unit = Unit(journal=8)
    unit.closed = True
    for n in range(100):
        unit.store.save("settings", {"n": n, "t": "s" * 800}, 0)
    assert unit.store.error
    unit.closed = False
    for unit.now in range(12):
        unit.store.step()
    assert unit.store.error == "" and unit.store.kept_within_s
    assert unit.start().load("settings")["n"] == 99
    unit.closed = True
    unit.store.save("settings", {"n": 100}, 0)
    assert not unit.store.error


def test_a_disk_that_cannot_be_written_is_not_tried_each_second():
    unit = Unit()
    tries = []

    def failing(name, payload, over=0):
        tries.append(name)
        raise OSError(28)

    unit.store._storage.save = failing
    unit.store.save("settings", {"v": 1}, 5)
    for unit.now in range(600):
        unit.store.step()
    assert len(tries) == 1 and "settings" in unit.store.error
    assert unit.start().load("settings") == {"v": 1}  # the journal took it


# -- energy ----------------------------------------------------------------------------


class Session:
    open, seconds, charge_s, total_wh = 1, 0, 0, 0


def charger(unit):
    """(counters, session, keeper, sessions) after a start on this unit."""
    counters = {"total_wh": 0, "faults": [0] * 60, "closings": 0}
    session = Session()
    keeper = Keeper(unit.store, Settings(), lambda: dict(counters), lambda: unit.now)
    counters.update(keeper.restore()[1])
    sessions = Sessions(unit.store, lambda: 1_800_000_000 + unit.now, lambda: counters["total_wh"])
    return counters, session, keeper, sessions


@pytest.mark.parametrize("wh_per_s", [1, 6])
def test_a_cut_costs_at_most_what_flowed_in_the_last_minute(wh_per_s):
    """Each cut begins from the same hour of charging; 22 kW are 6 Wh a second."""
    for cut_s in (30, 59, 60, 61, 119, 121, 1800, 3599):
        unit = Unit()
        counters, session, keeper, sessions = charger(unit)
        unit.closed = True
        for unit.now in range(cut_s):
            counters["total_wh"] += wh_per_s
            session.seconds = session.charge_s = unit.now
            sessions.add(unit.now, True, unit.now, unit.now, counters["total_wh"])
            keeper.step(True, session)
        flowed = counters["total_wh"]
        unit.start()
        counters, _, _, sessions = charger(unit)
        assert flowed - counters["total_wh"] <= 60 * wh_per_s, cut_s
        assert unit.erased_closed == 0


def test_the_row_of_a_session_that_a_cut_ended_is_a_minute_short_at_most():
    unit = Unit()
    counters, session, keeper, sessions = charger(unit)
    counters["total_wh"] = 5000
    keeper.step(False, session)
    sessions.add(0, True, 0, 0, 0)
    unit.closed = True
    for unit.now in range(1, 1000):
        counters["total_wh"] += 3
        session.seconds = unit.now
        session.charge_s = max(0, unit.now - 100)
        sessions.add(unit.now, True, unit.now, unit.now, 3 * unit.now)
        keeper.step(True, session)
    for again in range(3):  # each start finds the row once
        unit.start()
        counters, _, _, sessions = charger(unit)
        row = sessions._rows[0]
        assert len(sessions._rows) == 1 and row[0] == 1_800_000_000
        assert 0 <= 999 - row[2] <= 120 and 0 <= 899 - row[3] <= 120
        assert 0 <= 3 * 999 - row[4] <= 3 * 60
        for _ in range(again):
            unit.store.step()


def test_counters_other_than_the_energy_are_kept_at_once():
    unit = Unit()
    counters, session, keeper, _ = charger(unit)
    unit.closed = True
    counters["closings"] = 7
    keeper.step(True, session)
    assert unit.start().load("counters")["closings"] == 7


def test_a_day_of_charging_needs_no_erase_and_leaves_room_for_thirteen_more():
    """Energy, a session, settings changed each hour, an event each half hour, a schedule, a plan."""
    unit = Unit(journal=128)
    counters, session, keeper, sessions = charger(unit)
    events = EventLog(unit.store, lambda: unit.now, lambda: 1_800_000_000 + unit.now)
    unit.closed = True
    for unit.now in range(86400):
        counters["total_wh"] += 3
        session.seconds = session.charge_s = unit.now
        sessions.add(unit.now, True, unit.now, unit.now, counters["total_wh"])
        if unit.now % 3600 == 1800:
            keeper._settings.set("user_ma", 6000 + unit.now // 36)
            unit.store.save("schedule", {"windows": [], "n": unit.now}, 5)
            unit.store.save("plan", {"full_wh": unit.now}, 5)
        if unit.now % 1800 == 900:
            events.add("login", "user %d" % unit.now)
        events.step()
        keeper.step(True, session)
    assert unit.erased_closed == 0 and unit.store.error == ""
    assert unit.store._journal.free > 13 * 1440 * 16
    unit.start()
    counters, _, keeper, sessions = charger(unit)
    assert 3 * 86400 - counters["total_wh"] <= 3 * 60
    assert keeper._settings["user_ma"] == 6000 + 84600 // 36
    assert unit.store.load("plan") == {"full_wh": 84600}
    assert unit.store.load("schedule")["n"] == 84600
    kept = EventLog(unit.store, lambda: 0, lambda: None).document()
    assert kept[0]["detail"] == "user 85500" and len(kept) == 48
    assert 86400 - sessions._rows[0][2] <= 120


# -- power cuts ------------------------------------------------------------------------


def test_a_cut_at_any_byte_leaves_what_was_acknowledged_or_what_was_being_written():
    """Charge, cut, start: files and journal, their copying and the erases between."""
    unit = Unit(journal=3)
    unit.store.save("settings", {"v": 0, "t": "x" * 300})
    said = []

    def keep(v, closed):
        unit.closed = closed
        said.append(["written", v])
        unit.store.save("settings", {"v": v, "t": "x" * 300}, 0)
        if "settings" not in unit.store._pending:
            said[-1][0] = "acknowledged"

    def work():
        said.clear()
        said.append(["acknowledged", 0])
        unit.disk.fs = unit.disk.guard(unit.disk._new)
        unit.boot().load("settings")
        keep(1, closed=True)
        for wh in range(240):
            unit.store.save_minute(wh, 0, 0)
        keep(2, closed=True)
        keep(3, closed=True)
        unit.closed = False
        for unit.now in range(6):  # into the file, then the journal's erases
            unit.store.step()
        keep(4, closed=False)
        keep(5, closed=True)

    seen = set()
    for op, byte in every_cut(unit.disk.flash, work, step=29, erase_step=1000):
        unit.start()
        got = unit.store.load("settings")["v"]
        last = [v for what, v in said if what == "acknowledged"][-1]
        assert got in (last, said[-1][1]), (op, byte, said[-1])
        seen.add(got)
        unit.store.save("settings", {"v": 9})  # and the memory can be written again
        assert unit.start().load("settings") == {"v": 9}, (op, byte)
        unit.closed = True
        unit.store.save("settings", {"v": 10}, 0)
        unit.start()
        assert unit.store.load("settings") == {"v": 10} or unit.store.error, (op, byte)
    assert seen == {0, 1, 2, 3, 4, 5}


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_life_never_falls_behind_what_was_acknowledged(data):
    unit = Unit(journal=4)
    kept, v = 0, 0
    unit.store.save("settings", {"v": 0})
    for _ in range(data.draw(st.integers(1, 30))):
        what = data.draw(st.sampled_from(["save", "step", "close", "open", "cut", "start"]))
        v += 1
        if what in ("close", "open"):
            unit.closed = what == "close"
        elif what == "start":
            assert unit.start().load("settings")["v"] == kept
        elif what == "step":
            unit.now += 1
            unit.store.step()
        else:
            flash = unit.disk.flash
            if what == "cut":
                flash.power_on()
                flash.cut_at = data.draw(st.integers(0, 4))
                flash.cut_byte = data.draw(st.integers(0, 256))
            try:
                unit.store.save("settings", {"v": v, "t": "x" * (v * 37 % 900)}, 0)
                if "settings" not in unit.store._pending:
                    kept = v
                unit.store.step()
            except PowerCut:
                pass
            if what == "cut":
                got = unit.start().load("settings")["v"]
                assert got in (kept, v)
                kept = got
    assert unit.erased_closed == 0
