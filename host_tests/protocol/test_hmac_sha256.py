"""HMAC-SHA-256 against RFC 4231, sections 4.2-4.8."""

from binascii import unhexlify

from ballast.protocol.hmac_sha256 import HmacKey, equal
from portable import raises

VECTORS = (
    (
        b"\x0b" * 20,
        b"Hi There",
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
    ),
    (
        b"Jefe",
        b"what do ya want for nothing?",
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    ),
    (
        b"\xaa" * 20,
        b"\xdd" * 50,
        "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
    ),
    (
        b"\xaa" * 131,
        b"Test Using Larger Than Block-Size Key - Hash Key First",
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    ),
)


def test_rfc_4231():
    for key, data, want in VECTORS:
        assert HmacKey(key).digest(data) == unhexlify(want)


def test_truncation_rfc_4231_case_5():
    key = HmacKey(b"\x0c" * 20)
    want = unhexlify("a3b6167473100ee06e0c796c2955552b")
    assert key.tag(b"Test With Truncation", 16) == want


def test_tags_are_not_shorter_than_they_should_be():
    key = HmacKey(b"k")
    for size in (0, 7, 33):
        raises(ValueError, key.tag, b"", size)
    assert len(key.tag(b"", 8)) == 8


def test_a_view_will_do():
    assert HmacKey(b"k").digest(memoryview(b"xyz")[1:]) == HmacKey(b"k").digest(b"yz")


def test_equal():
    assert equal(b"abc", b"abc")
    assert not equal(b"abc", b"abd")
    assert not equal(b"abc", b"ab")
    assert equal(memoryview(b"abc"), bytearray(b"abc"))
