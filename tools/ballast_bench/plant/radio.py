"""The air between ESP-NOW stations. It carries frames and knows nothing of their content.

Loss comes in bursts: each directed link is a Gilbert-Elliott chain in continuous time, with a
good and a bad state of exponentially distributed length, and a loss probability in each. A
unicast frame is repeated by the radio hardware and acknowledged, a broadcast is not (ESP-NOW).
Deterministic: one generator per link, made from the seed and both addresses.
"""

import heapq
from math import exp, inf
from random import Random

BROADCAST = b"\xff" * 6
_MAX_FRAME = 250  # ESP-NOW's payload limit, bytes
_PREAMBLE_US = 192  # long preamble and PLCP header, IEEE 802.11b at 1 Mbit/s
_HEADER = 43  # MAC header, vendor action frame and FCS round an ESP-NOW payload, bytes


class Air:
    """Conditions, any of which may be changed at any time.

    loss_good, loss_bad: probability that one transmission is lost in that state.
    good_s, bad_s: mean lengths of the states; bad_s = 0: never bad.
    delay_s, jitter_s: a frame arrives after delay + exponential jitter (reorders by itself).
    duplicate: probability of a second copy. reorder: probability of extra_s on top.
    retries: hardware repetitions of a unicast frame. jammed: nothing gets through.
    """

    def __init__(self):
        self.loss_good, self.loss_bad = 0.02, 0.9
        self.good_s, self.bad_s = 20.0, 0.0
        self.delay_s, self.jitter_s = 0.002, 0.002
        self.duplicate = self.reorder = 0.0
        self.extra_s = 0.2
        self.retries = 5
        self.jammed = False


class Station:
    """One radio. channel: 1..13. up: False = off. on_frame(src, frame, rssi): None or a callback
    at delivery; without one frames wait in `inbox` for `receive()` (depth as in the driver)."""

    def __init__(self, mac, channel=1, depth=16):
        self.mac, self.channel, self.depth = mac, channel, depth
        self.up = True
        self.on_frame = None
        self.inbox = []
        self.dropped = 0  # inbox was full

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
            share = (1.0 / air.good_s) / rate  # stationary share of the bad state
            memory = exp(-max(now_s - self.seen_s, 0.0) * rate)
            self.bad = self.rng.random() < share + ((1.0 if self.bad else 0.0) - share) * memory
        else:
            self.bad = False
        self.seen_s = now_s
        return self.rng.random() < (air.loss_bad if self.bad else air.loss_good)


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

        Raises ValueError for a frame longer than 250 bytes or an unknown source.
        """
        if not 0 < len(frame) <= _MAX_FRAME:
            raise ValueError(f"radio: frame of {len(frame)} bytes, ESP-NOW takes 1..250")
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
            or sender.channel != receiver.channel
            or pair in self.cut
            or self.rssi.get(pair, -60) < self.floor_dbm
        )
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
