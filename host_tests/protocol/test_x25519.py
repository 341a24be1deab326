"""X25519 against RFC 7748, sections 5.2 and 6.1."""

from binascii import unhexlify

from ballast.protocol import x25519
from portable import raises


def test_rfc_7748_vectors():
    for k, u, want in (
        (
            "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
            "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
            "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552",
        ),
        (
            "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
            "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
            "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957",
        ),
    ):
        assert x25519.shared(unhexlify(k), unhexlify(u)) == unhexlify(want)


def test_two_sides_agree():
    a = unhexlify("77076d0a7318a57d3c16c17251b26645c6b2f72c98f0f3b3c1a3b9f0b1a0f0ff")
    b = unhexlify("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb")
    assert x25519.shared(a, x25519.public_key(b)) == x25519.shared(b, x25519.public_key(a))


def test_rfc_7748_public_key_of_bob():
    b = unhexlify("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb")
    want = unhexlify("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f")
    assert x25519.public_key(b) == want


def test_points_of_small_order_give_nothing():
    for u in (bytes(32), b"\x01" + bytes(31)):
        assert x25519.shared(b"\x55" * 32, u) is None


def test_wrong_lengths():
    raises(ValueError, x25519.shared, bytes(31), bytes(32))
    raises(ValueError, x25519.shared, bytes(32), bytes(33))
