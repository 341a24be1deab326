"""The charger: composition root. Read `App.__init__` top-down, it is the wiring diagram.

What drives the step is decided here: a soft machine.Timer every 20 ms. It
interrupts any service between two bytecodes, so a service that computes for
long delays nobody; one that blocks in C for long is seen as an overrun.
"""

import asyncio
import sys

from ballast.control.charger import (
    RESET_BROWN_OUT,
    RESET_POWER_ON,
    RESET_SOFT,
    RESET_WATCHDOG,
    Charger,
)
from ballast.control.records import Fit, Out, Scan
from ballast.control.settings import Settings
from ballast.ports.board_io import BoardIo
from ballast.ports.step_timer import StepTimer
from ballast.ports.watchdog import Watchdog
from ballast.services.supervisor import Supervisor

STEP_MS = 20
WATCHDOG_MS = 1000  # the port's minimum; the coil's dead-man is faster where fitted


class App:
    """Everything of one charger. `board`: its board.py module. `settings`: loaded ones."""

    def __init__(self, board, settings=None, cal=None):
        self.board = board
        self.settings = settings or Settings()
        self.io = BoardIo(board, cal)
        fit = Fit()
        self.io.fit(fit)
        self.charger = Charger(self.settings, fit)
        self.scan = Scan()
        self.out = Out()
        self.io.safe()
        self.io.read_all(self.scan)
        self.services = Supervisor(print)
        self._read = self.io.read
        self._write = self.io.write
        self._step = self.charger.step
        self._feed = None
        self.timer = StepTimer(self.step, STEP_MS, self._failed)

    def step(self, now_ms):
        """One scan: read, decide, write, and only then feed the watchdog."""
        self._read(self.scan)
        self._step(now_ms, self.scan, self.out)
        self._write(self.out)
        if self._feed is not None:
            self._feed()

    def start(self):
        """Start the step's timer, then the watchdog that watches it."""
        self.timer.start()
        self._feed = Watchdog(WATCHDOG_MS).feed

    def stop(self):
        """Safe outputs; the step does not run again."""
        self.timer.stop()
        self.io.safe()

    def _failed(self, error):
        """A port raised: outputs safe; the watchdog, no longer fed, restarts the chip."""
        self.io.safe()
