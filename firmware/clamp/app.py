"""The clamp: sample a window, compute, send if it is time, listen. One `cycle()` each.

sampler   read(buffers, n) -> pace in ns, 0 = disturbed     (ports/ct_sampler.py)
radio     send, receive, as ballast/ports/espnow_radio.py
set_channel(channel)
now()     ms ticks
random(n) n random bytes
"""

from ballast.protocol import clamp_frame
from clamp import pairing, power
from clamp.channel import ChannelFinder
from clamp.link import ChargerLink
from clamp.rms import Calibration, Channel, RmsMeter
from clamp.sender import EVENT, NOTHING
from clamp.settings import Pair
from clamp.ticks import diff

_FRAMES_PER_CYCLE = 8


class ClampApp:
    """board: clamp/board.py. settings: ClampSettings, loaded; `save(bytes)` keeps them.

    battery_mv(): 0 where there is none. ma: [3] the newest reading. bad_windows: sampled
    with a disturbance and thrown away. state for the lamp: `lamp()`.
    """

    def __init__(self, board, settings, sampler, radio, set_channel, now, random, save, battery_mv):
        self.settings = settings
        self.duty = power.Duty(board.BATTERY)
        self.ledger = power.Ledger()
        self.ma = [0, 0, 0]
        self.bad_windows = 0
        self.windows = 0
        self._board = board
        self._sampler = sampler
        self._radio = radio
        self._set_channel = set_channel
        self._now = now
        self._random = random
        self._save = save
        self._battery_mv = battery_mv
        self._out = bytearray(clamp_frame.MAX_FRAME)
        self._mean = [0, 0, 0]
        self._setup_meter()
        self._setup_sample()
        self.finder = ChannelFinder(settings.channel)
        self.pairing = pairing.Pairing(
            settings.number, settings.code, self._sample.phases, board.BATTERY
        )
        self.links = [ChargerLink(p, self.duty.expect_ms) for p in settings.pairs]
        set_channel(settings.channel)

    def _setup_meter(self):
        board = self._board
        channels = []
        for i in range(len(board.CT_PINS)):
            cal = self.settings.calibration[i]
            if cal is None:
                cal = Calibration.nominal(board.CT_MA, board.CT_UV, board.ADC_FULL_UV)
            channels.append(Channel(cal))
        self.meter = RmsMeter(channels, board.VOLT_PIN is not None)
        self._n = self.meter.samples_for(board.PACE_US)
        count = len(channels) + (1 if self.meter.has_voltage else 0)
        self._buffers = [[0] * self._n for _ in range(count)]

    def _setup_sample(self):
        """The fields that stay; a new epoch, kept before the first frame goes out."""
        s = self._sample = clamp_frame.Sample()
        s.clamp = self.settings.number
        self.settings.epoch += 1
        self._save(self.settings.dump())
        s.epoch = self.settings.epoch
        s.expect = self.duty.expect_ms
        s.phases = (1 << len(self._board.CT_PINS)) - 1

    # -- one cycle ---------------------------------------------------------------------

    def cycle(self):
        """A window, its evaluation, and what is to be sent. Returns ms to sleep (battery)."""
        start = self._now()
        pace_ns = self._sampler.read(self._buffers, self._n)
        if pace_ns:
            self.windows += 1
            self.meter.window(self._buffers, self._n, pace_ns)
            for i in range(len(self.meter.channels)):
                self.ma[i] = self.meter.channels[i].ma
        else:
            self.bad_windows += 1
        self._listen()
        now = self._now()
        if self.pairing.state != pairing.IDLE:
            self._pair(now)
        if self.links:
            self._send(now)
        busy = diff(self._now(), start)
        self.ledger.add(power.ACTIVE, busy * 1000)
        return self.duty.sleep_ms(busy, self._waiting())

    def _waiting(self):
        if self.pairing.state != pairing.IDLE or self.finder.searching:
            return True
        for link in self.links:
            if not link.sender.heard and not link.sender.spent():
                return True
        return False

    def _send(self, now):
        """Samples to the chargers that are due; on a search also as probes."""
        finder = self.finder
        if finder.step(now, self.links[0].sender.missed):
            self._set_channel(finder.channel)
        fresh = False
        for link in self.links:
            due = link.sender.due(now, self.ma)
            if finder.searching and link is self.links[0] and due == NOTHING:
                due = EVENT
            if due == NOTHING:
                continue
            if not fresh:
                self._fill(due)
                fresh = True
            self._sample.count += 1
            ma = self.ma if due == EVENT else self._mean
            size = link.encode(self._out, self._sample, ma)
            self._radio.send(link.pair.mac, bytes(self._out[:size]))
            link.sender.sent(now, ma)

    def _fill(self, due):
        """A new measurement: the last window for an event, else the mean since the last."""
        s = self._sample
        s.seq = (s.seq + 1) & 0xFFFF
        flags = clamp_frame.FLAG_EVENT if due == EVENT else 0
        if self.meter.has_voltage:
            flags |= clamp_frame.FLAG_SIGNED
        for i in range(len(self.meter.channels)):
            channel = self.meter.channels[i]
            if due != EVENT:
                self._mean[i] = self._floor(channel.average_ma())
            if channel.clipped:
                flags |= clamp_frame.FLAG_CLIPPED
            if channel.fault:
                flags |= clamp_frame.FLAG_SENSOR_FAULT
            if self.settings.calibration[i] is None:
                flags |= clamp_frame.FLAG_UNCALIBRATED
        s.battery = self._battery_mv()
        if power.battery_low(s.battery):
            flags |= clamp_frame.FLAG_BATTERY_LOW
        s.flags = flags
        # From the middle of the window (event), or of the time since the last heartbeat.
        s.age = 35 if due == EVENT else min(self.duty.expect_ms // 2, 500)
        s.frequency = self.meter.frequency()

    def _floor(self, ma):
        return ma if abs(ma) >= self.meter.floor_ma else 0

    # -- what comes in -----------------------------------------------------------------

    def _listen(self):
        for _ in range(_FRAMES_PER_CYCLE):
            item = self._radio.receive()
            if item is None:
                return
            mac, frame, rssi = item
            if clamp_frame.check(frame, len(frame)) != clamp_frame.OK:
                continue
            if clamp_frame.clamp_id(frame) != self.settings.number:
                continue
            self._frame(mac, frame, rssi)

    def _frame(self, mac, frame, rssi):
        kind = clamp_frame.kind(frame)
        if kind == clamp_frame.OFFER:
            self.pairing.on_offer(mac, frame)
            return
        if kind not in (clamp_frame.ACK, clamp_frame.UNPAIR):
            return
        if self.pairing.state == pairing.CONFIRMING and not self._link(self.pairing.charger):
            self._adopt()
        for link in self.links:
            said = link.on_frame(frame, self.settings.epoch)
            if said == "unpair":
                self.settings.remove_pair(link.pair.charger)
                self.links.remove(link)
                self._save(self.settings.dump())
                return
            if said:
                self._heard(link, rssi)
                return

    def _heard(self, link, rssi):
        self._sample.rssi = rssi
        if link is self.links[0]:
            found = self.finder.found
            self.finder.heard(self._now())
            if self.finder.found != found:
                self.settings.channel = self.finder.home
                self._save(self.settings.dump())
        if self.pairing.state == pairing.CONFIRMING and link.pair.charger == self.pairing.charger:
            self.pairing.stop()

    def _link(self, charger):
        for link in self.links:
            if link.pair.charger == charger:
                return link
        return None

    # -- pairing -----------------------------------------------------------------------

    def press(self):
        """The button, short: call for a charger."""
        self.pairing.start(self._now(), self._random(32))

    def forget_all(self):
        """The button, ten seconds: forget every charger."""
        self.settings.pairs = []
        self.links = []
        self.pairing.stop()
        self._save(self.settings.dump())

    def _pair(self, now):
        before = self.pairing.state
        size, channel = self.pairing.step(now, self.finder.channel, self._out)
        if channel != self.finder.channel:
            self.finder = ChannelFinder(channel)
            self._set_channel(channel)
        if size:
            to = b"\xff" * 6 if before == pairing.CALLING else self.pairing.mac
            self._radio.send(to, bytes(self._out[:size]))
        if self.pairing.state == pairing.CONFIRMING and not self._link(self.pairing.charger):
            self._adopt()

    def _adopt(self):
        """The charger has proved the key: keep it, and send to it at once."""
        p = self.pairing
        pair = Pair(p.charger, p.key, p.mac)
        self.settings.add_pair(pair)
        self.settings.channel = self.finder.channel
        self.links = [link for link in self.links if link.pair.charger != pair.charger]
        self.links = [ChargerLink(pair, self.duty.expect_ms)] + self.links[:3]
        self._save(self.settings.dump())

    def lamp(self):
        """What the lamp shows: "fault", "pairing", "unpaired", "alone" or "paired"."""
        for channel in self.meter.channels:
            if channel.fault:
                return "fault"
        if self.pairing.state != pairing.IDLE:
            return "pairing"
        if not self.links:
            return "unpaired"
        return "paired" if self.links[0].sender.missed < 6 else "alone"
