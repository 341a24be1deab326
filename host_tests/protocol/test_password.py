"""Password records against published vectors, and what is refused."""

import binascii

from ballast.protocol import password
from portable import raises


def derive(text, salt, iterations, slice_):
    work = password.Pbkdf2(text, salt, iterations)
    while work.step(slice_):
        pass
    return binascii.hexlify(work.digest()).decode()


def test_published_vectors():
    # RFC 7914, 11: first 32 of the 64 bytes for c = 1
    assert derive(b"passwd", b"salt", 1, 50) == (
        "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"
    )
    # The SHA-256 counterparts of RFC 6070's vectors, as published with draft-josefsson-scrypt
    assert derive(b"password", b"salt", 2, 50) == (
        "ae4d0c95af6b46d32d0adff928f06dd02a303f8ef3c251dfd6e2d85a95474c43"
    )
    assert derive(b"password", b"salt", 4096, 1000) == (
        "c5e478d59288c841aa530db6845c4c8d962893a001ce4e11a4963873aa98134a"
    )


def test_the_slices_do_not_matter():
    assert derive(b"password", b"salt", 7, 1) == derive(b"password", b"salt", 7, 50)


def test_record_and_back():
    record = password.make("correct horse", b"0123456789abcdef", 3)
    iterations, salt, derived = password.parse(record)
    assert iterations == 3 and salt == b"0123456789abcdef" and len(derived) == 32
    assert password.record(derived, salt, iterations) == record
    assert len(password.make("x" * 64, bytes(16))) <= 120  # fits the setting


def test_no_record():
    good = password.make("correct horse", b"0123456789abcdef", 3)
    for bad in (
        "",
        "correct horse",
        good.replace("pbkdf2-sha256", "plain"),
        good.replace("$3$", "$0$"),
        good.replace("$3$", "$x$"),
        good[:-2],
        "pbkdf2-sha256$3$0011$" + "00" * 32,
    ):
        raises(ValueError, password.parse, bad)


def test_unfinished_and_impossible_work():
    raises(ValueError, password.Pbkdf2, b"x", b"salt", 0)
    work = password.Pbkdf2(b"x", b"salt", 2)
    raises(ValueError, work.digest)
    assert work.step(5) == 0
    assert len(work.digest()) == 32


def test_what_a_password_needs():
    assert password.problem("wander-lust") == ""
    assert "text" in password.problem(None)
    assert "8" in password.problem("short12")
    assert "different" in password.problem("aaaaaaaaaa")
    assert "64" in password.problem("abcdefgh" * 8 + "i")
    assert "64" in password.problem("\u00fc\u00f6\u00e4\u00df" * 9)  # bytes count
