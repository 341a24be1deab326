"""One charger that this clamp sends to: its key, its session number, its `Sender`."""

from micropython import const

from ballast.protocol import clamp_frame
from ballast.protocol.hmac_sha256 import HmacKey
from clamp.sender import Sender

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from clamp.settings import PairedCharger

_REMEMBERED = 8  # the last samples, whose answers may still come


class ChargerLink:
    """session: the number in the charger's last answer, 0 = no answer yet."""

    def __init__(self, pair: "PairedCharger", expect_ms: int) -> None:
        self.pair = pair
        self.sender = Sender(expect_ms)
        self.session = 0
        self.rssi = 0  # of the clamp's frames at the charger
        self._key = HmacKey(pair.key)
        self._counts = [-1] * _REMEMBERED
        self._values = [[0, 0, 0] for _ in range(_REMEMBERED)]
        self._next = 0

    def encode(self, out: bytearray, sample: clamp_frame.Sample, ma: list[int]) -> int:
        """Write the frame with `sample` and the reading `ma` [3] into `out`; returns its size.

        `sample.count` must be new.
        """
        slot = self._next
        self._next = (slot + 1) % _REMEMBERED
        self._counts[slot] = sample.count
        for i in range(3):
            self._values[slot][i] = ma[i]
            sample.ma[i] = ma[i]
        sample.session = self.session
        sample.lost = self.sender.lost
        return clamp_frame.encode_sample(out, sample, self._key)

    def on_frame(self, frame: bytes, epoch: int) -> str:
        """Take a checked ACK or UNPAIR for this clamp: "ack", "session" or "unpair".

        "session": the charger has a new session number and did not use the sample. "": the
        frame is not from this charger, or not for one of the last samples.
        """
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
            self.session = session  # the charger did not use that sample; it will use the next one
            return "session"
        self.sender.acked(self._values[self._counts.index(count)])
        return "ack"
