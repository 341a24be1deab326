"""The charger's own GATT service: the setup code is proven first, then come commands.

Guessing: three free tries, then 1, 2, 4 ... 60 s between two, for everybody together (a
Bluetooth address is free to choose). It never grows beyond, and a press on the charger's
button clears it: nobody is locked out for ever.
"""

import json

from micropython import const

from ballast.protocol import ble_frames as frames
from ballast.protocol import password
from ballast.protocol.hmac_sha256 import HmacKey, equal

_FREE_TRIES = const(3)
_MAX_WAIT_S = const(60)


class BleControl:
    """record: password record of the setup code. random: n -> n bytes. clock_s: seconds.

    run(name, value): does a command of ble_frames.COMMANDS, ValueError in plain words.
    document(): the status. send(message): to the client. log(kind, detail).
    proven(): somebody has just proven the code.
    """

    def __init__(self, record, random, clock_s, run, document, send, log, proven):
        iterations, salt, key = password.parse(record)
        self.info = frames.info(iterations, salt)
        self._key = HmacKey(key)
        self._random = random
        self._clock = clock_s
        self._run = run
        self._document = document
        self._send = send
        self._log = log
        self._proven = proven
        self._chunks = frames.Assembler(frames.MAX_COMMAND)
        self._nonces = None  # of a challenge that waits for its proof
        self._seal = None
        self._failures = 0
        self._free_at_s = 0
        self._watch_s = 0
        self._due_s = 0
        self.commands = 0  # done by proven clients

    def connected(self):
        """Another client, or none: nothing of the last one's session is left."""
        self._chunks.reset()
        self._nonces = None
        self._seal = None
        self._watch_s = 0

    def is_proven(self):
        """Whether the client of now has proven the code."""
        return self._seal is not None

    def forgive(self):
        """The button: no wait."""
        if self._failures:
            self._log("lock_cleared", "button")
        self._failures = 0
        self._free_at_s = 0

    def write(self, chunk):
        """What the client wrote; answers go out through `send`."""
        try:
            message = self._chunks.feed(chunk)
            if message is not None:
                self._take(message)
        except frames.FrameError:
            self.connected()
            self._send(frames.refused(frames.MALFORMED))

    def _take(self, message):
        kind = message[0]
        if kind == frames.HELLO:
            self._hello(message)
        elif kind == frames.PROOF:
            self._proof(message)
        elif kind == frames.SEALED and self._seal is not None:
            self._command(self._seal.open(message))
        else:
            raise frames.FrameError("unexpected message")

    def _hello(self, message):
        self.connected()
        if len(message) != 2 + frames.NONCE:
            raise frames.FrameError("hello of %d bytes" % len(message))
        if message[1] != frames.VERSION:
            self._send(frames.refused(frames.WRONG_VERSION))
            return
        wait = self._free_at_s - self._clock()
        if wait > 0:
            self._send(frames.refused(frames.WAIT, wait))
            return
        own = self._random(frames.NONCE)
        self._nonces = message[2:] + own
        self._send(bytes((frames.CHALLENGE, frames.VERSION)) + own)

    def _proof(self, message):
        nonces = self._nonces
        self._nonces = None  # one try for each challenge
        if nonces is None:
            raise frames.FrameError("proof of nothing")
        if not equal(message[1:], frames.proof(self._key, b"client", nonces)):
            self._failed()
            return
        self._failures = 0
        self._free_at_s = 0
        self._seal = frames.Seal(self._key, nonces, True)
        self._log("login", "ble")
        self._send(bytes((frames.WELCOME,)) + frames.proof(self._key, b"charger", nonces))
        self._proven()

    def _failed(self):
        self._failures += 1
        wait = 0
        over = self._failures - _FREE_TRIES
        if over >= 0:
            wait = min(_MAX_WAIT_S, 1 << min(over, 6))
            self._free_at_s = self._clock() + wait
        self._log("login_failed", "ble")
        self._send(frames.refused(frames.WRONG_CODE, wait))

    def _answer(self, fields):
        self._send(self._seal.seal(json.dumps(fields).encode()))

    def _command(self, data):
        number = None
        try:
            number, name, value = frames.parse_command(data)
            if name == "watch":
                self._watch_s = value
                self._due_s = self._clock()
            elif name != "status":
                self._run(name, value)
        except ValueError as error:
            self._answer({"id": number, "ok": False, "error": str(error)})
            return
        self.commands += 1
        answer = {"id": number, "ok": True}
        if name == "status":
            answer["status"] = self._document()
        self._answer(answer)

    def step(self):
        """Often: the status for a client who watches, when it is due."""
        if self._seal is not None and self._watch_s and self._clock() >= self._due_s:
            self._due_s = self._clock() + self._watch_s
            self._answer({"status": self._document()})
