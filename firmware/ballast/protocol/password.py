"""Password records: PBKDF2-HMAC-SHA256 (RFC 8018), salted, in slices.

A record is the text "pbkdf2-sha256$<iterations>$<salt hex>$<hash hex>".

Cost: one iteration is two SHA-256 objects of 96 bytes each, because MicroPython's
hashlib can not copy a half-fed hash. Estimated 0.25 ms on an ESP32 at 160 MHz
(not measured on hardware), so 4000 iterations take about one second. A label's
random code of 12 base-32 characters has 60 bits; with one second per guess the
rate is bounded by the charger long before it is by the hash.
"""

import binascii
import hashlib

ITERATIONS = 4000
SLICE = 50  # iterations between two yields: about 12 ms on an ESP32
MIN_LENGTH = 8
MAX_LENGTH = 64
_ALGORITHM = "pbkdf2-sha256"
_BLOCK = 64  # SHA-256 block, bytes


def _hex(data):
    return binascii.hexlify(data).decode()


def equal(a, b):
    """Whether two byte strings are equal, in time that depends on the length only."""
    if len(a) != len(b):
        return False
    different = 0
    for i in range(len(a)):
        different |= a[i] ^ b[i]
    return different == 0


def hmac_sha256(key, message):
    """HMAC-SHA256 (RFC 2104) of two byte strings; 32 bytes."""
    if len(key) > _BLOCK:
        key = hashlib.sha256(key).digest()
    key = key + bytes(_BLOCK - len(key))
    inner = hashlib.sha256(bytes([b ^ 0x36 for b in key]) + message).digest()
    return hashlib.sha256(bytes([b ^ 0x5C for b in key]) + inner).digest()


class Pbkdf2:
    """The first 32-byte block of PBKDF2, to be stepped until `left` is 0.

    password, salt: bytes. iterations: at least 1.
    """

    def __init__(self, password, salt, iterations):
        if iterations < 1:
            raise ValueError("iterations must be at least 1")
        if len(password) > _BLOCK:
            password = hashlib.sha256(password).digest()
        key = password + bytes(_BLOCK - len(password))
        self._inner = bytes([b ^ 0x36 for b in key])
        self._outer = bytes([b ^ 0x5C for b in key])
        self._u = self._hmac(salt + b"\x00\x00\x00\x01")
        self._t = bytearray(self._u)
        self.left = iterations - 1

    def _hmac(self, message):
        inner = hashlib.sha256(self._inner + message).digest()
        return hashlib.sha256(self._outer + inner).digest()

    def step(self, iterations):
        """Do up to `iterations` more; returns how many are left."""
        n = min(iterations, self.left)
        t = self._t
        for _ in range(n):
            self._u = u = self._hmac(self._u)
            for i in range(32):
                t[i] ^= u[i]
        self.left -= n
        return self.left

    def digest(self):
        """The derived key, 32 bytes; only when `left` is 0."""
        if self.left:
            raise ValueError("%d iterations left" % self.left)
        return bytes(self._t)


def record(derived, salt, iterations):
    """The text to keep for a derived key."""
    return "%s$%d$%s$%s" % (_ALGORITHM, iterations, _hex(salt), _hex(derived))


def parse(text):
    """(iterations, salt, derived) of a record; ValueError when it is none."""
    parts = text.split("$")
    if len(parts) != 4 or parts[0] != _ALGORITHM:
        raise ValueError("not a password record")
    iterations = int(parts[1])
    salt = binascii.unhexlify(parts[2])
    derived = binascii.unhexlify(parts[3])
    if iterations < 1 or len(salt) < 8 or len(derived) != 32:
        raise ValueError("not a password record")
    return iterations, salt, derived


def make(password, salt, iterations=ITERATIONS):
    """The record of `password` (str) at once: for tools, which may block."""
    work = Pbkdf2(password.encode(), salt, iterations)
    work.step(iterations)
    return record(work.digest(), salt, iterations)


def problem(password):
    """Why `password` can not be taken, as one line; "" when it can."""
    if not isinstance(password, str):
        return "The password must be a text."
    if len(password) < MIN_LENGTH:
        return "The password needs at least %d characters." % MIN_LENGTH
    if len(password.encode()) > MAX_LENGTH:
        return "The password may have at most %d bytes." % MAX_LENGTH
    if len(set(password)) < 4:
        return "The password needs at least 4 different characters."
    return ""
