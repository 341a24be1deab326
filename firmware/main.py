"""The charger: composition root. Read `App` top-down, it is the wiring diagram.

What drives the step is decided here: a soft machine.Timer every 20 ms. It
interrupts any service between two bytecodes, so a service that computes for
long delays nobody; one that blocks in C for long is seen as an overrun.
"""

from ballast.compose import keep
from ballast.compose.group import Group
from ballast.compose.links import Meter, Radio
from ballast.control.charger import Charger
from ballast.control.records import Fit, Out, Scan
from ballast.control.settings import Settings
from ballast.ports.board_io import BoardIo
from ballast.ports.step_timer import StepTimer
from ballast.ports.watchdog import Watchdog
from ballast.services.supervisor import Supervisor

STEP_MS = 20
WATCHDOG_MS = 1000  # the port's minimum; the coil's dead-man is faster where fitted


class App:
    """Everything of one charger. board: its board.py module. env: compose/env.Env.

    settings: with the profile of brand and market in; what is stored comes on top.
    cal: calibration of this unit, {board constant: value}.
    """

    def __init__(self, board, env, settings=None, cal=None):
        self.board = board
        self.env = env
        self.settings = settings or Settings()
        self.io = BoardIo(board, cal)
        self.fit = Fit()
        self.io.fit(self.fit)
        self.charger = Charger(self.settings, self.fit)
        self.scan = Scan()
        self.out = Out()
        self.io.safe()
        self.io.read_all(self.scan)
        self.store = keep.open_store(self, env)
        self.keeper = keep.restore(self, env)
        self.services = Supervisor(env.log)
        self.meter = Meter(self)
        self.services.add("meter", self.meter.run)
        self.services.add("keep", self._keep)
        self.radio = None
        if env.radio is not None:
            self.radio = Radio(self, env)
            self.services.add("radio", self.radio.run)
        self.group = Group(self, env)
        self.services.add("group", self.group.run)
        self.page = None
        if env.http is not None:
            from ballast.compose.page import Page  # a charger without a page need not load it

            self.page = Page(self, env)
        self.ble = None
        if env.ble is not None and self.page is not None and self.page.network is not None:
            from ballast.compose.ble import Ble

            self.ble = Ble(self, env)
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

    def uptime_s(self):
        """Seconds since the start, growing for ever: the services' clock."""
        return self.charger.cycle.uptime_s

    def _failed(self, error):
        """A port raised: outputs safe; the watchdog, no longer fed, restarts the chip."""
        self.io.safe()
        self.env.log("step ended: %s: %s" % (type(error).__name__, error))

    async def _keep(self):
        await keep.keep(self, self.env, self.keeper)


if __name__ == "__main__":
    from ballast.compose import chip

    chip.run(App)
