"""The record of the two slots: which one starts, after whatever happened."""

from ballast.protocol import slot_record as sr


class _Sectors:
    """The record's two blocks, as the port gives them."""

    def __init__(self):
        self.blocks = [bytearray(b"\xff" * 64), bytearray(b"\xff" * 64)]
        self.written = []

    def read_record(self, sector, buf):
        buf[:] = self.blocks[sector]

    def write_record(self, sector, buf):
        self.blocks[sector][:] = buf
        self.written.append(sector)


def test_record_survives_packing():
    for seq, active, trial, tries, reason, floor in (
        (0, 0, sr.NONE, 0, 0, 0),
        (7, 1, 0, 3, 2, 9),
        (0x3FFFFFFF, 0, 1, 255, 4, 0x3FFFFFFF),
    ):
        a = sr.Record()
        a.seq, a.active, a.trial, a.tries, a.reason, a.floor = (
            seq,
            active,
            trial,
            tries,
            reason,
            floor,
        )
        data = a.encode()
        assert len(data) == sr.SIZE
        b = sr.Record()
        assert b.decode(data)
        assert (b.seq, b.active, b.trial, b.tries, b.reason, b.floor) == (
            seq,
            active,
            trial,
            tries,
            reason,
            floor,
        )


def test_any_changed_bit_is_noticed():
    data = bytearray(sr.Record().encode())
    for bit in range(8 * sr.SIZE):
        data[bit // 8] ^= 1 << bit % 8
        assert not sr.Record().decode(data)
        data[bit // 8] ^= 1 << bit % 8
    assert sr.Record().decode(data)


def test_records_alternate_and_the_newest_counts():
    slots = _Sectors()
    buf = bytearray(64)
    record = sr.Record()
    for n in range(1, 6):
        record.floor = n
        sr.save(slots, record, buf)
        assert sr.load(slots, buf).floor == n
    assert slots.written == [1, 0, 1, 0, 1]
    slots.blocks[1][3] ^= 1  # the newest is lost: the one before it counts
    assert sr.load(slots, buf).floor == 4
    slots.blocks[0][3] ^= 1
    assert sr.load(slots, buf) is None


def test_out_of_range_records_are_not_believed():
    for field, value in (("active", 2), ("trial", 7)):
        record = sr.Record()
        setattr(record, field, value)
        assert not sr.Record().decode(record.encode())


def test_fresh_record_takes_the_safer_slot():
    for security, active, floor in (
        ([0, -1], 0, 0),
        ([-1, 4], 1, 4),
        ([5, 5], 0, 5),
        ([3, 5], 1, 5),
        ([-1, -1], 0, 0),
    ):
        record = sr.fresh(security)
        assert (record.active, record.floor, record.trial) == (active, floor, sr.NONE)


def _oracle(record, security):
    """One line per rule: a live trial runs; else the good slot; else the other."""
    trial, floor = record.trial, record.floor
    if trial != sr.NONE and record.tries > 0 and security[trial] >= max(0, floor):
        return trial
    for slot in (record.active, 1 - record.active):
        if security[slot] >= max(0, floor):
            return slot
    return sr.NONE


def test_choice_matches_the_rules_over_all_inputs():
    seen = set()
    for active in (0, 1):
        for trial in (0, 1, sr.NONE):
            for tries in (0, 1, 3):
                for floor in (0, 2, 3):
                    for a in (-1, 0, 2, 3):
                        for b in (-1, 0, 2, 3):
                            record = sr.Record()
                            record.active, record.trial = active, trial
                            record.tries, record.floor = tries, floor
                            want = _oracle(record, [a, b])
                            slot, changed = sr.choose(record, [a, b])
                            assert slot == want
                            assert record.floor == floor  # a start never moves the floor
                            if record.trial != sr.NONE:  # still on trial: one start less
                                assert slot == trial and changed and record.tries == tries - 1
                            elif trial != sr.NONE:
                                assert changed and record.reason
                            seen.add(slot)
    assert seen == {0, 1, sr.NONE}


def test_trial_gets_three_starts_then_goes_back():
    record = sr.Record()
    sr.begin_trial(record, 1)
    starts = [sr.choose(record, [0, 0])[0] for _ in range(5)]
    assert starts == [1, 1, 1, 0, 0]
    assert record.reason == sr.CRASH_LOOP


def test_confirmed_trial_moves_the_floor_and_bars_the_old_one():
    record = sr.Record()
    sr.begin_trial(record, 1)
    assert sr.choose(record, [2, 5]) == (1, True)
    sr.confirm(record, 5)
    assert (record.active, record.floor, record.trial) == (1, 5, sr.NONE)
    assert sr.choose(record, [2, -1]) == (sr.NONE, False)  # damaged: not back below the floor
    assert sr.choose(record, [5, -1]) == (0, True)


def test_unhealthy_trial_is_given_up():
    record = sr.Record()
    sr.begin_trial(record, 1)
    sr.choose(record, [0, 0])
    sr.give_up(record)
    assert sr.choose(record, [0, 0]) == (0, False)
    assert sr.REASONS[record.reason] == "not healthy"
