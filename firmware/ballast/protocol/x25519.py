"""X25519 (RFC 7748): two devices agree on a secret that a listener cannot compute.

Plain big integers, for the minute of pairing only: some 10 ms on a PC's
MicroPython VM, an estimated 0.3 s on an ESP32, and garbage for the collector.
Not in constant time: a key is used for one pairing and then thrown away.
"""

_P = (1 << 255) - 19
_A24 = 121665
BASE = b"\x09" + bytes(31)


def _scalar(secret):
    k = int.from_bytes(secret, "little")
    return (k & ((1 << 254) - 8)) | (1 << 254)  # clamped: RFC 7748, section 5


def _ladder(k, u):
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
    # No last swap: a clamped scalar ends in zero bits.
    return x2 * pow(z2, _P - 2, _P) % _P


def shared(secret, public):
    """secret, public: 32 bytes each; returns 32 bytes, or None for a point of small order
    (all zero: RFC 7748, 6.1), which an attacker sends to make the secret known."""
    if len(secret) != 32 or len(public) != 32:
        raise ValueError("X25519 keys have 32 bytes")
    u = int.from_bytes(public, "little") & ((1 << 255) - 1)
    x = _ladder(_scalar(secret), u % _P)
    return x.to_bytes(32, "little") if x else None


def public_key(secret):
    """The 32 bytes to send for `secret`, 32 random bytes."""
    return shared(secret, BASE)
