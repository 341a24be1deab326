"""The air between ESP-NOW stations. It carries frames and knows nothing of their content.

Loss comes in bursts: each directed link is a Gilbert-Elliott chain in continuous time, with a
good and a bad state of exponentially distributed length, and a loss probability in each.
Two ways to say how much is lost:
`Air.loss`, a share of the frames: so many do not arrive, whatever the radio's own repetitions
did. The good state loses half of that share one by one, the bad state loses everything, and the
bad state has the time that makes the sum right: loss / (2 - loss) of it, burst_s at a time.
`Air.loss = None`: loss_good and loss_bad are per transmission. A unicast frame is then repeated
by the radio hardware and acknowledged, a broadcast is not (ESP-NOW); five repetitions make
0.02 % of a loss of 23 %.
Deterministic: one generator per link, made from the seed and both addresses.
"""

import heapq
from math import exp, inf
from random import Random

BROADCAST = b"\xff" * 6
_MAX_FRAME = 1470  # ESP-NOW v2's payload limit, bytes; v1 has 250
_PREAMBLE_US = 192  # long preamble and PLCP header, IEEE 802.11b at 1 Mbit/s
_HEADER = 43  # MAC header, vendor action frame and FCS round an ESP-NOW payload, bytes


class Air:
    """Conditions, any of which may be changed at any time.

    loss: share of the frames that do not arrive, 0..1, or None: by the four figures below.
    burst_s: mean length of a bad state then (chosen: a neighbour's download, a microwave oven).
    loss_good, loss_bad: probability that one transmission is lost in that state.
    good_s, bad_s: mean lengths of the states; bad_s = 0: never bad.
    delay_s, jitter_s: a frame arrives after delay + exponential jitter (reorders by itself).
    duplicate: probability of a second copy. reorder: probability of extra_s on top.
    retries: hardware repetitions of a unicast frame. jammed: nothing gets through.
    """

    def __init__(self):
        self.loss = None
        self.burst_s = 0.1
        self.loss_good, self.loss_bad = 0.02, 0.9
        self.good_s, self.bad_s = 20.0, 0.0
        self.delay_s, self.jitter_s = 0.002, 0.002
        self.duplicate = self.reorder = 0.0
        self.extra_s = 0.2
        self.retries = 5
        self.jammed = False


# ESP-IDF, esp_wifi_scan_start(): active scan 120 ms on a channel where nobody answers, passive
# 360 ms; a connected station is back on its home channel for 30 ms between two channels
SCAN_ACTIVE_S, SCAN_PASSIVE_S, SCAN_HOME_S = 0.12, 0.36, 0.03
SCAN_CHANNELS = 13


class Station:
    """One radio. channel: 1..13. up: False = off. on_frame(src, frame, rssi): None or a callback
    at delivery; without one frames wait in `inbox` for `receive()` (depth as in the driver).
    deaf: sends, but hears nothing."""

    def __init__(self, mac, channel=1, depth=16):
        self.mac, self.channel, self.depth = mac, channel, depth
        self.up = True
        self.deaf = False
        self.on_frame = None
        self.inbox = []
        self.dropped = 0  # inbox was full
        self._away_s = self._back_s = -inf
        self._stay_s = self._home_s = 0.0

    def scan(self, now_s, channels=SCAN_CHANNELS, passive=False, home=True):
        """Look at `channels` channels from `now_s` on; home: connected, so back in between.

        Returns the seconds that it takes.
        """
        self._stay_s = SCAN_PASSIVE_S if passive else SCAN_ACTIVE_S
        self._home_s = SCAN_HOME_S if home else 0.0
        took_s = channels * (self._stay_s + self._home_s)
        self._away_s, self._back_s = now_s, now_s + took_s
        return took_s

    def away(self, now_s):
        """Whether a scan has it on another channel at `now_s`: it neither hears nor is heard."""
        if not self._away_s <= now_s < self._back_s:
            return False
        return (now_s - self._away_s) % (self._stay_s + self._home_s) < self._stay_s

    def receive(self):
        """(source address, frame, RSSI dBm), or None."""
        return self.inbox.pop(0) if self.inbox else None


class _Link:
    """Gilbert-Elliott state of one direction."""

    def __init__(self, rng):
        self.rng = rng
        self.bad = False
        self.seen_s = 0.0

    def lost(self, now_s, air):
        """Draw one transmission at `now_s`."""
        if air.bad_s > 0.0:
            rate = 1.0 / air.good_s + 1.0 / air.bad_s
            self._turn(now_s, (1.0 / air.good_s) / rate, rate)
        else:
            self.bad = False
        self.seen_s = now_s
        return self.rng.random() < (air.loss_bad if self.bad else air.loss_good)

    def frame_lost(self, now_s, air):
        """Draw one frame with its repetitions at `now_s`, by `air.loss`."""
        if air.loss <= 0.0:
            return False
        share = air.loss / (2.0 - air.loss)
        if share >= 1.0:
            return True
        self._turn(now_s, share, 1.0 / (air.burst_s * (1.0 - share)))
        self.seen_s = now_s
        return self.bad or self.rng.random() < air.loss / 2.0

    def _turn(self, now_s, share, rate):
        """The state at `now_s`; share: of the bad one; rate: at which the past is forgotten."""
        memory = exp(-max(now_s - self.seen_s, 0.0) * rate)
        self.bad = self.rng.random() < share + ((1.0 if self.bad else 0.0) - share) * memory


def air_us(length):
    """How long a frame with `length` bytes of payload is on the air, us, at ESP-NOW's 1 Mbit/s."""
    return _PREAMBLE_US + 8 * (_HEADER + length)


class Radio:
    """Stations and the frames on their way.

    `rssi[(src, dst)]` dBm overrides the default -60; below `floor_dbm` nothing arrives.
    `cut`: set of (src, dst) that cannot hear each other now (partition).
    next_s: next delivery. sent, delivered, lost: counters of frames per receiver.
    on_send(frame): called with each frame that goes out, where it is set.
    """

    def __init__(self, seed=0):
        self.seed = seed
        self.air = Air()
        self.stations = {}
        self.rssi = {}
        self.floor_dbm = -95
        self.cut = set()
        self.sent = self.delivered = self.lost = 0
        self.next_s = inf
        self.on_send = None
        self._links = {}
        self._flying = []
        self._order = 0

    def station(self, mac, channel=1):
        """The station with this address [6 bytes]; made at the first call."""
        mac = bytes(mac)
        if len(mac) != 6 or mac == BROADCAST:
            raise ValueError(f"radio: {mac!r} is no station address")
        if mac not in self.stations:
            self.stations[mac] = Station(mac, channel)
        return self.stations[mac]

    def send(self, src, dst, frame, now_s):
        """Transmit. Returns True when acknowledged; a broadcast always counts as such.

        Raises ValueError for a frame longer than 1470 bytes or an unknown source.
        """
        if not 0 < len(frame) <= _MAX_FRAME:
            raise ValueError(f"radio: frame of {len(frame)} bytes, ESP-NOW takes 1..1470")
        if src not in self.stations:
            raise ValueError(f"radio: unknown source {src!r}")
        sender = self.stations[src]
        if not sender.up:
            return False
        self.sent += 1
        if self.on_send is not None:
            self.on_send(frame)
        frame = bytes(frame)
        if dst == BROADCAST:
            for mac in sorted(self.stations):
                if mac != src:
                    self._try(sender, self.stations[mac], frame, now_s, 1)
            return True
        receiver = self.stations.get(dst)
        return receiver is not None and self._try(
            sender, receiver, frame, now_s, 1 + self.air.retries
        )

    def _try(self, sender, receiver, frame, now_s, attempts):
        """Up to `attempts` transmissions to one receiver; True when one arrives."""
        air, pair = self.air, (sender.mac, receiver.mac)
        link = self._links.get(pair)
        if link is None:
            key = f"{self.seed}/{sender.mac.hex()}/{receiver.mac.hex()}"
            link = self._links[pair] = _Link(Random(key))
        deaf = (
            air.jammed
            or not receiver.up
            or receiver.deaf
            or receiver.away(now_s)
            or sender.away(now_s)
            or sender.channel != receiver.channel
            or pair in self.cut
            or self.rssi.get(pair, -60) < self.floor_dbm
        )
        if air.loss is not None:
            if not link.frame_lost(now_s, air) and not deaf:
                self._fly(link.rng, pair, frame, now_s)
                return True
            attempts = 0
        for attempt in range(attempts):
            if not link.lost(now_s, air) and not deaf:
                self._fly(link.rng, pair, frame, now_s + attempt * 0.001)
                return True
        self.lost += 1
        return False

    def _fly(self, rng, pair, frame, now_s):
        air = self.air
        for _ in range(2 if rng.random() < air.duplicate else 1):
            late = air.delay_s
            if air.jitter_s > 0.0:
                late += rng.expovariate(1.0 / air.jitter_s)
            if rng.random() < air.reorder:
                late += air.extra_s
            self._order += 1
            heapq.heappush(self._flying, (now_s + late, self._order, pair, frame))
        self.next_s = self._flying[0][0]

    def advance(self, now_s):
        """Deliver what has arrived up to `now_s`, in order of arrival."""
        flying = self._flying
        while flying and flying[0][0] <= now_s:
            _, _, pair, frame = heapq.heappop(flying)
            receiver = self.stations[pair[1]]
            if not receiver.up:
                continue
            self.delivered += 1
            rssi = self.rssi.get(pair, -60)
            if receiver.on_frame is not None:
                receiver.on_frame(pair[0], frame, rssi)
            elif len(receiver.inbox) < receiver.depth:
                receiver.inbox.append((pair[0], frame, rssi))
            else:
                receiver.dropped += 1
        self.next_s = flying[0][0] if flying else inf
