"""The charger's own GATT service: chunks, handshake, sealed messages, commands.

INFO (read): version, PBKDF2 iterations (4 bytes, big-endian), salt. The client makes
the key K = PBKDF2-HMAC-SHA256(setup code, salt, iterations), the one that the charger
keeps; the code itself never travels.

    client                                  charger
    HELLO      version, 16 random  ------>
               <------  CHALLENGE  version, 16 random
    PROOF      HMAC(K, "client" + both)[:16]  ------>
               <------  WELCOME    HMAC(K, "charger" + both)[:16]
    SEALED     counter, ciphertext, tag  <----->  SEALED
               <------  REFUSED    reason, seconds to wait (2 bytes)

SEALED: encrypt-then-MAC with four keys of this session, one for each direction and
purpose. Key stream = HMAC-SHA-256(key, counter, block); tag = HMAC over type, counter
and ciphertext, 16 bytes; the counter goes up by one: no replay, no gap. (HMAC, because
MicroPython and CPython share no cipher.) Inside is JSON.

What remains weak, and is known:
 - No forward secrecy: who learns the code can read what was recorded before. The code
   has 60 random bits and 4000 rounds on top: guessing it off-line is out of reach.
 - K is kept on the chip: who reads its flash may command it (as with the page).
 - A stranger can hold the one connection for a while, or jam. The charger hangs up
   idle clients, and the button clears every wait.
 - Sizes and times of messages can be seen.
"""

import json

from micropython import const

from ballast.protocol.hmac_sha256 import HmacKey, equal

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

# name: (parameter, least, most) or None; bounds None = the charger's own
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
    """A chunk or message that can not be: the session is over."""


def info(iterations, salt):
    """Value of the characteristic INFO."""
    return bytes((VERSION,)) + iterations.to_bytes(4, "big") + salt


def parse_info(data):
    """(version, iterations, salt) of INFO; FrameError."""
    if len(data) < 13:
        raise FrameError("info too short")
    return data[0], int.from_bytes(data[1:5], "big"), bytes(data[5:])


def chunks(message, size):
    """The message in chunks of at most `size` bytes (MTU - 3): one head byte each."""
    room = size - 1
    if room < 1 or not 0 < len(message) <= MAX_MESSAGE:
        raise ValueError("no chunks of %d bytes for %d" % (size, len(message)))
    out = []
    for at in range(0, len(message), room):
        head = (len(out) & _NUMBER) | (_FIRST if at == 0 else 0)
        if at + room >= len(message):
            head |= _LAST
        out.append(bytes((head,)) + message[at : at + room])
    return out


class Assembler:
    """Makes messages of chunks; `most` bytes each."""

    def __init__(self, most):
        self._most = most
        self._parts = []
        self._size = 0

    def reset(self):
        """Forget a message that was begun."""
        self._parts = []
        self._size = 0

    def feed(self, chunk):
        """The message that is whole now, None while it is not. FrameError."""
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


def proof(key, who, nonces):
    """16 bytes that only a holder of `key` (HmacKey) can make. who: b"client", b"charger"."""
    return key.tag(b"ballast ble 1 " + who + nonces, TAG)


class Seal:
    """One end of a proven session. key: HmacKey of K. charger: True at the charger's end."""

    def __init__(self, key, nonces, charger):
        made = [
            HmacKey(key.digest(b"ballast ble 1 " + purpose + nonces))
            for purpose in (b"up cipher", b"up tag", b"down cipher", b"down tag")
        ]
        if charger:
            made = made[2:] + made[:2]
        self._out, self._out_tag, self._in, self._in_tag = made
        self._sent = 0
        self._heard = 0

    def seal(self, data):
        """A SEALED message around `data` (bytes)."""
        self._sent += 1
        if self._sent > _COUNTERS:
            raise FrameError("session too long")
        head = bytes((SEALED,)) + self._sent.to_bytes(4, "big")
        body = head + _stream(self._out, head[1:], data)
        return body + self._out_tag.tag(body, TAG)

    def open(self, message):
        """What is inside; FrameError for anything but the next message of the other end."""
        if len(message) < 5 + TAG or message[0] != SEALED:
            raise FrameError("not sealed")
        body = message[:-TAG]
        if not equal(self._in_tag.tag(body, TAG), message[-TAG:]):
            raise FrameError("wrong tag")
        if int.from_bytes(body[1:5], "big") != self._heard + 1:
            raise FrameError("replayed or lost")
        self._heard += 1
        return _stream(self._in, body[1:5], body[5:])


def _stream(key, counter, data):
    out = bytearray(data)
    for block in range(0, len(out), 32):
        pad = key.digest(counter + (block >> 5).to_bytes(2, "big"))
        for i in range(min(32, len(out) - block)):
            out[block + i] ^= pad[i]
    return bytes(out)


def refused(reason, wait_s=0):
    """A REFUSED message."""
    return bytes((REFUSED, reason)) + min(wait_s, 65535).to_bytes(2, "big")


def parse_command(data):
    """(id, name, value) of a command's JSON; ValueError with one line.

    {"id": 0 .. 65535, "command": a name of COMMANDS, and its parameter, nothing else}
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


def check_range(what, value, least, most):
    """ValueError with one line when `value` is outside; None = no bound."""
    if (least is not None and value < least) or (most is not None and value > most):
        raise ValueError("%s must be a whole number from %d to %d" % (what, least, most))
