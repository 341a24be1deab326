"""The charger's own GATT service: chunks, handshake, sealed messages, commands.

INFO (read): version, PBKDF2 iterations (4 bytes, big-endian), salt. The client computes
the key K = PBKDF2-HMAC-SHA256(setup code, salt, iterations). The charger keeps the same
key. The code itself is never sent.

    client                                  charger
    HELLO      version, 16 random  ------>
               <------  CHALLENGE  version, 16 random
    PROOF      HMAC(K, "client" + both)[:16]  ------>
               <------  WELCOME    HMAC(K, "charger" + both)[:16]
    SEALED     counter, ciphertext, tag  <----->  SEALED
               <------  REFUSED    reason, seconds to wait (2 bytes)

SEALED: encrypt-then-MAC with four keys of this session, one for each direction and
purpose. Key stream = HMAC-SHA-256(key, counter, block); tag = HMAC over type, counter
and ciphertext, 16 bytes. The counter rises by exactly one, so a repeated or missing
message is refused. (HMAC makes the key stream, because MicroPython and CPython have no
cipher in common.) The plain text is JSON.

Known weaknesses:
 - There is no forward secrecy: an attacker who learns the code can decrypt recordings
   of earlier sessions. The code has 60 random bits, and each guess costs 4000
   iterations of PBKDF2: guessing it from a recording takes too long.
 - The chip stores K: an attacker who reads the flash can send commands (and can use the page).
 - A stranger can occupy the only connection for a while, or jam the radio. The charger
   disconnects idle clients, and a press of the button ends every waiting time.
 - An observer sees the sizes and times of messages.
"""

import json

from micropython import const

from ballast.protocol.hmac_sha256 import HmacKey, equal

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from ballast.protocol.shapes import Readable

SERVICE = "b0a57000-3c1f-4d6e-9b52-61d0c7e4a800"
INFO = "b0a57001-3c1f-4d6e-9b52-61d0c7e4a800"
RX = "b0a57002-3c1f-4d6e-9b52-61d0c7e4a800"  # the client writes
TX = "b0a57003-3c1f-4d6e-9b52-61d0c7e4a800"  # the charger notifies

VERSION = 1
HELLO = 0x01
PROOF = 0x02
SEALED = 0x03
CHALLENGE = 0x81
WELCOME = 0x82
REFUSED = 0x8F

WRONG_CODE = 1
WAIT = 2
MALFORMED = 3
WRONG_VERSION = 4

NONCE = 16
TAG = 16
MAX_COMMAND = 256  # bytes of a message from the client
MAX_MESSAGE = 16384  # the status with every fault at once: 11 kB
_FIRST = const(0x80)
_LAST = const(0x40)
_NUMBER = const(0x3F)
_COUNTERS = const(0x3FFFFFFF)

# name: (parameter, least, most), or None if it takes no parameter.
# least, most None: the charger checks the value against its settings.
COMMANDS = {
    "status": None,
    "watch": ("interval_s", 0, 60),  # 0 = no more
    "current": ("current_ma", None, None),
    "pause": None,
    "resume": None,
    "boost": ("duration_s", 0, 86400),
    "reset_faults": None,
}


class FrameError(Exception):
    """A chunk or message that breaks the protocol; the session ends."""


def encode_info(iterations: int, salt: bytes) -> bytes:
    """Value of the characteristic INFO."""
    return bytes((VERSION,)) + iterations.to_bytes(4, "big") + salt


def decode_info(data: "Readable") -> tuple[int, int, bytes]:
    """(version, iterations, salt) of INFO. FrameError if it is too short."""
    if len(data) < 13:
        raise FrameError("info too short")
    return data[0], int.from_bytes(data[1:5], "big"), bytes(data[5:])


def chunks(message: bytes, size: int) -> list[bytes]:
    """`message` as chunks of at most `size` bytes (MTU - 3), one of them a head byte."""
    room = size - 1
    if room < 1 or not 0 < len(message) <= MAX_MESSAGE:
        raise ValueError("no chunks of %d bytes for %d" % (size, len(message)))
    out: list[bytes] = []
    for at in range(0, len(message), room):
        head = (len(out) & _NUMBER) | (_FIRST if at == 0 else 0)
        if at + room >= len(message):
            head |= _LAST
        out.append(bytes((head,)) + message[at : at + room])
    return out


class MessageAssembler:
    """Joins chunks to messages of at most `most` bytes."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._parts: list[bytes] = []
        self._size = 0

    def reset(self) -> None:
        """Drop an incomplete message."""
        self._parts = []
        self._size = 0

    def feed(self, chunk: "Readable") -> "bytes | None":
        """The message that `chunk` completes, None while chunks are missing.

        FrameError if a chunk was lost or the message is too long.
        """
        if len(chunk) < 2:
            raise FrameError("empty chunk")
        head = chunk[0]
        if head & _FIRST:
            self.reset()
        elif not self._parts:
            raise FrameError("no first chunk")
        if head & _NUMBER != len(self._parts) & _NUMBER:
            self.reset()
            raise FrameError("chunk lost")
        self._size += len(chunk) - 1
        if self._size > self._most:
            self.reset()
            raise FrameError("message too long")
        self._parts.append(bytes(chunk[1:]))
        if not head & _LAST:
            return None
        message = b"".join(self._parts)
        self.reset()
        return message


def proof(key: HmacKey, who: bytes, nonces: bytes) -> bytes:
    """16 bytes that only a holder of `key` can compute. who: b"client" or b"charger"."""
    return key.tag(b"ballast ble 1 " + who + nonces, TAG)


class Seal:
    """One end of a session after both proofs. key: of K. charger: True at the charger's end."""

    def __init__(self, key: HmacKey, nonces: bytes, charger: bool) -> None:
        made = [
            HmacKey(key.digest(b"ballast ble 1 " + purpose + nonces))
            for purpose in (b"up cipher", b"up tag", b"down cipher", b"down tag")
        ]
        if charger:
            made = made[2:] + made[:2]
        self._out, self._out_tag, self._in, self._in_tag = made
        self._sent = 0
        self._heard = 0

    def seal(self, data: bytes) -> bytes:
        """The SEALED message with `data` inside."""
        self._sent += 1
        if self._sent > _COUNTERS:
            raise FrameError("session too long")
        head = bytes((SEALED,)) + self._sent.to_bytes(4, "big")
        body = head + _stream(self._out, head[1:], data)
        return body + self._out_tag.tag(body, TAG)

    def open(self, message: bytes) -> bytes:
        """The plain text of `message`. FrameError unless it is the other end's next message."""
        if len(message) < 5 + TAG or message[0] != SEALED:
            raise FrameError("not sealed")
        body = message[:-TAG]
        if not equal(self._in_tag.tag(body, TAG), message[-TAG:]):
            raise FrameError("wrong tag")
        if int.from_bytes(body[1:5], "big") != self._heard + 1:
            raise FrameError("replayed or lost")
        self._heard += 1
        return _stream(self._in, body[1:5], body[5:])


def _stream(key: HmacKey, counter: bytes, data: bytes) -> bytes:
    out = bytearray(data)
    for block in range(0, len(out), 32):
        pad = key.digest(counter + (block >> 5).to_bytes(2, "big"))
        for i in range(min(32, len(out) - block)):
            out[block + i] ^= pad[i]
    return bytes(out)


def encode_refused(reason: int, wait_s: int = 0) -> bytes:
    """The REFUSED message; wait_s: until the client may try again."""
    return bytes((REFUSED, reason)) + min(wait_s, 65535).to_bytes(2, "big")


def decode_command(data: bytes) -> tuple[int, str, int]:
    """(id, name, value) of a command's JSON. ValueError says in one line what is wrong.

    The JSON is {"id": 0 .. 65535, "command": a name of COMMANDS} and the command's
    parameter, if it has one; any other key is refused.
    """
    try:
        command = json.loads(data.decode())
    except (ValueError, UnicodeError):
        raise ValueError("not JSON")
    if not isinstance(command, dict):
        raise ValueError("not an object")
    number = command.get("id")
    if type(number) is not int or not 0 <= number <= 65535:
        raise ValueError("id must be a whole number from 0 to 65535")
    name = command.get("command")
    if not isinstance(name, str) or name not in COMMANDS:
        raise ValueError("unknown command")
    wanted = COMMANDS[name]
    if len(command) != (2 if wanted is None else 3):
        raise ValueError("%s takes %s" % (name, wanted[0] if wanted else "nothing"))
    if wanted is None:
        return number, name, 0
    value = command.get(wanted[0])
    if type(value) is not int:
        raise ValueError("%s must be a whole number" % wanted[0])
    check_range(wanted[0], value, wanted[1], wanted[2])
    return number, name, value


def check_range(what: str, value: int, least: "int | None", most: "int | None") -> None:
    """ValueError if `value` is outside least..most; None is no bound."""
    if (least is not None and value < least) or (most is not None and value > most):
        raise ValueError("%s must be a whole number from %s to %s" % (what, least, most))
