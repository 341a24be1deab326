"""How a clamp and a charger derive the same key without sending it.

Each draws 32 random bytes, and they exchange X25519 public keys (HELLO, OFFER). The
pair's key is HMAC-SHA-256(secret, text | shared point | both numbers | both public
keys). `secret` is
 - with the setup code: the 10 bytes printed on the clamp's label (as a QR code and as
   letters), stored in the clamp at the factory and typed or scanned into the charger;
 - with the buttons alone: empty.
Each side proves with a tag that it has the key (OFFER, CONFIRM), before the other keeps it.

How safe this is:
 - A listener learns nothing, with or without the code, now or later.
 - With the code, an attacker who sends during the two minutes of the window cannot join
   in: he would have to guess 80 bits, with one try per window.
 - With the buttons alone he can: whoever answers first within the window and within
   radio range is paired, and could relay and change the frames between the two. Therefore
   the window is short, both buttons must be pressed, a second clamp that calls in the
   same window ends it, and the page asks whether the clamp's light shows "paired".
 - The label is a secret: whoever photographs it can pair when somebody presses the button.
 - The flash holds the keys unencrypted (MicroPython's ESP32 port has no flash
   encryption): whoever opens a device can read the keys of its pairs, and no others.
"""

import struct

from micropython import const

from ballast.protocol import clamp_frame
from ballast.protocol.hmac_sha256 import HmacKey

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from ballast.protocol.shapes import Readable

WINDOW_MS = const(120000)
CODE_BYTES = const(10)

_TEXT = b"ballast clamp pair 1"
# Crockford's base 32: no I, L, O, U. 80 bits are 16 letters; a 17th is the check letter.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def derive(
    secret: bytes,
    shared: bytes,
    clamp: int,
    charger: int,
    clamp_public: bytes,
    charger_public: bytes,
) -> bytes:
    """The pair's key, 32 bytes. secret: the 10 bytes of the setup code, or b""."""
    numbers = struct.pack("<II", clamp, charger)
    return HmacKey(secret).digest(_TEXT + shared + numbers + clamp_public + charger_public)


def _check_letter(code: "list[int]") -> int:
    total = 0
    for i in range(len(code)):
        total += (2 * i + 1) * code[i]  # with odd weights any one wrong letter changes the sum
    return total % 32


def format_code(secret: bytes) -> str:
    """The 10 bytes of a setup code as "XXXX-XXXX-XXXX-XXXX-C", for the label."""
    if len(secret) != CODE_BYTES:
        raise ValueError("a setup code has 10 bytes")
    n = int.from_bytes(secret, "big")
    values = [(n >> (75 - 5 * i)) & 31 for i in range(16)]
    text = "".join([_LETTERS[v] for v in values])
    text = "-".join([text[i : i + 4] for i in range(0, 16, 4)])
    return text + "-" + _LETTERS[_check_letter(values)]


def parse_code(text: str) -> bytes:
    """The 10 bytes of a setup code that a person typed; ValueError says what is wrong."""
    values = []
    for ch in text.upper():
        if ch in "- \t":
            continue
        ch = "0" if ch == "O" else "1" if ch in "IL" else ch
        v = _LETTERS.find(ch)
        if v < 0:
            raise ValueError("setup code: '%s' is in no code; look at the label again" % ch)
        values.append(v)
    if len(values) != 17:
        raise ValueError("setup code: %d of 17 letters and digits" % len(values))
    if _check_letter(values[:16]) != values[16]:
        raise ValueError("setup code: a letter is wrong; look at the label again")
    n = 0
    for v in values[:16]:
        n = (n << 5) | v
    return n.to_bytes(CODE_BYTES, "big")


def offer_is_good(buf: "Readable", size: int, key: bytes) -> bool:
    """Whether `key` made the tag of a checked OFFER."""
    return clamp_frame.signed(buf, size, HmacKey(key))
