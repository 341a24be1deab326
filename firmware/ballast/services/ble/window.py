"""The Bluetooth window: when Bluetooth is on, and which of the two services gets which bytes.

The window opens at a start before the setup is done, and when the button is held for three
seconds. It stays open for ten minutes; every command of a client that has proven the setup
code starts the ten minutes again. Outside the window Bluetooth is off and its memory free.

The radio blocks everything for a moment when it is switched on or off, so both wait until the
contactor is open. A window that closes before that is deaf at once: it advertises no more, and its
client is disconnected.
"""

import asyncio

from micropython import const

from ballast.protocol import ble_frames as frames
from ballast.protocol import improv

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from ballast.services.ble.shapes import BlePort, Button, ChargerService, Improv
    from ballast.services.shapes import AddEvent, Clock, Permit

OPEN_S = const(600)
# A client that has proven nothing is disconnected after this time without a write. It is longer
# than the longest wait after a wrong code (60 s).
_SILENT_S = const(90)
_STUCK_S = const(10)  # a client that takes no notification for this long is disconnected
_IDLE_MS = const(100)
_BUSY_MS = const(20)  # while notifications wait
_BLOCKS_MS = const(250)  # most of switching on or off without a client (estimate: 50 to 150 ms)

_READ = const(0x02)  # characteristic properties, Core Specification Vol 3, G, 3.3.1.1
_WRITE = const(0x0C)  # with and without response
_NOTIFY = const(0x10)

SERVICES = (
    (
        improv.SERVICE,
        (
            (improv.STATE, _READ | _NOTIFY),
            (improv.ERROR, _READ | _NOTIFY),
            (improv.COMMAND, _WRITE),
            (improv.RESULT, _READ | _NOTIFY),
            (improv.CAPABILITIES, _READ),
        ),
    ),
    (
        frames.SERVICE,
        ((frames.INFO, _READ), (frames.RX, _WRITE), (frames.TX, _NOTIFY)),
    ),
)
_UUIDS = (
    improv.STATE, improv.ERROR, improv.COMMAND, improv.RESULT, improv.CAPABILITIES,
    frames.INFO, frames.RX, frames.TX,
)  # fmt: skip
_NOTIFIED = (improv.STATE, improv.ERROR, improv.RESULT)


class BleWindow:
    """button: control/button.Button, which the step counts.

    clock_s: seconds since start. permit(ms): whether a call may block now. log(kind, detail).
    improv, charger_service: the two services; the owner sets them before run(). is_open: Bluetooth
    can be used.
    """

    def __init__(
        self,
        port: "BlePort",
        button: "Button",
        clock_s: "Clock",
        permit: "Permit",
        log: "AddEvent",
    ) -> None:
        self._port = port
        self._pressed = button
        self._longs = button.longs
        self._shorts = button.shorts
        self._clock = clock_s
        self._permit = permit
        self._log = log
        self._flag = asyncio.ThreadSafeFlag()
        self._handles: dict[str, int] = {}
        self._out: list[tuple[int, bytes]] = []  # (handle, bytes) to notify, in order
        self._client: "tuple[int, int | None] | None" = None  # (count, connection) served last
        self._heard_s = 0
        self._sent_s = 0
        self._until_s = 0
        self._commands = 0
        self._shown: "bytes | None" = None  # what is advertised
        self._tasks: "list[asyncio.Task]" = []
        self._wanted = False  # to be opened as soon as that may block
        self._authorized = False  # the button did it, before the window was open
        self._on = False  # the radio is switched on
        # None until the owner sets them: they need publish() and answer() of this window
        self.improv: "Improv" = None  # type: ignore[assignment]
        self.charger_service: "ChargerService" = None  # type: ignore[assignment]
        self.is_open = False

    # values and messages of the two services

    def publish(self, uuid: str, value: bytes) -> None:
        """Set a characteristic of Improv and notify it."""
        if not self.is_open:
            return
        handle = self._handles[uuid]
        self._port.set(handle, value)
        if uuid in _NOTIFIED and self._port.client is not None and value:
            size = self._port.mtu - 3
            for at in range(0, len(value), size):
                self._queue(handle, value[at : at + size])

    def answer(self, message: bytes) -> None:
        """Send a message of the charger's own service to the client."""
        if self.is_open and self._port.client is not None:
            for chunk in frames.chunks(message, self._port.mtu - 3):
                self._queue(self._handles[frames.TX], chunk)

    def _queue(self, handle: int, data: bytes) -> None:
        if not self._out:
            self._sent_s = self._clock()
        self._out.append((handle, data))

    # the window

    def open(self) -> None:
        """Bluetooth on for ten minutes, counted from the last call."""
        self._until_s = self._clock() + OPEN_S
        if not self.is_open:
            self._wanted = True
            self._switch()

    def _switch(self) -> None:
        """Switch the radio on or off as it is wanted, if that may block now."""
        if self._wanted and self._on:
            if not self.is_open:
                self._opened()  # the last window's radio was not off yet
        elif self._wanted:
            if self._permit(_BLOCKS_MS):
                self._switch_on()
        elif self._on:
            if self._port.client is not None:
                self._port.hang_up()
            elif self._permit(_BLOCKS_MS) and self._port.off():
                self._on = False
                #: ble `closed`: Bluetooth was switched off
                self._log("ble", "closed")

    def _switch_on(self) -> None:
        try:
            handles = self._port.on(SERVICES, self._flag.set)
        except OSError:
            self._wanted = False
            #: ble `no memory`: Bluetooth could not be switched on
            self._log("ble", "no memory")
            return
        self._on = True
        self._handles = dict(zip(_UUIDS, handles))
        self._port.set(self._handles[frames.INFO], self.charger_service.info)
        self._opened()

    def _opened(self) -> None:
        self._client = None
        self._shown = None
        self.is_open = True
        self.improv.start()
        #: ble `open`: Bluetooth was switched on
        self._log("ble", "open")
        if self._authorized:
            self._authorize()

    def close(self) -> None:
        """Bluetooth off: for clients at once, its radio as soon as that may block."""
        self._wanted = False
        if self.is_open:
            self.is_open = False
            self._out = []
            self.charger_service.connected()
            try:
                self._port.hush()
            except OSError:
                pass  # it does not advertise
        self._switch()

    def open_by_hand(self) -> None:
        """Open, and let the client of now change the network: somebody stands at the charger."""
        self._authorized = True
        self.open()
        if self.is_open:
            self._authorize()

    def _button(self) -> None:
        button = self._pressed
        if button.longs != self._longs:
            self._longs = button.longs
            self.open_by_hand()
        if button.shorts != self._shorts:
            self._shorts = button.shorts
            if self.is_open:
                self._authorize()

    def _authorize(self) -> None:
        self._authorized = False
        self.charger_service.forgive()
        self.improv.authorize()

    # the client

    def _notice_client(self) -> None:
        """If the client has changed or gone, end the sessions of the last one."""
        client = (self._port.seen, self._port.client)
        if client != self._client:
            self._client = client
            self._out = []
            self._shown = None
            self._heard_s = self._clock()
            self.charger_service.connected()
            self.improv.connected()

    def _listen(self) -> None:
        """Pass what the client wrote to the service that it is for."""
        while True:
            item = self._port.receive()
            if item is None:
                return
            seen, handle, data = item
            if seen != self._port.seen or self._port.client is None:
                continue  # from a client that has gone
            self._heard_s = self._clock()
            if handle == self._handles[frames.RX]:
                self.charger_service.write(data)
            elif handle == self._handles[improv.COMMAND]:
                work = self.improv.write(data)
                if work is not None:
                    self._tasks = [t for t in self._tasks if not t.done()]
                    self._tasks.append(asyncio.create_task(work))

    def _speak(self) -> None:
        """Send the notifications that wait, as far as the radio takes them."""
        out = self._out
        while out and self._port.send(out[0][0], out[0][1]):
            out.pop(0)
            self._sent_s = self._clock()

    def _keep_free(self) -> None:
        """Advertise without a client; disconnect a stuck or silent one; close in time."""
        now = self._clock()
        if self._port.client is None:
            data = self.improv.advertisement()
            if data != self._shown:
                try:
                    self._port.advertise(data)
                    self._shown = data
                except OSError:
                    pass  # the connection is still ending: the next step tries again
        elif self._out and now - self._sent_s >= _STUCK_S:
            self._port.hang_up()
        elif not self.charger_service.is_proven() and now - self._heard_s >= _SILENT_S:
            self._port.hang_up()
        if self.charger_service.commands != self._commands:
            self._commands = self.charger_service.commands
            self._until_s = now + OPEN_S
        if now >= self._until_s:
            self.close()

    def _step(self) -> None:
        self._notice_client()
        self._listen()
        self.improv.step()
        if not self._out:  # over a slow link the status comes less often, but never late
            self.charger_service.step()
        self._speak()
        self._keep_free()

    async def run(self) -> None:
        """Serve the button and the client for ever."""
        while True:
            self._button()
            self._switch()
            if not self.is_open:
                await asyncio.sleep_ms(_IDLE_MS)
                continue
            self._step()
            if self._port.client is None:  # nobody writes; wait_for_ms makes 1.7 KB of garbage
                await asyncio.sleep_ms(_IDLE_MS)
                continue
            try:
                wait_ms = _BUSY_MS if self._out else _IDLE_MS
                await asyncio.wait_for_ms(self._flag.wait(), wait_ms)
            except asyncio.TimeoutError:
                pass
