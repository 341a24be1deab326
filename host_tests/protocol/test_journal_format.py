"""The journal's bytes: what is a record and what is none."""

from ballast.protocol import journal_format as fmt


def sector(generation):
    buf = bytearray(b"\xff" * fmt.SECTOR)
    buf[: fmt.SLOT] = fmt.CLEAN
    buf[fmt.SLOT : 2 * fmt.SLOT] = fmt.opening(generation)
    return buf


def put(buf, generation, slot, kind, payload):
    data = fmt.record(generation, slot, kind, fmt.WHOLE, payload)
    buf[slot * fmt.SLOT : slot * fmt.SLOT + len(data)] = data


def test_a_sector_in_use_has_its_mark_and_its_generation():
    assert fmt.generation(sector(0)) == 0 and fmt.generation(sector(4000000000)) == 4000000000
    assert fmt.generation(b"\xff" * fmt.SECTOR) == -1
    assert fmt.generation(fmt.CLEAN + b"\xff" * 100) == -1  # clean, and not begun
    for at in range(2 * fmt.SLOT):
        for bit in range(8):
            buf = sector(12)
            buf[at] ^= 1 << bit
            assert fmt.generation(buf) == -1, (at, bit)


def test_one_wrong_bit_and_it_is_no_record():
    buf = sector(3)
    put(buf, 3, 5, fmt.DOCUMENT, b"some text")
    assert fmt.intact(buf, 3, 5) and fmt.length_at(buf, 5) == 9
    assert not fmt.intact(buf, 4, 5) and not fmt.intact(buf, 3, 6)
    for at in range(5 * fmt.SLOT, 5 * fmt.SLOT + fmt.HEAD + 9):
        for bit in range(8):
            buf[at] ^= 1 << bit
            assert not fmt.intact(buf, 3, 5), (at, bit)
            buf[at] ^= 1 << bit


def test_erased_and_programmed_to_zero_are_no_records():
    for fill in (b"\xff", b"\0"):
        buf = bytearray(fill * fmt.SECTOR)
        assert fmt.length_at(buf, 2) == -1 and not fmt.intact(buf, 0, 2)


def test_a_record_ends_with_its_page():
    for slot in range(fmt.FIRST_SLOT, fmt.SLOTS):
        longest = fmt.room(slot)
        assert longest >= fmt.SLOT - fmt.HEAD
        assert slot % 16 + fmt.slots(longest) == 16
        buf = sector(1)
        put(buf, 1, slot, fmt.DOCUMENT, b"x" * longest)
        assert fmt.intact(buf, 1, slot)
        buf[slot * fmt.SLOT + 2] += 1  # one byte more would lie in the next page
        assert fmt.length_at(buf, slot) == -1


def test_a_minute_takes_one_slot_and_stops_at_its_largest_values():
    assert fmt.slots(len(fmt.minute(0, 0, 0))) == 1
    for values in ((0, 0, 0), (123456789, 1440, 60), (0xFFFFFFFF, 0xFFFF, 0xFFFF)):
        assert fmt.read_minute(fmt.minute(*values)) == values
    assert fmt.read_minute(fmt.minute(1 << 40, 70000, 70000)) == (0xFFFFFFFF, 0xFFFF, 0xFFFF)
    assert fmt.read_minute(b"") is None and fmt.read_minute(b"123456789") is None


def test_a_document_is_read_back():
    for name, over, text in (("settings", 0, b"{}"), ("a", 4000000000, b""), ("b", 7, b"\0\xff")):
        assert fmt.read_document(fmt.document(name, over, text)) == (name, over, text)
    for payload in (b"", b"\0", b"name", b"name\0abc", b"\0abcd"):
        assert fmt.read_document(payload) is None
