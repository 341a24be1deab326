"""The wires between a chip's pads (fakes.Device) and the plant's ChargePoint.

What a carrier board has in copper is here: dividers, pull resistors, level
shifters, the power meter IC. What board.py does not name is not connected.
Nothing in this file reads the firmware. A board with the divider of the shipped
boards gets its resistors, not its constants; see `divider_of`.

    wiring = Wiring(device, board, plant.chargers[0], plant.radio)
    loop:  plant.step(t, dt); wiring.update(t); with device: io.read(...) ...
"""

from math import gcd
from random import Random

from ballast_bench.fakes.atm90e32 import Atm90e32
from ballast_bench.pad_noise import PadNoise

HOLD, PWM, NEG = 0, 1, 2

# CP divider of the shipped boards: 200k from CP, 33k to 3.3 V, 31.6k to ground (buffered)
_CP_TOP_OHM = 200_000.0
_CP_UP_OHM = 33_000.0
_CP_DOWN_OHM = 31_600.0
_CP_RAIL_MV = 3300.0
# coil supply: a charge pump that holds for this long without a pulse (chosen: 5 steps)
DEAD_MAN_S = 0.1

_PERIOD_US = 1000
_SPACING_US = 116  # of an ADC that spaces its readings by itself (CP_SPACING_US = 0)
_ADC_NOISE_MV = 3.0  # at the ADC pin, chosen: S3 with 100 nF and no averaging
_CACHE = 512


def cp_divider():
    """(mV at the ADC for CP = 0 V, mV per mV), from the resistors."""
    total = 1 / _CP_TOP_OHM + 1 / _CP_UP_OHM + 1 / _CP_DOWN_OHM
    return _CP_RAIL_MV / _CP_UP_OHM / total, 1 / _CP_TOP_OHM / total


def divider_of(board):
    """(mV at the ADC for CP = 0 V, mV per mV) of a board.

    The resistors of the shipped boards where its constants are those within 1 % (their sum of
    tolerances, chosen); else another divider is fitted, and only its constants say which.
    """
    zero_mv, slope = cp_divider()
    stated = board.CP_OFFSET_UV / 1000.0, 100.0 / board.CP_GAIN_X100
    if abs(stated[0] / zero_mv - 1.0) < 0.01 and abs(stated[1] / slope - 1.0) < 0.01:
        return zero_mv, slope
    return stated


class Wiring:
    """Connects one charger. `radio`: plant.radio or None. seed: ADC noise.

    cut: names of input cables that are broken now ("mirror", "load", "rcd", "pe",
    "button"): the pad then sees only its pull. Call update() after a change.
    """

    def __init__(self, device, board, cp, radio=None, seed=0):
        self.device = device
        self.board = board
        self.cp = cp
        self.now_s = 0.0
        self.cut = set()
        self._rng = Random(seed)
        self._zero_mv, self._slope = divider_of(board)
        self._spacing_us = board.CP_SPACING_US or _SPACING_US
        self._samples = _PERIOD_US // gcd(_PERIOD_US, self._spacing_us)  # end in step with the pilot
        self._adc = device.adc_input(board.CP_ADC_PIN)
        self._cache = {}
        self._noise = PadNoise(
            self._rng, self._adc, self._zero_mv, self._slope, self._samples, self._spacing_us, _ADC_NOISE_MV
        )
        self._new_noise = max(1, self._noise.count // board.CP_BURST)  # steps: no reading is taken twice
        self._timed = False
        self._seen = None
        self._looks = self._seq = self._button = None
        self._was_cut = False
        self._count = self._new_noise_at = 0
        self._ntc_mv = [None] * len(cp.ntc)
        self.air = None
        self._connect_outputs()
        self._connect_meter()
        for ntc in cp.ntc:
            ntc.pullup_ohm = float(board.NTC_PULLUP_OHM)
            ntc.supply_mv = float(board.NTC_SUPPLY_MV)
            ntc.step(0.0, ntc.degc)  # shows the voltage of this divider
        if radio is not None:
            self.air = PlantAir(radio, device, self)
        self.update(0.0)

    # -- from the chip to the plant ------------------------------------------------

    def _connect_outputs(self):
        device, board = self.device, self.board
        device.listen(board.CP_PWM_PIN, self._pilot_out)
        device.listen(board.COIL_PIN, self._coil_out)
        if board.COIL_PULSE_PIN is not None:
            self.cp.contactor.dead_man_s = DEAD_MAN_S
            self.cp.contactor.pulse(-1.0)  # expired: the coil has no supply yet
            device.listen(board.COIL_PULSE_PIN, self._pulse_out)
        if board.RCD_TEST_PIN is not None:
            device.listen(board.RCD_TEST_PIN, self._rcd_test_out)
        self._pilot_out()
        self._coil_out()

    def _pilot_out(self):
        """Comparator to +-12 V; a floating pin is pulled to the -12 V side."""
        self._drive_pilot(self.device.pad(self.board.CP_PWM_PIN), self.cp.pilot)
        self._pilot_in(self.cp.pilot)  # the wire settles in microseconds, not at the next step

    def _drive_pilot(self, pad, pilot):
        if pad is None or isinstance(pad, int):
            plus = (pad or 0) ^ self.board.CP_PWM_INVERTED if pad is not None else 0
            pilot.drive(HOLD if plus else NEG, 0)
            return
        high = pad.duty << (16 - pad.bits)
        if pad.invert != bool(self.board.CP_PWM_INVERTED):
            high = 65536 - high
        pilot.freq_hz = pad.freq
        if high >= 65536:
            pilot.drive(HOLD, 0)
        elif high <= 0:
            pilot.drive(NEG, 0)
        else:
            pilot.drive(PWM, high)

    def _coil_out(self):
        """N-MOSFET with a resistor from gate to source: a floating pad is off."""
        on = self.device.pad(self.board.COIL_PIN) == self.board.COIL_ON_LEVEL
        self.cp.set_coil(1 if on else 0)

    def _pulse_out(self):
        cp = self.cp
        if not cp.contactor.renew(self.now_s):  # else it lasts longer: nothing to look at again
            cp.coil_pulse(self.now_s)

    def _rcd_test_out(self):
        level = self.device.pad(self.board.RCD_TEST_PIN)
        self.cp.rcd.drive_test(1 if level == self.board.RCD_TEST_LEVEL else 0, self.now_s)
        self.cp.touch_supply()  # the module's answer is due at a time of its own

    def _connect_meter(self):
        if self.board.METER_SPI is not None:
            chip = Atm90e32(self.cp.meter, self.device.clock)
            self.device.spi_slaves[self.board.METER_CS_PIN] = chip

    # -- from the plant to the chip ------------------------------------------------

    def update(self, now_s):
        """Put what the plant shows now onto the pads. Cheap when nothing changed."""
        self.now_s = now_s
        cp = self.cp
        pilot = cp.pilot
        if (
            cp.looks != self._looks  # contacts, RCD and earth move in its looks alone
            or pilot.seq != self._seq  # the noise too
            or cp.button != self._button
            or self.cut
            or self._was_cut
        ):
            self._look(cp, pilot)
        self._count = count = self._count + 1
        if count >= self._new_noise_at and pilot.fresh and not self._timed:
            self._feed_noise(pilot)
        if count & 3 == 1:
            self._slow()

    def _look(self, cp, pilot):
        self._looks, self._seq = cp.looks, pilot.seq
        self._button = cp.button
        self._was_cut = bool(self.cut)
        state = (
            cp.contactor.mirror, cp.load_live, cp.rcd.trip, cp.pe.good, cp.button, pilot.seq,
            self._was_cut,
        )  # fmt: skip
        if state != self._seen or self.cut:
            self._seen = state
            self._inputs()
            self._pilot_in(pilot)

    def _inputs(self):
        board, cp = self.board, self.cp
        self._put("mirror", board.MIRROR_PIN, cp.contactor.mirror == 1, board.MIRROR_CLOSED_LEVEL)
        for phase, pin in enumerate(board.LOAD_PINS or ()):
            self._put("load", pin, cp.load_live >> phase & 1, board.LOAD_LIVE_LEVEL)
        rcd = cp.rcd
        open_cable = "rcd" in self.cut or rcd.cable_open
        if board.RCD_TRIP_PIN is not None:
            level = board.RCD_TRIP_LEVEL if rcd.trip else 1 - board.RCD_TRIP_LEVEL
            self.device.drive(board.RCD_TRIP_PIN, None if open_cable else level)
        self._put("pe", board.PE_PIN, cp.pe.good, board.PE_GOOD_LEVEL)
        self._put("button", board.BUTTON_PIN, cp.button, board.BUTTON_PRESSED_LEVEL)

    def _put(self, name, pin, active, active_level):
        if pin is None:
            return
        level = active_level if active else 1 - active_level
        self.device.drive(pin, None if name in self.cut else level)

    def _pilot_in(self, pilot):
        if self._timed:
            return
        if pilot.fresh:
            self._feed_noise(pilot)
            return
        key = (pilot.high_mv, pilot.low_mv, pilot.duty, pilot.noise_mv)
        samples = self._cache.get(key)
        if samples is None:
            if len(self._cache) >= _CACHE:
                self._cache.clear()
            samples = self._cache[key] = self._sampled(pilot)
        self._adc.feed_calibrated(samples)

    def _feed_noise(self, pilot):
        """New noise, until all of its readings are taken."""
        self._new_noise_at = self._count + self._new_noise
        self._adc.feed_piece(self._noise.piece(pilot))

    def _sampled(self, pilot):
        """Readings of the pilot as far apart as the port takes them, with noise, as read_uv() gives them."""
        uniform = self._rng.uniform
        to_uv = self._adc.calibrated_uv
        noise = pilot.noise_mv
        out = []
        for k in range(self._samples):
            cp_mv = pilot.level_mv(k * self._spacing_us) + uniform(-noise, noise)
            mv = self._zero_mv + self._slope * cp_mv + uniform(-_ADC_NOISE_MV, _ADC_NOISE_MV)
            out.append(to_uv(max(mv, 0.0) * 1000.0))
        return out

    def timed(self):
        """The pilot's ADC in timed mode: each reading takes time and sees the true phase.

        For measurements of the sampling itself: slow.
        """
        self._timed = True
        pilot = self.cp.pilot

        def at_us(us):
            mv = self._zero_mv + self._slope * pilot.sample_mv(us)
            return max(mv, 0.0) * 1000.0

        self.device.feed_adc_timed(self.board.CP_ADC_PIN, at_us)

    def untimed(self):
        """Back from the timed mode: the pads and the pilot are looked at again."""
        self._timed = False
        self._seen = self._looks = None

    def _slow(self):
        shown = [ntc.mv for ntc in self.cp.ntc]
        if shown != self._ntc_mv:
            for place, pin in enumerate(self.board.NTC_PINS):
                if pin is not None and shown[place] != self._ntc_mv[place]:
                    self.device.feed_adc(pin, [shown[place] * 1000.0])
            self._ntc_mv = shown
        if self.air is not None:
            self.air.tune()


class PlantAir:
    """The fakes' side of plant.radio for one device (what fakes.Air is on its own)."""

    def __init__(self, radio, device, wiring):
        self._radio = radio
        self._device = device
        self._wiring = wiring
        self._station = radio.station(device.mac)
        self._station.on_frame = self._arrived
        device.air = self

    def tune(self):
        """The station hears only while ESP-NOW is active, on the chip's channel."""
        esp = self._device.espnow
        channel = esp.channel() if esp is not None else None
        self._station.up = channel is not None
        if channel is not None:
            self._station.channel = channel

    def scan(self, device, channels, home):
        """The radio looks at other channels, as esp_wifi_scan_start() does by default: actively."""
        self._station.scan(self._wiring.now_s, channels, home=home)

    def transmit(self, sender, dst, payload, channel):
        self.tune()
        return self._radio.send(sender.mac, dst, payload, self._wiring.now_s)

    def _arrived(self, mac, frame, rssi):
        esp = self._device.espnow
        if esp is not None:
            esp.on_air(mac, frame, rssi)
