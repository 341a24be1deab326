"""The update file: one signed header block, then the image.

    0      8     magic "BALLAST1"
    8      2     length of the manifest, little endian
    10     2     length of the signature (384 = RSA-3072)
    12     n     manifest: JSON, keys sorted, no white space
    12+n   384   signature of bytes 0 .. 12+n
    ...          0xFF up to 4096
    4096   size  the image, `size` and `sha256` as the manifest says

The header is exactly one flash block. A slot keeps it as its last block, written last:
a slot whose header block is missing or incomplete holds no image.

The signature is RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017, 8.2.2). It gives the same
signature for the same file each time, so a build can be repeated bit for bit. To check
it takes one modular power, of 0.2 s on an ESP32-S3; `checking` computes it in 17 pieces.
The whole expected block is built and compared with the
decrypted one. Nothing inside the decrypted block is parsed: parsers there have let
forged signatures pass (RFC 8017, 9.2, note 2).

This file is also frozen into the base image beside the loader, so it imports no other
file of the firmware.
"""

import binascii
import hashlib
import json
import struct

from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Iterator

    from ballast.protocol.shapes import Readable, Sign

MAGIC = b"BALLAST1"
HEADER_BYTES = const(4096)
SIGNATURE_BYTES = const(384)
_FIXED = const(12)
_SQUARES = const(16)  # the public exponent is 65537 = 2 ** 16 + 1
# DigestInfo of SHA-256, RFC 8017, 9.2 note 1
_DIGEST_INFO = b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"

# key, shortest, longest
_TEXTS = (
    ("base", 1, 16),  # oldest MicroPython that the image runs on, "1.29.0"
    ("board", 1, 32),
    ("brand", 1, 32),
    ("fs", 1, 8),  # "romfs" or "littlefs"; "esp" for MicroPython itself
    ("key", 16, 16),  # id of the signing key
    ("kind", 3, 4),  # "app" or "base": the application, or MicroPython
    ("sha256", 64, 64),
    ("version", 1, 32),
)
# key, smallest, largest
_NUMBERS = (
    ("mpy", 0, 1 << 16),  # sys.implementation._mpy & 0xff: bytecode version
    ("security", 0, 1 << 29),
    ("size", 1, 1 << 24),
)


def decode(block: "Readable") -> tuple[dict, bytes, bytes]:
    """(manifest, signed bytes, signature) of a header block.

    ValueError with one sentence if this firmware does not know the format. The signature
    is not checked here: see `verifying`.
    """
    if len(block) != HEADER_BYTES or bytes(block[:8]) != MAGIC:
        raise ValueError("this is not a Ballast update file")
    size, sig_size = struct.unpack("<HH", block[8:_FIXED])
    end = _FIXED + size
    if sig_size != SIGNATURE_BYTES or end + sig_size > HEADER_BYTES:
        raise ValueError("the update's header is damaged")
    try:
        manifest = json.loads(bytes(block[_FIXED:end]).decode())
    except ValueError:  # of JSON; UnicodeError is a ValueError too, also in MicroPython
        raise ValueError("the update's header is damaged")
    if not isinstance(manifest, dict):
        raise ValueError("the update's header is damaged")
    for key, low, high in _TEXTS:
        value = manifest.get(key)
        if not isinstance(value, str) or not low <= len(value) <= high:
            raise ValueError("the update's header has no usable '%s'" % key)
    for key, low, high in _NUMBERS:
        value = manifest.get(key)
        # isinstance counts True and False as int; here they are wrong
        if (
            not isinstance(value, int)
            or value is True
            or value is False
            or not low <= value <= high
        ):
            raise ValueError("the update's header has no usable '%s'" % key)
    return manifest, bytes(block[:end]), bytes(block[end : end + sig_size])


def verifying(signed: bytes, signature: bytes, modulus: int) -> "Iterator[bool | None]":
    """In pieces, None after each: in the end whether the private key that belongs to `modulus`
    made `signature` for `signed`.
    """
    value = int.from_bytes(signature, "big")
    if len(signature) != SIGNATURE_BYTES or value >= modulus:
        yield False
        return
    power = value
    for _ in range(_SQUARES):
        power = power * power % modulus
        yield None
    power = power * value % modulus
    yield None
    digest = hashlib.sha256(signed).digest()
    pad = SIGNATURE_BYTES - 3 - len(_DIGEST_INFO) - len(digest)
    expected = b"\x00\x01" + b"\xff" * pad + b"\x00" + _DIGEST_INFO + digest
    yield power.to_bytes(SIGNATURE_BYTES, "big") == expected


def checking(
    block: "Readable",
    keys: dict[str, str],
    board: str,
    brand: str,
    fs: str,
    mpy: int,
    floor: int,
    room: int,
    base_room: int = 0,
) -> "Iterator[dict | None]":
    """In pieces, None after each: in the end the manifest of a header block that may be installed
    here; else ValueError says why not.

    keys: {id: modulus as hex}. floor: smallest security version. room: bytes of a slot
    for an application. base_room: bytes of a slot for MicroPython, 0 = it can be renewed
    by cable only. The signature is checked first, so that a stranger's file gets no
    answer about this charger.
    """
    manifest, signed, signature = decode(block)
    modulus = keys.get(manifest["key"])
    if modulus is None:
        raise ValueError("the update is signed with a key that this charger does not know")
    good = False
    for part in verifying(signed, signature, int(modulus, 16)):
        good = part is True
        yield None
    if not good:
        raise ValueError("the update's signature is wrong: the file was changed or is damaged")
    if manifest["board"] != board:
        raise ValueError("the update is for the board %s, this is %s" % (manifest["board"], board))
    if manifest["brand"] != brand:
        raise ValueError("the update is for %s, this charger is %s" % (manifest["brand"], brand))
    if manifest["kind"] == "base":
        fs, room = "esp", base_room
        if not room:
            raise ValueError("MicroPython can be renewed on this charger with the cable only")
    if manifest["fs"] != fs or manifest["mpy"] != mpy:
        raise ValueError("the update needs another MicroPython than this charger has")
    if manifest["security"] < floor:
        text = "the update is older than the last security fix (%d, needs %d or newer)"
        raise ValueError(text % (manifest["security"], floor))
    if manifest["size"] > room:
        raise ValueError("the update is larger than this charger's slot")
    yield manifest


def encode(manifest: dict, sign: "Sign") -> bytes:
    """The header block for `manifest`, signed by `sign`."""
    body = []
    for key in sorted(manifest):  # MicroPython's json.dumps does not sort
        body.append(json.dumps(key) + ":" + json.dumps(manifest[key]))
    text = ("{" + ",".join(body) + "}").encode()
    signed = MAGIC + struct.pack("<HH", len(text), SIGNATURE_BYTES) + text
    block = signed + sign(signed)
    if len(block) > HEADER_BYTES:
        raise ValueError("the manifest is too long for the header block")
    return block + b"\xff" * (HEADER_BYTES - len(block))


def digest_hex(digest: bytes) -> str:
    """`digest` as lower-case hex: MicroPython's hashlib has no hexdigest."""
    return binascii.hexlify(digest).decode()
