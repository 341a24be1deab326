"""A charger whose firmware runs on a VM, in virtual time: what an App is to a Node of the world.

The VM runs only while the bench waits for it: until its asyncio has nothing to do, or until a
callback is done. So time, order and jitter are the bench's own.
"""

import asyncio
import contextlib
import json

import ballast_bench.fakes as fakes
from ballast_bench.vm import remote, shared
from ballast_bench.vm.calls import Calls
from ballast_bench.vm.process import VmProcess

_NEVER = 0xFFFFFFFF
_NO_OBJECT = 0xFFFF


class VmCharger:
    """node: of the world. flash: FlashFiles. config: for the VM, see vm_link.py. random(n): n bytes.

    services.run() is the VM's asyncio. Other public names are those of the firmware's App.
    """

    REAL = False

    def __init__(self, node, flash, config, random, heap="8M"):
        self.node, self.device, self.flash = node, node.device, flash
        self.random, self.heap = random, heap
        self.services = self
        self._config = {**config, "real": self.REAL}
        self.shared = flash.shared_page(node.device)
        self.device.partitions = dict(flash.memory)
        self.log = flash.folder / "printed.txt"
        self.process = None
        self._calls = self._idle_ms = self._waiter = None
        self._payloads = {}
        self._known, self._last = {}, {}  # paths that are objects; {path: value} as last seen
        self._fresh = {}

    # -- as a Node calls it -----------------------------------------------------------------

    def start(self):
        """Power on: from boot.py to the first wait of asyncio."""
        self._calls = Calls(self)
        self.shared.restart()
        self.shared.show()
        paths = self.flash.paths
        maps = {**paths, "BASE": paths[self.device.running], "PAGE": self.flash.page}
        self.process = VmProcess(maps, self._config, self.heap, self.log)
        loop = self.node.world.loop
        if self.REAL or loop.is_running():
            self._begin()
        else:  # the VM's services begin here, and a radio of theirs asks for the loop
            loop.run_until_complete(self._begin_in_loop())

    async def _begin_in_loop(self):
        self._begin()

    def _begin(self):
        self._idle_ms = self._serve()

    async def run(self):
        """The VM's services, until it resets itself: then the node is down, or HardReset is raised."""
        try:
            await self._go_on()
        except fakes.HardReset:
            self.power_off()
            if not self.node.world.reboots:
                raise
            self.node.went_down(self.node.world.now_s)

    async def _go_on(self):
        """It goes on when its time is over, or when something became ready."""
        loop = asyncio.get_running_loop()
        while self.process is not None:
            self._waiter = loop.create_future()
            wait_s = None if self._idle_ms is None else self._idle_ms / 1000
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._waiter, wait_s)
            self._waiter = None
            if self.process is not None:
                self._resume()

    def _resume(self):
        self.shared.show()
        self.process.send(self.process.main, b"G")
        with self.device:
            self._idle_ms = self._serve()

    def power_off(self):
        """The VM is gone as it stands; its flash stays."""
        if self.process is not None:
            self.process.kill()
            self.process = None
        self._fresh.clear()

    # -- messages ---------------------------------------------------------------------------

    def _serve(self):
        """Answer the VM until it waits: ms to its next timer, None = it has none; or until a callback
        is done: whether that made something ready."""
        process = self.process
        while True:
            message = process.receive(process.main)
            self._fresh.clear()
            self._pass_time()
            kind = message[:1]
            if kind == b"I":
                self.shared.show()
                ms = int.from_bytes(message[1:5], "little")
                return None if ms == _NEVER else ms
            if kind == b"D":
                self.shared.show()
                return message[1:2] == b"1"
            if kind != b"S":  # the App has started; in virtual time its first wait says so too
                self._answer(process.main, message, False)

    def _pass_time(self):
        slept_us = self.shared.slept_us()
        if slept_us:
            self.device.clock.sleep_us(slept_us)

    def _answer(self, channel, message, cuts_in):
        """Do what one message wants; `cuts_in`: it came on the channel of callbacks."""
        kind = message[:1]
        if kind == b"O":
            self._calls.handles[message[1] | message[2] << 8].value(message[3])
            return
        if kind == b"C":
            at = shared.SCRATCH[cuts_in]
            reply = self._calls.call(message[1:], self.shared.view[at : at + shared.ROOM])
        elif kind == b"X":
            reply = self._transfer(message)
        elif kind == b"A":
            args = self._payloads.pop(int.from_bytes(message[1:3], "little"))
            reply = json.dumps(self._calls.shown(args)).encode()
        else:
            raise fakes.FakeError(f"the VM sent {message[:40]!r}")
        if self.process is not None:
            self.shared.show()
            self.process.send(channel, b"A" + reply)

    def _transfer(self, message):
        """A transfer on SPI: 0 and what came back, or 1 = it fails; the VM asks again for the exception."""
        spi, out = self._calls.handles[message[1] | message[2] << 8], message[3:]
        back = bytearray(len(out))
        try:
            spi.write_readinto(out, back)
        except Exception:  # noqa: BLE001 (it is raised again by the second call)
            return b"\x01"
        return b"\x00" + back

    # -- callbacks --------------------------------------------------------------------------

    def made(self, name, thing):
        """An object was made by the VM."""
        if name == "WDT":
            self.shared.watchdog = thing

    def callback(self, number):
        """The VM's callback `number` as a function of this side."""
        return lambda *args: self._run_callback(number, args)

    def _packed(self, number, args):
        """T's body: callback, the one object that it gets, or the number of its arguments."""
        handle, payload = _NO_OBJECT, 0
        known = self._calls.known(args[0]) if len(args) == 1 else None
        if known is not None:
            handle = known
        elif args != (None,):
            payload = 1 + max(self._payloads, default=0)
            self._payloads[payload] = args
        return b"".join(n.to_bytes(2, "little") for n in (number, handle, payload))

    def _run_callback(self, number, args):
        if self.process is None:
            return
        self.shared.show()
        self.process.send(self.process.main, b"T" + self._packed(number, args))
        ready = self._serve()
        if ready and self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    # -- judges -----------------------------------------------------------------------------

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return self.look(f"app.{name}")

    def look(self, path):
        """The value of `path` on the VM, or a Remote of it. Without power: what was seen last."""
        if path in self._known:
            return self._known[path]
        if path in self._fresh:
            return self._fresh[path]
        if self.process is None:
            return self._last.get(path)
        found = self.evaluate(path)
        if found is remote.OBJECT:
            found = self._known[path] = remote.Remote(self, path)
        else:
            self._fresh[path] = self._last[path] = found
        return found

    def do(self, expression):
        """Evaluate something that may change the firmware."""
        self._fresh.clear()
        found = self.evaluate(expression)
        self._fresh.clear()
        return found

    def evaluate(self, expression):
        """What an expression gives on the VM, while it waits. Names: app, gc, slot."""
        process = self.process
        process.send(process.main, b"E" + expression.encode())
        while True:
            message = process.receive(process.main)
            if message[:1] == b"V":
                return remote.value_of(json.loads(message[1:]))
            self._pass_time()
            self._answer(process.main, message, False)
