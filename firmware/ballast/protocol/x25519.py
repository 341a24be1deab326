"""X25519 (RFC 7748): two devices agree on a secret that a listener cannot compute.

It computes with big integers, which is slow and fills the heap: about 10 ms in
MicroPython on a PC, an estimated 0.3 s on an ESP32. That is good enough for pairing.
The time depends on the key; this is harmless, because a key serves one pairing only.
"""

_P = (1 << 255) - 19
_A24 = 121665
_BASE = 9  # the x coordinate of the base point


def _scalar(secret: bytes) -> int:
    if len(secret) != 32:
        raise ValueError("X25519 keys have 32 bytes")
    k = int.from_bytes(secret, "little")
    return (k & ((1 << 254) - 8)) | (1 << 254)  # clamped: RFC 7748, section 5


def _ladder(k: int, u: int) -> int:
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
        x3 = (da + cb) ** 2 % _P
        z3 = (da - cb) ** 2 * x1 % _P
        x2 = aa * bb % _P
        z2 = e * (aa + _A24 * e) % _P
    # RFC 7748 swaps once more here; a clamped scalar ends in zero bits, so that swap never happens.
    return x2 * pow(z2, _P - 2, _P) % _P


def shared(secret: bytes, public: bytes) -> "bytes | None":
    """The shared secret, 32 bytes, of one's own `secret` and the other's `public`, 32 bytes each.

    None if `public` is a point of small order (RFC 7748, 6.1): an attacker sends one, because
    then the result is zero and no secret.
    """
    if len(public) != 32:
        raise ValueError("X25519 keys have 32 bytes")
    u = int.from_bytes(public, "little") & ((1 << 255) - 1)
    x = _ladder(_scalar(secret), u % _P)
    return x.to_bytes(32, "little") if x else None


def public_key(secret: bytes) -> bytes:
    """The public key, 32 bytes, of `secret`, 32 random bytes."""
    return _ladder(_scalar(secret), _BASE).to_bytes(32, "little")
