"""HMAC-SHA-256 (RFC 2104) on `hashlib`, truncated tags, and a comparison in constant time.

MicroPython freezes no `hmac`, and its hashlib has no copy(): the two padded key
blocks are kept, not the states.
"""

import hashlib

from micropython import const

_BLOCK = const(64)


class HmacKey:
    """One secret, ready for use. secret: bytes of any length, 16 or more for safety."""

    def __init__(self, secret):
        if len(secret) > _BLOCK:
            secret = hashlib.sha256(secret).digest()
        block = bytes(secret) + bytes(_BLOCK - len(secret))
        self._inner = bytes([b ^ 0x36 for b in block])
        self._outer = bytes([b ^ 0x5C for b in block])

    def digest(self, data):
        """32 bytes over `data` (bytes-like)."""
        inner = hashlib.sha256(self._inner)
        inner.update(data)
        outer = hashlib.sha256(self._outer)
        outer.update(inner.digest())
        return outer.digest()

    def tag(self, data, size):
        """The leftmost `size` bytes, 8 .. 32 (RFC 2104, 5: not less than half, nor 80 bits,
        where the tag alone protects; callers pair short tags with a counter)."""
        if not 8 <= size <= 32:
            raise ValueError("an HMAC tag has 8 to 32 bytes, not %d" % size)
        return self.digest(data)[:size]


def equal(a, b):
    """Whether two byte strings are the same, in a time that does not tell where they differ."""
    if len(a) != len(b):
        return False
    wrong = 0
    for i in range(len(a)):
        wrong |= a[i] ^ b[i]
    return wrong == 0
