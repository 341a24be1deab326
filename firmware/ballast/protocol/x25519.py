"""X25519 (RFC 7748): two devices agree on a secret that a listener cannot compute.

It computes with big integers, which is slow and fills the heap with 0.5 MB of garbage: about
0.5 s on an ESP32-S3. That is good enough for pairing. `pieces` hands control back after each
2 ms or so; a single pow() at the end would stop everything for 0.1 s.
The time depends on the key; this is harmless, because a key serves one pairing only.
"""

from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Iterator

_P = (1 << 255) - 19
_A24 = 121665
_BASE = 9  # the x coordinate of the base point
_SQUARES = const(8)  # of one piece of the inversion, 0.3 ms each (estimate); a power of two


def _scalar(secret: bytes) -> int:
    if len(secret) != 32:
        raise ValueError("X25519 keys have 32 bytes")
    k = int.from_bytes(secret, "little")
    return (k & ((1 << 254) - 8)) | (1 << 254)  # clamped: RFC 7748, section 5


def _ladder(k: int, u: int) -> "Iterator[tuple[int, int] | None]":
    """None after each bit; in the end (x, z), the point's x coordinate as a fraction."""
    x1, x2, z2, x3, z3 = u, 1, 0, u, 1
    swap = 0
    for t in range(254, -1, -1):
        bit = (k >> t) & 1
        if swap ^ bit:
            x2, x3 = x3, x2
            z2, z3 = z3, z2
        swap = bit
        a = x2 + z2
        b = x2 - z2
        aa = a * a % _P
        bb = b * b % _P
        e = aa - bb
        da = (x3 - z3) * a % _P
        cb = (x3 + z3) * b % _P
        x3 = (da + cb) * (da + cb) % _P
        z3 = (da - cb) * (da - cb) % _P * x1 % _P
        x2 = aa * bb % _P
        z2 = e * (aa + _A24 * e) % _P
        yield None
    # RFC 7748 swaps once more here; a clamped scalar ends in zero bits, so that swap never happens.
    yield x2, z2


def _inverse(z: int) -> "Iterator[int | None]":
    """None after each few squares; in the end z ** (p - 2), by p - 2 = 2 ** 255 - 21.

    n ones in a row are m ones, moved to the left, times the others: e10 = z ** (2 ** 10 - 1).
    """
    z2 = z * z % _P
    z9 = z2 * z2 % _P
    z9 = z9 * z9 % _P * z % _P
    z11 = z9 * z2 % _P
    e5 = z11 * z11 % _P * z9 % _P
    kept = {5: e5}
    x = e5
    # (squares, the factor afterwards, name of the product)
    for squares, factor, name in (
        (5, 5, 10), (10, 10, 20), (20, 20, 40), (10, 10, 50), (50, 50, 100), (100, 100, 200),
        (50, 50, 250), (5, 0, 0),
    ):  # fmt: skip
        for n in range(squares):
            if not n & (_SQUARES - 1):
                yield None
            x = x * x % _P
        x = x * (kept[factor] if factor else z11) % _P
        kept[name] = x
    yield x


def pieces(secret: bytes, public: bytes) -> "Iterator[bytes | None]":
    """Compute `shared` in pieces: None after each, in the end 32 bytes or b"" for no secret."""
    if len(public) != 32:
        raise ValueError("X25519 keys have 32 bytes")
    k = _scalar(secret)
    u = int.from_bytes(public, "little") & ((1 << 255) - 1)
    x = z = inverse = 0
    for point in _ladder(k, u % _P):
        if point is None:
            yield None
        else:
            x, z = point
    for part in _inverse(z):
        if part is None:
            yield None
        else:
            inverse = part
    x = x * inverse % _P
    yield x.to_bytes(32, "little") if x else b""


def _all(work: "Iterator[bytes | None]") -> bytes:
    """The result of `pieces`, without a pause."""
    result = b""
    for part in work:
        result = part or result
    return result


def shared(secret: bytes, public: bytes) -> "bytes | None":
    """The shared secret, 32 bytes, of one's own `secret` and the other's `public`, 32 bytes each.

    None if `public` is a point of small order (RFC 7748, 6.1): an attacker sends one, because
    then the result is zero and no secret.
    """
    return _all(pieces(secret, public)) or None


def public_pieces(secret: bytes) -> "Iterator[bytes | None]":
    """Compute `public_key` in pieces: None after each, in the end 32 bytes."""
    return pieces(secret, _BASE.to_bytes(32, "little"))


def public_key(secret: bytes) -> bytes:
    """The public key, 32 bytes, of `secret`, 32 random bytes."""
    return _all(public_pieces(secret))
