"""The charger: composition root. Read `App` top-down, it is the wiring diagram.

What drives the step is decided here: a soft machine.Timer every 20 ms. It
interrupts any service between two bytecodes, so a service that computes for
long delays nobody; one that blocks in C for long is seen as an overrun.
"""

import asyncio
import os
import time

from ballast.control.charger import PANEL, SUPPLY, Charger
from ballast.control.records import Fit, Out, Scan
from ballast.control.settings import Settings
from ballast.ports.board_io import BoardIo
from ballast.ports.step_timer import StepTimer
from ballast.ports.watchdog import Watchdog
from ballast.protocol.status import Info
from ballast.services.clamp_link import ClampLink
from ballast.services.meter_link import MeterLink, model
from ballast.services.modbus_bus import RtuBus, TcpBus, parse_host
from ballast.services.supervisor import Supervisor

STEP_MS = 20
WATCHDOG_MS = 1000  # the port's minimum; the coil's dead-man is faster where fitted

METER_CLAMP = 1
METER_TCP = 2
METER_RTU = 3
_METER_KEYS = (
    "meter_kind", "meter_host", "meter_unit", "meter_baud", "meter_model", "meter_interval_ms",
)  # fmt: skip
_RADIO_MS = 20


class Env:
    """What differs between a chip and the bench.

    store: load(name) -> dict or None, save(name, dict). http: (host, port), None = no page.
    assets: (folder, manifest) of the page. label: password record of the code on the label.
    serial, version: texts. radio, wifi: ports, None = none. log: takes a line.
    access_point: (name, password) from the label, None = this charger opens none.
    blocking: async function that runs a blocking one beside the step. dns_port: of the
    captive portal. update: (services/update.Update, largest file in bytes), None = none.
    """

    def __init__(self, store, log=print):
        self.store = store
        self.log = log
        self.http = None
        self.assets = None
        self.label = ""
        self.serial = ""
        self.version = ""
        self.model = "Ballast"
        self.unique_id = b"\0\0\0\0"
        self.radio = None
        self.wifi = None
        self.access_point = None
        self.blocking = in_thread
        self.dns_port = 53
        self.update = None


async def in_thread(function):
    """Run a function that blocks in C (a Wi-Fi scan: 2 s) while the step goes on.

    The port lets go of the interpreter's lock meanwhile. Raises what the function raised.
    """
    import _thread

    done = []

    def work():
        try:
            done.append((function(), None))
        except Exception as error:  # noqa: BLE001 (handed on below)
            done.append((None, error))

    _thread.start_new_thread(work, ())
    while not done:
        await asyncio.sleep_ms(50)
    result, error = done[0]
    if error is not None:
        raise error
    return result


class App:
    """Everything of one charger. `board`: its board.py module. `cal`: of this unit."""

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
        self.services = Supervisor(env.log)
        self.link = None  # the meter's or the clamp's, for those who show its state
        self.clamps = None
        self.services.add("meter", self._meter)
        if env.radio is not None:
            self._add_radio(env)
        if env.http is not None:
            self._add_page(env)
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
        self.env.log("step ended: %s: %s" % (type(error).__name__, error))

    # -- the measurement ----------------------------------------------------------

    async def _meter(self):
        """Run the link that the settings ask for; build it anew when they change."""
        while True:
            wanted = self._meter_wish()
            self.link = self._make_link()
            task = asyncio.create_task(self.link.run()) if self.link is not None else None
            try:
                while wanted == self._meter_wish():
                    await asyncio.sleep_ms(1000)
                    if task is not None and task.done():
                        await task  # raises what ended it: the supervisor starts anew
            finally:
                if task is not None:
                    task.cancel()

    def _meter_wish(self):
        return [self.settings[key] for key in _METER_KEYS]

    def _make_link(self):
        s = self.settings
        kind = s["meter_kind"]
        if kind == METER_TCP:
            host, port = parse_host(s["meter_host"])
            return self._modbus(TcpBus(host, port))
        if kind == METER_RTU:
            from ballast.ports.rs485 import Rs485

            board = self.board
            bus = RtuBus(Rs485(board.RS485_UART, board.RS485_TX_PIN, board.RS485_RX_PIN))
            bus.configure(s["meter_baud"], "N")
            return self._modbus(bus)
        return None

    def _modbus(self, bus):
        s = self.settings
        row = model(s["meter_model"], "")
        return MeterLink(
            bus, row, s["meter_unit"], s["meter_interval_ms"], self._supply_sample, self._expect
        )

    def _supply_sample(self, now_ms, l1_ma, l2_ma, l3_ma, age_ms):
        self.charger.put_sample(SUPPLY, now_ms, l1_ma, l2_ma, l3_ma, age_ms)

    def _panel_sample(self, now_ms, l1_ma, l2_ma, l3_ma, age_ms):
        self.charger.put_sample(PANEL, now_ms, l1_ma, l2_ma, l3_ma, age_ms)

    def _expect(self, interval_ms):
        self.charger.expect(SUPPLY, interval_ms)

    # -- the radio ----------------------------------------------------------------

    def _add_radio(self, env):
        number = int.from_bytes(env.unique_id[-4:], "big")
        self.clamps = ClampLink(self.charger, env.radio, number, os.urandom, self._save_clamps)
        kept = env.store.load("clamps")
        if kept is not None:
            for line in self.clamps.load(kept["pairs"]):
                env.log(line)
        self.services.add("radio", self._listen)

    def _save_clamps(self, pairs):
        self.env.store.save("clamps", {"pairs": pairs.decode()})

    async def _listen(self):
        """The radio's one listener: hands each payload to whom it is for."""
        drain = self.env.radio.drain
        hear = self.clamps.on_frame
        while True:
            drain(hear)
            self.clamps.tick()
            await asyncio.sleep_ms(_RADIO_MS)

    # -- the page -----------------------------------------------------------------

    def _add_page(self, env):
        from ballast.services.auth import Auth
        from ballast.services.event_log import EventLog
        from ballast.services.gate import Gate
        from ballast.services.history import History
        from ballast.services.meter_proof import MeterProof
        from ballast.services.schedule import Schedule
        from ballast.services.sessions import Sessions
        from ballast.services.wall_clock import WallClock
        from ballast.services.web import Web
        from ballast.services.web_commands import WebCommands
        from ballast.services.web_records import WebRecords
        from ballast.services.web_settings import WebSettings
        from ballast.services.web_setup import WebSetup

        fit = self.fit
        self.wall = WallClock(self.uptime_s)
        self.events = EventLog(env.store, self.uptime_s, self.wall.time_s)
        self.auth = Auth(
            self.settings, env.store, self.uptime_s, os.urandom, env.label, self.events.add
        )
        info = Info(env.serial, env.model, env.version, fit.phases, fit.own_meter, fit.ntc)
        self.web = Web(
            self.charger, info, self.auth, self.events, env.assets, self.uptime_s, self.wall
        )
        self.history = History()
        self.schedule = Schedule(self.charger, env.store, self.wall, time.ticks_ms)
        WebCommands(self.web)
        WebRecords(self.web, self.history, Sessions(env.store, self.wall.time_s), self.events)
        WebSettings(self.web, self.schedule)
        WebSetup(self.web, self._add_wifi(env), MeterProof())
        if env.update is not None:
            from ballast.services.web_update import WebUpdate

            WebUpdate(self.web, env.update[0], env.update[1])
        self.gate = Gate(self.web.app.handle_request)
        self.services.add("status", self.web.run)
        self.services.add("page", self._serve)
        self.services.add("schedule", self.schedule.run)

    def _add_wifi(self, env):
        """The network's keeper and the captive portal; None where the bench has no Wi-Fi."""
        if env.wifi is None or env.access_point is None:
            return None
        from ballast.services.captive import Captive
        from ballast.services.wifi_link import WifiLink

        captive = Captive(self.web, env.dns_port)
        link = WifiLink(
            env.wifi, self.settings, captive, env.access_point, env.blocking, self.events.add
        )
        self.services.add("wifi", link.run)
        self.services.add("portal", captive.run)
        return link

    async def _serve(self):
        host, port = self.env.http
        await self.gate.run(host, port)

    def uptime_s(self):
        """Seconds since the start, growing for ever: the services' clock."""
        return self.charger.cycle.uptime_s
