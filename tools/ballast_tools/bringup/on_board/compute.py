"""Times of what computes in C in one piece: hashes, big numbers, JSON, and a line to the console."""

import time

from common import attempt, cost, mount_application, timed


def main(params):
    attempt("sha256", _sha)
    attempt("json_loads", _json)
    attempt("hmac", _ours)
    attempt("print", _print)


def _sha():
    import hashlib

    for size, count in ((64, 50), (4096, 20)):
        data = bytes(size)
        cost("sha256", size, timed(lambda: hashlib.sha256(data).digest(), count))  # noqa: B023


def _json():
    """A settings page: many short names, numbers and words, as the page's own."""
    import json

    for rows in (8, 100):
        data = {}
        for n in range(rows):
            data["setting_name_%d" % n] = {"value": n * 250, "unit": "mA", "set": n % 2 == 0}
        text = json.dumps(data)
        cost("json_dumps", len(text), timed(json.dumps, 10, data))
        cost("json_loads", len(text), timed(json.loads, 10, text))


def _ours():
    """The firmware's own parts, as they lie in the application's slot."""
    mount_application()
    from ballast.protocol.hmac_sha256 import HmacKey
    from ballast.protocol.password import Pbkdf2

    attempt("x25519", _pieces)
    key = HmacKey(b"a key of 20 bytes...")
    frame = bytes(68)
    cost("hmac", 1, timed(key.tag, 50, frame, 16))
    from ballast.protocol import clamp_frame

    cost("clamp_frame", 1, timed(clamp_frame.signed, 50, bytes(68), 68, key))
    for iterations in (10, 50):
        cost("pbkdf2", iterations, timed(Pbkdf2(b"password", b"salt", 100000).step, 5, iterations))


def _pieces():
    """Big numbers as the firmware computes them: a piece each time, and steps in between."""
    from ballast.protocol import update_file, x25519

    work = x25519.public_pieces(bytes(range(1, 33)))
    cost("x25519", 1, timed(next, 280, work))
    modulus = int.from_bytes(b"\xc1" + bytes(range(1, 192)) * 2 + b"\x01", "big") | 1
    signature = (modulus // 3).to_bytes(update_file.SIGNATURE_BYTES, "big")
    cost("rsa_verify", 1, timed(next, 16, update_file.verifying(b"", signature, modulus)))


def _print():
    """Beyond the 128 bytes that the UART holds: lines of 10 and of 428 characters, each after a pause."""
    for length, beyond in ((10, 0), (428, 300)):
        took = []
        for _ in range(5):
            time.sleep_ms(60)
            took += timed(print, 1, "." * length)
        cost("print", beyond, took)
