"""The journal on NOR flash: a power cut at every byte of every program and erase."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ballast.protocol import journal_format as fmt
from ballast_bench.devices import lfs_disk
from ballast_bench.devices.flash import PowerCut
from journal_kit import SECTORS, blank, every_cut, ready, start

LONG = bytes(range(256)) * 3


def minutes(found):
    return [fmt.read_minute(p)[0] for kind, p in found if kind == fmt.MINUTE]


def documents(found):
    return [p for kind, p in found if kind == fmt.DOCUMENT]


def test_what_was_appended_is_found_after_a_restart():
    chip = ready()
    journal, found = start(chip)
    assert found == []
    assert journal.append(fmt.DOCUMENT, b"short") and journal.append(fmt.DOCUMENT, LONG)
    assert journal.append(fmt.MINUTE, fmt.minute(7, 1, 1))
    assert journal.append(fmt.MINUTE, fmt.minute(9, 2, 1))
    erased = sum(chip.erases)
    again, found = start(chip)
    assert documents(found) == [b"short", LONG] and minutes(found) == [9]
    assert again.append(fmt.DOCUMENT, b"more")  # and it goes on in the same sector
    assert documents(start(chip)[1]) == [b"short", LONG, b"more"]
    assert sum(chip.erases) == erased


def test_no_append_ever_erases_and_a_full_journal_says_no():
    chip = ready()
    journal, _ = start(chip)
    erased = sum(chip.erases)
    written = 0
    while journal.append(fmt.MINUTE, fmt.minute(written, 0, 0)):
        written += 1
    assert written == SECTORS * (fmt.SLOTS - fmt.FIRST_SLOT)
    assert sum(chip.erases) == erased and not journal.erase_one()
    assert minutes(start(chip)[1])[-1] == written - 1  # and what it holds stays
    assert not journal.append(fmt.DOCUMENT, b"x")


def test_two_weeks_of_minutes_fit_beside_forty_eight_other_sectors():
    chip = ready(128)
    journal, _ = start(chip)
    for wh in range(14 * 24 * 60):
        assert journal.append(fmt.MINUTE, fmt.minute(wh, 0, 0))
    assert journal.free >= 48 * 4064 - 4064
    _, found = start(chip)
    assert minutes(found)[-1] == 14 * 24 * 60 - 1


def test_what_is_forgotten_is_erased_evenly():
    chip = ready()
    journal, _ = start(chip)
    before = list(chip.erases)
    for _ in range(40):
        for _ in range(10):
            assert journal.append(fmt.DOCUMENT, LONG)
        journal.forget()
        while journal.erase_one():
            pass
    worn = [chip.erases[n] - before[n] for n in range(SECTORS)]
    assert max(worn) - min(worn) <= 1 and sum(worn) <= 40 * 10 * 832 // 4064 + 1


@pytest.mark.parametrize("fill", [b"\0", b"\xff", b"\x5a", fmt.CLEAN])
def test_a_flash_with_anything_on_it_is_made_ready_and_finds_nothing(fill):
    chip = blank()
    chip.data[:] = fill * (len(chip.data) // len(fill))
    journal, found = start(chip)
    assert found == []
    journal.prepare()
    assert journal.free >= 4 * 4064
    while journal.erase_one():
        pass
    assert journal.free == SECTORS * 254 * 16
    assert journal.append(fmt.DOCUMENT, LONG) and documents(start(chip)[1]) == [LONG]


def test_a_start_reads_each_sector_at_most_twice():
    chip = ready(32)
    journal, _ = start(chip)
    for wh in range(3000):
        journal.append(fmt.MINUTE, fmt.minute(wh, 0, 0))
    read = []
    chip.watch = lambda kind, amount: read.append(amount)
    start(chip)
    assert len(read) <= 2 * 32 and sum(read) <= 2 * 32 * 4096


def test_a_flash_that_takes_no_bits_is_noticed():
    """The second sector has lost its charge pumps: a program reads back as it was."""
    chip = ready()
    journal, _ = start(chip)
    program = chip.program
    broken = [1]
    chip.program = lambda at, data: None if at // 4096 in broken else program(at, data)
    for n in range(300):
        assert journal.append(fmt.MINUTE, fmt.minute(n, 0, 0))
    assert minutes(start(chip)[1])[-1] == 299
    broken.extend(range(6))
    assert not journal.append(fmt.MINUTE, fmt.minute(300, 0, 0))


def test_an_erase_that_fails_is_tried_elsewhere():
    chip = blank()
    journal, _ = start(chip)
    erase = chip.erase

    def failing(block):
        if block == 0:
            raise OSError(116)
        erase(block)

    chip.erase = failing
    for _ in range(SECTORS + 2):
        journal.erase_one()
    assert journal.free == (SECTORS - 1) * 254 * 16


# -- power cuts ------------------------------------------------------------------------


def test_a_cut_in_an_append_leaves_the_old_records_and_perhaps_the_new_one():
    chip = ready(3)
    journal, _ = start(chip)
    for wh in range(250):  # the long one crosses into the next sector
        journal.append(fmt.MINUTE, fmt.minute(wh, 0, 0))
    journal.append(fmt.DOCUMENT, b"old")
    seen = set()

    def work():
        again, _ = start(chip)
        acknowledged.clear()
        for payload in (b"new", LONG):
            assert again.append(fmt.DOCUMENT, payload)
            acknowledged.append(payload)
        assert again.append(fmt.MINUTE, fmt.minute(250, 0, 0))
        acknowledged.append(250)

    acknowledged = []
    for op, byte in every_cut(chip, work):
        after, found = start(chip)
        got = documents(found) + [wh for wh in minutes(found) if wh > 249]
        done = len(acknowledged)
        assert got[0] == b"old" and got[1:] in (
            acknowledged, [*acknowledged, (b"new", LONG, 250)[done]]
        ), (op, byte)  # fmt: skip
        assert minutes(found)[0] == 249
        assert after.append(fmt.DOCUMENT, b"next"), (op, byte)  # it can be used at once
        assert documents(start(chip)[1])[-1] == b"next", (op, byte)
        seen.add(len(got))
    assert seen == {1, 2, 3, 4}


def test_a_cut_in_an_erase_leaves_no_record_that_was_not_written():
    chip = ready(3)
    journal, _ = start(chip)
    written = []
    for n in range(20):
        written.append(b"%d" % n + LONG[:500])
        journal.append(fmt.DOCUMENT, written[-1])

    def work():
        again, _ = start(chip)
        again.forget()
        while again.erase_one():
            pass
        for _ in range(9):
            assert again.append(fmt.DOCUMENT, LONG)

    for op, byte in every_cut(chip, work, step=13):
        after, found = start(chip)
        assert all(p in [*written, LONG] for p in documents(found)), (op, byte)
        after.forget()
        while after.erase_one():  # WeakBlock if a sector is used whose erase was cut short
            pass
        for _ in range(10):
            assert after.append(fmt.DOCUMENT, LONG), (op, byte)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_any_life_with_cuts_never_loses_what_was_acknowledged(data):
    """Appends, restarts, cuts: what follows the last forget() is there, in its order."""
    chip = ready(5)
    journal, _ = start(chip)
    kept, number = [], 0
    for _ in range(data.draw(st.integers(1, 25))):
        what = data.draw(st.sampled_from(["add", "cut", "tidy"]))
        number += 1
        payload = b"%d/" % number + b"p" * data.draw(st.integers(0, 700))
        if what == "tidy":
            journal.forget()
            while journal.erase_one():
                pass
            kept = []
        elif what == "add":
            if journal.append(fmt.DOCUMENT, payload):
                kept.append(payload)
        else:
            chip.power_on()
            chip.cut_at, chip.cut_byte = data.draw(st.integers(0, 3)), data.draw(st.integers(0, 256))
            try:
                if journal.append(fmt.DOCUMENT, payload):
                    kept.append(payload)
                else:
                    payload = None
                chip.power_on()
                journal, found = start(chip)
            except PowerCut:
                chip.power_on()
                journal, found = start(chip)
                if payload in documents(found):
                    kept.append(payload)
            tail = documents(found)[-len(kept) :] if kept else []
            assert tail == kept


def test_a_record_of_another_place_or_another_time_is_none():
    chip = ready()
    journal, _ = start(chip)
    journal.append(fmt.DOCUMENT, b"a")
    at = 2 * fmt.SLOT
    record = bytes(chip.data[at : at + fmt.SLOT])
    chip.data[at + fmt.SLOT : at + 2 * fmt.SLOT] = record  # copied
    assert documents(start(chip)[1]) == [b"a"]
    chip.data[at + fmt.SLOT : at + 2 * fmt.SLOT] = b"\xff" * fmt.SLOT
    chip.data[fmt.SLOT : 2 * fmt.SLOT] = fmt.opening(9)
    assert documents(start(chip)[1]) == []


def test_the_newest_minute_that_is_whole_counts():
    chip = ready()
    journal, _ = start(chip)
    for wh in range(5):
        journal.append(fmt.MINUTE, fmt.minute(wh, wh, wh))
    chip.data[6 * fmt.SLOT + 9] ^= 1
    assert minutes(start(chip)[1]) == [3]


def test_a_read_error_at_the_start_costs_that_sector_alone():
    chip = ready()
    journal, _ = start(chip)
    for n in range(14):
        journal.append(fmt.DOCUMENT, b"%d" % n + LONG)
    port = lfs_disk.JournalPart(chip, 0, SECTORS)
    read = port.read

    def failing(sector, at, buf):
        if sector == 1:
            raise OSError(116)
        read(sector, at, buf)

    port.read = failing
    found = documents(start(chip, port)[1])
    assert found[0] == b"0" + LONG and found[-1] == b"13" + LONG
    assert len(found) < 12


def test_a_bad_page_does_not_hide_what_was_written_after_it():
    chip = ready()
    journal, _ = start(chip)
    for wh in range(60):
        journal.append(fmt.MINUTE, fmt.minute(wh, 0, 0))
    journal.append(fmt.DOCUMENT, b"after")
    chip.data[256:512] = b"\0" * 256
    found = start(chip)[1]
    assert minutes(found) == [59] and documents(found) == [b"after"]


@pytest.mark.parametrize("bad", [2, 5])
def test_minutes_torn_one_after_the_other_leave_the_last_whole_one(bad):
    chip = ready()
    journal, _ = start(chip)
    for wh in range(9):
        journal.append(fmt.MINUTE, fmt.minute(wh, 0, 0))
    for slot in range(11 - bad, 11):
        chip.data[slot * fmt.SLOT + 9] ^= 1
    assert minutes(start(chip)[1]) == [8 - bad]


@pytest.mark.parametrize("where", ["page", "sector"])
def test_a_document_with_a_hole_in_it_is_none(where):
    chip = ready()
    journal, _ = start(chip)
    journal.append(fmt.DOCUMENT, bytes(3000))
    texts = [bytes((n,)) * 3000 for n in range(4)]
    for text in texts:
        journal.append(fmt.DOCUMENT, text)
    if where == "page":
        chip.data[4096 + 512 : 4096 + 768] = b"\0" * 256
    else:
        chip.data[4096 : 2 * 4096] = b"\0" * 4096
    found = documents(start(chip)[1])
    assert found and all(text in (bytes(3000), *texts) for text in found)
    assert found[-1] == texts[-1]


def test_a_sector_that_cannot_be_opened_in_the_middle_of_a_document():
    chip = ready()
    journal, _ = start(chip)
    program = journal._flash.program

    def worn(sector, at, data):
        if sector != 1:
            program(sector, at, data)

    journal._flash.program = worn
    long = bytes(range(256)) * 20
    assert journal.append(fmt.DOCUMENT, long)
    assert documents(start(chip)[1]) == [long]
