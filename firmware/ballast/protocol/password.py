"""Password records: PBKDF2-HMAC-SHA256 (RFC 8018) with a salt, computed in slices.

A record is the text "pbkdf2-sha256$<iterations>$<salt hex>$<hash hex>".

Cost: one iteration makes two SHA-256 objects of 96 bytes each, because MicroPython's
hashlib cannot copy a hash object that has already taken data. Counted on RISC-V: 78,000
instructions, about 1.1 ms on an ESP32-S3, so 4000 iterations take more than four seconds.
The label's random code of 12 base-32 characters has 60 bits: an attacker who may try
one code a second does not find it.
"""

import binascii

from micropython import const

from ballast.protocol.hmac_sha256 import HmacKey

ITERATIONS = const(4000)
SLICE = const(4)  # iterations until other tasks may run: about 4 ms
MIN_LENGTH = const(8)
MAX_LENGTH = const(64)
_ALGORITHM = "pbkdf2-sha256"


def _hex(data: bytes) -> str:
    return binascii.hexlify(data).decode()


class Pbkdf2:
    """The first 32-byte block of PBKDF2; call `step` until `left` is 0. iterations: 1 or more."""

    def __init__(self, password: bytes, salt: bytes, iterations: int) -> None:
        if iterations < 1:
            raise ValueError("iterations must be at least 1")
        self._prf = HmacKey(password).digest
        self._u = self._prf(salt + b"\x00\x00\x00\x01")
        self._t = bytearray(self._u)
        self.left = iterations - 1

    def step(self, iterations: int) -> int:
        """Do up to `iterations` more; returns how many are left."""
        n = min(iterations, self.left)
        t = self._t
        for _ in range(n):
            self._u = u = self._prf(self._u)
            for i in range(32):
                t[i] ^= u[i]
        self.left -= n
        return self.left

    def digest(self) -> bytes:
        """The derived key, 32 bytes; ValueError while `left` is not 0."""
        if self.left:
            raise ValueError("%d iterations left" % self.left)
        return bytes(self._t)


def record(derived: bytes, salt: bytes, iterations: int) -> str:
    """The record of a derived key: the text that is stored."""
    return "%s$%d$%s$%s" % (_ALGORITHM, iterations, _hex(salt), _hex(derived))


def parse(text: str) -> tuple[int, bytes, bytes]:
    """(iterations, salt, derived key) of a record; ValueError if `text` is no record."""
    parts = text.split("$")
    if len(parts) != 4 or parts[0] != _ALGORITHM:
        raise ValueError("not a password record")
    iterations = int(parts[1])
    salt = binascii.unhexlify(parts[2])
    derived = binascii.unhexlify(parts[3])
    if iterations < 1 or len(salt) < 8 or len(derived) != 32:
        raise ValueError("not a password record")
    return iterations, salt, derived


def make(password: str, salt: bytes, iterations: int = ITERATIONS) -> str:
    """The record of `password`, computed without a pause: for tools, which may block."""
    work = Pbkdf2(password.encode(), salt, iterations)
    work.step(iterations)
    return record(work.digest(), salt, iterations)


def problem(password: object) -> str:
    """One line that says why `password` is refused; "" if it is accepted."""
    if not isinstance(password, str):
        return "The password must be a text."
    if len(password) < MIN_LENGTH:
        return "The password needs at least %d characters." % MIN_LENGTH
    if len(password.encode()) > MAX_LENGTH:
        return "The password may have at most %d bytes." % MAX_LENGTH
    if len(set(password)) < 4:
        return "The password needs at least 4 different characters."
    return ""
