"""A wireless clamp on the supply cable, down to its radio frames.

Its sampling is not simulated here (host_tests/clamp does that with the clamp's own
firmware): every 100 ms it takes what the plant's supply meter shows, and sends as
the firmware does: each `interval_s`, and at once when a phase moved by more than 1 A,
three times 30 ms apart unless the charger's answer has come.
"""

from ballast.protocol import clamp_frame
from ballast.protocol.hmac_sha256 import HmacKey

_WINDOW_S = 0.1
_EVENT_MA = 1000
_REPEAT_S = 0.03
_REPEATS = 3


class ClampActor:
    """plant: bench Plant. number: of the clamp. key: 32 bytes of the pair. target: MAC.

    silent: the battery is out. signed: it has a voltage input and knows the direction.
    """

    def __init__(self, plant, number, key, target, interval_s=1.0, signed=True):
        self.plant = plant
        self.interval_s = interval_s
        self.silent = False
        self.heard = 0  # answers of the charger
        self._key = HmacKey(key)
        self._target = target
        self._mac = bytes((0x02, 0xC1, 0xA3, 0x50, number >> 8 & 0xFF, number & 0xFF))
        self._station = plant.radio.station(self._mac)
        self._station.on_frame = self._answer
        self._buf = bytearray(clamp_frame.MAX_FRAME)
        s = self._sample = clamp_frame.Sample()
        s.clamp = number
        s.epoch = 1
        s.expect = round(interval_s * 1000)
        s.flags = clamp_frame.FLAG_SIGNED if signed else 0
        s.phases = 1 if plant.mains.phases == 1 else 7
        s.frequency = 5000
        self._window_s = 0.0
        self._due_s = 0.0
        self._left = 0
        self._again_s = 0.0
        self._sent_ma = [0, 0, 0]
        self._amps = None  # of the last window, and the same in mA
        self._ma = [0, 0, 0]
        self._taken_s = 0.0

    def __call__(self, now_s):
        """The world's step."""
        if now_s >= self._window_s:
            self._window_s += _WINDOW_S
            self._measure(now_s)
        elif self._left and now_s >= self._again_s:
            self._send(now_s)

    def _measure(self, now_s):
        reading = self.plant.meter.read(now_s)
        if reading is None or self.silent:
            self._left = 0
            return
        ma = self._ma
        moved = False
        if reading.amps != self._amps:  # else it has not moved since the last window
            self._amps = list(reading.amps)
            for phase in range(3):
                ma[phase] = round(reading.amps[phase] * 1000)
                if abs(ma[phase] - self._sent_ma[phase]) > _EVENT_MA:
                    moved = True
        if moved or now_s >= self._due_s:
            s = self._sample
            s.seq += 1
            if moved:
                s.flags |= clamp_frame.FLAG_EVENT
            else:
                s.flags &= ~clamp_frame.FLAG_EVENT
            self._sent_ma[:] = ma
            self._taken_s = reading.taken_s
            self._due_s = now_s + self.interval_s
            self._left = _REPEATS
            self._send(now_s)
        elif self._left and now_s >= self._again_s:
            self._send(now_s)

    def _send(self, now_s):
        s = self._sample
        s.count += 1
        s.age = max(0, round((now_s - self._taken_s) * 1000))
        s.ma[:] = self._sent_ma
        size = clamp_frame.encode_sample(self._buf, s, self._key)
        self._station.channel = self._channel()
        self.plant.radio.send(self._mac, self._target, self._buf[:size], now_s)
        self._left -= 1
        self._again_s = now_s + _REPEAT_S

    def _channel(self):
        """It has found the charger's channel long ago."""
        return self.plant.radio.station(self._target).channel

    def _answer(self, mac, frame, rssi):
        if clamp_frame.check(frame, len(frame)) != clamp_frame.OK:
            return
        if clamp_frame.kind(frame) != clamp_frame.ACK:
            return
        if not clamp_frame.signed(frame, len(frame), self._key):
            return
        _, count, session, _ = clamp_frame.decode_ack(frame)
        self.heard += 1
        s = self._sample
        s.rssi = rssi
        new = session != s.session
        s.session = session
        if count <= s.count and not new:
            self._left = 0
        elif new:
            self._left = max(self._left, 1)  # the charger has restarted: once more, for it
