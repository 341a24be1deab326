"""The unit's board in the jig: strict fakes of the hardware, wired to what the jig provides."""

import ast
import contextlib
import io
import sys
import threading

from ballast_bench import boards as bench_boards
from ballast_bench import fakes, upy

_RUN = threading.Lock()  # the fakes and the clock are the process's own


class JigClock(upy.ManualClock):
    """Calls `on_time(ms)` after every advance: what the hardware does meanwhile."""

    def __init__(self):
        super().__init__(1000)
        self.on_time = lambda ms: None

    def advance_us(self, us):
        super().advance_us(us)
        self.on_time(self.ms())


class Hardware:
    """The unit's board in the jig: relay 12 ms, RCD test 24 ms, 10 kohm for thermistors.

    faults: names of what is broken: "relay stuck", "relay welded", "rcd dead", "ntc open",
    "pilot", "deaf", "adc" (its calibration is not in the efuses).
    """

    def __init__(self, board_name, mac, faults=()):
        self.board = bench_boards.load(board_name)
        self.faults = set(faults)
        self.clock = JigClock()
        self.clock.on_time = self._on_time
        self.device = fakes.Device(self.clock, self.board.CHIP, mac)
        self.due = []  # [(ms, gpio, level)]
        self._wire()

    def _wire(self):
        board, device = self.board, self.device
        device.adc_calibrated = "adc" not in self.faults
        self._contacts(0)
        device.listen(board.COIL_PIN, self._coil)
        if board.RCD_TEST_PIN is not None:
            device.drive(board.RCD_TRIP_PIN, 1 - board.RCD_TRIP_LEVEL)
            device.listen(board.RCD_TEST_PIN, self._rcd)
        device.listen(board.CP_PWM_PIN, self._pilot)
        half = board.NTC_SUPPLY_MV * 10000 // (10000 + board.NTC_PULLUP_OHM)
        for place, pin in enumerate(board.NTC_PINS):
            if pin is not None:
                bad = place == 0 and "ntc open" in self.faults
                device.feed_adc(pin, [1000 * (board.NTC_SUPPLY_MV if bad else half)])
        device.feed_adc(board.CP_ADC_PIN, [0])
        if board.PE_PIN is not None:
            device.drive(board.PE_PIN, board.PE_GOOD_LEVEL)
        if board.BUTTON_PIN is not None:
            device.drive(board.BUTTON_PIN, 1 - board.BUTTON_PRESSED_LEVEL)
        if "deaf" not in self.faults:
            device.access_points["ballast-jig"] = ("", 6, -41)

    def repair(self):
        """All faults gone, the parts as new."""
        self.faults.clear()
        self.due.clear()
        self._wire()

    def _contacts(self, closed):
        board = self.board
        if board.MIRROR_PIN is not None:
            level = board.MIRROR_CLOSED_LEVEL
            self.device.drive(board.MIRROR_PIN, level if closed else 1 - level)
        for pin in board.LOAD_PINS:
            live = board.LOAD_LIVE_LEVEL
            self.device.drive(pin, live if closed else 1 - live)

    def _coil(self):
        on = self.device.pad(self.board.COIL_PIN) == self.board.COIL_ON_LEVEL
        if ("relay stuck" in self.faults and on) or ("relay welded" in self.faults and not on):
            return
        self.due.append((self.clock.ms() + 12, "contacts", on))

    def _rcd(self):
        if "rcd dead" in self.faults:
            return
        if self.device.pad(self.board.RCD_TEST_PIN) == self.board.RCD_TEST_LEVEL:
            self.due.append((self.clock.ms() + 24, "rcd", True))
        else:
            self.due.append((self.clock.ms() + 1, "rcd", False))

    def _pilot(self):
        pad = self.device.pad(self.board.CP_PWM_PIN)
        high = pad if pad in (0, 1, None) else pad.high_fraction() > 0.5
        volts = 11_980_000 if high else -12_030_000
        if "pilot" in self.faults:
            volts = volts * 8 // 10
        board = self.board
        self.device.feed_adc(
            board.CP_ADC_PIN, [board.CP_OFFSET_UV + volts * 100 // board.CP_GAIN_X100]
        )

    def _on_time(self, ms):
        for job in [job for job in self.due if job[0] <= ms]:
            self.due.remove(job)
            if job[1] == "contacts":
                self._contacts(job[2])
            else:
                level = self.board.RCD_TRIP_LEVEL
                self.device.drive(self.board.RCD_TRIP_PIN, level if job[2] else 1 - level)

    def run(self, code):
        """(output, error) of a script at the prompt."""
        out, error = io.StringIO(), ""
        with _RUN:
            fakes.install()
            before, kept = upy.clock(), sys.modules.get("board")
            upy.install(self.clock)
            sys.modules["board"] = self.board
            try:
                with self.device, contextlib.redirect_stdout(out):
                    exec(compile(ast.parse(code), "<stdin>", "exec"), {"__name__": "__main__"})
            except Exception as problem:  # noqa: BLE001 - the prompt prints what it is
                error = f"Traceback (most recent call last):\r\n{problem!r}\r\n"
            finally:
                upy.install(before)
                sys.modules.pop("board", None)
                if kept is not None:
                    sys.modules["board"] = kept
        return out.getvalue(), error
