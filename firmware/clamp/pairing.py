"""The clamp's part of the pairing: it sends HELLO for two minutes after a press of its button.

It sends four HELLOs on a channel, then goes to the next one. They are 0.3 s apart, the
time that a charger needs for its X25519. What the frames prove: protocol/clamp_pairing.py.
Its own X25519 takes about a second (estimate); step() computes a few pieces of it, so that the
windows and frames for the chargers that it has already go on. No I/O here.
"""

from micropython import const

from ballast.protocol import clamp_frame, clamp_pairing, x25519
from ballast.protocol.hmac_sha256 import HmacKey
from clamp.ticks import add, diff

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Iterator

_CALL_MS = const(300)
_CALLS = const(4)
_CHANNELS = const(13)
FEW = const(2)  # pieces of X25519 in a cycle, 3 ms each (estimate): an event is in a frame within 150 ms
MANY = const(32)  # while no charger waits for frames

IDLE = const(0)
CALLING = const(1)
CONFIRMING = const(2)  # the charger has proved that it has the key; lasts until its first answer


class Pairing:
    """clamp: own number. code: the 10 secret bytes of the label. phases: bits of those with a CT.

    battery: powered by one. state: IDLE, CALLING or CONFIRMING. charger, key, mac: of the
    new pair. pieces: of X25519 that step() computes at most.
    """

    def __init__(self, clamp: int, code: bytes, phases: int, battery: bool) -> None:
        self.state = IDLE
        self.charger = 0
        self.key = b""
        self.mac = b""
        self._clamp = clamp
        self._code = code
        self._phases = phases
        self._battery = battery
        self.pieces = MANY
        self._secret = b""
        self._public = b""
        self._work: "Iterator[bytes | None] | None" = None
        self._offer: "tuple[bytes, bytes]" = (b"", b"")  # the one whose key is computed: MAC, frame
        self._until = 0
        self._next = 0
        self._calls = 0

    def start(self, now_ms: int, random32: bytes) -> None:
        """Start the window. random32: 32 random bytes."""
        self._secret = random32
        self._public = b""
        self._work = x25519.public_pieces(random32)
        self.state = CALLING
        self._until = add(now_ms, clamp_pairing.WINDOW_MS)
        self._next = now_ms
        self._calls = 0

    def stop(self) -> None:
        """End the window and forget its keys."""
        self.state = IDLE
        self._secret = self._public = b""
        self._work = None

    def step(self, now_ms: int, channel: int, out: bytearray) -> tuple[int, int]:
        """(how many bytes of `out` to send, which channel to use). Call it each window unless IDLE."""
        if self.state == IDLE:
            return 0, channel
        if diff(self._until, now_ms) <= 0:
            self.stop()
            return 0, channel
        if self._work is not None and not self._compute(self._work):
            return 0, channel  # the channel stays: a charger waits there, or none has heard of this clamp
        if diff(self._next, now_ms) > 0:
            return 0, channel
        self._next = add(now_ms, _CALL_MS)
        if self.state == CONFIRMING:
            return clamp_frame.encode_confirm(out, self._clamp, self.charger, self._hmac()), channel
        if self._calls >= _CALLS:
            self._calls = 0
            channel = channel % _CHANNELS + 1
        self._calls += 1
        size = clamp_frame.encode_hello(out, self._clamp, self._public, self._phases, self._battery)
        return size, channel

    def _hmac(self) -> HmacKey:
        return HmacKey(self.key)

    def on_offer(self, mac: bytes, frame: bytes) -> None:
        """Take a checked OFFER; step() computes the key, and looks whether its sender has the same."""
        if self.state != CALLING or self._work is not None:
            return
        if clamp_frame.clamp_id(frame) != self._clamp:
            return
        _, public, mode = clamp_frame.decode_offer(frame)
        if mode in (clamp_frame.MODE_BUTTON, clamp_frame.MODE_CODE):
            self._offer = (bytes(mac), bytes(frame))
            self._work = x25519.pieces(self._secret, public)

    def _compute(self, work: "Iterator[bytes | None]") -> bool:
        """A few pieces; True = the work is done."""
        for _ in range(self.pieces):
            result = next(work)
            if result is not None:
                self._work = None
                if not self._public:
                    self._public = result
                elif result:
                    self._prove(result)
                return True
        return False

    def _prove(self, shared: bytes) -> None:
        """Whether the sender of the offer has proved that it has the same key."""
        mac, frame = self._offer
        charger, public, mode = clamp_frame.decode_offer(frame)
        code = self._code if mode == clamp_frame.MODE_CODE else b""
        key = clamp_pairing.derive(code, shared, self._clamp, charger, self._public, public)
        if clamp_pairing.offer_is_good(frame, len(frame), key):
            self.charger, self.key, self.mac = charger, key, mac
            self.state = CONFIRMING
