"""One charger that this clamp sends to: key, counter, session, and its `Sender`."""

from ballast.protocol import clamp_frame
from ballast.protocol.hmac_sha256 import HmacKey
from clamp.sender import Sender

_REMEMBERED = 8  # samples that an answer may still be for


class ChargerLink:
    """pair: settings.Pair. session: what the charger gave; 0 = not yet."""

    def __init__(self, pair, expect_ms):
        self.pair = pair
        self.sender = Sender(expect_ms)
        self.session = 0
        self.rssi = 0  # at which the charger hears us
        self._key = HmacKey(pair.key)
        self._counts = [-1] * _REMEMBERED
        self._values = [[0, 0, 0] for _ in range(_REMEMBERED)]
        self._next = 0

    def encode(self, out, sample, ma):
        """Write `sample` (clamp_frame.Sample, count already set) for this charger into `out`."""
        slot = self._next
        self._next = (slot + 1) % _REMEMBERED
        self._counts[slot] = sample.count
        for i in range(3):
            self._values[slot][i] = ma[i]
            sample.ma[i] = ma[i]
        sample.session = self.session
        sample.lost = self.sender.lost
        return clamp_frame.encode_sample(out, sample, self._key)

    def on_frame(self, frame, epoch):
        """A checked ACK or UNPAIR for this clamp: "ack", "unpair", or "" when it is not ours."""
        if not clamp_frame.signed(frame, len(frame), self._key):
            return ""
        if clamp_frame.kind(frame) == clamp_frame.UNPAIR:
            of_epoch, count = clamp_frame.decode_unpair(frame)
            return "unpair" if of_epoch == epoch and count in self._counts else ""
        of_epoch, count, session, rssi = clamp_frame.decode_ack(frame)
        if of_epoch != epoch or count not in self._counts:
            return ""
        self.rssi = rssi
        if session != self.session:
            self.session = session  # that sample was not used: the next one will be
            return "session"
        self.sender.acked(self._values[self._counts.index(count)])
        return "ack"
