"""HMAC-SHA-256 (RFC 2104) with `hashlib`, truncated tags, and a comparison in constant time.

MicroPython's firmware has no `hmac`, and its hash objects have no copy(). Therefore a key
keeps its two padded blocks and hashes them anew each time.
"""

import hashlib

from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from ballast.protocol.shapes import Readable

_BLOCK = const(64)


class HmacKey:
    """One secret key. secret: of any length; 16 bytes or more are safe."""

    def __init__(self, secret: "Readable") -> None:
        if len(secret) > _BLOCK:
            secret = hashlib.sha256(secret).digest()
        block = bytes(secret) + bytes(_BLOCK - len(secret))
        self._inner = bytes([b ^ 0x36 for b in block])
        self._outer = bytes([b ^ 0x5C for b in block])

    def digest(self, data: "Readable") -> bytes:
        """The HMAC of `data`, 32 bytes."""
        inner = hashlib.sha256(self._inner)
        inner.update(data)
        outer = hashlib.sha256(self._outer)
        outer.update(inner.digest())
        return outer.digest()

    def tag(self, data: "Readable", size: int) -> bytes:
        """The leftmost `size` bytes of the HMAC, 8 .. 32.

        RFC 2104, 5: at least 16 bytes if nothing else protects the message. Callers use a
        shorter tag only together with a counter.
        """
        if not 8 <= size <= 32:
            raise ValueError("an HMAC tag has 8 to 32 bytes, not %d" % size)
        return self.digest(data)[:size]


def equal(a: "Readable", b: "Readable") -> bool:
    """Whether two byte strings are equal. The time does not depend on where they differ."""
    if len(a) != len(b):
        return False
    wrong = 0
    for i in range(len(a)):
        wrong |= a[i] ^ b[i]
    return wrong == 0
