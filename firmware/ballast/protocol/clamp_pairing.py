"""How a clamp and a charger come to one key without sending it.

Both draw 32 random bytes and exchange X25519 public keys (HELLO, OFFER). The
pair's key is HMAC-SHA-256(secret, text | shared point | both numbers | both public
keys). `secret` is
 - with the setup code: the 10 bytes printed on the clamp's label (QR and letters),
   known to the clamp from the factory and typed or scanned into the charger;
 - with the buttons alone: empty.
Each side proves the key by a tag (OFFER, CONFIRM) before the other keeps it.

What that is worth:
 - A listener learns nothing, with or without the code, then or later.
 - With the code, somebody who sends (not only listens) during the two minutes
   cannot get between: he would have to guess 80 bits, one try per window.
 - With buttons alone he can: whoever answers first in these two minutes, from
   within radio range, is paired, and can stand between. Hence the window is short,
   both buttons must be pressed, a second clamp that calls in the same window ends it,
   and the page asks whether the clamp's lamp shows "paired".
 - The label is a secret: who photographs it can pair when somebody presses the button.
 - Keys lie unencrypted in flash (MicroPython's ESP32 port has no flash encryption):
   who opens a device owns its pairs, of that device only.
"""

import struct

from micropython import const

from ballast.protocol import clamp_frame
from ballast.protocol.hmac_sha256 import HmacKey

WINDOW_MS = const(120000)
CODE_BYTES = const(10)

_TEXT = b"ballast clamp pair 1"
# Crockford's base 32: no I, L, O, U. 80 bits are 16 letters, and one to check.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def derive(secret, shared, clamp, charger, clamp_public, charger_public):
    """The pair's key, 32 bytes. secret: the setup code's bytes or b""."""
    numbers = struct.pack("<II", clamp, charger)
    return HmacKey(secret).digest(_TEXT + shared + numbers + clamp_public + charger_public)


def _check_letter(code):
    total = 0
    for i in range(len(code)):
        total += (2 * i + 1) * code[i]  # odd weights: every single wrong letter shows
    return total % 32


def format_code(secret):
    """10 bytes as "XXXX-XXXX-XXXX-XXXX-C", for the label."""
    if len(secret) != CODE_BYTES:
        raise ValueError("a setup code has 10 bytes")
    n = int.from_bytes(secret, "big")
    values = [(n >> (75 - 5 * i)) & 31 for i in range(16)]
    text = "".join([_LETTERS[v] for v in values])
    text = "-".join([text[i : i + 4] for i in range(0, 16, 4)])
    return text + "-" + _LETTERS[_check_letter(values)]


def parse_code(text):
    """The bytes of a setup code as a person types it; ValueError in plain words."""
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


def offer_is_good(buf, size, key):
    """Whether a checked OFFER was made with `key` (bytes)."""
    return clamp_frame.signed(buf, size, HmacKey(key))
