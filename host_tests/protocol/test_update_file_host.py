"""Whatever bytes arrive: a header is taken, or refused with one sentence; never anything else."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ballast.protocol import slot_record, update_file

MANIFEST = {
    "base": "1.29.0",
    "board": "b",
    "brand": "b",
    "fs": "romfs",
    "key": "0" * 16,
    "kind": "app",
    "mpy": 6,
    "security": 0,
    "sha256": "0" * 64,
    "size": 1,
    "version": "1",
}
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text('a0"\\\u00e9', max_size=70),
    st.lists(st.integers(), max_size=3),
)
CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # busy computers
BLOCK = update_file.encode(MANIFEST, lambda data: bytes(384))


def refused_politely(block):
    try:
        update_file.decode(block)
    except ValueError as error:
        assert len(error.args[0]) < 100 and "\n" not in error.args[0]


@CALM
@given(st.binary(max_size=64))
def test_any_bytes_after_the_magic(tail):
    refused_politely((b"BALLAST1" + tail).ljust(4096, b"\xff"))


@CALM
@given(st.lists(st.tuples(st.integers(0, 600), st.integers(0, 255)), max_size=4))
def test_any_changed_bytes(changes):
    block = bytearray(BLOCK)
    for at, value in changes:
        block[at] = value
    refused_politely(bytes(block))


@CALM
@given(st.dictionaries(st.sampled_from(sorted(MANIFEST)), VALUES))
def test_any_values_in_the_manifest(over):
    refused_politely(update_file.encode({**MANIFEST, **over}, lambda data: bytes(384)))


@CALM
@given(st.binary(min_size=20, max_size=20), st.binary(min_size=20, max_size=20))
def test_any_record_blocks(first, second):
    assert slot_record.newest([first, second]) is None  # 2**-32 apart from a CRC that fits


@CALM
@given(
    st.integers(0, 0x3FFFFFFF), st.integers(0, 1), st.sampled_from([0, 1, 255]),
    st.integers(0, 255), st.integers(0, 255), st.integers(0, 2**32 - 1),
)  # fmt: skip
def test_any_record_comes_back(seq, active, trial, tries, reason, floor):
    record = slot_record.Record()
    record.seq, record.active, record.trial = seq, active, trial
    record.tries, record.reason, record.floor = tries, reason, floor
    other = slot_record.Record()
    assert other.decode(record.encode()) and vars(other) == vars(record)
