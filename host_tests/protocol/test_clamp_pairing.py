"""The setup code, and the key that both sides come to."""

from ballast.protocol import clamp_frame as cf
from ballast.protocol import clamp_pairing as cp
from ballast.protocol import x25519
from ballast.protocol.hmac_sha256 import HmacKey
from portable import raises

SECRET = bytes([0, 1, 2, 250, 251, 252, 253, 254, 255, 17])


def test_code_round_trip():
    for secret in (SECRET, bytes(10), b"\xff" * 10):
        text = cp.format_code(secret)
        assert len(text) == 21 and text.count("-") == 4
        assert cp.parse_code(text) == secret
        assert cp.parse_code(text.lower().replace("-", " ")) == secret


def test_letters_that_look_alike_are_forgiven():
    text = cp.format_code(SECRET)
    assert "O" not in text and "I" not in text and "L" not in text
    assert cp.parse_code(text.replace("0", "O").replace("1", "l")) == SECRET


def test_every_single_wrong_letter_is_found():
    text = cp.format_code(SECRET)
    letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    for i in range(len(text)):
        if text[i] == "-":
            continue
        for ch in letters:
            if ch != text[i]:
                raises(ValueError, cp.parse_code, text[:i] + ch + text[i + 1 :])


def test_what_is_said_about_a_bad_code():
    assert "U" in str(raises(ValueError, cp.parse_code, "U" * 17))
    assert "3 of 17" in str(raises(ValueError, cp.parse_code, "ABC"))
    raises(ValueError, cp.format_code, bytes(9))


def test_both_sides_come_to_one_key_and_nobody_else_does():
    a, b = bytes(range(1, 33)), bytes(range(101, 133))
    pa, pb = x25519.public_key(a), x25519.public_key(b)
    one = cp.derive(SECRET, x25519.shared(a, pb), 11, 22, pa, pb)
    two = cp.derive(SECRET, x25519.shared(b, pa), 11, 22, pa, pb)
    assert one == two and len(one) == 32
    shared = x25519.shared(a, pb)
    for other in (
        cp.derive(b"", shared, 11, 22, pa, pb),
        cp.derive(SECRET, pa, 11, 22, pa, pb),
        cp.derive(SECRET, shared, 12, 22, pa, pb),
        cp.derive(SECRET, shared, 11, 23, pa, pb),
        cp.derive(SECRET, shared, 11, 22, pb, pa),
    ):
        assert other != one


def test_an_offer_proves_the_key():
    buf = bytearray(64)
    key = bytes(range(32))
    size = cf.encode_offer(buf, 1, 2, bytes(32), cf.MODE_BUTTON, HmacKey(key))
    assert cp.offer_is_good(buf, size, key)
    assert not cp.offer_is_good(buf, size, bytes(32))
