"""The charger: composition root. Read `App` from the top, it is the wiring diagram.

A soft machine.Timer calls the step every 20 ms. It interrupts a service at the branches of
its bytecode (py/vm.c), so a service that computes for a long time does not delay the step. A
service that blocks in C for long does, and the step counts that as an overrun.
"""

from micropython import const

from ballast.compose import keep
from ballast.compose.group import GroupWiring
from ballast.compose.links import MeterWiring, RadioWiring
from ballast.control.charger import Charger
from ballast.control.records import Fit, Out, Scan
from ballast.control.settings import Settings
from ballast.ports.board_io import BoardIo
from ballast.ports.collector import Collector
from ballast.ports.step_timer import StepTimer
from ballast.ports.watchdog import Watchdog
from ballast.services.memory import last_run
from ballast.services.supervisor import Supervisor

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Callable

    from ballast.compose.env import Env
    from ballast.ports.shapes import Board, Calibration

STEP_MS = 20
WATCHDOG_MS = 1000  # the minimum of ports/watchdog.py; the dead-man of the coil is faster


class App:
    """All parts of one charger. board: its board.py module.

    settings: with the profile of brand and market; the stored settings are added here.
    cal: calibration of this unit, {board constant: value}.
    """

    def __init__(
        self,
        board: "Board",
        env: "Env",
        settings: "Settings | None" = None,
        cal: "Calibration | None" = None,
    ) -> None:
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
        self.meter = MeterWiring(self)
        self.services.add("meter", self.meter.run)
        self.services.add("keep", self._keep)
        self.radio = None
        if env.radio is not None:
            self.radio = RadioWiring(self, env, env.radio)
            self.services.add("radio", self.radio.run)
        self.group = GroupWiring(self, env)
        self.services.add("group", self.group.run)
        self.page = None
        if env.http is not None:
            from ballast.compose.page import PageWiring  # not loaded without a page

            self.page = PageWiring(self, env, env.http)
        self.ble = None
        if env.ble is not None and self.page is not None and self.page.network is not None:
            from ballast.compose.ble import BleWiring

            self.ble = BleWiring(self, env, env.ble, self.page, self.page.network)
        self._read = self.io.read
        self._write = self.io.write
        self._step = self.charger.step
        self._may_pause = self.charger.may_pause
        self._feed: "Callable[[], None] | None" = None  # until start()
        self.collector: "Collector | None" = None
        if env.heap is not None:
            self.collector = Collector(env.heap)
        self.timer = StepTimer(self.step, STEP_MS, self._failed, self._after_step)

    def step(self, now_ms: int) -> None:
        """One scan: read, decide, write, and only then feed the watchdog."""
        self._read(self.scan)
        self._step(now_ms, self.scan, self.out)
        self._write(self.out)
        if self._feed is not None:
            self._feed()

    def _after_step(self, now_ms: int) -> None:
        """Collect garbage if it is time for that."""
        if self.collector is not None:
            self.collector.after_step(now_ms, self.out.coil, self._may_pause())

    def start(self) -> None:
        """Start the timer of the step, then the watchdog."""
        if self.collector is not None:
            self.collector.start()
        self.timer.start()
        self._feed = Watchdog(WATCHDOG_MS).feed

    def stop(self) -> None:
        """Stop the steps and make the outputs safe."""
        self.timer.stop()
        self.io.safe()

    def uptime_s(self) -> int:
        """Seconds since the start, which never wrap: the clock of the services."""
        return self.charger.cycle.uptime_s

    def _failed(self, error: "BaseException | None") -> None:
        """The step raised: make the outputs safe. The watchdog is fed no more and restarts the chip."""
        self.io.safe()
        self.env.log("step ended: %s: %s" % (type(error).__name__, error))
        last_run.note_error(self.env.reset_info, error)

    async def _keep(self) -> None:
        await keep.keep(self, self.env, self.keeper)


if __name__ == "__main__":
    from ballast.compose import chip

    chip.run(App)
