"""The measurement and the radio: connects the links that bring the house's current."""

import asyncio
import time

from micropython import const

from ballast.control.charger import SUPPLY
from ballast.services.radio.clamp_link import ClampLink

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from ballast.compose.env import Env
    from ballast.ports.espnow_radio import EspnowRadio
    from ballast.ports.rs485 import Rs485
    from ballast.services.meters.bus import RtuBus, TcpBus
    from ballast.services.meters.link import MeterLink
    from ballast.services.shapes import OnFrame
    from main import App

METER_TCP = 2
METER_RTU = 3
_METER_KEYS = (
    "meter_kind", "meter_host", "meter_unit", "meter_baud", "meter_model", "meter_interval_ms",
    "meter_parity", "meter_line",
)  # fmt: skip
_GROUP_MARKER = const(0xB5)  # as protocol/group_frame.MARKER; a test compares the two
_RADIO_MS = 1000  # the radio is drained at least this often: a soft interrupt can be lost
# Without a frame for so long the radio is started anew. A driver can go deaf when the access point
# changes its channel (espressif/esp-idf#18661). Chosen: a battery clamp sends more often than that
_DEAF_MS = const(20000)
_LAST_DEAF_MS = const(300000)


class MeterWiring:
    """Runs the Modbus link of the settings; makes a new one when they change.

    link: the MeterLink that runs, None without a Modbus meter in the settings.
    """

    def __init__(self, app: "App") -> None:
        self._app = app
        self._watch = app.settings.watch(_METER_KEYS)
        self.link: "MeterLink | None" = None
        self._off_bus = False

    def leave_bus(self, off: bool) -> None:
        """True: leave the bus to a search. False: go on."""
        self._off_bus = off

    def make_port(self) -> "Rs485 | None":
        """The board's RS-485, None if it is not fitted."""
        board = self._app.board
        if board.RS485_UART is None:
            return None
        from ballast.ports.rs485 import Rs485

        return Rs485(board.RS485_UART, board.RS485_TX_PIN, board.RS485_RX_PIN)

    async def run(self) -> None:
        """For ever; raises what ended a link, so that the supervisor starts anew."""
        while True:
            off = self._off_bus
            self._watch.changed()  # what is made next follows the settings of now
            self.link = self._make()
            task = asyncio.create_task(self.link.run()) if self.link is not None else None
            try:
                while off == self._off_bus and not self._watch.changed():
                    await asyncio.sleep_ms(1000)
                    if task is not None and task.done():
                        await task
            finally:
                if task is not None:
                    task.cancel()

    def _make(self) -> "MeterLink | None":
        s = self._app.settings
        kind = 0 if self._off_bus else s["meter_kind"]
        if kind not in (METER_TCP, METER_RTU):
            return None
        from ballast.services.meters.bus import RtuBus, TcpBus, parse_host  # only for Modbus

        if kind == METER_TCP:
            host, port = parse_host(s["meter_host"])
            return self._modbus(TcpBus(host, port))
        rs485 = self.make_port()
        if rs485 is None:
            raise ValueError("meter_kind: this board has no RS-485")
        bus = RtuBus(rs485)
        bus.configure(s["meter_baud"], "E" if s["meter_parity"] else "N")
        return self._modbus(bus)

    def _modbus(self, bus: "TcpBus | RtuBus") -> "MeterLink":
        from ballast.services.meters.link import MeterLink, model

        s = self._app.settings
        row = model(s["meter_model"], s["meter_line"])
        return MeterLink(
            bus, row, s["meter_unit"], s["meter_interval_ms"], self._sample, self._expect
        )

    def _sample(self, now_ms: int, l1_ma: int, l2_ma: int, l3_ma: int, age_ms: int) -> None:
        self._app.charger.put_sample(SUPPLY, now_ms, l1_ma, l2_ma, l3_ma, age_ms)

    def _expect(self, interval_ms: int) -> None:
        self._app.charger.expect(SUPPLY, interval_ms)


class RadioWiring:
    """Drains the radio and passes each payload to the clamps or to the group.

    clamps: the ClampLink. group: takes the payloads of the group, None without a group.
    """

    def __init__(self, app: "App", env: "Env", radio: "EspnowRadio") -> None:
        number = int.from_bytes(env.unique_id[-4:], "big")
        self._radio = radio
        self._store = app.store
        self._flag = asyncio.ThreadSafeFlag()
        radio.notify(self._flag.set)
        self.clamps = ClampLink(app.charger, radio, number, env.random, self._save_clamps)
        kept = app.store.load("clamps")
        if kept is not None:
            for line in self.clamps.load(kept["pairs"]):
                env.log(line)
        self.group: "OnFrame | None" = None
        self._heard = radio.received
        self._heard_ms = time.ticks_ms()
        self._deaf_ms = _DEAF_MS

    def _listen(self) -> None:
        """Start a radio anew that hears nothing, ever more rarely."""
        now = time.ticks_ms()
        if self._radio.received != self._heard:
            self._heard = self._radio.received
            self._heard_ms = now
            self._deaf_ms = _DEAF_MS
        elif time.ticks_diff(now, self._heard_ms) >= self._deaf_ms:
            self._heard_ms = now
            if self.group is not None or self.clamps.inbox.pairs():
                self._radio.restart()
                self._deaf_ms = min(2 * self._deaf_ms, _LAST_DEAF_MS)

    def _on_frame(self, mac: bytes, frame: bytes, rssi: int) -> None:
        if frame and frame[0] == _GROUP_MARKER:
            if self.group is not None:
                self.group(mac, frame, rssi)
        else:
            self.clamps.on_frame(mac, frame, rssi)

    def _save_clamps(self, pairs: bytes) -> None:
        self._store.save("clamps", {"pairs": pairs.decode()}, 5)  # s, as for a setting

    async def run(self) -> None:
        """For ever."""
        drain = self._radio.drain
        on_frame = self._on_frame
        while True:
            while drain(on_frame):
                await asyncio.sleep_ms(0)  # a flood must not stop the other tasks
            self._listen()
            if self.clamps.step():
                await asyncio.sleep_ms(0)  # more to compute
                continue
            try:
                await asyncio.wait_for_ms(self._flag.wait(), _RADIO_MS)
            except asyncio.TimeoutError:
                continue
