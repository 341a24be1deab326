"""The charger's own GATT service: a client proves the setup code, then sends commands.

Against guessing: three tries are free, then a client waits 1, 2, 4 ... 60 s between two
tries. All clients share one wait, because a client can choose its Bluetooth address. The wait
never exceeds 60 s, and a press on the charger's button clears it: nobody is locked out for
ever.
"""

from micropython import const

from ballast.protocol import ble_frames as frames
from ballast.protocol import json_pieces, password
from ballast.protocol.hmac_sha256 import HmacKey, equal

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Any, Callable

    from ballast.services.ble.shapes import RunCommand
    from ballast.services.shapes import AddEvent, Clock, Random

_FREE_TRIES = const(3)
_MAX_WAIT_S = const(60)


class ChargerService:
    """record: password record of the setup code. random: n -> n bytes. clock_s: seconds.

    run(name, value): executes a command of ble_frames.COMMANDS; ValueError with one line for
    people. document(): the status document. send(message): to the client. log(kind, detail).
    proven(): called when a client has proven the code.

    info: value of the characteristic INFO. commands: how many proven clients had executed.
    """

    def __init__(
        self,
        record: str,
        random: "Random",
        clock_s: "Clock",
        run: "RunCommand",
        document: "Callable[[], dict[str, Any]]",
        send: "Callable[[bytes], None]",
        log: "AddEvent",
        proven: "Callable[[], None]",
    ) -> None:
        iterations, salt, key = password.parse(record)
        self.info = frames.encode_info(iterations, salt)
        self._key = HmacKey(key)
        self._random = random
        self._clock = clock_s
        self._run = run
        self._document = document
        self._send = send
        self._log = log
        self._proven = proven
        self._chunks = frames.MessageAssembler(frames.MAX_COMMAND)
        self._nonces: "bytes | None" = None  # of a challenge that was not answered yet
        self._seal: "frames.Seal | None" = None
        self._failures = 0
        self._free_at_s = 0
        self._watch_s = 0
        self._due_s = 0
        self.commands = 0

    def connected(self) -> None:
        """The client has changed or gone: end the session of the last one."""
        self._chunks.reset()
        self._nonces = None
        self._seal = None
        self._watch_s = 0

    def is_proven(self) -> bool:
        """Whether the present client has proven the code."""
        return self._seal is not None

    def forgive(self) -> None:
        """Clear the wait: somebody has pressed the charger's button."""
        if self._failures:
            #: lock_cleared `button`: the button ended the wait after wrong codes over Bluetooth
            self._log("lock_cleared", "button")
        self._failures = 0
        self._free_at_s = 0

    def write(self, chunk: bytes) -> None:
        """Take bytes that the client wrote; `send` gets the answers."""
        try:
            message = self._chunks.feed(chunk)
            if message is not None:
                self._take(message)
        except frames.FrameError:
            self.connected()
            self._send(frames.encode_refused(frames.MALFORMED))

    def _take(self, message: bytes) -> None:
        kind = message[0]
        if kind == frames.HELLO:
            self._hello(message)
        elif kind == frames.PROOF:
            self._proof(message)
        elif kind == frames.SEALED and self._seal is not None:
            self._command(self._seal.open(message))
        else:
            raise frames.FrameError("unexpected message")

    def _hello(self, message: bytes) -> None:
        self.connected()
        if len(message) != 2 + frames.NONCE:
            raise frames.FrameError("hello of %d bytes" % len(message))
        if message[1] != frames.VERSION:
            self._send(frames.encode_refused(frames.WRONG_VERSION))
            return
        wait = self._free_at_s - self._clock()
        if wait > 0:
            self._send(frames.encode_refused(frames.WAIT, wait))
            return
        own = self._random(frames.NONCE)
        self._nonces = message[2:] + own
        self._send(bytes((frames.CHALLENGE, frames.VERSION)) + own)

    def _proof(self, message: bytes) -> None:
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
        #: login `ble`: a Bluetooth client proved the setup code
        self._log("login", "ble")
        self._send(bytes((frames.WELCOME,)) + frames.proof(self._key, b"charger", nonces))
        self._proven()

    def _failed(self) -> None:
        self._failures += 1
        wait = 0
        over = self._failures - _FREE_TRIES
        if over >= 0:
            wait = min(_MAX_WAIT_S, 1 << min(over, 6))
            self._free_at_s = self._clock() + wait
        #: login_failed `ble`: a Bluetooth client had a wrong setup code
        self._log("login_failed", "ble")
        self._send(frames.encode_refused(frames.WRONG_CODE, wait))

    def _answer(self, fields: "dict[str, Any]") -> None:
        if self._seal is not None:
            self._send(self._seal.seal(json_pieces.text(fields).encode()))

    def _command(self, data: bytes) -> None:
        number: "int | None" = None
        try:
            number, name, value = frames.decode_command(data)
            if name == "watch":
                self._watch_s = value
                self._due_s = self._clock()
            elif name != "status":
                self._run(name, value)
        except ValueError as error:
            self._answer({"id": number, "ok": False, "error": str(error)})
            return
        self.commands += 1
        answer: dict[str, Any] = {"id": number, "ok": True}
        if name == "status":
            answer["status"] = self._document()
        self._answer(answer)

    def step(self) -> None:
        """Called often: send the status to a client that watches, when it is due."""
        if self._seal is not None and self._watch_s and self._clock() >= self._due_s:
            self._due_s = self._clock() + self._watch_s
            self._answer({"status": self._document()})
