"""The clamp's part of the pairing: it sends HELLO for two minutes after a press of its button.

It sends four HELLOs on a channel, then goes to the next one. They are 0.3 s apart, the
time that a charger needs for its X25519. What the frames prove: protocol/clamp_pairing.py.
No I/O here.
"""

from micropython import const

from ballast.protocol import clamp_frame, clamp_pairing, x25519
from ballast.protocol.hmac_sha256 import HmacKey
from clamp.ticks import add, diff

_CALL_MS = const(300)
_CALLS = const(4)
_CHANNELS = const(13)

IDLE = const(0)
CALLING = const(1)
CONFIRMING = const(2)  # the charger has proved that it has the key; lasts until its first answer


class Pairing:
    """clamp: own number. code: the 10 secret bytes of the label. phases: bits of those with a CT.

    battery: powered by one. state: IDLE, CALLING or CONFIRMING. charger, key, mac: of the
    new pair.
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
        self._secret = b""
        self._public = b""
        self._until = 0
        self._next = 0
        self._calls = 0

    def start(self, now_ms: int, random32: bytes) -> None:
        """Start the window. random32: 32 random bytes."""
        self._secret = random32
        self._public = x25519.public_key(random32)
        self.state = CALLING
        self._until = add(now_ms, clamp_pairing.WINDOW_MS)
        self._next = now_ms
        self._calls = 0

    def stop(self) -> None:
        """End the window and forget its keys."""
        self.state = IDLE
        self._secret = self._public = b""

    def step(self, now_ms: int, channel: int, out: bytearray) -> tuple[int, int]:
        """(how many bytes of `out` to send, which channel to use). Call it each window unless IDLE."""
        if self.state == IDLE:
            return 0, channel
        if diff(self._until, now_ms) <= 0:
            self.stop()
            return 0, channel
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

    def on_offer(self, mac: bytes, frame: bytes) -> bool:
        """Take a checked OFFER; True if its sender has proved that it has the same key."""
        if self.state != CALLING or clamp_frame.clamp_id(frame) != self._clamp:
            return False
        charger, public, mode = clamp_frame.decode_offer(frame)
        if mode not in (clamp_frame.MODE_BUTTON, clamp_frame.MODE_CODE):
            return False
        shared = x25519.shared(self._secret, public)
        if shared is None:
            return False
        code = self._code if mode == clamp_frame.MODE_CODE else b""
        key = clamp_pairing.derive(code, shared, self._clamp, charger, self._public, public)
        if not clamp_pairing.offer_is_good(frame, len(frame), key):
            return False
        self.charger, self.key, self.mac = charger, key, bytes(mac)
        self.state = CONFIRMING
        return True
