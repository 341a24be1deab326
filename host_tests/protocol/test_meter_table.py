"""Every line of the table can be used, and the ones asked for are there."""

from ballast.protocol import meter_table
from ballast.protocol.meter_row import MeterRow
from ballast.protocol.modbus import MAX_REGISTERS


def test_every_row_parses_and_reads_in_few_requests():
    for text in meter_table.ROWS:
        row = MeterRow(text)
        blocks = row.blocks(row.live())
        assert 1 <= len(blocks) <= 2, row.key
        assert all(n <= MAX_REGISTERS for _, n in blocks)
        assert row.name and row.key == row.key.strip()


def test_keys_are_unique_and_found():
    keys = meter_table.keys()
    assert len(keys) == len(set(keys)) >= 30
    for key in keys:
        assert MeterRow(meter_table.find(key)).key == key
    assert meter_table.find("sdm") is None


def test_where_sources_disagree_both_are_offered_and_say_so():
    for key in ("em24", "em111", "janitza"):
        for k in (key, key + "-b"):
            assert MeterRow(meter_table.find(k)).note
