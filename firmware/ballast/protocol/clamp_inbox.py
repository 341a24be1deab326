"""How a charger judges a payload from the radio: its sender, whether it is new and genuine.

No radio and no clock here. A frame that is refused changes nothing but a counter.
"""

from micropython import const

from ballast.protocol import clamp_frame
from ballast.protocol.hmac_sha256 import HmacKey

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from ballast.protocol.shapes import Readable

# Results of `take`. The first four are genuine frames of a pair and need an answer.
ACCEPTED = const(0)  # a new measurement is in `sample`
REPEAT = const(1)  # the same measurement again: do not use it
CHALLENGED = const(2)  # it carries another session's number: do not use it
FAULTY = const(3)  # the clamp reports that it cannot measure
DAMAGED = const(4)
OTHER_VERSION = const(5)
STRANGER = const(6)  # no pair has this number
FORGED = const(7)
REPLAY = const(8)
OTHER = const(9)  # a whole frame, but no sample: the pairing reads it

RESULTS = (
    "accepted",
    "repeat",
    "challenged",
    "faulty",
    "damaged",
    "version",
    "stranger",
    "forged",
    "replay",
    "other",
)


class PairedClamp:
    """One clamp that this charger listens to.

    clamp: its number. secret: the pair's key, 32 bytes. source: 0 supply, 1 sub-panel.
    mac: its radio address, b"" until it was heard. session: a random number, not 0, new at
    each start of the charger.
    """

    def __init__(self, clamp: int, secret: bytes, source: int, mac: bytes, session: int) -> None:
        self.clamp = clamp
        self.secret = secret
        self.key = HmacKey(secret)
        self.source = source
        self.mac = mac
        self.session = session
        self.epoch = 0
        self.count = 0
        self.seq = -1
        self.rssi = 0  # of the clamp at the charger
        self.battery = 0
        self.flags = 0
        self.lost = 0
        self.phases = 0
        self.clamp_rssi = 0  # of the charger at the clamp


class Inbox:
    """counts[result]: frames since the start, by the result of `take`."""

    def __init__(self) -> None:
        self.sample = clamp_frame.Sample()
        self.pair: "PairedClamp | None" = None  # the sender of the last genuine frame
        self.counts = [0] * len(RESULTS)
        self._pairs: dict[int, PairedClamp] = {}

    def add(self, pair: PairedClamp) -> None:
        """Accept this clamp from now on; replaces an older pair with the same number."""
        self._pairs[pair.clamp] = pair

    def remove(self, clamp: int) -> "PairedClamp | None":
        """Forget a clamp; returns its PairedClamp, or None if there was none."""
        return self._pairs.pop(clamp, None)

    def pairs(self) -> list[PairedClamp]:
        """All pairs, sorted by the clamp's number."""
        return [self._pairs[k] for k in sorted(self._pairs)]

    def find(self, clamp: int) -> "PairedClamp | None":
        return self._pairs.get(clamp)

    def take(self, buf: "Readable", size: int, rssi: int) -> int:
        """Judge one payload: ACCEPTED .. OTHER.

        `pair` and `sample` are valid after ACCEPTED, REPEAT, CHALLENGED and FAULTY.
        """
        result = self._judge(buf, size)
        self.counts[result] += 1
        pair = self.pair
        if result <= FAULTY and pair is not None:
            pair.rssi = rssi
            pair.battery = self.sample.battery
            pair.flags = self.sample.flags
            pair.lost = self.sample.lost
            pair.phases = self.sample.phases
            pair.clamp_rssi = self.sample.rssi
        return result

    def _judge(self, buf: "Readable", size: int) -> int:
        said = clamp_frame.check(buf, size)
        if said != clamp_frame.OK:
            return OTHER_VERSION if said == clamp_frame.OTHER_VERSION else DAMAGED
        if clamp_frame.kind(buf) != clamp_frame.SAMPLE:
            return OTHER
        pair = self._pairs.get(clamp_frame.clamp_id(buf))
        if pair is None:
            return STRANGER
        if not clamp_frame.signed(buf, size, pair.key):
            return FORGED
        s = self.sample
        if not clamp_frame.decode_sample(buf, s):
            return DAMAGED
        if s.session != pair.session:
            self.pair = pair
            return CHALLENGED  # perhaps recorded before the restart: its count proves nothing
        if s.epoch < pair.epoch or (s.epoch == pair.epoch and s.count <= pair.count):
            return REPLAY
        again = s.epoch == pair.epoch and s.seq == pair.seq
        pair.epoch = s.epoch
        pair.count = s.count
        pair.seq = s.seq
        self.pair = pair
        if again:
            return REPEAT
        return FAULTY if s.flags & clamp_frame.FLAG_SENSOR_FAULT else ACCEPTED
