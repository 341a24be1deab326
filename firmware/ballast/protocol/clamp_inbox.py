"""What a charger does with a payload from the air: who sent it, is it new, is it true.

Pure bookkeeping: no radio, no clock. A frame that is not accepted changes nothing
but a counter.
"""

from micropython import const

from ballast.protocol import clamp_frame
from ballast.protocol.hmac_sha256 import HmacKey

# What `take` says
ACCEPTED = const(0)  # a new measurement is in `sample`
REPEAT = const(1)  # the same measurement again, genuine: answer it, do not use it
CHALLENGED = const(2)  # genuine, but for another session: answer it, do not use it
FAULTY = const(3)  # genuine, but the clamp itself says that it cannot measure
DAMAGED = const(4)
OTHER_VERSION = const(5)
STRANGER = const(6)  # no pair has this number
FORGED = const(7)
REPLAY = const(8)
OTHER = const(9)  # a whole frame, but not a sample: for the pairing

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


class Pair:
    """One clamp that this charger listens to.

    clamp: its number. secret: the pair's key, 32 bytes. source: 0 supply, 1 sub-panel.
    mac: its radio address, b"" until it was heard. session: drawn anew at each start of
    the charger, not 0.
    """

    def __init__(self, clamp, secret, source, mac, session):
        self.clamp = clamp
        self.secret = secret
        self.key = HmacKey(secret)
        self.source = source
        self.mac = mac
        self.session = session
        self.epoch = 0
        self.count = 0
        self.seq = -1
        self.rssi = 0  # how we hear it
        self.battery = 0
        self.flags = 0
        self.lost = 0
        self.phases = 0
        self.clamp_rssi = 0  # how it hears us


class Inbox:
    """counts[result]: frames since the start, by what `take` said."""

    def __init__(self):
        self.sample = clamp_frame.Sample()
        self.pair = None  # the pair of the last frame that a pair sent
        self.counts = [0] * len(RESULTS)
        self._pairs = {}

    def add(self, pair):
        """Listen to this clamp from now on; replaces an older pair of the same number."""
        self._pairs[pair.clamp] = pair

    def remove(self, clamp):
        """Forget a clamp; returns its Pair or None."""
        return self._pairs.pop(clamp, None)

    def pairs(self):
        """The Pairs, in the order of their numbers."""
        return [self._pairs[k] for k in sorted(self._pairs)]

    def find(self, clamp):
        return self._pairs.get(clamp)

    def take(self, buf, size, rssi):
        """Judge one payload; see the constants. `pair` and `sample` are valid for
        ACCEPTED, REPEAT, CHALLENGED and FAULTY."""
        result = self._judge(buf, size)
        self.counts[result] += 1
        if result <= FAULTY:
            pair = self.pair
            pair.rssi = rssi
            pair.battery = self.sample.battery
            pair.flags = self.sample.flags
            pair.lost = self.sample.lost
            pair.phases = self.sample.phases
            pair.clamp_rssi = self.sample.rssi
        return result

    def _judge(self, buf, size):
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
            return CHALLENGED  # perhaps recorded before our restart: its counter proves nothing
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
