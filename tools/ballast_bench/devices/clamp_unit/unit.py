"""The clamp's own firmware on the bench: ClampApp on a simulated front and the plant's radio.

    unit = ClampUnit(radio, number=7, supply=lambda t: (5.0, 0.0, 0.0))
    unit = ClampUnit(radio, number=7, supply=MeterSupply(plant.meter))
    unit.pair_with(charger_id, key, charger_mac)
    world.actors.append(unit)          # or call unit(now_s) as time goes on

A cycle is one event at its end: it evaluates the window that lies before it and sends; how long
that takes is in the clamp's chip profile (chip/clamp/esp32c3.toml). With `collects=True` a garbage
collection makes a cycle longer whenever its heap is full.
With `waveform=True` every ADC sample is made (analog_front.py); otherwise the window's
mean square is taken from the supply itself, with the noise that the front leaves.
"""

import math
import random

from ballast_bench.chip import clamp_chip
from ballast_bench.devices.clamp_unit.analog_front import CT_MA, CT_UV, FULL_UV, SINE, Front
from ballast_bench.devices.clamp_unit.supply import SampledSupply
from ballast_bench.devices.clamp_unit.windows import EVALUATE_S, WINDOW_S, Windows
from clamp import power
from clamp.app import ClampApp
from clamp.rms import Calibration
from clamp.settings import ClampSettings, PairedCharger


class BenchBoard:
    """As clamp/board.py, for the simulated front."""

    CT_PINS = (0, 1, 3)
    VOLT_PIN = None
    CT_MA = CT_MA
    CT_UV = CT_UV
    ADC_FULL_UV = FULL_UV
    PACE_US = 400
    BATTERY = False
    EVERY_MS = 1000
    EXPECT_MS = 10000


class BatteryBoard(BenchBoard):
    """The same on batteries."""

    BATTERY = True


class FittedBoard(BenchBoard):
    """A clamp for a house with `phases`, with a voltage input: it knows the direction."""

    VOLT_PIN = 4

    def __init__(self, phases=3, battery=False):
        self.CT_PINS = BenchBoard.CT_PINS[:phases]
        self.BATTERY = battery


class StationRadio:
    """ports/espnow_radio.py over a station of ballast_bench/plant/radio.py."""

    def __init__(self, plant_radio, mac, now_s):
        self.station = plant_radio.station(mac)
        self._radio = plant_radio
        self._now_s = now_s
        self.sent = 0

    def start(self):
        self.station.up = True

    def stop(self):
        self.station.up = self.station.deaf = False

    def send(self, mac, frame):
        self.sent += 1
        self._radio.send(self.station.mac, bytes(mac), frame, self._now_s())
        return True

    def receive(self):
        return self.station.receive()

    def drain(self, handle, limit=16):
        for _ in range(limit):
            item = self.receive()
            if item is None:
                return
            handle(item[0], item[1], item[2])


class _Ideal:
    """A channel's mean squares straight from the supply."""

    def __init__(self, unit):
        self.unit = unit

    def read(self, buffers, n):
        return 0  # ClampUnit fills the channels itself


class _Waves:
    """Every sample through CT and ADC."""

    def __init__(self, unit, seed):
        self.unit = unit
        self.front = Front(seed=seed, currents=[(0, SINE, 0)] * 3)
        self.front.gain = 1.0

    def read(self, buffers, n):
        unit = self.unit
        pace = BenchBoard.PACE_US
        self.front.t = unit.now_s - EVALUATE_S - n * pace * 1e-6
        for i in range(n):
            amps = unit.supply.amps(self.front.t)
            self.front.currents = [(abs(a), SINE, 0.0 if a >= 0 else math.pi) for a in amps]
            row = self.front.sample(1, pace)
            self.front.t -= 0.013
            for k in range(len(buffers)):
                buffers[k][i] = row[k][0]
        return pace * 1000


class _Pieces:
    """Stands in for the work of app.pairing: counts the pieces of X25519 that a cycle computes."""

    def __init__(self, work):
        self._work = work
        self.count = 0

    def __next__(self):
        self.count += 1
        return next(self._work)


class ClampUnit:
    """See the module. supply: of supply.py, or a function (t_s) -> [3] A, signed.

    app: the ClampApp. dead: out of order. silent: its power is out; it starts anew when that is back.
    """

    def __init__(
        self,
        radio,
        number,
        supply,
        code=bytes(10),
        waveform=False,
        seed=0,
        settings=None,
        board=BenchBoard,
        collects=False,
    ):
        self.chip = clamp_chip.load()
        self.collects, self.collections, self._cycles = collects, 0, 0
        self.supply = SampledSupply(supply) if callable(supply) else supply
        self.now_s = 0.0
        self.dead = self.silent = False
        self.saved = []
        self.mac = bytes((0x02, 0xC1, 0xA3, 0x50, number >> 8 & 0xFF, number & 0xFF))
        self._rng = random.Random(f"clamp/{number}/{seed}")
        self._waveform = waveform
        self._board = board
        self._off = False
        has_voltage = board.VOLT_PIN is not None
        self.windows = Windows(self.supply, has_voltage, f"clamp windows/{number}/{seed}")
        self._next_s = self._rng.uniform(0.0, WINDOW_S + EVALUATE_S)
        self.radio = StationRadio(radio, self.mac, lambda: self.now_s)
        self.settings = settings or self._new_settings(number, code)
        self._boot()

    def _new_settings(self, number, code):
        s = ClampSettings()
        s.number, s.code = number, code
        s.calibration = [Calibration.nominal(CT_MA, CT_UV, FULL_UV) for _ in range(3)]
        for c in s.calibration:
            c.noise = 0 if not self._waveform else 100000
        return s

    def _boot(self):
        sampler = _Waves(self, 1) if self._waveform else _Ideal(self)
        self.app = ClampApp(
            self._board,
            self.settings,
            sampler,
            self.radio,
            self._set_channel,
            lambda: round(self.now_s * 1000) & 0x3FFFFFFF,
            self._rng.randbytes,
            self.saved.append,
            lambda: 0,
        )
        self.app.ledger = power.Ledger(self.chip.current_ua)
        self.windows.booted(self.app)

    def reboot(self):
        """Power lost: only what was saved is left."""
        s = ClampSettings()
        s.load(self.saved[-1])
        self.settings = s
        self._boot()

    def _set_channel(self, channel):
        self.radio.station.channel = channel

    def pair_with(self, charger, key, mac):
        """As if both had been paired before."""
        self.settings.add_pair(PairedCharger(charger, key, mac))
        self._boot()

    def __call__(self, now_s):
        """Time has come to `now_s`: run the cycles that have ended."""
        if now_s < self._next_s:
            return
        if self.silent or not self.supply.powered:
            self._power_off()
            self._next_s = now_s  # looks again at once
            return
        if self._off:
            self._off = False
            self._next_s = now_s + self.chip.boot_s
            self.now_s = now_s
            self.reboot()
            self.radio.start()
        while self._next_s <= now_s:
            self.now_s = self._next_s
            if self.dead:
                self._next_s += 1.0
            else:
                self._cycle()

    def _cycle(self):
        """One cycle of the firmware, or what is left of it where nothing can happen."""
        app, windows = self.app, self.windows
        work = self._pieces()
        if not windows.passes(self.now_s, self.radio.station.inbox):
            sent = self.radio.sent
            if not self._waveform and not app.listening():
                windows.fill(self.now_s)
            self._next_s += app.cycle() / 1000
            if not self._waveform:
                windows.cycle_over(self.now_s, self.radio.sent > sent)
            if app.listening():
                return
        took_s = WINDOW_S + EVALUATE_S + self._collected_s()
        if work is not None:
            took_s += work.count * (self.chip.piece_s_max if self.collects else self.chip.piece_s)
        self._next_s += took_s + self._rng.uniform(0.0, self.chip.jitter_s)
        app.ledger.add(power.ACTIVE, round(took_s * 1e6))

    def _pieces(self):
        """The work on a key that this cycle goes on with; None = there is none."""
        pairing = self.app.pairing
        if pairing._work is None:
            return None
        work = pairing._work = _Pieces(getattr(pairing._work, "_work", pairing._work))
        return work

    def _collected_s(self):
        """How long this cycle is held up by a collection."""
        self._cycles += 1
        if not self.collects or self._cycles % self.chip.cycles_to_full:
            return 0.0
        self.collections += 1
        return self.chip.collect_s

    def _power_off(self):
        if not self._off:
            self._off = True
            self.radio.stop()
            self.radio.station.inbox.clear()
