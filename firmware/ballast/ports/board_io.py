"""All inputs and outputs of one charger, built from its board.py.

    io = BoardIo(board)
    io.fit(fit)                # once: what is fitted
    io.read(scan); ...; io.write(out)      # every step of 20 ms

Fast inputs (pilot, RCD, contactor, PE, button) are read in every step. Slow ones take
turns in a frame of ten steps: own power meter 10 Hz, thermistors 5 Hz each, the light
10 Hz. This file decides nothing, with one exception: if the residual current monitor has
tripped, `read` switches the coil off at once. control/ would do the same a few
milliseconds later, after the burst of the pilot and the whole step.
"""

from micropython import const

from .button_io import ButtonIo
from .contactor_io import NOT_FITTED, ContactorIo
from .led_io import LedIo
from .pe_io import PeIo
from .pilot_io import PilotIo
from .power_meter_io import PowerMeterIo
from .rcd_io import RcdIo
from .thermistor_io import ThermistorIo

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Any, Callable

    from ballast.ports.shapes import Board, Calibration, Fit, Out, Scan

_ROUND = 10
_NTC_TURNS = (3, 4, 8, 9)  # of the frame: those in which the power meter is not read


class BoardIo:
    """board: a board.py module. cal: calibration of this unit, {board constant: value}.

    The constructor raises ValueError if the board names a pin that the chip does not have.
    """

    def __init__(self, board: "Board", cal: "Calibration | None" = None) -> None:
        self._board = board
        self._cal = cal or {}
        self.pilot = PilotIo(
            board.CP_PWM_PIN,
            board.CP_ADC_PIN,
            self._value("CP_OFFSET_UV"),
            self._value("CP_GAIN_X100"),
            board.CP_PWM_INVERTED,
            board.CP_BURST,
            board.CP_SPACING_US,
        )
        self.contactor = ContactorIo(
            board.COIL_PIN,
            board.COIL_ON_LEVEL,
            board.COIL_PULSE_PIN,
            board.MIRROR_PIN,
            board.MIRROR_CLOSED_LEVEL,
            board.LOAD_PINS,
            board.LOAD_LIVE_LEVEL,
        )
        self._make_optional(board)
        self._read_pilot = self.pilot.read
        self._read_contactor = self.contactor.read
        self._read_rcd = self.rcd.read if self.rcd else None
        self._read_pe = self.pe.read if self.pe else None
        self._read_button = self.button.read if self.button else None
        self._write_coil = self.contactor.write
        self._write_pilot = self.pilot.write
        self._write_rcd = self.rcd.write if self.rcd else None
        self._write_led = self.led.write if self.led else None
        self._read_ntc = self.thermistors.read
        self._ntc_at = self._ntc_places()
        self._jobs = self._round_jobs()
        self._turn = 0

    # Any: the board's names have different types, and a calibration may replace some
    def _value(self, name: str) -> "Any":
        return self._cal.get(name, getattr(self._board, name))

    def _make_optional(self, board: "Board") -> None:
        self.rcd: "RcdIo | None" = None
        self.pe: "PeIo | None" = None
        self.button: "ButtonIo | None" = None
        self.led: "LedIo | None" = None
        self.meter: "PowerMeterIo | None" = None
        if board.RCD_TRIP_PIN is not None:
            self.rcd = RcdIo(
                board.RCD_TRIP_PIN,
                board.RCD_TRIP_LEVEL,
                board.RCD_TEST_PIN,
                board.RCD_TEST_LEVEL,
                board.RCD_TEST_PULSE_US,
            )
        if board.PE_PIN is not None:
            self.pe = PeIo(board.PE_PIN, board.PE_GOOD_LEVEL)
        if board.BUTTON_PIN is not None:
            self.button = ButtonIo(board.BUTTON_PIN, board.BUTTON_PRESSED_LEVEL)
        if board.LED_PIN is not None:
            self.led = LedIo(board.LED_PIN, board.LED_RED_PIN, board.LED_ON_LEVEL)
        if board.METER_SPI is not None:
            self.meter = PowerMeterIo(
                board.METER_SPI,
                board.METER_SCK_PIN,
                board.METER_MOSI_PIN,
                board.METER_MISO_PIN,
                board.METER_CS_PIN,
                self._value("METER_UGAIN"),
                self._value("METER_IGAIN"),
                board.METER_PGA,
                board.METER_LINE_HZ,
            )
        self.thermistors = ThermistorIo(board.NTC_PINS)

    def _round_jobs(self) -> "list[Callable[[Scan], None] | None]":
        """The function that reads a slow input in each step of the frame; None = no input."""
        jobs: list = [None] * _ROUND
        if self.meter:
            for first in (0, 5):
                jobs[first] = self.meter.read_l1
                jobs[first + 1] = self.meter.read_l2
                jobs[first + 2] = self.meter.read_l3
        jobs[4] = self._step_led
        jobs[9] = self._last_turn
        return jobs

    def _ntc_places(self) -> "list[tuple[int, ...]]":
        """Which thermistors each step of the round reads, by place."""
        turns: list = [()] * _ROUND
        for place in range(len(self._board.NTC_PINS)):
            turn = _NTC_TURNS[place % len(_NTC_TURNS)]
            turns[turn] = turns[turn] + (place,)
        return turns

    def _last_turn(self, scan: "Scan") -> None:
        self._step_led(scan)
        meter = self.meter
        if meter is not None and meter.needs_repair():
            meter.repair()  # 7 ms, every 2 s while it fails: the step has this time

    def _step_led(self, scan: "Scan") -> None:
        if self.led:
            self.led.step()

    def fit(self, fit: "Fit") -> None:
        """Fill `fit` with what this board has."""
        board = self._board
        fit.phases = board.PHASES
        fit.rated_ma = board.RATED_MA
        fit.pwm_bits = board.CP_PWM_BITS
        fit.mirror = board.MIRROR_PIN is not None
        fit.load_live = board.LOAD_PINS is not None
        fit.pe = self.pe is not None
        fit.rcd = self.rcd is not None
        fit.own_meter = self.meter is not None
        fit.button = self.button is not None
        for place in range(len(board.NTC_PINS)):  # a place that the board does not name has none
            fit.ntc[place] = board.NTC_PINS[place] is not None
        fit.ntc_pullup_ohm = board.NTC_PULLUP_OHM
        fit.ntc_supply_mv = board.NTC_SUPPLY_MV
        fit.rcd_module = board.RCD_MODULE

    def read_all(self, scan: "Scan") -> None:
        """Read one whole frame at once, so that the first step has all slow inputs."""
        for _ in range(_ROUND):
            self.read(scan)

    def read(self, scan: "Scan") -> None:
        """Fill `scan`: all fast inputs and the slow one whose turn it is."""
        if self._read_rcd is not None:
            self._read_rcd(scan)
            if scan.rcd_trip:
                self._write_coil(0)
        self._read_pilot(scan)
        self._read_contactor(scan)
        if self._read_pe is not None:
            self._read_pe(scan)
        else:
            scan.pe = NOT_FITTED
        if self._read_button is not None:
            self._read_button(scan)
        turn = self._turn
        for place in self._ntc_at[turn]:
            self._read_ntc(scan, place)
        job = self._jobs[turn]
        if job is not None:
            job(scan)
        self._turn = turn + 1 if turn < _ROUND - 1 else 0

    def write(self, out: "Out") -> None:
        """Set all outputs; the coil first, because opening the contactor is urgent."""
        self._write_coil(out.coil)
        self._write_pilot(out.pilot, out.duty_u16)
        if self._write_rcd is not None:
            self._write_rcd(out.rcd_test)
        if self._write_led is not None:
            self._write_led(out.led)

    def safe(self) -> None:
        """Contactor open, pilot at +12 V without PWM, RCD test off; each even if another fails."""
        try:
            self._write_coil(0)
        finally:
            try:
                self._write_pilot(0, 0)
            finally:
                if self._write_rcd is not None:
                    self._write_rcd(0)
