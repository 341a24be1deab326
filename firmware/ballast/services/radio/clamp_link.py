"""The wireless clamps: checks who sent a frame, passes the currents on, answers, pairs.

The radio's owner calls `on_frame(mac, frame, rssi)` for each payload that begins with "BC"
(the group's frames begin differently). For a radio that carries clamps only, `run()` does it.

Every genuine sample is answered at once. The answer shows the clamp that its sample arrived,
with which signal strength, and on which channel. Pairing: protocol/clamp_pairing.py.
"""

import asyncio
import json
import time
from binascii import hexlify, unhexlify

from micropython import const

from ballast.protocol import clamp_frame, clamp_inbox
from ballast.protocol.hmac_sha256 import HmacKey

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Callable, Iterator

    from ballast.services.shapes import Charger, Radio, Random

_STEP_MS = const(20)
_MAX_CALLERS = const(4)  # clamps that get an offer within one window
_AIR_MS = const(2)  # from the clamp's sending, where its `age` ends, until the frame is here

# State of the pairing window
CLOSED = "closed"
OPEN = "open"  # waiting for the call of a clamp
OFFERED = "offered"  # a clamp called; waiting for its confirmation
PAIRED = "paired"
TIMEOUT = "timeout"
TWO_CLAMPS = "two clamps"  # pairing by buttons works with a single clamp only
WRONG_CODE = "wrong code"  # clamps called, none of them with the code


class ClampLink:
    """charger_id: this unit's number, 32 bits. random(n): n bytes as of os.urandom.

    save(bytes): stores the pairs; called only when they change. window: state of the pairing.
    last_ms: {clamp number: time of its last frame, ticks_ms}. unsent: answers that the radio
    did not take.
    """

    def __init__(
        self,
        charger: "Charger",
        radio: "Radio",
        charger_id: int,
        random: "Random",
        save: "Callable[[bytes], None]",
    ) -> None:
        self.inbox = clamp_inbox.Inbox()
        self.window = CLOSED
        self.last_ms: dict[int, int] = {}
        self.unsent = 0
        self._charger = charger
        self._radio = radio
        self._id = charger_id
        self._random = random
        self._save = save
        self._out = bytearray(clamp_frame.MAX_FRAME)
        self._expects: dict[int, int] = {}  # source -> interval that the charger expects, ms
        self._until = 0
        self._source = 0
        self._code = b""
        self._mode = clamp_frame.MODE_BUTTON
        self._secret = b""
        self._public = b""
        self._callers: dict[int, tuple[bytes, bytes]] = {}  # clamp -> (public key, pair's key)
        self._work: "Iterator[bytes | None] | None" = None  # X25519 that step() goes on with
        self._work_for: "tuple[int, bytes, bytes] | None" = None  # (clamp, public key, MAC)

    # -- the pairs ---------------------------------------------------------------------

    def load(self, text: str) -> list[str]:
        """Take the stored pairs (JSON). Returns problems, one line each."""
        problems = []
        try:
            rows = json.loads(text)
            for row in rows:
                self._add(int(row["clamp"]), unhexlify(row["key"]), int(row["source"]))
        except (ValueError, KeyError, TypeError) as error:
            problems.append("clamps: the stored pairs are damaged (%s); pair again" % error)
        return problems

    def _add(self, clamp: int, key: bytes, source: int) -> None:
        if len(key) != 32 or source not in (0, 1):
            raise ValueError("a pair needs a key of 32 bytes and source 0 or 1")
        session = int.from_bytes(self._random(4), "little") or 1
        self.inbox.add(clamp_inbox.PairedClamp(clamp, key, source, b"", session))

    def _store(self) -> None:
        rows = [
            {"clamp": p.clamp, "key": hexlify(p.secret).decode(), "source": p.source}
            for p in self.inbox.pairs()
        ]
        self._save(json.dumps(rows).encode())

    def unpair(self, clamp: int) -> bool:
        """Delete a pair and send the clamp a notice. False = no clamp of this number."""
        pair = self.inbox.remove(clamp)
        if pair is None:
            return False
        self._store()
        if pair.mac:
            size = clamp_frame.encode_unpair(self._out, clamp, pair.epoch, pair.count, pair.key)
            for _ in range(3):
                self._send(pair.mac, size)
        return True

    def clamps(self) -> "list[dict[str, object]]":
        """The paired clamps for the page: list of dicts, no secrets."""
        now = time.ticks_ms()
        out: list[dict[str, object]] = []
        for p in self.inbox.pairs():
            heard = self.last_ms.get(p.clamp)
            out.append(
                {
                    "clamp": p.clamp,
                    "source": p.source,
                    "rssi": p.rssi,
                    "clamp_rssi": p.clamp_rssi,
                    "battery_mv": p.battery,
                    "battery_low": bool(p.flags & clamp_frame.FLAG_BATTERY_LOW),
                    "signed": bool(p.flags & clamp_frame.FLAG_SIGNED),
                    "clipped": bool(p.flags & clamp_frame.FLAG_CLIPPED),
                    "fault": bool(p.flags & clamp_frame.FLAG_SENSOR_FAULT),
                    "phases": p.phases,
                    "lost": p.lost,
                    "heard_ms": -1 if heard is None else time.ticks_diff(now, heard),
                }
            )
        return out

    def heard(self) -> dict[str, int]:
        """Frames since the start, for the page: {result of the check: count}."""
        return dict(zip(clamp_inbox.RESULTS, self.inbox.counts))

    # -- frames ------------------------------------------------------------------------

    async def run(self) -> None:
        """Drain the radio and step for ever; for a radio that carries clamps only."""
        while True:
            self._radio.drain(self.on_frame)
            await asyncio.sleep_ms(0 if self.step() else _STEP_MS)

    def on_frame(self, mac: bytes, frame: bytes, rssi: int) -> None:
        """Take one payload from the air. Takes well under a millisecond on a PC, and is short
        on an ESP32 too: step() does what takes long."""
        result = self.inbox.take(frame, len(frame), rssi)
        if result == clamp_inbox.OTHER:
            self._pairing(mac, frame)
            return
        pair = self.inbox.pair
        if result > clamp_inbox.FAULTY or pair is None:
            return
        s = self.inbox.sample
        now = time.ticks_ms()
        pair.mac = bytes(mac)
        self.last_ms[pair.clamp] = now
        if result == clamp_inbox.ACCEPTED:
            if self._expects.get(pair.source) != s.expect:
                self._expects[pair.source] = s.expect
                self._charger.expect(pair.source, s.expect)
            self._charger.put_sample(pair.source, now, s.ma[0], s.ma[1], s.ma[2], s.age + _AIR_MS)
        size = clamp_frame.encode_ack(
            self._out, pair.clamp, s.epoch, s.count, pair.session, rssi, pair.key
        )
        self._send(pair.mac, size)

    def _send(self, mac: bytes, size: int) -> None:
        if not self._radio.send(mac, bytes(self._out[:size])):
            self.unsent += 1

    # -- pairing -----------------------------------------------------------------------

    def open_window(self, source: int, code_text: str = "") -> None:
        """Listen for a new clamp for two minutes; it replaces the one of this source.

        source: 0 supply, 1 sub-panel. code_text: the setup code of the clamp's label, or "" for
        pairing by the buttons. ValueError with one line if the text is not a setup code.
        """
        from ballast.protocol import clamp_pairing, x25519  # for pairing alone

        self._code = clamp_pairing.parse_code(code_text) if code_text else b""
        self._mode = clamp_frame.MODE_CODE if code_text else clamp_frame.MODE_BUTTON
        self._source = source
        self._secret = self._random(32)
        self._public = b""
        self._work = x25519.public_pieces(self._secret)
        self._work_for = None
        self._callers = {}
        self._until = time.ticks_add(time.ticks_ms(), clamp_pairing.WINDOW_MS)
        self.window = OPEN

    def close_window(self, why: str = CLOSED) -> None:
        """Stop listening for new clamps and delete the keys of this pairing."""
        self.window = why
        self._secret = self._public = self._code = b""
        self._callers = {}
        self._work = self._work_for = None

    def step(self) -> bool:
        """Close the pairing window when its time is over; called at least once a second.

        True = there is more to compute: call it again soon. Each call does about 2 ms of it.
        """
        if self.window in (OPEN, OFFERED) and time.ticks_diff(self._until, time.ticks_ms()) <= 0:
            called = self._callers and self._mode == clamp_frame.MODE_CODE
            self.close_window(WRONG_CODE if called else TIMEOUT)
        if self._work is None:
            return False
        result = next(self._work)
        if result is not None:
            self._computed(result)
        return self._work is not None

    def _computed(self, result: bytes) -> None:
        """The own public key is known, or the point that a caller shares with this charger."""
        caller = self._work_for
        self._work = self._work_for = None
        if caller is None:
            self._public = result
        elif result:
            from ballast.protocol import clamp_pairing

            clamp, public, mac = caller
            key = clamp_pairing.derive(self._code, result, clamp, self._id, public, self._public)
            self._callers[clamp] = (public, key)
            self._offer(mac, clamp, key)

    def _pairing(self, mac: bytes, frame: bytes) -> None:
        if self.window not in (OPEN, OFFERED):
            return
        if clamp_frame.kind(frame) == clamp_frame.HELLO:
            self._hello(mac, frame)
        elif clamp_frame.kind(frame) == clamp_frame.CONFIRM:
            self._confirm(frame)

    def _hello(self, mac: bytes, frame: bytes) -> None:
        """A clamp calls; it goes on calling until it has its offer."""
        from ballast.protocol import x25519

        clamp = clamp_frame.clamp_id(frame)
        public, _, _ = clamp_frame.decode_hello(frame)
        known = self._callers.get(clamp)
        if known is not None and known[0] == public:
            self._offer(mac, clamp, known[1])
            return
        caller = self._work_for
        if caller is not None and caller[0] == clamp and caller[1] == public:
            return  # its key is being computed
        if self._mode == clamp_frame.MODE_BUTTON and (self._callers or caller is not None):
            self.close_window(TWO_CLAMPS)
        elif self._work is None and len(self._callers) < _MAX_CALLERS:
            self._work_for = (clamp, public, bytes(mac))
            self._work = x25519.pieces(self._secret, public)

    def _offer(self, mac: bytes, clamp: int, key: bytes) -> None:
        size = clamp_frame.encode_offer(
            self._out, clamp, self._id, self._public, self._mode, HmacKey(key)
        )
        self._send(mac, size)
        self.window = OFFERED

    def _confirm(self, frame: bytes) -> None:
        clamp = clamp_frame.clamp_id(frame)
        known = self._callers.get(clamp)
        if known is None or clamp_frame.decode_confirm(frame) != self._id:
            return
        if not clamp_frame.signed(frame, len(frame), HmacKey(known[1])):
            return
        source = self._source
        for old in self.inbox.pairs():
            if old.source == source and old.clamp != clamp:
                self.unpair(old.clamp)
        self._add(clamp, known[1], source)
        self._expects.pop(source, None)
        self.close_window(PAIRED)
        self._store()
