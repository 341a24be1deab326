"""The clamp: each `cycle()` samples a window, computes, sends if something is due, and listens."""

from micropython import const

from ballast.protocol import clamp_frame
from clamp import pairing, power
from clamp.channel import ChannelFinder
from clamp.link import ChargerLink
from clamp.rms import Calibration, Channel, RmsMeter
from clamp.sender import EVENT, NOTHING
from clamp.settings import PairedCharger
from clamp.ticks import diff

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from clamp.settings import ClampSettings
    from clamp.shapes import Board, Number, Radio, Random, Sampler, Save, SetChannel

_FRAMES_PER_CYCLE = 8
_ANSWER_MS = 30  # how long a battery clamp waits for an answer; the charger polls every 20 ms
_LISTEN_MS = 5
_FRAME_US = 700  # 64 bytes and a header at 1 Mbit/s, with the wait for a free channel
_WAKE_US = 80000  # Wi-Fi up after light sleep: an estimate, not measured


class ClampApp:
    """settings: already loaded; save(text): stores them. battery_mv(): 0 without a battery.

    now(): ms ticks. ma: [3] the newest reading. windows: usable ones since the start.
    bad_windows: those that were disturbed and not used.
    """

    def __init__(
        self,
        board: "Board",
        settings: "ClampSettings",
        sampler: "Sampler",
        radio: "Radio",
        set_channel: "SetChannel",
        now: "Number",
        random: "Random",
        save: "Save",
        battery_mv: "Number",
    ) -> None:
        self.settings = settings
        self.sleep_rule = power.SleepRule(board.BATTERY, board.EVERY_MS, board.EXPECT_MS)
        self.ledger = power.Ledger()
        self.ma = [0, 0, 0]
        self.bad_windows = 0
        self.windows = 0
        self.board = board
        self._sampler = sampler
        self._radio = radio
        self._set_channel = set_channel
        self._now = now
        self._random = random
        self._save = save
        self._battery_mv = battery_mv
        self._out = bytearray(clamp_frame.MAX_FRAME)
        self._mean = [0, 0, 0]
        self._radio_on = True
        self._sent_ms = 0
        self._setup_meter()
        self._setup_sample()
        self.finder = ChannelFinder(settings.channel)
        self.pairing = pairing.Pairing(
            settings.number, settings.code, self._sample.phases, board.BATTERY
        )
        self.links = [ChargerLink(p, self.sleep_rule.expect_ms) for p in settings.pairs]
        set_channel(settings.channel)

    def _setup_meter(self) -> None:
        board = self.board
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

    def _setup_sample(self) -> None:
        """Fill the fields that stay the same; store a new epoch before the first frame is sent."""
        s = self._sample = clamp_frame.Sample()
        s.clamp = self.settings.number
        self.settings.epoch += 1
        self.save()
        s.epoch = self.settings.epoch
        s.expect = self.sleep_rule.expect_ms
        s.phases = (1 << len(self.board.CT_PINS)) - 1

    def save(self) -> None:
        """Store the settings as they are now."""
        self._save(self.settings.dump())

    # -- one cycle ---------------------------------------------------------------------

    def cycle(self) -> int:
        """Sample and evaluate a window, send what is due; returns the ms to sleep afterwards.

        In battery mode, while an answer may still come, it only listens.
        """
        start = self._now()
        if self.listening():
            return self._listen_only(start)
        self.measure()
        self._listen()
        now = self._now()
        if self.pairing.state != pairing.IDLE:
            self._wake()
            self._pair(now)
        if self.links:
            self._send(now)
        busy = diff(self._now(), start)
        self.ledger.add(power.ACTIVE, busy * 1000)
        if self.listening():
            return _LISTEN_MS
        return self._rest(self.sleep_rule.sleep_ms(busy, self._busy()))

    def measure(self) -> None:
        """Sample one window and evaluate it."""
        pace_ns = self._sampler.read(self._buffers, self._n)
        if not pace_ns:
            self.bad_windows += 1
            return
        self.windows += 1
        self.meter.window(self._buffers, self._n, pace_ns)
        for i in range(len(self.meter.channels)):
            self.ma[i] = self.meter.channels[i].ma

    def _busy(self) -> bool:
        """Whether a pairing or a search is going on, so that the clamp must not sleep."""
        return self.pairing.state != pairing.IDLE or self.finder.searching

    # -- battery: radio and sleep --------------------------------------------------------

    def listening(self) -> bool:
        """Whether, in battery mode, a sample was sent and its answer may still come."""
        if not self.sleep_rule.battery or not self._radio_on or self._busy():
            return False
        if diff(self._now(), self._sent_ms) >= _ANSWER_MS:
            return False
        for link in self.links:
            if not link.sender.heard:
                return True
        return False

    def _listen_only(self, start: int) -> int:
        self._listen()
        self.ledger.add(power.RECEIVE, _LISTEN_MS * 1000)
        if self.listening():
            return _LISTEN_MS
        return self._rest(self.sleep_rule.sleep_ms(_ANSWER_MS, self._busy()))

    def _rest(self, sleep_ms: int) -> int:
        """Switch the radio off if a sleep follows; returns `sleep_ms`."""
        if sleep_ms > 0:
            if self._radio_on:
                self._radio.stop()
                self._radio_on = False
            self.ledger.add(power.SLEEP, sleep_ms * 1000)
        return sleep_ms

    def _wake(self) -> None:
        """Switch the radio on if a sleep has switched it off."""
        if not self._radio_on:
            self._set_channel(self.finder.channel)
            self._radio.start()
            self._radio_on = True
            self.ledger.add(power.RECEIVE, _WAKE_US)

    def _send(self, now: int) -> None:
        """Send a sample to each charger that is due; during a search also as a probe."""
        finder = self.finder
        if finder.step(now, self.links[0].sender.missed):
            self._wake()
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
            ma = self.ma if self._newest(due) else self._mean
            size = link.encode(self._out, self._sample, ma)
            self._wake()
            self._radio.send(link.pair.mac, bytes(self._out[:size]))
            self.ledger.add(power.TRANSMIT, _FRAME_US)
            self._sent_ms = now
            link.sender.sent(now, ma)

    def _fill(self, due: int) -> None:
        """Fill the sample: from the last window for an event, else from the mean since the last one."""
        s = self._sample
        s.seq = (s.seq + 1) & 0xFFFF
        flags = clamp_frame.FLAG_EVENT if due == EVENT else 0
        if self.meter.has_voltage:
            flags |= clamp_frame.FLAG_SIGNED
        for i in range(len(self.meter.channels)):
            channel = self.meter.channels[i]
            if not self._newest(due):
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
        # from the middle of the window, or from the middle of the second since the last heartbeat
        s.age = 35 if self._newest(due) else 500
        s.frequency = self.meter.frequency()

    def _newest(self, due: int) -> bool:
        """Whether the last window is sent instead of the mean, which in battery mode is too old."""
        return due == EVENT or self.sleep_rule.battery

    def _floor(self, ma: int) -> int:
        return ma if abs(ma) >= self.meter.floor_ma else 0

    # -- what comes in -----------------------------------------------------------------

    def _listen(self) -> None:
        if not self._radio_on:
            return
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

    def _frame(self, mac: bytes, frame: bytes, rssi: int) -> None:
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
                self.save()
                return
            if said:
                self._heard(link, rssi)
                return

    def _heard(self, link: ChargerLink, rssi: int) -> None:
        self._sample.rssi = rssi
        if link is self.links[0]:
            found = self.finder.found
            self.finder.heard(self._now())
            if self.finder.found != found:
                self.settings.channel = self.finder.home
                self.save()
        if self.pairing.state == pairing.CONFIRMING and link.pair.charger == self.pairing.charger:
            self.pairing.stop()

    def _link(self, charger: int) -> "ChargerLink | None":
        for link in self.links:
            if link.pair.charger == charger:
                return link
        return None

    # -- pairing -----------------------------------------------------------------------

    def press(self) -> None:
        """A short press of the button: start pairing."""
        self.pairing.start(self._now(), self._random(32))

    def forget_all(self) -> None:
        """Ten seconds on the button: forget all chargers."""
        self.settings.pairs = []
        self.links = []
        self.pairing.stop()
        self.save()

    def _pair(self, now: int) -> None:
        self.pairing.pieces = pairing.FEW if self.links else pairing.MANY
        size, channel = self.pairing.step(now, self.finder.channel, self._out)
        if channel != self.finder.channel:
            self.finder = ChannelFinder(channel)
            self._set_channel(channel)
        if size:
            to = b"\xff" * 6 if self.pairing.state == pairing.CALLING else self.pairing.mac
            self._radio.send(to, bytes(self._out[:size]))
        if self.pairing.state == pairing.CONFIRMING and not self._link(self.pairing.charger):
            self._adopt()

    def _adopt(self) -> None:
        """The charger has proved that it has the key: store the pair and send to it at once."""
        p = self.pairing
        pair = PairedCharger(p.charger, p.key, p.mac)
        self.settings.add_pair(pair)
        self.settings.channel = self.finder.channel
        self.links = [link for link in self.links if link.pair.charger != pair.charger]
        self.links = [ChargerLink(pair, self.sleep_rule.expect_ms)] + self.links[:3]
        self.save()

    def light(self) -> str:
        """The state that the light shows: "fault", "pairing", "unpaired", "alone" or "paired"."""
        for channel in self.meter.channels:
            if channel.fault:
                return "fault"
        if self.pairing.state != pairing.IDLE:
            return "pairing"
        if not self.links:
            return "unpaired"
        return "paired" if self.links[0].sender.missed < 6 else "alone"
